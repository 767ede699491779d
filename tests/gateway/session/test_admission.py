"""What a Logon must prove before anything of its session changes: address, certificate, password."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixspec.codec import encode
from gateway.instant import NS_PER_S
from gateway.networks import network_of
from gateway.password_question import PasswordQuestion
from gateway.peer_certificate import Certificate
from gateway.session.admission import OPEN, Admission
from gateway.session.lobby import (
    DUMMY_HASH,
    PASSWORD_TIMEOUT_S,
    REFUSED_AFTER_MS,
    WAITING_BYTES_MAX,
    Admitted,
    Arrival,
    Candidate,
    Lobby,
    PasswordChange,
    Refused,
    Verdict,
)
from gateway.session.lock_out import FAILURES_MAX
from gateway.session.session import Session
from gateway.session.state import State
from tests.gateway.session.host import Clock, Host
from tests.gateway.session.messages import fields_of, logon, message, settings
from tests.gateway.session.rulebooks import rulebook

CERTIFICATE = Certificate(("alice",), ("alice.example.com",), "ab" * 32)
HASH = b"$scrypt$configured"
GUARDED = Admission(username=b"alice", password_hash=HASH)
GOOD = b"553=alice\x01554=right password\x01"
ELSEWHERE = "192.0.2.9:5000"


class Door:
    """An acceptor with its demands, and connections that knock."""

    def __init__(self, admission: Admission = OPEN, **changed: object) -> None:
        self.clock = Clock()
        given = settings(**changed)
        self.host = Host(given, rulebook(given.begin_string.decode()), self.clock)
        self.lobby = Lobby([self.host.session], admissions={"test": admission})
        self._verdict: Verdict | None = None

    def verdict(self) -> Verdict | None:
        """On the last that happened."""
        return self._verdict

    def knock(self, data: bytes, peer: str = "198.51.100.7:40000", certificate: Certificate | None = None) -> Arrival:
        arrival = self.lobby.arrive(self.clock.now, peer, certificate)
        self._verdict = arrival.receive_data(data, self.clock.now)
        return arrival

    def answer(self, arrival: Arrival, is_right: bool | None, new_hash: bytes | None = None) -> None:
        self._verdict = arrival.password_checked(is_right, new_hash, self.clock.now)
        self.host.work()

    def refused_later(self, arrival: Arrival) -> str:
        """The reason of a refusal that is withheld until its time has come."""
        assert self._verdict is None
        assert arrival.deadline() > self.clock.mono_ns
        self.clock.advance_to(arrival.deadline() - 1)
        assert arrival.expired(self.clock.now) is None
        self.clock.advance_to(arrival.deadline())
        refused = arrival.expired(self.clock.now)
        assert isinstance(refused, Refused)
        return refused.reason

    def state(self) -> tuple[object, ...]:
        numbers = self.host.numbers
        return (
            self.host.session.state, numbers.generation, numbers.next_sender_msg_seq_num,
            numbers.next_target_msg_seq_num, len(self.host.outputs), len(self.host.unsent), len(self.host.store),
        )  # fmt: skip


UNTOUCHED = (State.DISCONNECTED, 1, 1, 1, 0, 0, 0)


# -- where it comes from -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("networks", "peer", "is_welcome"),
    [
        ((), "192.0.2.1:1", True),
        (("192.0.2.0/24",), "192.0.2.1:1", True),
        (("192.0.2.0/24",), "192.0.3.1:1", False),
        (("192.0.2.0/24", "2001:db8::/32"), "[2001:db8::5]:1", True),
        (("2001:db8::/32",), "[2001:db9::5]:1", False),
        (("192.0.2.7",), "[::ffff:192.0.2.7]:1", True),
        (("0.0.0.0/0",), "", False),
    ],
)
@pytest.mark.parametrize("reset", [b"", b"141=Y\x01"])
def test_a_session_is_used_from_its_networks_only(
    networks: tuple[str, ...], peer: str, is_welcome: bool, reset: bytes
) -> None:
    door = Door(Admission(networks=tuple(network_of(text) for text in networks)))
    door.knock(logon(1, reset), peer)
    if is_welcome:
        verdict = door.verdict()
        assert isinstance(verdict, Admitted)
        return
    verdict = door.verdict()
    assert isinstance(verdict, Refused)
    assert "allowed_remote_addresses" in verdict.reason
    door.host.work()
    assert door.state() == UNTOUCHED


# -- its certificate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binding", ["CN=alice", "SAN=alice.example.com", "SHA256=" + ":".join(["AB"] * 32)])
def test_a_session_takes_the_certificate_that_it_is_bound_to(binding: str) -> None:
    door = Door(Admission(certificates=("CN=somebody", binding)))
    door.knock(logon(), certificate=CERTIFICATE)
    verdict = door.verdict()
    assert isinstance(verdict, Admitted)


@pytest.mark.parametrize(
    ("admission", "certificate", "told"),
    [
        (Admission(certificates=("CN=bob",)), CERTIFICATE, "CN=alice"),
        (Admission(certificates=("CN=alice.example.com", "SAN=alice")), CERTIFICATE, "another one"),
        (Admission(certificates=("CN=alic", "CN=alice2", "CN=ALICE")), CERTIFICATE, "another one"),
        (Admission(certificates=("SHA256=" + "ac" * 32,)), CERTIFICATE, "another one"),
        (Admission(certificates=("CN=alice",)), None, "wants a client certificate"),
        (OPEN, CERTIFICATE, "client_certificate is not configured"),
    ],
)
@pytest.mark.parametrize("reset", [b"", b"141=Y\x01"])
def test_a_certificate_of_one_client_cannot_log_on_as_another(
    admission: Admission, certificate: Certificate | None, told: str, reset: bytes
) -> None:
    door = Door(admission, reset_on_logon=True)
    door.host.numbers.next_sender_msg_seq_num = door.host.numbers.next_target_msg_seq_num = 5
    before = door.state()
    door.knock(logon(5, reset), certificate=certificate)
    verdict = door.verdict()
    assert isinstance(verdict, Refused)
    assert told in verdict.reason
    door.host.work()
    assert door.state() == before


# -- its password ------------------------------------------------------------------------------------------------------


def test_a_password_is_asked_about_and_the_logon_waits() -> None:
    door = Door(GUARDED)
    arrival = door.knock(logon(1, GOOD) + message(b"1", 2, b"112=HELLO\x01"))
    assert door.verdict() == PasswordQuestion("test", b"right password", HASH, None)
    assert door.state() == UNTOUCHED
    assert arrival.deadline() == door.clock.mono_ns + PASSWORD_TIMEOUT_S * NS_PER_S
    door.answer(arrival, True)
    assert door.verdict() == Admitted(door.host.session)
    assert [dict(fields_of(raw))[b"35"] for raw in door.host.unsent] == [b"A", b"0"]


def test_a_password_that_nobody_judges_in_time_is_refused() -> None:
    door = Door(GUARDED)
    arrival = door.knock(logon(1, GOOD))
    door.clock.advance(PASSWORD_TIMEOUT_S)
    refused = arrival.expired(door.clock.now)
    assert isinstance(refused, Refused)
    assert "password" in refused.reason
    assert door.state() == UNTOUCHED


@pytest.mark.parametrize("reset", [b"", b"141=Y\x01"])
@pytest.mark.parametrize("reset_on_logon", [False, True])
@pytest.mark.parametrize("is_right", [False, None])
def test_nothing_moves_before_authentication(reset: bytes, reset_on_logon: bool, is_right: bool | None) -> None:
    door = Door(GUARDED, reset_on_logon=reset_on_logon)
    door.answer(door.knock(logon(1, GOOD)), True)
    door.host.end_of_file()
    door.host.session.take_wire_log()
    before = door.state()
    assert before[1:4] == (1, 2, 2)
    arrival = door.knock(logon(2, reset + GOOD))
    door.answer(arrival, is_right)
    door.refused_later(arrival)
    door.host.work()
    assert door.state() == before
    assert not door.host.session.take_wire_log()


@pytest.mark.parametrize(
    "data",
    [
        logon(1, b"553=alice\x01554=wrong\x01"),
        logon(1, b"553=alic\x01554=right password\x01"),
        logon(1, b"554=right password\x01"),
        logon(1),
        logon(1, GOOD).replace(b"49=PEER", b"49=PEAR"),
    ],
)
def test_all_refusals_take_the_same_time(data: bytes) -> None:
    """An unknown CompID, a wrong user, a wrong password: closed at the same moment after they came."""
    content = data[data.index(b"35=") : data.rindex(b"10=")]
    door = Door(GUARDED)
    start = door.clock.mono_ns
    arrival = door.knock(encode(b"FIX.4.4", content))
    if isinstance(door.verdict(), PasswordQuestion):
        door.clock.advance(0.07)  # what a hash takes
        door.answer(arrival, b"554=right password" in data)
    assert door.verdict() is None
    assert arrival.deadline() == start + REFUSED_AFTER_MS * 1_000_000
    assert arrival.receive_data(logon(1, GOOD), door.clock.now) is None, "it is too late for another one"
    door.refused_later(arrival)
    assert door.state() == UNTOUCHED


def test_an_unknown_user_costs_the_same_work_and_gets_the_same_answer() -> None:
    door = Door(GUARDED)
    arrival = door.knock(logon(1, b"553=mallory\x01554=right password\x01"))
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    assert verdict.password_hash == DUMMY_HASH
    door.answer(arrival, True)
    assert "wrong Username(553) or Password(554)" in door.refused_later(arrival)


def test_without_passwords_a_stranger_is_closed_at_once() -> None:
    door = Door()
    door.knock(message(b"A", 1, b"98=0\x01108=30\x01", begin_string=b"FIX.4.2"))
    verdict = door.verdict()
    assert isinstance(verdict, Refused)


def test_raw_data_stands_for_a_password_in_versions_that_have_none() -> None:
    door = Door(replace(GUARDED, username=None), begin_string=b"FIX.4.2")
    arrival = door.knock(logon(1, b"95=14\x0196=right password\x01", begin_string=b"FIX.4.2"))
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    assert verdict.offered == b"right password"
    door.answer(arrival, True)
    verdict = door.verdict()
    assert isinstance(verdict, Admitted)


def test_who_floods_while_its_password_is_judged_is_closed() -> None:
    door = Door(GUARDED)
    arrival = door.knock(logon(1, GOOD))
    assert arrival.receive_data(b"8" * WAITING_BYTES_MAX, door.clock.now) is None
    assert isinstance(arrival.receive_data(b"8", door.clock.now), Refused)


def test_a_right_password_does_not_help_a_logon_whose_terms_are_wrong() -> None:
    """Wrong terms are told, but only to who has proved to be the client."""
    door = Door(GUARDED)
    arrival = door.knock(message(b"A", 1, b"98=0\x01108=0\x01" + GOOD))
    assert not door.host.unsent
    door.answer(arrival, True)
    verdict = door.verdict()
    assert isinstance(verdict, Admitted)
    (logout,) = door.host.unsent
    assert dict(fields_of(logout))[b"35"] == b"5"


# -- too many tries ----------------------------------------------------------------------------------------------------


def guess(door: Door, peer: str) -> str:
    arrival = door.knock(logon(1, b"553=alice\x01554=guess\x01"), peer)
    if isinstance(door.verdict(), PasswordQuestion):
        door.answer(arrival, False)
    return door.refused_later(arrival)


def test_who_guesses_locks_himself_out_and_nobody_else() -> None:
    door = Door(GUARDED)
    reasons = [guess(door, "203.0.113.5:1") for _ in range(FAILURES_MAX)]
    assert "locked out of this session for 60 s" in reasons[-1]
    assert not any("locked" in reason for reason in reasons[:-1])
    arrival = door.knock(logon(1, GOOD), "203.0.113.5:2")
    assert door.verdict() is None, "not even judged"
    assert "is locked out" in door.refused_later(arrival)
    arrival = door.knock(logon(1, GOOD), ELSEWHERE)
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    door.answer(arrival, True)
    verdict = door.verdict()
    assert isinstance(verdict, Admitted)


def test_hanging_up_before_the_verdict_gains_nothing() -> None:
    door = Door(GUARDED)
    told = []
    for _ in range(FAILURES_MAX):
        arrival = door.knock(logon(1, b"553=alice\x01554=guess\x01"), "203.0.113.5:1")
        refused = arrival.receive_eof(door.clock.now)
        assert refused is not None
        told.append(refused.is_alarm)
    assert told == [False] * (FAILURES_MAX - 1) + [True]
    door.knock(logon(1, GOOD), "203.0.113.5:2")
    assert door.verdict() is None


def test_a_refusal_that_is_withheld_is_noted_though_the_peer_has_gone() -> None:
    door = Door(GUARDED)
    arrival = door.knock(message(b"A", 1, b"98=0\x01108=30\x01", begin_string=b"FIX.4.2"))
    refused = arrival.receive_eof(door.clock.now)
    assert refused is not None
    assert "no session" in refused.reason


def test_the_lock_begins_with_an_alarm() -> None:
    door = Door(GUARDED)
    for _ in range(FAILURES_MAX - 1):
        guess(door, "203.0.113.5:1")
    arrival = door.knock(logon(1, b"553=alice\x01554=guess\x01"), "203.0.113.5:1")
    door.answer(arrival, False)
    door.clock.advance_to(arrival.deadline())
    refused = arrival.expired(door.clock.now)
    assert refused is not None
    assert refused.is_alarm
    assert refused.session == "test"


# -- NewPassword(925) --------------------------------------------------------------------------------------------------


def fixt_logon(extra: bytes, number: int = 1) -> bytes:
    return logon(number, extra, begin_string=b"FIXT.1.1")


def test_a_new_password_is_hashed_beside_and_holds_once_it_is_told_to_the_host() -> None:
    door = Door(GUARDED, begin_string=b"FIXT.1.1")
    arrival = door.knock(fixt_logon(GOOD + b"925=a better password\x01"))
    assert door.verdict() == PasswordQuestion("test", b"right password", HASH, b"a better password")
    door.answer(arrival, True, b"$scrypt$new")
    verdict = door.verdict()
    assert isinstance(verdict, Admitted)
    change = verdict.password_change
    assert change is not None
    assert change.password_hash == b"$scrypt$new"
    assert dict(fields_of(door.host.unsent[0]))[b"1409"] == b"1"
    door.host.end_of_file()
    door.knock(fixt_logon(GOOD, 2))
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    assert verdict.password_hash == HASH, "nobody has made it durable yet"
    door.lobby.passwords["test"] = change
    door.knock(fixt_logon(GOOD, 2))
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    assert verdict.password_hash == b"$scrypt$new"


def test_a_changed_password_is_over_when_the_operator_writes_another_hash() -> None:
    door = Door(replace(GUARDED, password_hash=b"$scrypt$written later"))
    door.lobby.passwords["test"] = PasswordChange("test", "digest of the one before", b"$scrypt$changed")
    door.knock(logon(1, GOOD))
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    assert verdict.password_hash == b"$scrypt$written later"


@pytest.mark.parametrize("new", [b"short", b"right password", b"x" * 257])
def test_a_new_password_against_the_rules_is_refused_with_its_reason(new: bytes) -> None:
    door = Door(GUARDED, begin_string=b"FIXT.1.1")
    arrival = door.knock(fixt_logon(GOOD + b"925=%b\x01" % new))
    verdict = door.verdict()
    assert isinstance(verdict, PasswordQuestion)
    assert verdict.new_password is None
    door.answer(arrival, True)
    (logout,) = door.host.unsent
    fields = dict(fields_of(logout))
    assert (fields[b"35"], fields[b"1409"]) == (b"5", b"3")
    assert fields[b"58"].startswith(b"NewPassword(925) must")
    assert new not in logout


def test_session_status_is_told_where_passwords_are_used_and_the_version_has_it() -> None:
    for begin_string, extra, told in ((b"FIX.4.4", b"", None), (b"FIXT.1.1", b"", b"0")):
        door = Door(GUARDED, begin_string=begin_string)
        arrival = door.knock(logon(1, GOOD + extra, begin_string=begin_string))
        door.answer(arrival, True)
        assert dict(fields_of(door.host.unsent[0])).get(b"1409") == told
    door = Door(begin_string=b"FIXT.1.1")
    door.knock(fixt_logon(b""))
    door.host.work()
    assert b"1409" not in dict(fields_of(door.host.unsent[0]))


# -- a session that is connected ---------------------------------------------------------------------------------------


def test_the_live_session_wins_and_is_asked_whether_it_lives() -> None:
    """Session test case 1S.b."""
    door = Door(GUARDED)
    arrival = door.knock(logon(1, GOOD))
    door.answer(arrival, True)
    door.host.unsent.clear()
    before = door.host.numbers.next_sender_msg_seq_num
    second = door.knock(logon(2, GOOD), ELSEWHERE)
    door.answer(second, False)
    assert door.host.numbers.next_sender_msg_seq_num == before, "a stranger cannot make us ask"
    second = door.knock(logon(2, GOOD), ELSEWHERE)
    door.answer(second, True)
    verdict = door.verdict()
    assert isinstance(verdict, Refused)
    assert verdict.challenged is door.host.session
    assert door.host.session.state is State.LOGGED_ON


# -- templates ---------------------------------------------------------------------------------------------------------


def test_a_session_of_a_template_is_made_once_its_peer_has_proved_itself() -> None:
    made: list[Session] = []
    host = Host(settings(), rulebook("FIX.4.4"), Clock())
    lobby = Lobby()

    def make() -> Session:
        made.append(host.session)
        return host.session

    lobby.template = lambda logon: Candidate("test", GUARDED, None, make)
    arrival = lobby.arrive(host.clock.now, "198.51.100.7:1")
    assert isinstance(arrival.receive_data(logon(1, GOOD), host.clock.now), PasswordQuestion)
    assert not made
    arrival.password_checked(False, None, host.clock.now)
    assert not made
    arrival = lobby.arrive(host.clock.now, "198.51.100.7:1")
    arrival.receive_data(logon(1, GOOD), host.clock.now)
    assert arrival.password_checked(True, None, host.clock.now) == Admitted(host.session)
    assert made == [host.session]


# -- a reload in between -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["removed", "replaced", "other demands", "nothing"])
def test_a_session_that_changes_while_the_password_is_judged_is_not_entered(change: str) -> None:
    door = Door(GUARDED)
    arrival = door.knock(logon(1, GOOD))
    session = door.host.session
    if change == "removed":
        door.lobby.remove(session)
    elif change == "replaced":
        door.lobby.replace(session, session.copy())
    elif change == "other demands":
        door.lobby.remove(session)
        door.lobby.add(session, Admission(username=b"alice", password_hash=HASH + b"x"))
    door.answer(arrival, True)
    if change == "nothing":
        assert isinstance(door.verdict(), Admitted)
    else:
        assert door.refused_later(arrival) == "the session was removed or changed while its password was judged"
        assert door.state() == UNTOUCHED
