"""Who may not trade with himself: a record of the limits. What follows from it is in `oms.own_prices`."""

from __future__ import annotations

import msgspec


class SelfMatchPolicy(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Orders that would meet others of the same owner are refused."""

    by_group: bool = False
    """The accounts of a group are one owner."""
    except_symbols: tuple[str, ...] = ()
    except_accounts: tuple[str, ...] = ()
