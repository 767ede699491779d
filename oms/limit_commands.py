"""Commands that change one row of limits while the gateway runs. Each has who and why."""

from __future__ import annotations

import msgspec

from oms.slices import Dimension, LimitRow


class SetLimitRow(msgspec.Struct, frozen=True, gc=False):
    """This row holds from now on, in place of the one for the same slices if there is one. No event when it stands so
    already."""

    row: LimitRow
    operator: str
    reason: str
    approver: str = ""
    """A second person, who approves."""


class RemoveLimitRow(msgspec.Struct, frozen=True, gc=False):
    """There is no such row from now on; a more general one of the table holds, if there is one."""

    of: tuple[tuple[Dimension, str], ...]
    operator: str
    reason: str
    approver: str = ""


LimitCommand = SetLimitRow | RemoveLimitRow
