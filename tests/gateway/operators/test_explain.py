"""What would happen at a Logon: told by the engine itself, on a copy, without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from gateway.operators.explain import explain, what_would_happen
from gateway.register import Change
from gateway.session.schedule import Schedule, Window
from gateway.session.session import Session
from gateway.session.settings import Role, SessionNumbers
from gateway.session.version import VERSIONS
from gateway.store.log_records import Numbers
from tests.gateway.session.host import NOON_NS, Clock, Host, admit
from tests.gateway.session.messages import logon, settings
from tests.gateway.session.rulebooks import rulebook

HOUR_NS = 3600 * 10**9


def session_at(out: int, in_: int, **changed: object) -> Session:
    return Session(settings(**changed), rulebook("FIX.4.4"), SessionNumbers(4, out, in_))


@pytest.mark.parametrize(
    ("msg_seq_num", "verdict", "steps"),
    [
        (5, "accepted", ["we send Logon(A) MsgSeqNum(34)=9", "then: next MsgSeqNum(34) to send 10, to expect 6"]),
        (
            8,
            "accepted",
            [
                "we send Logon(A) MsgSeqNum(34)=9",
                "we ask for 5 to the last again: ResendRequest(2) MsgSeqNum(34)=10",
                "then: next MsgSeqNum(34) to send 11, to expect 5",
            ],
        ),
        (
            3,
            "refused: MsgSeqNum too low, expecting 5 but received 3",
            ["we send Logout(5) MsgSeqNum(34)=9: MsgSeqNum too low, expecting 5 but received 3"],
        ),
    ],
)
def test_an_acceptor_by_the_number_of_the_logon(msg_seq_num: int, verdict: str, steps: list[str]) -> None:
    assert what_would_happen(session_at(9, 5), msg_seq_num, None, Clock().now) == (verdict, steps)


def test_the_number_that_the_peer_expects() -> None:
    session = session_at(9, 5, send_next_expected_msg_seq_num=True)
    verdict, steps = what_would_happen(session, 5, 3, Clock().now)
    assert verdict == "accepted"
    assert any("again" in step and " 3 " in step for step in steps), steps
    verdict, steps = what_would_happen(session, 5, 30, Clock().now)
    assert verdict.startswith("refused: "), steps


def test_an_initiator_makes_its_call() -> None:
    session = session_at(9, 5, role=Role.INITIATOR)
    verdict, steps = what_would_happen(session, 7, None, Clock().now)
    assert verdict == "accepted"
    assert steps[:2] == [
        "we send Logon(A) MsgSeqNum(34)=9",
        "we ask for 5 to the last again: ResendRequest(2) MsgSeqNum(34)=10",
    ]
    verdict, _ = what_would_happen(session, 2, None, Clock().now)
    assert verdict == "refused: MsgSeqNum too low, expecting 5 but received 2"


def test_a_reset_is_foreseen() -> None:
    verdict, steps = what_would_happen(session_at(9, 5, reset_on_logon=True), 1, None, Clock().now)
    assert verdict == "accepted"
    assert steps == [
        "numbers change: reset_on_logon",
        "we send Logon(A) MsgSeqNum(34)=1",
        "then: next MsgSeqNum(34) to send 2, to expect 2",
    ]


def test_the_hours_count() -> None:
    schedule = Schedule(UTC, 13 * 3600, 14 * 3600)
    verdict, steps = what_would_happen(session_at(9, 5, schedule=schedule), 5, None, Clock().now)
    assert verdict == "refused: Logons are not allowed at this time"
    over = Session(
        settings(schedule=schedule), rulebook("FIX.4.4"), SessionNumbers(4, 9, 5), Window(0, NOON_NS - HOUR_NS)
    )
    _, steps = what_would_happen(over, 1, None, Clock().now)
    assert steps[0] == "numbers change: schedule: the session that began 19700101-00:00:00 UTC is over"


@pytest.mark.parametrize("begin_string", sorted(VERSIONS))
@pytest.mark.parametrize("role", Role)
def test_every_version_and_role_can_be_asked(begin_string: bytes, role: Role) -> None:
    session = Session(
        settings(begin_string=begin_string, role=role), rulebook(begin_string.decode()), SessionNumbers(1, 3, 3)
    )
    assert what_would_happen(session, 3, None, Clock().now)[0] == "accepted"


def test_asking_changes_nothing() -> None:
    host = Host(settings(), rulebook("FIX.4.4"), Clock())
    host.numbers.next_sender_msg_seq_num = 7
    before = replace(host.numbers)
    what_would_happen(host.session, 3, 3, host.clock.now)
    assert (host.numbers, host.session.take_outgoing(), host.session.take_wire_log()) == (before, [], [])
    assert host.session.next_output(host.clock.now) is None


def test_a_live_session_is_explained_as_if_it_were_away() -> None:
    host = Host(settings(), rulebook("FIX.4.4"), Clock())
    admit(host, logon())
    verdict, steps = what_would_happen(host.session, 2, None, host.clock.now)
    assert verdict == "accepted"
    assert steps[0].startswith("it is connected now: a second Logon would be closed")
    assert host.session.is_logged_on


def test_the_whole_answer() -> None:
    history = [Change(NOON_NS, Numbers(2, 1, 1), "reset_on_logout"), Change(NOON_NS, None, "logged out by ann: x")]
    found = explain(session_at(9, 5), history, Clock().now, None, None)
    assert found["history"] == [
        "2023-11-15 12:00:00 UTC  generation 2, out 1, in 1: reset_on_logout",
        "2023-11-15 12:00:00 UTC  logged out by ann: x",
    ]
    assert (found["generation"], found["next_sender_msg_seq_num"], found["next_target_msg_seq_num"]) == (4, 9, 5)
    assert found["schedule"] == {"hours": "always; the numbers are never reset by time"}
    trial = found["if_it_logs_on_now"]
    assert isinstance(trial, dict)
    assert (trial["msg_seq_num"], trial["verdict"]) == (5, "accepted")


def test_hours_are_told_in_utc() -> None:
    session = session_at(1, 1, schedule=Schedule(UTC, 8 * 3600, 22 * 3600))
    assert explain(session, [], Clock().now, None, None)["schedule"] == {
        "hours": "open",
        "closes_at": "2023-11-15 22:00:00 UTC",
        "numbers_of_session_from": "2023-11-15 08:00:00 UTC",
        "numbers_reset_at": "2023-11-15 22:00:00 UTC",
        "time_zone": "UTC",
    }
