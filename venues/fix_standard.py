"""The translator for a venue that speaks plain FIX 4.2, 4.4 or 5.0 SP2: order events to D, F, G and H.

The gateway's engine runs the session, so there are only bodies of messages here. What the venue answers is read in
`venues.fix_report_reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import format_decimal, format_utc_timestamp
from fixspec.tags import HandlInst, MDEntryType, MDUpdateType, MsgType, SubscriptionRequestType
from oms import types
from oms.events import CancelRequested, Event, OrderQueried, OrderRouted, ReplaceRequested, RequestRetargeted
from oms.order import Order
from oms.special_terms import NO_SPECIAL_TERMS
from oms.types import Moment
from oms.venue_capabilities import PLAIN, VenueCapabilities, ord_type_at, time_in_force_at
from oms.venue_reports import AnyVenueReport, VenueStranger
from venues.fix_report_reader import read_message, read_reject
from venues.fix_special_fields import SpecialFields
from venues.fix_stranger import read_stranger
from venues.fix_symbol_status import read_symbol_status
from venues.port import Capabilities, Carrier, FixRequest

SIDES: Final = {types.Side.BUY: tags.Side.BUY, types.Side.SELL: tags.Side.SELL}
ORD_TYPES: Final[dict[types.OrdType, bytes]] = {name: getattr(tags.OrdType, name.name) for name in types.OrdType}
TIMES_IN_FORCE: Final[dict[types.TimeInForce, bytes]] = {
    name: getattr(tags.TimeInForce, name.name) for name in types.TimeInForce
}


@dataclass(frozen=True, slots=True)
class FixStandardSettings:
    """`application_version` is the BeginString(8) of the version that orders are spoken in: FIX.4.2, FIX.4.4 or
    FIX.5.0SP2. `market_data` subscribes to prices at each Logon. `supports` is what the venue takes."""

    name: str
    application_version: str
    market_data: bool = True
    supports: VenueCapabilities = PLAIN


class FixStandard:
    """Implements `venues.port.FixVenue`. Holds no state."""

    def __init__(self, settings: FixStandardSettings) -> None:
        self.name = settings.name
        self._supports = supports = settings.supports
        self.capabilities = Capabilities(
            carrier=Carrier.FIX,
            replace=supports.replace,
            status_query=True,
            resend=True,
            market_data=settings.market_data,
            ord_types=frozenset(supports.ord_types),
            times_in_force=frozenset(supports.times_in_force),
            exec_insts=frozenset(supports.exec_insts),
            display_qty=supports.display_qty,
            symbols=supports.symbols,
        )
        self._special = SpecialFields(settings.application_version, supports)
        fix42 = settings.application_version == "FIX.4.2"
        # HandlInst(21) is required up to FIX 4.2, OrdStatusReqID(790) came with 4.4.
        self._handl_inst = b"21=%b\x01" % HandlInst.AUTOMATED_EXECUTION_NO_INTERVENTION if fix42 else b""
        self.uses_ord_status_req_id = not fix42
        self._requests: dict[type[Event], Callable[..., FixRequest]] = {
            OrderRouted: self._new_order_single,
            CancelRequested: self._order_cancel_request,
            RequestRetargeted: self._order_cancel_request,
            ReplaceRequested: self._order_cancel_replace_request,
            OrderQueried: self._order_status_request,
        }

    # -- what we ask ---------------------------------------------------------------------------------------------

    def requests(self, event: Event, order: Order, at: Moment) -> list[FixRequest]:
        write = self._requests.get(type(event))
        return [] if write is None else [write(event, order)]

    def on_logon(self, symbols: Sequence[str], at: Moment) -> list[FixRequest]:
        if not symbols or not self.capabilities.market_data:
            return []
        wanted = (MDEntryType.TRADE, MDEntryType.BID, MDEntryType.OFFER)
        body = b"262=%b\x01263=%b\x01264=1\x01265=%b\x01267=%d\x01%b146=%d\x01%b" % (
            f"{self.name}-{at.seq}".encode(),
            SubscriptionRequestType.SNAPSHOT_AND_UPDATES,
            MDUpdateType.FULL_REFRESH,
            len(wanted),
            b"".join([b"269=%b\x01" % entry_type for entry_type in wanted]),
            len(symbols),
            b"".join([b"55=%b\x01" % symbol.encode() for symbol in symbols]),
        )
        return [FixRequest(MsgType.MARKET_DATA_REQUEST, body)]

    def _new_order_single(self, event: OrderRouted, order: Order) -> FixRequest:
        price, time_in_force, special = order.price, order.time_in_force, order.special
        ord_type = order.ord_type
        body = b"11=%b\x01%b%b55=%b\x0154=%b\x0160=%b\x0138=%b\x0140=%b\x01%b59=%b\x01%b" % (
            event.venue_cl_ord_id.encode(),
            b"1=%b\x01" % order.account.encode("latin-1") if order.account else b"",
            self._handl_inst,
            order.symbol.encode(),
            SIDES[order.side],
            format_utc_timestamp(event.at_ns),
            format_decimal(order.order_qty),
            self._ord_type(ord_type),
            b"44=%b\x01" % format_decimal(price) if price is not None else b"",
            self._time_in_force(time_in_force),
            b"" if special is NO_SPECIAL_TERMS else self._special.of(ord_type, time_in_force, special),
        )
        return FixRequest(MsgType.NEW_ORDER_SINGLE, body)

    def _ord_type(self, ord_type: types.OrdType) -> bytes:
        """Gates let only pass what the venue gets under some OrdType(40)."""
        return ORD_TYPES[ord_type_at(self._supports, ord_type) or ord_type]

    def _time_in_force(self, time_in_force: types.TimeInForce) -> bytes:
        return TIMES_IN_FORCE[time_in_force_at(self._supports, time_in_force) or time_in_force]

    def _order_cancel_request(self, event: CancelRequested | RequestRetargeted, order: Order) -> FixRequest:
        body = b"41=%b\x0111=%b\x01%b55=%b\x0154=%b\x0160=%b\x0138=%b\x01" % (
            event.orig_venue_cl_ord_id.encode(),
            event.venue_cl_ord_id.encode(),
            b"1=%b\x01" % order.account.encode("latin-1") if order.account else b"",
            order.symbol.encode(),
            SIDES[order.side],
            format_utc_timestamp(event.at_ns),
            format_decimal(order.order_qty),
        )
        return FixRequest(MsgType.ORDER_CANCEL_REQUEST, body)

    def _order_cancel_replace_request(self, event: ReplaceRequested, order: Order) -> FixRequest:
        price, time_in_force, special = event.price, event.time_in_force, event.special or NO_SPECIAL_TERMS
        ord_type = event.ord_type
        body = b"41=%b\x0111=%b\x01%b%b55=%b\x0154=%b\x0160=%b\x0138=%b\x0140=%b\x01%b59=%b\x01%b" % (
            event.orig_venue_cl_ord_id.encode(),
            event.venue_cl_ord_id.encode(),
            b"1=%b\x01" % order.account.encode("latin-1") if order.account else b"",
            self._handl_inst,
            order.symbol.encode(),
            SIDES[order.side],
            format_utc_timestamp(event.at_ns),
            format_decimal(event.order_qty),
            self._ord_type(ord_type),
            b"44=%b\x01" % format_decimal(price) if price is not None else b"",
            self._time_in_force(time_in_force),
            b"" if special is NO_SPECIAL_TERMS else self._special.of(ord_type, time_in_force, special),
        )
        return FixRequest(MsgType.ORDER_CANCEL_REPLACE_REQUEST, body)

    def _order_status_request(self, event: OrderQueried, order: Order) -> FixRequest:
        body = b"11=%b\x01%b55=%b\x0154=%b\x01" % (
            event.venue_cl_ord_id.encode(),
            b"790=%b\x01" % event.query_id.encode() if self.uses_ord_status_req_id else b"",
            order.symbol.encode(),
            SIDES[order.side],
        )
        return FixRequest(MsgType.ORDER_STATUS_REQUEST, body)

    # -- what it tells -------------------------------------------------------------------------------------------

    def reports(self, message: Message, at: Moment) -> list[AnyVenueReport]:
        if message.msg_type == MsgType.SECURITY_STATUS:
            return [*read_symbol_status(self.name, message)]
        return read_message(self.name, message)

    def stranger(self, message: Message, name: str) -> VenueStranger | None:
        return read_stranger(self.name, message, name)

    def rejected(self, refused: Message, reject: Message, at: Moment) -> list[AnyVenueReport]:
        return read_reject(self.name, refused, reject)
