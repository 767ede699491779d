"""A fault of ours in every handler: it costs the message that was handled, and nobody else notices.

The faults are put where handlers call out: the translators, the decision, the encoder, the renderer, the adapters of
venues, operators' commands. Behind each the world compares memory with the log, and trading goes on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

import gateway.trading.client_requests
import gateway.trading.deciding
from fixspec.codec import decode, encode
from fixspec.message import Message
from gateway.failures import MemoryUnknown, handler_failed
from gateway.telemetry.log_redaction import presentable
from gateway.translate import reports
from oms.commands import SetTradingState
from oms.events import OrderFilled
from oms.quarantine import REASONS
from oms.types import TradingState
from oms.venue_reports import VenueFilled, VenueUnreadable
from tests.world import VERSIONS, World, memory_directory

SECRET = "hunter2"


class Fault(RuntimeError):
    """What only a program with a fault raises. Its text has a secret in it, as the text of an exception may."""


def raise_fault(*_: Any, **__: Any) -> Any:
    raise Fault(f"554={SECRET}")


@pytest.fixture(params=VERSIONS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory, request.param)
        made.log_on(made.client, made.other, made.venue)
        yield made
        made.close()


def faults(world: World) -> list[str]:
    """What was noted of faults, since the last time."""
    found = [note for note in world.notes if note.event in ("handler_failed", "fact_not_told", "venue_report_failed")]
    world.notes.clear()
    for note in found:
        assert note.level == "error"
        assert "Fault" in note.details["exception"] and "raise_fault" in note.details["exception"]
    return [note.event for note in found]


def goes_on(world: World) -> None:
    """Everybody trades as before, and the next process reads the same."""
    world.send(world.client, "35=D|11=NEXT|38=10")
    name = world.expect(world.venue, "35=D|38=10")["11"]
    world.send(world.venue, f"35=8|150=0|39=0|11={name}|38=10|151=10")
    world.expect(world.client, "35=8|150=0|39=0|11=NEXT")
    world.send(world.other, "35=H|11=1|55=BTC-USD|54=1")
    world.expect(world.other, "35=8|39=8|103=5")
    world.settle()
    before = world.desk.blotter.state_hash()
    world.kill()
    assert world.desk.blotter.state_hash() != before, "the venue is known to be gone"
    world.log_on(world.client, world.other)
    world.settle()


def accepted(world: World, name: str = "X") -> str:
    world.send(world.client, f"35=D|11={name}|38=10000")
    at_venue = world.expect(world.venue, "35=D|38=10000")["11"]
    world.send(world.venue, f"35=8|150=0|39=0|11={at_venue}|38=10000|151=10000")
    world.expect(world.client, f"35=8|150=0|39=0|11={name}")
    return at_venue


# -- a client's message ------------------------------------------------------------------------------------------------

SEAMS = [
    (gateway.trading.client_requests, "new_order"),
    (gateway.trading.deciding, "decide"),
    (gateway.trading.deciding, "encode_event"),
]


@pytest.mark.parametrize(("place", "name"), SEAMS, ids=[name for _, name in SEAMS])
def test_a_client_is_told_and_nothing_has_happened(
    world: World, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    numbers, state = world.journal.numbers()["client"], world.desk.blotter.state_hash()
    monkeypatch.setattr(place, name, raise_fault)
    number = world.send(world.client, "35=D|11=X|38=10")
    monkeypatch.undo()
    world.expect(world.client, f"35=j|45={number}|372=D|380=4|58=<any>")
    assert world.journal.numbers()["client"] == (1, numbers[1] + 1, numbers[2] + 1)
    assert world.book.inbound["client"][-1].find(b"\x0111=X\x01") > 0, "the message is in the log, with its number"
    assert world.desk.blotter.state_hash() == state
    assert faults(world) == ["handler_failed"]
    goes_on(world)


def test_the_note_has_the_message_without_its_secrets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway.trading.client_requests, "new_order", raise_fault)
    world.send(world.client, "35=D|11=X|38=10|58=note")
    world.expect(world.client, "35=j|380=4")
    (note,) = [note for note in world.notes if note.event == "handler_failed"]
    assert note.session == "client"
    assert "\x0111=X\x01" in note.details["message"]
    shown = {key: presentable(key, value) for key, value in note.details.items()}
    assert SECRET not in repr(shown)
    secret = b"35=D\x0134=2\x0149=A\x0152=20260101-00:00:00\x0156=B\x0195=7\x0196=%b\x01" % SECRET.encode()
    with_secret = decode(encode(b"FIX.4.4", secret))
    assert isinstance(with_secret, Message)
    assert SECRET not in repr(handler_failed("message_received", "client", Fault(), with_secret))


def test_a_request_that_cannot_be_written_for_the_venue_leaves_an_order_to_be_asked_about(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is a fact before the venue is asked. The client hears that we do not know; the venue will be asked."""
    adapter = world.desk._venue_of_session["venue"]
    monkeypatch.setattr(type(adapter), "requests", raise_fault)
    world.send(world.client, "35=D|11=X|38=10")
    monkeypatch.undo()
    world.expect(world.client, "35=j|372=D|380=4")
    assert faults(world) == ["fact_not_told", "handler_failed"]
    world.hang_up(world.venue)
    world.log_on(world.venue)
    for seconds in (0, 2, 4, 8):  # the last question is behind the venue's quiet time
        world.wait(seconds)
        asked = world.expect(world.venue, "35=H|11=<any>")
        more = f"|790={asked['790']}" if "790" in asked else ""
        world.send(world.venue, f"35=8|150=I|39=8|11={asked['11']}|37=NONE|151=0|103=5{more}")
    world.expect(world.client, "35=8|150=8|39=8|11=X")
    goes_on(world)


def test_a_report_that_cannot_be_written_is_told_of_and_the_fact_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fill: it is booked. The log says that the client has not heard of it; who listens to copies has."""
    at_venue = accepted(world)
    real, calls = reports.trade_report, itertools.count()

    def fails_first(*given: Any) -> bytes:
        return real(*given) if next(calls) else raise_fault()

    monkeypatch.setattr(reports, "trade_report", fails_first)
    fill = f"35=8|150=F|39=1|11={at_venue}|38=10000|32=4|31=50000|14=4|151=9996"
    world.send(world.venue, fill)
    monkeypatch.undo()
    assert [type(event) for event in world.events] == [OrderFilled]
    assert faults(world) == ["fact_not_told"]
    assert b"\x01150=F\x01" in list(world.book.outbound("dropcopy").values())[-1]
    world.send(world.client, "35=H|11=X")
    world.expect(world.client, "35=8|39=1|11=X|14=4")
    goes_on(world)


# -- a venue's message -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seam", ["reports", "decide", "encode_event"])
def test_a_fill_that_we_fail_on_is_put_aside_whole(world: World, monkeypatch: pytest.MonkeyPatch, seam: str) -> None:
    at_venue = accepted(world)
    adapter = world.desk._venue_of_session["venue"]
    if seam == "reports":
        monkeypatch.setattr(type(adapter), "reports", raise_fault)
    else:
        real = getattr(gateway.trading.deciding, seam)

        def fails_on_fills(*given: Any) -> Any:
            return raise_fault() if any(isinstance(g, VenueFilled | OrderFilled) for g in given) else real(*given)

        monkeypatch.setattr(gateway.trading.deciding, seam, fails_on_fills)
    world.send(world.venue, f"35=8|150=F|39=1|11={at_venue}|38=10000|32=4|31=50000|14=4|151=9996|17=MONEY")
    monkeypatch.undo()
    assert faults(world) == ["handler_failed" if seam == "reports" else "venue_report_failed"]
    (aside,) = world.quarantined
    world.quarantined.clear()
    if seam == "reports":
        assert isinstance(aside.report, VenueUnreadable)
        assert b"\x0117=MONEY\x01" in aside.report.raw
    else:
        assert aside.why == "HANDLER_FAILED" and aside.why in REASONS
        assert isinstance(aside.report, VenueFilled)
        assert (aside.report.exec_id, str(aside.report.last_qty)) == ("MONEY", "4")
    assert not world.venue.unread, "it is nothing to the venue"
    goes_on(world)


def test_even_what_cannot_be_put_aside_is_in_the_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at_venue = accepted(world)
    monkeypatch.setattr(gateway.trading.deciding, "encode_event", raise_fault)
    world.send(world.venue, f"35=8|150=F|39=1|11={at_venue}|38=10000|32=4|31=50000|14=4|151=9996|17=MONEY")
    monkeypatch.undo()
    assert b"\x0117=MONEY\x01" in world.book.inbound["venue"][-1]
    assert faults(world).count("handler_failed") >= 2
    world.expect(world.venue, "35=j|380=4")
    goes_on(world)


def test_an_adapter_that_fails_at_the_logon_or_on_a_reject(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = type(world.desk._venue_of_session["venue"])
    world.hang_up(world.venue)
    monkeypatch.setattr(adapter, "on_logon", raise_fault)
    world.log_on(world.venue)
    monkeypatch.undo()
    assert faults(world) == ["handler_failed"]
    world.send(world.client, "35=D|11=X|38=10")
    asked = world.expect(world.venue, "35=D")
    monkeypatch.setattr(adapter, "rejected", raise_fault)
    world.send(world.venue, f"35=3|45={asked['34']}|58=no")
    monkeypatch.undo()
    assert faults(world) == ["handler_failed"]
    goes_on(world)


def test_a_venue_inside_the_process_that_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    simulated = type(world.desk._in_process["SIM"])
    monkeypatch.setattr(simulated, "answer", raise_fault)
    world.send(world.client, "35=D|11=X|38=10|55=SIM-USD|44=100")
    world.expect(world.client, "35=j|372=D|380=4")
    monkeypatch.setattr(simulated, "tick", raise_fault)
    world.notes.clear()
    world.wait(3.5)
    monkeypatch.undo()
    assert faults(world) == ["handler_failed"] * 3
    world.wait(2)  # it is asked about what it has not answered; the order never came to its book
    assert faults(world) == []
    world.expect(world.client, "35=8|150=8|39=8|11=X")
    world.settle()


# -- operators, and the end -------------------------------------------------------------------------------------------


def test_a_command_that_fails_is_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway.trading.deciding, "decide", raise_fault)
    answer = world.command(SetTradingState(TradingState.HALTED, "ann", "test"))
    monkeypatch.undo()
    assert isinstance(answer, dict) and "INTERNAL_ERROR" in answer["error"]
    assert faults(world) == ["handler_failed"]
    assert world.desk.blotter.trading_state is TradingState.ACTIVE
    goes_on(world)


def test_memory_that_is_unknown_ends_the_process(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_appended(payload: bytes) -> int:
        raise Fault

    monkeypatch.setattr("gateway.transact._Turn.append", lambda self, payload: not_appended(payload))
    with pytest.raises(MemoryUnknown):
        world.send(world.client, "35=D|11=X|38=10")
    monkeypatch.undo()
    assert not world.client.unread


def test_no_handler_of_exceptions_stops_it() -> None:
    assert not issubclass(MemoryUnknown, Exception)
