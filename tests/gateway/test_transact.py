"""The spine in the whole house: who gets in, what a turn that fails leaves behind, and that nothing is changed but by
events."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import cast

import pytest

import oms.order
from gateway.effects import CloseConnection, SendBytes
from gateway.failures import MemoryUnknown
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Tick
from gateway.journal import JournalFailed
from gateway.session.lobby import LOGON_TIMEOUT_S
from oms.blotter import Blotter
from oms.events import OrderRouted
from oms.limits import NOTHING
from oms.market import Reference
from oms.order import Order
from oms.order_state import Base
from oms.request import Outcome
from oms.types import Side, TradingState
from tests.peer import framed, stamp
from tests.world import World, memory_directory

STRANGER = 900


@pytest.fixture
def world() -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory)
        made.log_on(made.client, made.venue)
        yield made
        made.close()


def logon(world: World, comp_id: str = "OTHER", number: int = 1) -> bytes:
    header = b"35=A\x0134=%d\x0149=%b\x0152=%b\x0156=FIXGATE\x01" % (number, comp_id.encode(), stamp(world.utc_ns))
    return framed(b"FIX.4.4", header + b"98=0\x01108=30\x01")


# -- who gets in -------------------------------------------------------------------------------------------------------


def test_what_follows_a_refused_first_message_is_not_looked_at(world: World) -> None:
    """Both come in one turn, before the connection can be closed: the Logon behind the refusal changes nothing."""
    before = world.state()
    effects = world.spine.transact(
        [
            ConnectionOpened(STRANGER, "stranger"),
            BytesReceived(STRANGER, framed(b"FIX.4.4", b"35=0\x0134=1\x0149=OTHER\x0152=x\x0156=FIXGATE\x01")),
            BytesReceived(STRANGER, logon(world)),
        ],
        world.now,
    )
    assert [effect for effect in effects if isinstance(effect, (SendBytes, CloseConnection))] == [
        CloseConnection(STRANGER, "first message is not a Logon(A)")
    ]
    world.watch()
    assert world.state() == before
    assert not world.sessions["other"].is_logged_on


def test_a_second_connection_of_a_session_is_closed_and_the_first_goes_on(world: World) -> None:
    before = world.desk.blotter.state_hash()
    world.mono_ns += 3 * 10**9  # nothing has been heard of the client for a while
    effects = world.spine.transact(
        [ConnectionOpened(STRANGER, "again"), BytesReceived(STRANGER, logon(world, "CLIENT", 2))], world.now
    )
    assert [effect.connection for effect in effects if isinstance(effect, CloseConnection)] == [STRANGER]
    (asked,) = [effect for effect in effects if isinstance(effect, SendBytes)]
    assert asked.connection != STRANGER
    assert b"\x0135=1\x01" in asked.data, "the live session is asked whether it lives"
    world.watch()
    world.carry_out(effects)
    assert world.desk.blotter.state_hash() == before
    world.spine.transact([ConnectionClosed(STRANGER)], world.now)
    world.send(world.client, "35=H|11=X")
    world.expect(world.client, "35=8|39=8|103=5")


def test_who_does_not_say_logon_is_closed_in_time(world: World) -> None:
    world.spine.transact([ConnectionOpened(STRANGER, "silent"), BytesReceived(STRANGER, b"8=FIX.4.4\x01")], world.now)
    deadline = world.spine.deadline()
    assert deadline is not None
    assert deadline <= world.mono_ns + LOGON_TIMEOUT_S * 10**9
    world.mono_ns += LOGON_TIMEOUT_S * 10**9
    effects = world.spine.transact([Tick()], world.now)
    assert CloseConnection(STRANGER, "no Logon(A) in time") in effects
    assert world.spine.transact([BytesReceived(STRANGER, logon(world)), ConnectionClosed(STRANGER)], world.now) == []
    assert not world.sessions["other"].is_logged_on
    assert world.journal.numbers().get("other") is None


def test_bytes_of_a_connection_that_nobody_has_seen_are_dropped(world: World) -> None:
    before = world.state()
    assert world.spine.transact([BytesReceived(12345, logon(world)), ConnectionClosed(12345)], world.now) == []
    assert world.state() == before


# -- a turn that fails -------------------------------------------------------------------------------------------------


class FullDisk:
    def can_hold(self, length: int) -> bool:
        return True

    def has_room(self, length: int) -> bool:
        return True

    def append(self, *_: object) -> object:
        raise OSError(errno.ENOSPC, "no space left on device")


def test_a_turn_that_is_not_durable_has_no_effects_and_there_is_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.journal, "_ahead", FullDisk())
    heard = len(world.client.received), len(world.venue.received)
    with pytest.raises(JournalFailed, match="no space left"):
        world.send(world.client, "35=D|11=X|38=10")
    monkeypatch.undo()
    for _ in range(2):
        with pytest.raises((JournalFailed, AssertionError)):
            world.spine.transact([Tick()], world.now)
    assert (len(world.client.received), len(world.venue.received)) == heard
    world.kill()
    world.log_on(world.venue, world.client)
    assert "11=TESTA" in world.history(), "the order came again, from the client"
    assert len(world.venue.unread) == 1


def test_a_turn_that_leaves_memory_unknown_has_no_effects_and_there_is_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is received and cannot be applied whole: memory is no longer the fold of the log."""

    def broken(order: Order, event: OrderRouted) -> None:
        raise ZeroDivisionError

    before = world.state()
    monkeypatch.setitem(cast("dict[object, object]", oms.order._EFFECTS), OrderRouted, broken)
    with pytest.raises(MemoryUnknown, match="OrderRouted"):
        world.send(world.client, "35=D|11=X|38=10")
    monkeypatch.undo()
    with pytest.raises(AssertionError, match="an earlier turn raised"):
        world.spine.transact([Tick()], world.now)
    assert world.state() == before
    assert not world.client.unread


# -- nothing is changed without an event -------------------------------------------------------------------------------


def _order(blotter: Blotter) -> Order:
    return next(iter(blotter.orders.values()))


BEHIND_THE_LOG: dict[str, Callable[[Blotter], object]] = {
    "halt": lambda b: setattr(b, "trading_state", TradingState.HALTED),
    "limits": lambda b: setattr(b, "limits", NOTHING),
    "instrument gone": lambda b: b.instruments.popitem(),
    "venue up": lambda b: b.venues.update(VENUE=False),
    "reference price": lambda b: b.market.references.update({"BTC-USD": Reference(Decimal(1), 0)}),
    "reference price a little older": lambda b: b.market.references.update(
        {"BTC-USD": b.market.references["BTC-USD"]._replace(at_ns=1)}
    ),
    "quarantine counter": lambda b: setattr(b, "quarantined", 1),
    "ClOrdID taken": lambda b: b.clients["client"].cl_ord_ids.update(Z=None),
    "throttle": lambda b: setattr(b.clients["client"], "messages_full_at_ns", 0),
    "order forgotten": lambda b: b.orders.popitem(),
    "quantity": lambda b: setattr(_order(b), "order_qty", Decimal(10001)),
    "digits of a quantity": lambda b: setattr(_order(b), "order_qty", Decimal("10000.0")),
    "fill without execution": lambda b: setattr(_order(b), "cum_qty", Decimal(2)),
    "execution": lambda b: setattr(_order(b), "executions", {}),
    "side": lambda b: setattr(_order(b), "side", Side.SELL),
    "base state": lambda b: setattr(_order(b), "base", Base.CANCELED),
    "acknowledged": lambda b: setattr(_order(b), "acknowledged", False),
    "ClOrdID of an order": lambda b: setattr(_order(b), "cl_ord_id", "Z"),
    "chain": lambda b: setattr(_order(b), "chain", ["X", "Z"]),
    "pending request": lambda b: setattr(_order(b), "pending", ()),
    "outcome of a request": lambda b: setattr(_order(b).pending[0], "outcome", Outcome.REJECTED),
    "id at the venue": lambda b: setattr(_order(b), "venue_cl_ord_id", "Z"),
    "index by venue ids": lambda b: b._by_venue_cl_ord_id.clear(),
    "last number": lambda b: setattr(b, "last_seq", b.last_seq + 1),
}


@pytest.mark.parametrize("change", BEHIND_THE_LOG)
def test_any_change_behind_the_log_is_found_out(world: World, change: str) -> None:
    """What the world compares behind every turn of every scenario can fail."""
    world.send(world.client, "35=D|11=X|38=10000")
    name = world.expect(world.venue, "35=D")["11"]
    world.send(world.venue, f"35=8|150=0|39=0|11={name}|151=10000")
    world.send(world.venue, f"35=8|150=F|39=1|11={name}|32=1|31=50000|14=1|38=10000|151=9999")
    world.send(world.client, "35=F|11=Y|41=X")
    BEHIND_THE_LOG[change](world.desk.blotter)
    with pytest.raises(AssertionError, match="not the fold of the log"):
        world.watch()


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_numbers_of_a_session_move_in_the_turn_that_uses_them(world: World) -> None:
    numbers = world.journal.numbers()["client"]
    world.send(world.client, "35=H|11=X")
    assert world.journal.numbers()["client"] == (1, numbers[1] + 1, numbers[2] + 1)


def test_a_reset_begins_a_new_generation_and_keeps_the_old_messages(world: World) -> None:
    world.send(world.client, "35=H|11=X")
    old = dict(world.journal.outbound("client", 1, 1, 99))
    world.hang_up(world.client)
    world.client.next_out = world.client.next_in = 1
    world.client.received.clear()
    world.connect(world.client)
    world.client.log_on(b"141=Y\x01")
    assert world.client.logged_on
    assert world.journal.numbers()["client"] == (2, 2, 2)
    assert dict(world.journal.outbound("client", 1, 1, 99)) == old
    assert re.search(rb"\x0134=1\x01.*\x01141=Y\x01", dict(world.journal.outbound("client", 2, 1, 1))[1])
