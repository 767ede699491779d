"""The client's session against a peer in memory: numbers, gaps, replays, time limits, advice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.client.session import HEART_BT_INT_S, KEPT_MESSAGES, Identity, SessionMemory, State
from gateway.client.wire import decode
from tests.gateway.client.peer import Peer, fix


@pytest.fixture
def peer() -> Peer:
    peer = Peer()
    peer.log_on()
    return peer


def order(peer: Peer, cl_ord_id: str) -> int:
    return peer.session.send(b"D", fix(f"11={cl_ord_id}|55=BTC-USD"), peer.now)


# -- logon and logout --------------------------------------------------------------------------------------------------


def test_logon() -> None:
    peer = Peer()
    assert peer.log_on() == ["35=A|34=1|98=0|108=30"]
    assert peer.logged_on()
    assert peer.session.state is State.LOGGED_ON
    assert (peer.memory.next_sender_msg_seq_num, peer.memory.next_target_msg_seq_num) == (2, 2)


def test_logon_of_fixt_names_its_application_version() -> None:
    peer = Peer(identity=Identity(b"FIXT.1.1", b"C", b"G", b"9"))
    assert peer.log_on() == ["35=A|34=1|98=0|108=30|1137=9"]
    assert peer.logged_on()


def test_logon_with_reset_forgets_the_past() -> None:
    peer = Peer(SessionMemory(17, 23, {16: b"8=..."}))
    assert peer.log_on(reset=True) == ["35=A|34=1|98=0|108=30|141=Y"]
    assert peer.logged_on()
    assert (peer.memory.next_sender_msg_seq_num, peer.memory.next_target_msg_seq_num) == (2, 2)
    assert peer.memory.sent == {}


def test_a_reset_by_the_other_side_is_followed() -> None:
    peer = Peer(SessionMemory(17, 23, {16: b"8=..."}))
    peer.session.connected(peer.now)
    peer.answers()
    peer.says("35=A|98=0|108=30|141=Y")
    assert peer.logged_on()
    assert peer.memory == SessionMemory(1, 2, {})
    assert "reset the sequence numbers" in peer.notes()[0]


def test_numbers_survive_a_reconnect(peer: Peer) -> None:
    peer.session.closed()
    again = Peer(peer.memory)
    again.seq = peer.seq
    assert again.log_on() == ["35=A|34=2|98=0|108=30"]
    assert again.logged_on()


def test_a_logon_without_an_answer_ends(peer: Peer) -> None:
    silent = Peer()
    silent.session.connected(silent.now)
    silent.after(9.9)
    assert silent.end() == ""
    silent.after(0.2)
    assert silent.end() == "no answer to our Logon(A) within 10 s"


def test_a_connection_closed_before_the_answer_says_who_we_said_we_are() -> None:
    peer = Peer()
    peer.session.connected(peer.now)
    peer.session.closed()
    peer.answers()
    assert "FIX.4.4 SenderCompID(49)=CLIENT TargetCompID(56)=GATE" in peer.end()


def test_a_refused_logon_says_why_and_what_to_do() -> None:
    peer = Peer()
    peer.session.connected(peer.now)
    peer.answers()
    assert peer.says("35=5|58=MsgSeqNum too low, expecting 7 but received 1") == ["35=5|34=2"]
    assert peer.end().startswith("the Logon was refused: MsgSeqNum too low, expecting 7 but received 1 (")
    assert "--reset" in peer.end()


def test_anything_but_a_logon_first_is_refused() -> None:
    peer = Peer()
    peer.session.connected(peer.now)
    peer.answers()
    assert peer.says("35=8|39=0") == ["35=5|34=2|58=the first message must be a Logon"]
    assert not peer.logged_on()
    assert peer.fresh() == []


def test_logout(peer: Peer) -> None:
    peer.session.logout(peer.now)
    assert peer.answers() == ["35=5|34=2"]
    assert peer.says("35=5|58=bye") == []
    assert peer.end() == "logged out: bye"
    assert peer.memory.next_target_msg_seq_num == 3


def test_logout_without_an_answer(peer: Peer) -> None:
    peer.session.logout(peer.now)
    peer.after(2.1)
    assert peer.end() == "logged out (the other side did not answer it)"


def test_logout_by_the_other_side(peer: Peer) -> None:
    assert peer.says("35=5|58=closing time") == ["35=5|34=2"]
    assert peer.end() == "logged out by the other side: closing time"


def test_a_lost_connection(peer: Peer) -> None:
    peer.session.closed()
    peer.answers()
    assert peer.end() == "the connection is lost"
    peer.session.closed()
    assert peer.answers() == []


# -- liveliness --------------------------------------------------------------------------------------------------------


def test_heartbeats_when_there_is_nothing_to_say(peer: Peer) -> None:
    assert peer.after(HEART_BT_INT_S - 1) == []
    peer.says("35=0")
    assert peer.after(1) == ["35=0|34=2"]


def test_a_test_request_is_answered(peer: Peer) -> None:
    assert peer.says("35=1|112=hello") == ["35=0|34=2|112=hello"]


def test_a_silent_peer_is_asked_once_and_then_given_up(peer: Peer) -> None:
    peer.after(HEART_BT_INT_S)
    assert peer.after(HEART_BT_INT_S * 0.3) == ["35=1|34=3|112=ARE-YOU-THERE"]
    assert peer.after(0.1) == []
    assert peer.end() == ""
    peer.after(HEART_BT_INT_S * 1.2)
    assert "taken for dead" in peer.end()


# -- gaps --------------------------------------------------------------------------------------------------------------


def test_a_gap_is_asked_for_once_and_filled(peer: Peer) -> None:
    assert peer.says("35=8|11=C", seq=4) == ["35=2|34=2|7=2|16=0"]
    assert peer.says("35=8|11=D", seq=5) == []
    assert peer.fresh() == []
    peer.says("35=8|11=A|43=Y|122=20231114-22:13:20.000", seq=2)
    peer.says("35=4|123=Y|36=4|43=Y", seq=3)
    peer.says("35=8|11=C|43=Y", seq=4)
    peer.says("35=8|11=D|43=Y", seq=5)
    assert peer.fresh() == ["8", "8", "8"]
    assert peer.memory.next_target_msg_seq_num == 6
    assert peer.says("35=8|11=Z", seq=9) == ["35=2|34=3|7=6|16=0"]  # the next gap is a new one


def test_a_gap_at_logon(peer: Peer) -> None:
    late = Peer()
    late.session.connected(late.now)
    late.answers()
    assert late.says("35=A|98=0|108=30", seq=5) == ["35=2|34=2|7=1|16=0"]
    assert late.logged_on()
    late.says("35=4|123=Y|36=6|43=Y", seq=1)
    assert late.memory.next_target_msg_seq_num == 6


def test_an_unanswered_resend_request_is_repeated(peer: Peer) -> None:
    peer.says("35=8", seq=4)
    assert peer.after(9) == []
    assert peer.after(2) == ["35=2|34=3|7=2|16=0"]
    assert peer.after(2) == []


def test_a_duplicate_is_not_acted_on_twice(peer: Peer) -> None:
    peer.says("35=8|11=A")
    assert peer.says("35=8|11=A|43=Y", seq=2) == []
    assert peer.fresh() == ["8"]
    assert peer.end() == ""


def test_a_number_too_low_ends_the_session_with_advice(peer: Peer) -> None:
    peer.says("35=8|11=A")
    assert peer.says("35=8|11=A", seq=2) == ["35=5|34=2|58=MsgSeqNum too low, expecting 3 but received 2"]
    assert "MsgSeqNum(34)=2, but 3 is next" in peer.notes()[-1]
    assert "--reset" in peer.notes()[-1]


def test_a_logon_answer_too_low(peer: Peer) -> None:
    late = Peer(SessionMemory(5, 9))
    late.session.connected(late.now)
    late.answers()
    assert late.says("35=A|98=0|108=30", seq=1) == ["35=5|34=6|58=MsgSeqNum too low, expecting 9 but received 1"]
    assert not late.logged_on()


def test_sequence_reset_in_reset_mode_moves_forward_only(peer: Peer) -> None:
    peer.says("35=4|36=40", seq=1)
    assert peer.memory.next_target_msg_seq_num == 40
    peer.says("35=4|36=3", seq=40)
    assert peer.memory.next_target_msg_seq_num == 40
    assert "backwards" in peer.notes()[-1]


# -- replays -----------------------------------------------------------------------------------------------------------


def test_a_replay_sends_orders_again_and_fills_over_the_rest(peer: Peer) -> None:
    order(peer, "A")  # 2
    order(peer, "B")  # 3
    peer.says("35=1|112=x")  # answered with 4
    order(peer, "C")  # 5
    peer.answers()
    peer.seconds += 60
    assert peer.says("35=2|7=1|16=0") == [
        "35=4|34=1|43=Y|122=20231114-22:14:20.000|123=Y|36=2",
        "35=D|34=2|43=Y|122=20231114-22:13:20.000|11=A|55=BTC-USD",
        "35=D|34=3|43=Y|122=20231114-22:13:20.000|11=B|55=BTC-USD",
        "35=4|34=4|43=Y|122=20231114-22:14:20.000|123=Y|36=5",
        "35=D|34=5|43=Y|122=20231114-22:13:20.000|11=C|55=BTC-USD",
    ]
    assert peer.memory.next_sender_msg_seq_num == 6


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("7=3|16=3", ["35=D|34=3|43=Y"]),
        ("7=2|16=9999", ["35=D|34=2|43=Y", "35=D|34=3|43=Y"]),
        ("7=1|16=1", ["35=4|34=1|43=Y"]),
        ("7=0|16=1", ["35=4|34=1|43=Y"]),
        ("7=4|16=0", []),
        ("7=x|16=0", []),
        ("16=0", []),
    ],
)
def test_the_range_of_a_replay(peer: Peer, asked: str, sent: list[str]) -> None:
    order(peer, "A")
    order(peer, "B")
    peer.answers()
    assert ["|".join(m.split("|")[:3]) for m in peer.says(f"35=2|{asked}")] == sent
    assert ("a ResendRequest(2) for nothing we sent is ignored" in peer.notes()) == (sent == [])


def test_a_resend_request_beyond_a_gap_is_served_before_we_ask(peer: Peer) -> None:
    order(peer, "A")
    peer.answers()
    answers = peer.says("35=2|7=2|16=2", seq=7)
    assert answers[0].startswith("35=D|34=2|43=Y")
    assert answers[1] == "35=2|34=3|7=2|16=0"


def test_the_memory_of_sent_messages_is_bounded(peer: Peer) -> None:
    for n in range(KEPT_MESSAGES + 5):
        order(peer, f"N{n}")
    peer.answers()
    assert len(peer.memory.sent) == KEPT_MESSAGES
    first = peer.says("35=2|7=2|16=8")
    assert [m.split("|")[0] for m in first] == ["35=4", "35=D", "35=D"]


def test_what_is_kept_is_what_was_sent(peer: Peer) -> None:
    seq = order(peer, "A")
    assert decode(peer.memory.sent[seq]).get(b"11") == b"A"
    assert peer.answers() == ["35=D|34=2|11=A|55=BTC-USD"]


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"8=FIX.4.4\x019=5\x0135=0\x0110=000\x01", "BodyLength(9) or CheckSum(10) is wrong"),
        (b"nonsense=1\x0110=1\x01", "TagNotNumberError"),
        (b"8=FIX.4.4\x019=\x01", "EmptyValueError"),
        (b"8=FIX.4.4\x019=5\x0110=000\x01", "No message type"),
    ],
)
def test_garbled_bytes_are_told_and_ignored(peer: Peer, raw: bytes, reason: str) -> None:
    assert peer.sends(raw) == []
    assert reason in peer.notes()[-1]
    assert peer.says("35=1|112=x") == ["35=0|34=2|112=x"]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (b"8=FIX.4.2", "BeginString(8) is FIX.4.2, not FIX.4.4"),
        (b"49=OTHER", "SenderCompID(49) is OTHER, not GATE"),
        (b"56=OTHER", "TargetCompID(56) is OTHER, not CLIENT"),
        (b"34=x", "MsgSeqNum(34) is missing"),
    ],
)
def test_a_message_that_is_not_ours_ends_the_session(peer: Peer, field: bytes, told: str) -> None:
    tag = field.split(b"=")[0]
    pairs = [p for p in peer.wire("35=8").split(b"\x01") if p]
    body = b"\x01".join(field if p.startswith(tag + b"=") else p for p in pairs if not p.startswith((b"9=", b"10=")))
    head, rest = body.split(b"\x01", 1)
    rest += b"\x01"
    raw = head + b"\x019=%d\x01" % len(rest) + rest
    assert peer.sends(raw + b"10=%03d\x01" % (sum(raw) % 256)) == [f"35=5|34=2|58={told}"]
    assert peer.fresh() == []


@given(
    st.binary(max_size=200) | st.lists(st.sampled_from([b"8=FIX.4.4\x01", b"35=0\x01", b"9=5\x01", b"=", b"10=1\x01"]))
)
def test_nothing_a_peer_sends_raises(data: bytes | list[bytes]) -> None:
    peer = Peer()
    peer.log_on()
    peer.sends(data if isinstance(data, bytes) else b"".join(data))


@given(st.lists(st.integers(1, 80), max_size=8))
def test_the_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    peer = Peer()
    peer.log_on()
    stream = peer.wire("35=8|11=A") + peer.wire("35=8|11=B") + peer.wire("35=1|112=x")
    start, answers = 0, []
    for cut in cuts:
        answers += peer.sends(stream[start : start + cut])
        start += cut
    answers += peer.sends(stream[start:])
    assert answers == ["35=0|34=2|112=x"]
    assert peer.fresh() == ["8", "8"]
