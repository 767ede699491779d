"""What each slice holds and may come to hold: positions, and what is reserved for open orders.

A fold beside that of orders and positions, in being only while there are tables with bounds that accumulate (positions,
gross and net values). Its cost for an event depends on the number of those tables, and on nothing else.

    reservation   of an order: the most that it may still execute, at the worst price, from the moment it is let in.
                  Terms that are pending count as if they stood, where they are worse. Whoever does not answer keeps it.
                  An order that has ended, or is filled with nothing pending, has none; a bust may give it one again
    cell          all orders of one account, symbol, session and trader: what they hold, and at which average cost
    holding       a symbol in a slice: the sum of its cells, and of the reservations in them
    exposure      a slice: the sums of its holdings' worst cases

An order that is worked in parts is reserved once, by itself; its parts count where slices are cut by venue, and there
the order itself does not, for it has none. So an order has a cell without venue, or one of its venue, or both.

Worst cases of a holding, in money. A position counts at the average cost of what is held, or has been sold; an open
order at its limit, a sell order at the reference price if that is higher, an order without limit at the reference price
as far off as the price band lets orders go. The reference price is that of the moment when the order was let in. Open
buys that only close a short position lower it by their part of it; if they could turn it, all of them count. Averages,
and values that come from another currency, are rounded up, to 12 fraction digits. A holding's margin is the part of its
worst case that the limits ask for its class.

Sums are exact, so at any moment they are what anybody gets who adds up positions and open orders anew. What was
executed before there was any table is known by account, symbol and venue only, at its average price, and has no session
and no trader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from oms.additions import Asked
from oms.events import ExecutionBusted, ReplaceRequested
from oms.exact import ZERO, add, multiply, part_rounded_up, subtract
from oms.holdings import Book, Cell, Exposure, Holding, Place, Slot, reserve, sum_up, trade, untrade
from oms.order import Execution, Order
from oms.order_state import Base
from oms.positions import Figures, Key, Positions
from oms.slices import LimitTable
from oms.special_terms import SpecialTerms
from oms.surroundings import Surroundings
from oms.types import OrdType, Side

_LIVE: Final = (Base.WORKING, Base.ROUTED, Base.HELD)
_BUY: Final = Side.BUY
_WITHOUT_LIMIT: Final = frozenset({OrdType.MARKET, OrdType.STOP})


class Reservation:
    """What one order may still do. Only the ledger writes."""

    __slots__ = ("account", "cells", "is_buy", "market_price", "price", "qty", "reference", "value", "venue")

    def __init__(
        self,
        account: str,
        venue: str,
        is_buy: bool,
        cells: tuple[Cell, ...],
        reference: Decimal | None,
        market_price: Decimal | None,
    ) -> None:
        self.account = account
        self.venue = venue
        self.is_buy = is_buy
        self.cells = cells
        self.qty = self.price = self.value = ZERO
        self.reference = reference
        """Reference price when it was let in, and how far from it an order without limit may be executed."""
        self.market_price = market_price


_CellContent = tuple[Place, Decimal, Decimal]
_ReservationContent = tuple[int, list[Place], str, str, bool, Decimal, Decimal, Decimal, Decimal | None, Decimal | None]
ExposuresContent = tuple[list[_CellContent], list[_ReservationContent]]
"""What `Exposures.content` is made of."""


class Exposures:
    """The ledger of one blotter, which alone writes to it."""

    __slots__ = (
        "_around",
        "_orders",
        "_unsummed",
        "asked",
        "books",
        "cells",
        "has_credit",
        "has_positions",
        "has_values",
        "is_by_venue",
        "reservations",
    )

    def __init__(self, around: Surroundings, orders: Mapping[int, Order]) -> None:
        """`orders` has those in memory."""
        self._around = around
        self._orders = orders
        self.books: tuple[Book, ...] = ()
        """Empty while no table accumulates; there is then nothing else either."""
        self.has_positions = self.has_values = self.has_credit = self.is_by_venue = False
        self.cells: dict[Place, Cell] = {}
        self.reservations: dict[int, Reservation] = {}
        self.asked: Asked | None = None
        """Remembered by `oms.risk.to_reserve`, and nothing of the state."""
        self._unsummed: list[Cell] = []
        """What they hold has changed, and the sums of their slices have not yet. Only within one event: whatever
        executes, or takes back, is followed by `follow`."""

    # --------------------------------------------------------------------------------------------------------- look-ups

    def of(self, table: str, key: Any) -> Exposure | None:
        """The slice of the table with this name (`account,symbol`); None when nothing is in it."""
        for book in self.books:
            if book.table.name == table:
                return book.slices.get(key)
        return None

    def slots(self, place: Place) -> list[Slot]:
        """Where an order of this place counts: with a venue in the tables by venue, without one in the others."""
        cell = self.cells.get(place)
        return self._slots(place) if cell is None else cell.slots

    def _slots(self, place: Place) -> list[Slot]:
        traits = self._around.traits(*place)
        found, is_of_venue = [], bool(traits.venue)
        for book in self.books:
            if book.is_by_venue is is_of_venue:
                key = book.table.key_of(traits)
                row = book.table.row(key)
                if row is not None:
                    exposure = book.slices.get(key)
                    holding = None if exposure is None else exposure.holdings.get(traits.symbol)
                    found.append(Slot(book, key, row.bounds, exposure, holding))
        return found

    def content(self) -> ExposuresContent:
        """Everything that does not follow from the rest, as plain values: for the state hash and for snapshots."""
        cells: list[_CellContent] = [(cell.place, cell.net_qty, cell.cost) for cell in self.cells.values()]
        reservations: list[_ReservationContent] = [
            (
                order_seq,
                [cell.place for cell in held.cells],
                held.account,
                held.venue,
                held.is_buy,
                held.qty,
                held.price,
                held.value,
                held.reference,
                held.market_price,
            )
            for order_seq, held in self.reservations.items()
        ]
        return cells, reservations

    # ------------------------------------------------------------------------------------------------------ the tables

    def use(self, tables: Iterable[LimitTable], positions: Positions, open_orders: Mapping[int, Order]) -> None:
        """These tables count from now on, or what they are about has changed: build all sums anew."""
        were_there, by_venue = bool(self.books), self.is_by_venue
        self._open_books(tables)
        if not self.books:
            self.cells, self.reservations = {}, {}
            return
        if not were_there:
            self._take_over(positions, of_venues=False)
        if self.is_by_venue and not by_venue:
            self._take_over(positions, of_venues=True)
        if not self.is_by_venue:
            self.cells = {place: cell for place, cell in self.cells.items() if not place[4]}
        for cell in self.cells.values():
            self._place(cell)
            self._hold(cell, ZERO, ZERO)
            self._sum_up()
        reservations, self.reservations = self.reservations, {}
        for order_seq, before in reservations.items():
            order = self._orders[order_seq]
            self._reserve(order, open_qty(order), before)
        if not were_there:
            for _, order in sorted(open_orders.items()):
                self.follow(order)

    def _open_books(self, tables: Iterable[LimitTable]) -> None:
        books = tuple(book for book in map(Book, tables) if book.has_positions or book.has_values)
        self.books = books
        self.has_positions = any(book.has_positions for book in books)
        self.has_values = any(book.has_values for book in books)
        self.has_credit = any(book.has_credit for book in books)
        self.is_by_venue = any(book.is_by_venue for book in books)

    def _take_over(self, positions: Positions, *, of_venues: bool) -> None:
        """What was executed before, by account and symbol, or by venue besides."""
        sums: dict[tuple[str, str, str], list[Decimal]] = {}
        for (account, symbol, venue), position in positions:
            net_qty, value = position.net_qty, position.open_value
            whole = [net_qty, ZERO, value, ZERO]
            if net_qty < 0:
                whole = [ZERO, net_qty.copy_negate(), ZERO, value.copy_negate()]
            if of_venues and not venue:
                continue
            place = (account, symbol, venue if of_venues else "")
            sums[place] = list(map(add, sums.get(place, [ZERO] * 4), whole))
        for (account, symbol, venue), (long_qty, short_qty, long_gross, short_gross) in sums.items():
            cell = self.cells[account, symbol, "", "", venue] = Cell((account, symbol, "", "", venue))
            cell.net_qty = net_qty = subtract(long_qty, short_qty)
            if net_qty > 0:
                cell.cost = part_rounded_up(long_gross, net_qty, long_qty)
            elif net_qty < 0:
                cell.cost = part_rounded_up(short_gross, net_qty.copy_negate(), short_qty)

    def rate_changed(self, currency: str) -> None:
        """What is in this currency is worth more, or less, in the base currency."""
        instruments = self._around.instruments
        for book in self.books:
            for exposure in book.slices.values() if book.has_values else ():
                for symbol, holding in exposure.holdings.items():
                    instrument = instruments.get(symbol)
                    if instrument is not None and instrument.currency == currency:
                        holding.use_factor(self._around.value_factor(instrument))
                        sum_up(exposure, holding)

    def _cell(self, place: Place) -> Cell:
        cell = self.cells.get(place)
        if cell is None:
            cell = self.cells[place] = Cell(place)
            self._place(cell)
        return cell

    def _place(self, cell: Cell) -> None:
        symbol, around = cell.place[1], self._around
        slots = []
        cell.plain, cell.valued = [], []
        for book, key, bounds, exposure, holding in self._slots(cell.place):
            if exposure is None:
                exposure = book.slices[key] = Exposure(has_credit=book.has_credit)
            if holding is None:
                instrument = around.instruments.get(symbol)
                holding = Holding(around.value_factor(instrument), around.margin_rate(instrument))
                exposure.holdings[symbol] = holding
                currency = "" if instrument is None else instrument.currency
                if currency not in ("", around.limits.base_currency):
                    exposure.currencies[currency] = None
            slots.append(Slot(book, key, bounds, exposure, holding))
            if book.has_values:
                cell.valued.append((exposure, holding))
            else:
                cell.plain.append(holding)
        cell.slots = slots

    # ----------------------------------------------------------------------------------------------------------- orders

    def follow(self, order: Order) -> None:
        """What an event of this order makes of its reservation."""
        held, qty = self.reservations.get(order.order_seq), open_qty(order)
        if held is None:
            if qty and not order.special.legs:
                self._reserve(order, qty, None)
        elif held.venue != order.venue or held.account != order.account:
            self._add(held, held.qty.copy_negate(), held.value.copy_negate())
            self._reserve(order, qty, held)
        else:
            self._adjust(order, qty, held)
        if self._unsummed:
            self._sum_up()

    def revalue(self, order: Order) -> None:
        """It is let go: from now on it is worth what it is worth at the prices of this moment."""
        held = self.reservations.get(order.order_seq)
        if held is not None and self.has_values:
            held.reference, held.market_price = self._around.worst_prices(order.symbol)
            self._adjust(order, open_qty(order), held)

    def _reserve(self, order: Order, qty: Decimal, before: Reservation | None) -> None:
        """Begin with nothing, at the reference price of `before`."""
        reference = market_price = None
        if before is not None and before.reference is not None:
            reference, market_price = before.reference, before.market_price
        elif self.has_values:
            reference, market_price = self._around.worst_prices(order.symbol)
        cells = self._cells(order, order.account, order.venue)
        held = Reservation(order.account, order.venue, order.side is _BUY, cells, reference, market_price)
        self.reservations[order.order_seq] = held
        self._adjust(order, qty, held)

    def _adjust(self, order: Order, qty: Decimal, held: Reservation) -> None:
        price = value = ZERO
        if self.has_values and qty:
            price = _worst_price_of(order, held.reference, held.market_price)
            value = multiply(qty, price)
        before_qty, before_value = held.qty, held.value
        if qty != before_qty or value != before_value:
            held.qty, held.price, held.value = qty, price, value
            if not before_qty:
                self._add(held, qty, value)
            elif not qty:
                self._add(held, before_qty.copy_negate(), before_value.copy_negate())
            else:
                self._add(held, subtract(qty, before_qty), subtract(value, before_value))
        if not qty:
            del self.reservations[order.order_seq]

    def _cells(self, order: Order, account: str, venue: str) -> tuple[Cell, ...]:
        """Those of an order, when it is of this account and venue."""
        owner, is_part = order, False
        if order.parent_seq is not None:
            owner, is_part = self._orders.get(order.parent_seq, order), not order.special.leg_ref_id
        symbol, session, trader = order.symbol, owner.session, owner.trader
        if not (self.is_by_venue and venue):
            return () if is_part else (self._cell((account, symbol, session, trader, "")),)
        there = self._cell((account, symbol, session, trader, venue))
        return (there,) if is_part else (self._cell((account, symbol, session, trader, "")), there)

    def _add(self, held: Reservation, qty: Decimal, value: Decimal) -> None:
        is_buy, unsummed = held.is_buy, self._unsummed
        for cell in held.cells:
            for holding in cell.plain:
                if is_buy:
                    holding.buy_qty = add(holding.buy_qty, qty)
                else:
                    holding.sell_qty = add(holding.sell_qty, qty)
            if unsummed and cell in unsummed:
                for _, holding in cell.valued:
                    if is_buy:
                        holding.buy_qty = add(holding.buy_qty, qty)
                        holding.buy_value = add(holding.buy_value, value)
                    else:
                        holding.sell_qty = add(holding.sell_qty, qty)
                        holding.sell_value = add(holding.sell_value, value)
            else:
                for exposure, holding in cell.valued:
                    reserve(exposure, holding, is_buy, qty, value)

    # ------------------------------------------------------------------------------------------------------- executions

    def filled(self, order: Order, last_qty: Decimal, last_px: Decimal) -> None:
        """An execution is booked on the order."""
        if order.special.legs:
            return
        qty = last_qty if order.side is _BUY else last_qty.copy_negate()
        value = multiply(last_qty, last_px)
        held = self.reservations.get(order.order_seq)
        for cell in self._cells(order, order.account, order.venue) if held is None else held.cells:
            net_qty, cost = cell.net_qty, cell.cost
            trade(cell, qty, value)
            self._hold(cell, net_qty, cost)

    def taken_back(self, order: Order, last: Execution) -> None:
        """What was told last of an execution does not count any more."""
        if not isinstance(last, ExecutionBusted):
            self._take_out(order, order.account, last.last_qty, multiply(last.last_qty, last.last_px))

    def moved(self, order: Order, account: str, qty: Decimal, value: Decimal) -> None:
        """What was executed on the order was on another account before."""
        if not qty:
            return
        self._take_out(order, account, qty, value)
        signed = qty if order.side is _BUY else qty.copy_negate()
        for cell in self._cells(order, order.account, order.venue):
            net_qty, cost = cell.net_qty, cell.cost
            trade(cell, signed, value)
            self._hold(cell, net_qty, cost)

    def opened(self, adjusted: Iterable[tuple[Key, Figures, Figures]]) -> None:
        """The day began with so much more than the day before had left, at that price, and not with `before`."""
        for key, before, after in adjusted if self.books else ():
            self._adjusted(key, before, after)

    def _adjusted(self, key: Key, before: Figures, after: Figures) -> None:
        account, symbol, venue = key
        for held_at in ("", venue) if self.is_by_venue and venue else ("",):
            cell = self._cell((account, symbol, "", "", held_at))
            net_qty, cost = cell.net_qty, cell.cost
            if before[0]:
                untrade(cell, before[0].copy_negate(), multiply(before[0].copy_abs(), before[1]))
            if after[0]:
                trade(cell, after[0], multiply(after[0].copy_abs(), after[1]))
            self._hold(cell, net_qty, cost)
            self._sum_up()

    def _take_out(self, order: Order, account: str, qty: Decimal, value: Decimal) -> None:
        if order.special.legs:
            return
        signed = qty.copy_negate() if order.side is _BUY else qty
        for cell in self._cells(order, account, order.venue):
            net_qty, cost = cell.net_qty, cell.cost
            untrade(cell, signed, value)
            self._hold(cell, net_qty, cost)

    def _hold(self, cell: Cell, net_qty: Decimal, cost: Decimal) -> None:
        """The cell was so before; carry the difference into its slices, but for their sums."""
        after, after_cost = cell.net_qty, cell.cost
        more_qty = subtract(after, net_qty)
        for holding in cell.plain:
            holding.net_qty = add(holding.net_qty, more_qty)
        if not cell.valued:
            return
        long_qty = long_cost = short_qty = short_cost = ZERO
        if net_qty >= ZERO and after >= ZERO:
            long_qty, long_cost = more_qty, subtract(after_cost, cost)
        elif net_qty <= ZERO and after <= ZERO:
            short_qty, short_cost = more_qty.copy_negate(), subtract(after_cost, cost)
        elif after < ZERO:
            long_qty, long_cost = net_qty.copy_negate(), cost.copy_negate()
            short_qty, short_cost = after.copy_negate(), after_cost
        else:
            long_qty, long_cost = after, after_cost
            short_qty, short_cost = net_qty, cost.copy_negate()
        for _, holding in cell.valued:
            holding.net_qty = held = add(holding.net_qty, more_qty)
            holding.sign = 0 if not held else 1 if held > ZERO else -1
            if long_qty or long_cost:
                holding.long_qty = add(holding.long_qty, long_qty)
                holding.long_cost = add(holding.long_cost, long_cost)
            if short_qty or short_cost:
                holding.short_qty = add(holding.short_qty, short_qty)
                holding.short_cost = add(holding.short_cost, short_cost)
        self._unsummed.append(cell)

    def _sum_up(self) -> None:
        """An execution and what it leaves of its order change the sums of a slice once."""
        for cell in self._unsummed:
            for exposure, holding in cell.valued:
                sum_up(exposure, holding)
        self._unsummed.clear()

    # --------------------------------------------------------------------------------------------------------- restarts

    def restore(self, content: ExposuresContent, tables: Iterable[LimitTable]) -> None:
        """From a snapshot: what `content` was."""
        cells, reservations = content
        self._open_books(tables)
        for place, net_qty, cost in cells:
            cell = self.cells[place] = Cell(place)
            cell.net_qty, cell.cost = net_qty, cost
            self._place(cell)
            self._hold(cell, ZERO, ZERO)
            self._sum_up()
        for order_seq, places, account, venue, is_buy, qty, price, value, reference, market_price in reservations:
            its_cells = tuple(self.cells[place] for place in places)
            held = Reservation(account, venue, is_buy, its_cells, reference, market_price)
            held.qty, held.price, held.value = qty, price, value
            self.reservations[order_seq] = held
            self._add(held, qty, value)


def open_qty(order: Order) -> Decimal:
    """The most that may still be executed on the order, by the terms that stand or are pending."""
    if order.base not in _LIVE:
        return ZERO
    order_qty, cum_qty = order.order_qty, order.cum_qty
    if order.pending:
        for request in order.pending:
            asked = request.asked
            if isinstance(asked, ReplaceRequested) and asked.order_qty > order_qty:
                order_qty = asked.order_qty
    return subtract(order_qty, cum_qty) if order_qty > cum_qty else ZERO


def worst_price(
    side: Side,
    ord_type: OrdType,
    price: Decimal | None,
    special: SpecialTerms | None,
    reference: Decimal | None,
    market_price: Decimal | None,
) -> Decimal:
    """What a unit may come to be worth; 0 where nothing is known to tell it by."""
    if price is None or ord_type in _WITHOUT_LIMIT:
        worst = ZERO if market_price is None else market_price
        stop_px = None if special is None else special.stop_px
        return worst if stop_px is None or stop_px < worst else stop_px
    if side is Side.BUY or reference is None or reference < price:
        return price
    return reference


def _worst_price_of(order: Order, reference: Decimal | None, market_price: Decimal | None) -> Decimal:
    worst = worst_price(order.side, order.ord_type, order.price, order.special, reference, market_price)
    for request in order.pending:
        asked = request.asked
        if isinstance(asked, ReplaceRequested):
            other = worst_price(order.side, asked.ord_type, asked.price, asked.special, reference, market_price)
            if other > worst:
                worst = other
    return worst
