"""What the risk gates cost: microseconds for each and for all, on a book with many slices and many open orders.

    python -m bench.gates                 # 1,000 slices, 10,000 open orders

The book is made of real facts: each order is decided and folded. Timed is then one more order that passes all gates,
each gate alone and all together: of most orders the pipeline asks a quick look in place of the gates on slices
(`oms.risk.within_slices`), so it costs less than its gates. And timed is what the slices add to the fold of an order
that is routed and filled. That no gate's work grows with the book is not seen by a clock, but counted:
tests/bench/test_gates.py.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from bench import stages
from oms.blotter import Blotter
from oms.commands import DefineInstrument, NewOrder, OpenLog, SetLimits
from oms.decide import decide
from oms.decide_client import judged
from oms.events import OrderRouted
from oms.instruments import Instrument
from oms.limits import Limits, Rate
from oms.risk.credit import credit
from oms.risk.gate import OrderRequest
from oms.risk.pipeline import GATES, refusals
from oms.risk.within_slices import within_slices
from oms.slices import ANY, Bounds, Dimension, LimitRow, limit_row
from oms.types import Moment, OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen, VenueConnected, VenueFilled

SLICES, OPEN_ORDERS = 1_000, 10_000
VENUE: Final = "SIM"
START_NS: Final = 1_700_000_000_000_000_000
CALLS, ROUNDS = 2_000, 5
QUICK_LOOK: Final = "in their place, of most orders: within_slices"
PIPELINE: Final = "pipeline"
BUDGET: Final = 15
"""Percent of an order's time that the gates may take."""
_MANY: Final = Decimal(10) ** 14


class Book:
    """A blotter with so many rows of limits, accounts, instruments and open orders; without any rows for 0."""

    def __init__(self, slices: int, open_orders: int) -> None:
        self.blotter = Blotter()
        self.seq = 1
        side = math.isqrt(slices) + 1
        self.symbols = [f"S{number}" for number in range(side + 1)]
        self.accounts = [f"A{number}" for number in range(side)]
        for command in (OpenLog("BENCH"), *map(_instrument, self.symbols)):
            self.do(command)
        self.do(SetLimits(_limits(self.accounts, self.symbols, slices), "bench", "bench"))
        self.do(VenueConnected(VENUE))
        for symbol in self.symbols:
            self.do(ReferencePriceSeen(VENUE, symbol, Decimal(100)))
        for number in range(open_orders):
            assert len(self.do(self.order(number))) == 2, number

    @property
    def at(self) -> Moment:
        return Moment(START_NS + self.seq * 1_000_000, self.seq)

    def do(self, item: object) -> list[object]:
        events = decide(self.blotter, item, self.at)  # type: ignore[arg-type]  # one of the commands above
        for event in events:
            self.blotter.apply(event)
        self.seq += len(events)
        return list(events)

    def order(self, number: int) -> NewOrder:
        """The accounts take turns at the symbols; nobody's orders could meet."""
        is_buy = number % 3 == 0
        return NewOrder(
            session="CLIENT",
            account=self.accounts[number % len(self.accounts)],
            cl_ord_id=f"C{number}",
            symbol=self.symbols[number % len(self.symbols)],
            side=Side.BUY if is_buy else Side.SELL,
            ord_type=OrdType.LIMIT,
            order_qty=Decimal(1 + number % 50),
            price=Decimal((96 if is_buy else 101) + number % 4),
            time_in_force=TimeInForce.DAY,
            trader=f"T{number % 25}",
        )

    def request(self, number: int) -> OrderRequest:
        """One more order, as the gates are asked about it; it passes."""
        _, request, refused = judged(self.blotter, self.order(number), self.at)
        assert not refused, refused
        return request


def _instrument(symbol: str) -> DefineInstrument:
    return DefineInstrument(
        Instrument(
            symbol=symbol, min_price_increment=Decimal("0.01"), round_lot=Decimal(1), min_trade_vol=Decimal(1),
            max_trade_vol=Decimal(1_000_000), venues=(VENUE,),
        )
    )  # fmt: skip


def _limits(accounts: list[str], symbols: list[str], slices: int) -> Limits:
    """Tables by account, by account and symbol, by session and by trader; most rows are of account and symbol."""
    if not slices:
        return _limits_of(())
    rows: list[LimitRow] = [
        limit_row(Bounds(gross_notional_max=_MANY, net_notional_max=_MANY), [(Dimension.ACCOUNT, ANY)]),
        limit_row(Bounds(order_notional_max=_MANY), [(Dimension.TRADER, ANY)]),
        limit_row(Bounds(gross_notional_max=_MANY, credit_max=_MANY), [(Dimension.SESSION, "CLIENT")]),
        limit_row(Bounds(long_qty_max=_MANY), [(Dimension.ACCOUNT, ANY), (Dimension.SYMBOL, ANY)]),
    ]
    for number in range(slices - len(rows)):
        account, symbol = accounts[number % len(accounts)], symbols[number // len(accounts) % len(symbols)]
        bounds = Bounds(order_qty_max=_MANY, long_qty_max=_MANY, short_qty_max=_MANY, price_band=Decimal("0.1"))
        rows.append(limit_row(bounds, [(Dimension.ACCOUNT, account), (Dimension.SYMBOL, symbol)]))
    return _limits_of(tuple(rows))


def _limits_of(rows: tuple[LimitRow, ...]) -> Limits:
    plenty = Rate(per_s=1_000_000, burst=1_000_000)
    return Limits(
        order_qty_max=Decimal(1_000_000), order_notional_max=_MANY, price_band=Decimal("0.1"),
        reference_price_age_ms_max=86_400_000, messages=plenty, cancels=plenty, rows=rows,
    )  # fmt: skip


class Cost(NamedTuple):
    name: str
    us: float


def costs(book: Book, calls: int = CALLS, rounds: int = ROUNDS) -> list[Cost]:
    """Each gate, then the whole pipeline: microseconds per order, the best of the rounds."""
    requests = [book.request(number) for number in range(100)]
    blotter, at = book.blotter, book.at
    asked: list[tuple[str, Callable[[OrderRequest, Blotter, Moment], object]]] = []
    for gate in GATES:
        asked.append((gate.__name__, gate))
        if gate is credit:
            asked.append((QUICK_LOOK, within_slices))
    asked.append((PIPELINE, refusals))
    return [Cost(name, _us(ask, requests, blotter, at, calls, rounds)) for name, ask in asked]


def fold_us(book: Book, orders: int = CALLS, rounds: int = ROUNDS) -> float:
    """What an order that is routed and filled costs in `Blotter.apply`, the best of the rounds."""
    best, apply, clock = math.inf, book.blotter.apply, time.perf_counter_ns
    for _ in range(rounds):
        gc.collect()
        taken = 0
        for number in range(orders):
            order = msgspec.structs.replace(book.order(number), cl_ord_id=f"F{book.seq}")
            received, routed = decide(book.blotter, order, book.at)
            assert isinstance(routed, OrderRouted), routed
            fill = VenueFilled(
                VENUE, routed.venue_cl_ord_id, "V", routed.venue_cl_ord_id, order.order_qty, Decimal(100)
            )
            start = clock()
            apply(received)
            apply(routed)
            taken += clock() - start
            book.seq += 2
            for event in decide(book.blotter, fill, book.at):
                start = clock()
                apply(event)
                taken += clock() - start
                book.seq += 1
        best = min(best, taken / orders / 1000)
    return best


def _us(
    ask: Callable[[OrderRequest, Blotter, Moment], object],
    requests: list[OrderRequest],
    blotter: Blotter,
    at: Moment,
    calls: int,
    rounds: int,
) -> float:
    """Less the loop itself."""

    def nothing(request: OrderRequest, blotter: Blotter, at: Moment) -> None: ...

    many = requests * (calls // len(requests))
    best: dict[object, int] = {}
    for function in (ask, nothing) * rounds:
        gc.collect()
        start = time.perf_counter_ns()
        for request in many:
            function(request, blotter, at)
        taken = time.perf_counter_ns() - start
        best[function] = min(taken, best.get(function, taken))
    return max(0, best[ask] - best[nothing]) / len(many) / 1000


def table() -> str:
    """The Markdown of the section in docs/BENCHMARKS.md."""
    book, small = Book(SLICES, OPEN_ORDERS), Book(100, 100)
    whole = min(stages.whole_us(stages.ORDERS, stages.BATCH) for _ in range(stages.ROUNDS))
    lines = [
        "## What the risk gates cost",
        "",
        f"One more order that passes, with {SLICES:,} rows of limits and {OPEN_ORDERS:,} open orders; beside it the",
        f"same with 100 of each. An order's time is that of the spine without slices: {whole:.1f} us. The aim for the",
        f"whole pipeline is at most {BUDGET}% of it (`python -m bench.gates`).",
        "",
        "| gate | us | % of an order's time | us with 100 and 100 |",
        "|---|--:|--:|--:|",
    ]
    for cost, less in zip(costs(book), costs(small), strict=True):
        name = f"**{cost.name}**" if cost.name == PIPELINE else cost.name
        lines.append(f"| {name} | {cost.us:.2f} | {100 * cost.us / whole:.1f} | {less.us:.2f} |")
    without, fold, less_fold = fold_us(Book(0, SLICES)), fold_us(book), fold_us(small)
    more = f"{fold - without:.2f} | {100 * (fold - without) / whole:.1f} | {less_fold - without:.2f}"
    lines.append(f"| what slices add to the fold: routed, filled | {more} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(table())
