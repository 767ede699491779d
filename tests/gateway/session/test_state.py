"""The two tables, over their whole cross products: as literals, and against what the engine does."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.session.settings import Role
from gateway.session.state import KIND_OF_MSG_TYPE, LIVE, RECEPTION, TRANSITIONS, Kind, State, Step, Verdict
from tests.gateway.session.host import Clock, Host, admit
from tests.gateway.session.messages import ORDER, logon, message, settings
from tests.gateway.session.rulebooks import rulebook

# The transitions once more, as a matrix, so that each change of the table shows twice in a review.
STEPS = [
    Step.SEND_LOGON,
    Step.LOGON_COMPLETE,
    Step.SEND_RESET,
    Step.SEND_LOGOUT,
    Step.PEER_LOGOUT,
    Step.EXPEL,
    Step.HANG_UP,
]
OFF, ASK, ON_, RST, BYE, ANS, OUT = (
    State.DISCONNECTED,
    State.LOGON_SENT,
    State.LOGGED_ON,
    State.RESET_SENT,
    State.LOGOUT_SENT,
    State.LOGOUT_ANSWERED,
    State.EXPELLED,
)
___ = None
MATRIX: dict[State, list[State | None]] = {
    #     logon comp. reset lgout peer's expel hang up
    OFF: [ASK, ON_, ___, ___, ___, OUT, ___],
    ASK: [___, ON_, ___, ___, OFF, OUT, OFF],
    ON_: [___, ON_, RST, BYE, ANS, OUT, OFF],
    RST: [___, ON_, ___, BYE, ANS, OUT, OFF],
    BYE: [___, ___, ___, ___, OFF, OUT, OFF],
    ANS: [___, ___, ___, ___, ___, ___, OFF],
    OUT: [___, ___, ___, ___, OFF, ___, OFF],
}


@pytest.mark.parametrize(("state", "step"), [*product(State, Step)])
def test_transition_is_the_one_of_the_matrix(state: State, step: Step) -> None:
    expected = MATRIX[state][STEPS.index(step)]
    assert TRANSITIONS[state].get(step) is expected
    session = Host(settings(), rulebook("FIX.4.4"), Clock()).session
    session.state = state
    if expected is None:
        with pytest.raises(AssertionError):
            session._move(step)
        assert session.state is state
    else:
        session._move(step)
        assert session.state is expected


def test_every_state_is_reached_and_leads_out() -> None:
    assert {state for steps in TRANSITIONS.values() for state in steps.values()} == set(State)
    for state in set(State) - {State.DISCONNECTED}:
        assert TRANSITIONS[state][Step.HANG_UP] is State.DISCONNECTED


def test_reception_has_a_verdict_for_every_pair() -> None:
    assert set(RECEPTION) == set(State)
    for verdicts in RECEPTION.values():
        assert set(verdicts) == set(Kind)


def test_every_session_message_has_its_kind() -> None:
    assert sorted(KIND_OF_MSG_TYPE) == [b"0", b"1", b"2", b"3", b"4", b"5", b"A"]


def peer_message(kind: Kind, msg_seq_num: int) -> bytes:
    possible_duplicate = b"43=Y\x01122=20231115-11:59:00\x01"
    return {
        Kind.LOGON: message(b"A", msg_seq_num, b"98=0\x01108=30\x01"),
        Kind.RESET_LOGON: message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01"),
        Kind.HEARTBEAT: message(b"0", msg_seq_num),
        Kind.TEST_REQUEST: message(b"1", msg_seq_num, b"112=HELLO\x01"),
        Kind.RESEND_REQUEST: message(b"2", msg_seq_num, b"7=1\x0116=0\x01"),
        Kind.REJECT: message(b"3", msg_seq_num, b"45=1\x01"),
        Kind.SEQUENCE_RESET: message(b"4", msg_seq_num, b"123=Y\x0136=%d\x01" % (msg_seq_num + 5)),
        Kind.LOGOUT: message(b"5", msg_seq_num),
        Kind.RESENT: message(b"1", msg_seq_num, possible_duplicate + b"112=HELLO\x01"),
        Kind.APPLICATION: message(b"D", msg_seq_num, ORDER),
    }[kind]


def host_in(state: State, role: Role) -> Host:
    """A session brought into a state by what brings sessions there."""
    host = Host(settings(role=role), rulebook("FIX.4.4"), Clock())
    if state is State.DISCONNECTED:
        return host
    if role is Role.ACCEPTOR:
        admit(host, logon())
    else:
        host.connect()
        if state is not State.LOGON_SENT:
            host.feed(logon())
    if state is State.RESET_SENT:
        assert host.session.reset_sequence_numbers("test", host.clock.now)
    elif state is State.LOGOUT_SENT:
        host.logout()
    elif state is State.LOGOUT_ANSWERED:
        host.feed(message(b"5", 2))
    elif state is State.EXPELLED:
        host.feed(message(b"0", 1))
    host.work()
    assert host.session.state is state
    host.unsent.clear()
    host.outputs.clear()
    return host


PAIRS = [
    (role, state, kind)
    for role, state, kind in product(Role, State, Kind)
    if (role, state) != (Role.ACCEPTOR, State.LOGON_SENT)
]


@pytest.mark.parametrize(("role", "state", "kind"), PAIRS)
def test_message_is_received_as_the_table_says(role: Role, state: State, kind: Kind) -> None:
    host = host_in(state, role)
    expected = host.numbers.next_target_msg_seq_num
    host.feed(peer_message(kind, expected))
    verdict = RECEPTION[state][kind]
    moved = host.numbers.next_target_msg_seq_num != expected
    if verdict is Verdict.IGNORE:
        assert host.session.state is state
        assert not moved
        assert not host.unsent
        assert not host.received
    elif verdict is Verdict.HANG_UP:
        assert host.session.state is State.DISCONNECTED
        assert host.closing is not None
        assert not moved
        assert not host.unsent
    elif verdict is Verdict.EXPEL:
        assert host.session.state is State.EXPELLED
        assert not moved
        assert len(host.unsent) == (0 if state is State.LOGOUT_SENT else 1)
    else:
        acted = moved or host.unsent or host.session.state is not state
        assert acted or (kind is Kind.LOGOUT and state is State.EXPELLED)
        if kind is Kind.APPLICATION:
            assert [m.msg_type for m in host.received] == [b"D"]


@pytest.mark.parametrize("state", list(State))
def test_only_live_sessions_transmit_what_the_application_sends(state: State) -> None:
    host = host_in(state, Role.INITIATOR)
    host.send(b"B", b"148=x\x0133=1\x0158=x\x01")
    assert bool(host.unsent) is (state in LIVE)
    assert host.store[host.numbers.generation, host.numbers.next_sender_msg_seq_num - 1]
