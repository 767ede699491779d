"""A day that has something of everything, and what the program that played it thought of it: the golden logs.

    python -m tests.oms.golden.scripted_day DIRECTORY      writes DIRECTORY/schema_N.events and schema_N.orders

N is the schema of the checkout that it runs in: it is run once, in the checkout that is released, and its files stay as
they are for ever. The logs of schemas 1 and 2 were written by this script in the checkouts of their time.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from oms import commands, venue_reports
from oms.blotter import Blotter
from oms.codec import SCHEMA
from oms.commands import SetTradingState
from oms.copy_commands import SetCopyTerms, SetReporting
from oms.copy_terms import CopyTerms, Reporting
from oms.types import TradingState
from oms.venue_reports import (
    VenueConnected,
    VenueDisconnected,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenueRejected,
    VenueUnreadable,
)
from tests.oms.world import SESSION, VENUE, World


def play(world: World) -> None:
    _plain_lives(world)
    _requests(world)
    _races(world)
    _oddities(world)
    if SCHEMA >= 2:
        _leavers(world)
    if SCHEMA >= 3:
        _second_day(world)
        _listeners(world)


def _listeners(world: World) -> None:
    reporting = Reporting("CLIENT", ("cancel", "replace"))
    world.do(SetReporting(SESSION, reporting))  # nobody listens yet
    world.do(SetCopyTerms("LISTENER", CopyTerms("FIX.4.4", "FIXGATE", accounts=("A*",), mics=((VENUE, "XVEN"),))))
    world.do(SetCopyTerms("GONE", CopyTerms("FIX.4.2", "FIXGATE")))
    world.do(SetCopyTerms("GONE", None))
    world.do(SetReporting(SESSION, reporting))


def _plain_lives(world: World) -> None:
    world.live("FILLED")
    world.fill("FILLED", "4", "99.5")
    world.fill("FILLED", "6")
    world.live("PARTLY", "100.0010")
    world.fill("PARTLY", "0.0010", "100.07")
    world.new("MARKET", price=None)
    world.fill("MARKET", "10", "101")  # before it was accepted
    world.accept("MARKET")
    world.new("REJECTED")
    world.do(VenueRejected(VENUE, world.venue_id("REJECTED"), "unknown account"))
    world.live("EXPIRED")
    world.do(VenueExpired(VENUE, world.venue_id("EXPIRED"), "end of day"))
    world.new("TOO LARGE", "100000000")
    world.new("SILENT")


def _requests(world: World) -> None:
    world.live("CANCELED")
    world.cancel("CANCELED-1", "CANCELED")
    world.venue_cancel("CANCELED-1", "CANCELED")
    world.live("KEPT")
    world.cancel("KEPT-1", "KEPT")
    world.venue_refuse("KEPT-1")
    world.live("AMENDED")
    world.replace("AMENDED-1", "AMENDED", "20", "100.25")
    world.fill("AMENDED", "3")
    world.venue_replace("AMENDED-1", "20", "100.25")
    world.replace("AMENDED-2", "AMENDED-1", "2")
    world.venue_refuse("AMENDED-2")
    world.replace("AMENDED-3", "AMENDED-1", "15", "99.75")
    world.live("REOPENED")
    world.fill("REOPENED", "10")
    world.replace("REOPENED-1", "REOPENED", "12")
    world.venue_replace("REOPENED-1", "12")


def _races(world: World) -> None:
    world.live("TWO")
    world.replace("TWO-1", "TWO", "11")
    world.replace("TWO-2", "TWO-1", "12")
    world.venue_replace("TWO-2", "12")
    world.venue_replace("TWO-1", "11")
    world.live("LATE")
    world.venue_cancel("LATE")
    world.fill("LATE", "5")
    world.live("OVER")
    world.fill("OVER", "12")
    world.cancel("OVER-1", "OVER")
    name = world.venue_id("FILLED")
    world.do(VenueFilled(VENUE, name, "V", "E1", Decimal(4), Decimal("99.5")))  # told again
    world.do(VenueFilled(VENUE, name, "V", "E1", Decimal(5), Decimal("99.5")))  # and told otherwise


def _oddities(world: World) -> None:
    world.new("FILLED")
    world.new("FILLED", poss_resend=True)
    world.cancel("NOTHING-1", "NOTHING")
    world.query("FILLED")
    world.do(SetTradingState(TradingState.HALTED, "operator", "a pause"))
    world.new("HALTED")
    world.do(SetTradingState(TradingState.ACTIVE, "operator", "on again"))
    world.do(VenueFilled(VENUE, "NOBODY", "V", "E99", Decimal(1), Decimal(1)))
    world.do(VenueUnreadable(VENUE, "bad field", b"35=8\x01\xff"))
    world.do(VenueDisconnected(VENUE))
    world.do(VenueConnected(VENUE))
    if SCHEMA < 3:
        world.do(commands.QueryUnresolved(VENUE))  # type: ignore[attr-defined]
    else:
        world.do(commands.AskVenue(world.order("SILENT").order_seq, False))
    world.do(
        VenueOrderStatus(
            VENUE, world.venue_id("PARTLY"), world.order("PARTLY").ord_status, Decimal("0.0010"), Decimal(100), "V"
        )
    )


def _leavers(world: World) -> None:
    world.do(commands.MarkClientArrived(SESSION))
    world.live("LEFT")
    world.do(commands.MarkClientLeft(SESSION, False, world.now_ns + 5))
    world.do(commands.CancelForLeaver(world.order("LEFT").order_seq))
    world.do(commands.EndForLeaver(SESSION, 1))
    world.do(commands.SetSessionRates("OTHER", None, None))


def _second_day(world: World) -> None:
    world.do(commands.BeginTradingDay("20231115"))
    world.live("FILLED", "7")  # its name is free again
    world.replace("FILLED-2", "FILLED", "8")
    world.live("BUSTED")
    world.fill("BUSTED", "6", exec_id="T1")
    world.fill("BUSTED", "4", exec_id="T2")
    name = world.venue_id("BUSTED")
    world.do(venue_reports.VenueBusted(VENUE, name, "V", "T3", "T2", "clearly erroneous"))
    world.do(venue_reports.VenueCorrected(VENUE, name, "V", "T4", "T1", Decimal(5), Decimal("100.5")))
    world.live("SPLIT")
    world.do(venue_reports.VenueSuspended(VENUE, world.venue_id("SPLIT"), "a halt"))
    world.live("DONE")
    world.do(venue_reports.VenueDoneForDay(VENUE, world.venue_id("DONE")))


def seen(blotter: Blotter) -> str:
    """What there is to each order, a line each: what a later version must think, too."""
    lines = []
    for order in sorted(blotter.orders.values(), key=lambda order: order.order_seq):
        pending = [request.asked.venue_cl_ord_id for request in order.pending]
        executions = [
            f"{getattr(execution, 'last_qty', '')}@{getattr(execution, 'last_px', '')}"  # neither, when it was busted
            for execution in order.executions.values()
        ]
        figures = f"{order.order_qty} {order.cum_qty} {order.leaves_qty} {order.avg_px}"
        names = f"{order.session} {'>'.join(order.chain)} {order.venue}:{order.venue_cl_ord_id}"
        lines.append(f"{order.order_id} {order.ord_status} {figures} {names} pending={pending} {executions}\n")
    counts = f"{blotter.last_seq} {blotter.trading_state} quarantined={blotter.quarantined}"
    return "".join(lines) + f"{counts} {sorted(blotter.clients)}\n"


def main(directory: Path) -> None:
    world = World()
    play(world)
    (directory / f"schema_{SCHEMA}.events").write_bytes(b"".join(payload + b"\n" for payload in world.log))
    (directory / f"schema_{SCHEMA}.orders").write_text(seen(world.blotter))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
