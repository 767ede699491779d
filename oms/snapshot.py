"""The blotter to bytes and back: what a restart folds the tail of the log onto.

An order is the fold of its events, so a snapshot holds the events of the orders in memory, as the log has them, and
folds them again: nothing about an order is encoded a second time, and events of every released schema stay readable.
What else the blotter knows (its clients, limits, prices, lists, the lives of forgotten orders) is one record, State.
Its indexes are not in the snapshot: they follow from the orders.

SCHEMA is raised by any change of State or of a record in it, of FINISHED_KEPT or DAYS_KEPT (`oms.finished`), and of
what an event means for an order. Older snapshots are passed through UPCASTERS, one step at a time; where a change of
meaning makes that impossible the step raises NotASnapshot, and the state is folded from the whole log. A newer one is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from oms.blotter import Blotter
from oms.client import Client
from oms.closures import Blackout, Closures, Window
from oms.codec import decode_event
from oms.conversion_rates import ConversionRate
from oms.copy_terms import CopyTerms, Reporting
from oms.entitlements import Entitlement
from oms.events import Event, ListReceived, SliceStopped
from oms.exposure import ExposuresContent
from oms.finished import Lives, folded, names_at_venues
from oms.instruments import Instrument
from oms.kill_switches import Key, KillSwitch
from oms.limits import NOTHING, Limits, Rate
from oms.lists import OrderList
from oms.monitor import MonitorContent
from oms.order import Order
from oms.override_events import OverrideGranted
from oms.positions import Key as PositionKey
from oms.positions import PositionContent
from oms.recent_orders import Content, Recent
from oms.surroundings import Surroundings
from oms.telephoned import Telephoned
from oms.types import Contingency, SymbolStatus, TradingState
from oms.venue_capabilities import VenueCapabilities

SCHEMA: Final = 1

Payloads = Callable[[Sequence[int]], Mapping[int, bytes]]
"""The facts of these numbers, which rise, as they stand in the log."""


class NotASnapshot(ValueError):
    """The bytes are no snapshot that can be used. The text says why."""


class ClientState(msgspec.Struct, frozen=True, gc=False):
    """The fields of `oms.client.Client`."""

    cl_ord_ids: dict[str, int | None]
    messages_full_at_ns: int
    cancels_full_at_ns: int
    messages: Rate | None
    cancels: Rate | None
    is_bound: bool
    is_present: bool
    cancel_at_ns: int | None
    entitlement: Entitlement | None = None


class ListState(msgspec.Struct, frozen=True, gc=False):
    """The fields of `oms.lists.OrderList`, but for its name."""

    list_seq: int
    contingency: Contingency
    orders: tuple[int, ...]
    executed: bool
    refused: bool
    canceling: bool
    finished: bool


class ClosureState(msgspec.Struct, frozen=True, gc=False):
    """The fields of `oms.closures.Closures`."""

    restricted: list[tuple[str, str]] = []
    hours: dict[str, Window] = {}
    blackouts: dict[str, Blackout] = {}


class State(msgspec.Struct, frozen=True, gc=False):
    """The fields of `oms.blotter.Blotter`, as plain as they go. `orders` has the events of each order in memory,
    `expiring` those that the gateway has to end itself."""

    store_id: str
    last_seq: int
    trading_state: TradingState
    limits: Limits
    instruments: list[Instrument]
    venues: dict[str, bool]
    capabilities: dict[str, VenueCapabilities]
    halts: list[tuple[str, str, SymbolStatus]]
    closed_symbols: list[str]
    references: list[tuple[str, Decimal, int]]
    day: tuple[str, int]
    clients: dict[str, ClientState]
    lists: list[tuple[str, str, ListState | None]]
    orders: list[list[bytes]]
    expiring: list[int]
    finished: list[int]
    lives: list[list[tuple[int, str, bytes]]]
    external: list[tuple[str, str, int]]
    positions: list[tuple[PositionKey, PositionContent]]
    parents: int
    quarantined: int
    telephoned: dict[str, list[Telephoned]] = {}
    recent_orders: list[tuple[Content, Recent]] = []
    closures: ClosureState = ClosureState()
    slice_flow: list[tuple[str, tuple[str, ...], int]] = []
    execution_flow: tuple[list[tuple[str, tuple[str, ...], int]], list[SliceStopped]] = ([], [])
    order_to_trade: list[tuple[str, tuple[str, ...], int, int]] = []
    kill_switches: tuple[list[KillSwitch], list[tuple[int, list[Key]]]] = ([], [])
    configured: Limits = NOTHING
    exposures: ExposuresContent = ([], [])
    overrides: list[OverrideGranted] = []
    monitor: MonitorContent = (([], [], [], False, [], 0), ([], []), ([], [], []))
    conversion: dict[str, ConversionRate] = {}
    copies: dict[str, CopyTerms] = {}
    reporting: dict[str, Reporting] = {}


UPCASTERS: Final[Mapping[int, Callable[[bytes], bytes]]] = {}
"""Schema N -> a pure function from its bytes to those of schema N + 1."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(State).decode


def encode_snapshot(blotter: Blotter, payloads: Payloads) -> bytes:
    """All that the blotter is. `payloads` finds facts in the log."""
    orders = list(blotter.orders.values())
    facts = payloads(sorted(number for order in orders for number in order.life))
    market, day, finished = blotter.market, blotter.day, blotter.finished
    return _encode(
        State(
            store_id=blotter.store_id,
            last_seq=blotter.last_seq,
            trading_state=blotter.trading_state,
            limits=blotter.limits,
            instruments=list(blotter.instruments.values()),
            venues=blotter.venues,
            capabilities=blotter.capabilities,
            halts=[(*key, status) for key, status in blotter.halts.items()],
            closed_symbols=list(blotter.closed_symbols),
            references=[(symbol, *reference) for symbol, reference in market.references.items()],
            day=(day.name, day.began_seq),
            clients={session: _client_state(client) for session, client in blotter.clients.items()},
            lists=[(*key, None if held is None else _list_state(held)) for key, held in blotter.lists.items()],
            orders=[[facts[number] for number in order.life] for order in orders],
            expiring=blotter.waiting.expiring,
            finished=list(finished.queue),
            lives=[lives.content() for lives in finished.days],
            external=[(*key, order_seq) for key, order_seq in blotter._external.items()],
            positions=blotter.positions.content(),
            conversion=blotter.conversion.content(),
            parents=blotter.parents,
            quarantined=blotter.quarantined,
            telephoned=blotter.telephoned,
            configured=blotter.configured,
            exposures=blotter.exposures.content(),
            recent_orders=blotter.recent_orders.content(),
            closures=_closure_state(blotter.closures),
            slice_flow=blotter.slice_flow.content(),
            execution_flow=blotter.execution_flow.content(),
            order_to_trade=blotter.order_to_trade.content(),
            overrides=list(blotter.overrides.values()),
            monitor=blotter.monitor.content(),
            copies=blotter.copies,
            reporting=blotter.reporting,
            kill_switches=(list(blotter.kill_switches), list(blotter.kill_switches.unanswered.items())),
        )
    )


def _client_state(client: Client) -> ClientState:
    return ClientState(**{name: getattr(client, name) for name in ClientState.__struct_fields__})


def _closure_state(closures: Closures) -> ClosureState:
    return ClosureState(list(closures.restricted), closures.hours, closures.blackouts)


def _list_state(orders: OrderList) -> ListState:
    return ListState(**{name: getattr(orders, name) for name in ListState.__struct_fields__})


def load_snapshot(blotter: Blotter, content: bytes, schema: int) -> None:
    """Make an empty blotter what it was when `content` was taken of it. Raises NotASnapshot, and it is empty still."""
    assert blotter.last_seq == 0, blotter.last_seq
    if schema > SCHEMA:
        raise NotASnapshot(
            f"snapshot: schema {schema} is newer than {SCHEMA}, the newest that this version of the program knows. "
            "Start the version that wrote it, or a later one; or move the snapshot away: the log has everything"
        )
    try:
        for older in range(schema, SCHEMA):
            content = UPCASTERS[older](content)
        state = _decode(content)
        day = blotter.day
        lives = [[decode_event(payload) for payload in life] for life in state.orders]
        orders = [folded(events, state.store_id, day) for events in lives]
    except (ValueError, LookupError, AssertionError) as error:
        raise NotASnapshot(f"snapshot: {type(error).__name__}: {error}") from error
    blotter.store_id, blotter.last_seq = state.store_id, state.last_seq
    day.name, day.began_seq = state.day
    _surroundings(blotter, state)
    _orders(blotter, state, orders, lives)


def _surroundings(blotter: Blotter, state: State) -> None:
    blotter.trading_state = state.trading_state
    blotter.instruments = {instrument.symbol: instrument for instrument in state.instruments}
    blotter.configured = state.configured
    blotter.conversion.restore(state.conversion)
    Surroundings.use_limits(blotter, state.limits)
    blotter.exposures.restore(state.exposures, blotter.tables)
    blotter.venues = state.venues
    blotter.capabilities = state.capabilities
    blotter.halts = {(venue, symbol): status for venue, symbol, status in state.halts}
    blotter.closed_symbols = dict.fromkeys(state.closed_symbols)
    for symbol, price, at_ns in state.references:
        blotter.market.set(symbol, price, at_ns)
    for session, held in state.clients.items():
        client = blotter.clients[session] = Client()
        for name in ClientState.__struct_fields__:
            if name != "entitlement":
                setattr(client, name, getattr(held, name))
        client.entitle(held.entitlement)
    for key, position in state.positions:
        blotter.positions.restore(key, position)
    blotter.parents = state.parents
    blotter.quarantined = state.quarantined
    blotter.telephoned = state.telephoned
    blotter.recent_orders.orders = dict(state.recent_orders)
    closures, held_closures = blotter.closures, state.closures
    closures.restricted = dict.fromkeys(held_closures.restricted)
    closures.hours = held_closures.hours
    for name, blackout in held_closures.blackouts.items():
        closures.set_blackout(name, blackout.symbols, blackout.window)
    blotter.slice_flow.restore(state.slice_flow)
    blotter.execution_flow.restore(*state.execution_flow)
    blotter.order_to_trade.restore(state.order_to_trade)
    blotter.kill_switches.restore(*state.kill_switches)
    blotter.overrides = {granted.seq: granted for granted in state.overrides}
    blotter.monitor.restore(state.monitor)
    blotter.copies, blotter.reporting = state.copies, state.reporting


def _orders(blotter: Blotter, state: State, orders: list[Order], lives: list[list[Event]]) -> None:
    for session, list_id, held in state.lists:
        blotter.lists[session, list_id] = None if held is None else _order_list(session, list_id, held)
    blotter.lists_by_seq = {orders.list_seq: orders for orders in blotter.lists.values() if orders is not None}
    expiring = frozenset(state.expiring)
    for order, events in zip(orders, lives, strict=True):
        order_seq = order.order_seq
        blotter.orders[order_seq] = order
        if order.is_open:
            blotter.open_orders[order_seq] = order
            blotter.waiting.update(order, venue_expires=order_seq not in expiring)
        for name in names_at_venues(events):
            blotter._by_venue_cl_ord_id[name] = order
    for venue, name, order_seq in state.external:
        blotter._external[venue, name] = order_seq
    blotter.own_prices.rebuild(state.limits.self_match, blotter.groups, blotter.open_orders)
    finished = blotter.finished
    finished.queue.extend(state.finished)
    finished.days = [Lives.restored(packed) for packed in state.lives]


def _order_list(session: str, list_id: str, held: ListState) -> OrderList:
    received = ListReceived(held.list_seq, 0, session, list_id, held.contingency, False, held.orders)
    orders = OrderList(received)
    for name in ListState.__struct_fields__:
        setattr(orders, name, getattr(held, name))
    return orders
