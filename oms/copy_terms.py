"""What a drop copy session hears, and what its copies say of others. It travels in an event, so that the log alone says
what every copy was: to whom, about whose orders, in which words."""

from __future__ import annotations

import msgspec


class CopyTerms(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`dialect` names one of `gateway.translate.dialect`, `firm` is our own CompID. Of accounts, sessions and symbols
    each is a tuple of patterns; an empty one is all there are."""

    dialect: str
    firm: str
    accounts: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    cancel_rejects: bool = True
    """OrderCancelReject(9) is copied, too."""
    mics: tuple[tuple[str, str], ...] = ()
    """Market identifier codes of venues, as LastMkt(30) has them."""


class Reporting(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How a client is reported to, as far as copies must know it."""

    comp_id: str
    """The client's CompID: whom a copy names."""
    pending: tuple[str, ...] = ()
    """Requests of it that are answered as pending, in alphabetical order: "cancel", "new", "replace"."""
