"""A cancel or replace request on an order, from its sending to its answer."""

from __future__ import annotations

from enum import StrEnum

from oms.events import CancelRequested, ReplaceRequested


class Outcome(StrEnum):
    """What became of a cancel or replace request."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class Request:
    """A cancel or replace request that went to the venue. Only its order writes to it.

    `old_venue_cl_ord_id` is the id of its first sending when it was sent twice (RequestRetargeted), else ''."""

    __slots__ = ("asked", "is_replace", "old_venue_cl_ord_id", "outcome")

    def __init__(self, asked: CancelRequested | ReplaceRequested, is_replace: bool) -> None:
        self.asked = asked
        self.is_replace = is_replace
        self.old_venue_cl_ord_id = ""
        self.outcome = Outcome.PENDING

    @property
    def cl_ord_id(self) -> str:
        return self.asked.cl_ord_id

    @property
    def venue_cl_ord_id(self) -> str:
        return self.asked.venue_cl_ord_id

    @property
    def name(self) -> str:
        """What the client knows it by: its ClOrdID, or why it was made when the client did not ask."""
        asked = self.asked
        return asked.cl_ord_id or (asked.cause if isinstance(asked, CancelRequested) else "")

    def __repr__(self) -> str:
        return f"<{'replace' if self.is_replace else 'cancel'} {self.asked.cl_ord_id} {self.outcome}>"
