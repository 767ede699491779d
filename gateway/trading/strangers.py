"""What a FIX venue says about orders that are none of ours (`oms.decide_external`).

Our own ids at venues begin with the store's id, so one look at ClOrdID(11) tells; the rest is off the common way.
A message about a stranger is read under the name by which the order is known here, whatever it is called in the
message: its owner gives it new ClOrdIDs, or it has none at all. It is known by

    ClOrdID(11), OrigClOrdID(41)   as the venue told them first
    OrderID(37)                    which the venue keeps for the life of the order

A report without a ClOrdID may also be on an order of ours, by a venue that leaves it out. So an order without one is
adopted only by a report that is its first word on an order, and only if no open order of ours has that OrderID(37).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import ExecType, MsgType
from gateway.turn import Turn
from oms.blotter import Blotter, by_order_id
from oms.types import Moment
from oms.venue_reports import AnyVenueReport, VenueStranger
from venues.port import FixVenue

_EXECUTION_REPORT: Final = MsgType.EXECUTION_REPORT
_CL_ORD_ID: Final = tags.CL_ORD_ID
_FIRST_WORDS: Final = frozenset({ExecType.NEW, ExecType.ORDER_STATUS})


class Strangers:
    """`take` decides a report and carries out what follows."""

    def __init__(self, blotter: Blotter, store_id: str, take: Callable[[AnyVenueReport, Turn], None]) -> None:
        self._blotter = blotter
        self._ours = store_id.encode()
        self._length = len(self._ours)
        self._take = take

    def is_stranger(self, message: Message) -> bool:
        """The message is about an order that we did not name. Asked of every message of a venue."""
        if message.msg_type != _EXECUTION_REPORT:
            return False
        cl_ord_id = message.fields.get(_CL_ORD_ID)
        return cl_ord_id is None or cl_ord_id[: self._length] != self._ours

    def reports(self, venue: FixVenue, message: Message, turn: Turn) -> list[AnyVenueReport]:
        """What the message says, under the name by which the order is known. Adopts it if it is a new one."""
        known = self._known(venue.name, message)
        if known is None:
            found = self._introduced(venue, message)
            if found is not None:
                self._take(found, turn)
                known = self._known(venue.name, message)
        cl_ord_id = _text(message, tags.CL_ORD_ID)
        read = message if known is None or known == cl_ord_id else _renamed(message, known)
        return venue.reports(read, Moment(turn.now.utc_ns, turn.next_seq()))

    def _known(self, venue: str, message: Message) -> str | None:
        """A name under which the blotter has the order."""
        names = (
            _text(message, tags.CL_ORD_ID),
            by_order_id(_text(message, tags.ORDER_ID)),
            _text(message, tags.ORIG_CL_ORD_ID),
        )
        for name in names:
            if name and self._blotter.external_order(venue, name) is not None:
                return name
        return None

    def _introduced(self, venue: FixVenue, message: Message) -> VenueStranger | None:
        name, order_id = _text(message, tags.CL_ORD_ID), _text(message, tags.ORDER_ID)
        if not name:
            if message.fields.get(tags.EXEC_TYPE) not in _FIRST_WORDS or self._is_ours(venue.name, order_id):
                return None
            name = by_order_id(order_id)
        return venue.stranger(message, name)

    def _is_ours(self, venue: str, venue_order_id: str) -> bool:
        """An open order of ours has this OrderID(37). Walks through them: who leaves ClOrdIDs out is rare."""
        return any(
            order.venue == venue and order.venue_order_id == venue_order_id
            for order in self._blotter.open_orders.values()
        )


def _text(message: Message, tag: bytes) -> str:
    return message.fields.get(tag, b"").decode("latin-1")


def _renamed(message: Message, name: str) -> Message:
    """The same message about an order of another name. What it says of OrigClOrdID(41) is of the old names."""
    fields = {tag: value for tag, value in message.fields.items() if tag != tags.ORIG_CL_ORD_ID}
    renamed = Message(
        message.raw, message.msg_type, fields | {tags.CL_ORD_ID: name.encode("latin-1")}, message.field_count
    )
    renamed.groups = message.groups
    return renamed
