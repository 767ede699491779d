"""Why a session's numbers are what they are, and what would happen if its peer logged on now.

Nothing here knows a rule of FIX. The second question is put to the real engine: a copy of the session is given the
Logon (for an initiator: makes its call and is given the answer), and what the copy then says is told in words. A
password is not asked for; everything else is judged as it would be.
"""

from __future__ import annotations

from collections.abc import Sequence

from fixspec.codec import Framer, decode, encode
from fixspec.message import Message
from fixspec.numbers import format_utc_timestamp
from fixspec.tags import (
    BEGIN_SEQ_NO,
    END_SEQ_NO,
    MSG_SEQ_NUM,
    NEW_SEQ_NO,
    NEXT_EXPECTED_MSG_SEQ_NUM,
    RESET_SEQ_NUM_FLAG,
    TEXT,
    MsgType,
)
from gateway.instant import Instant
from gateway.register import Change
from gateway.session.outputs import Disconnect, InstanceBegan, LoggedOn, LoggedOut, NumbersChanged, Output, ResendWanted
from gateway.session.session import Session
from gateway.session.settings import Role
from gateway.session.state import State


def explain(
    session: Session, history: Sequence[Change], now: Instant, logon_seq: int | None, next_expected: int | None
) -> dict[str, object]:
    """The answer of `fixgate session explain`, ready to be JSON."""
    settings, numbers = session.settings, session.numbers
    msg_seq_num = numbers.next_target_msg_seq_num if logon_seq is None else logon_seq
    verdict, steps = what_would_happen(session, msg_seq_num, next_expected, now)
    return {
        "session": settings.name,
        "role": settings.role.value,
        "state": session.state.value,
        "generation": numbers.generation,
        "next_sender_msg_seq_num": numbers.next_sender_msg_seq_num,
        "next_target_msg_seq_num": numbers.next_target_msg_seq_num,
        "schedule": schedule_state(session, now),
        "history": [_told(change) for change in history],
        "if_it_logs_on_now": {
            "msg_seq_num": msg_seq_num,
            "next_expected_msg_seq_num": next_expected,
            "verdict": verdict,
            "steps": steps,
        },
    }


def schedule_state(session: Session, now: Instant) -> dict[str, object]:
    """Hours and numbers of now: since when the numbers count, when they are reset next. Times are UTC."""
    schedule = session.settings.schedule
    if schedule is None:
        return {"hours": "always; the numbers are never reset by time"}
    window = schedule.logon_window(now.utc_ns)
    instance = schedule.instance(now.utc_ns)
    is_open = window.start_ns <= now.utc_ns
    return {
        "hours": "open" if is_open else "closed",
        "closes_at" if is_open else "opens_at": utc(window.end_ns if is_open else window.start_ns),
        "numbers_of_session_from": utc(instance.start_ns),
        "numbers_reset_at": utc(instance.end_ns),
        "time_zone": str(schedule.time_zone),
    }


def what_would_happen(
    session: Session, msg_seq_num: int, next_expected: int | None, now: Instant
) -> tuple[str, list[str]]:
    """The verdict in a word or a sentence, and what the engine would do, step by step."""
    steps = []
    if session.state is not State.DISCONNECTED:
        steps.append("it is connected now: a second Logon would be closed without an answer. Were it not connected:")
    copy = session.copy()
    trial = _Trial(copy, now)
    raw = _logon(copy, msg_seq_num, next_expected, now)
    if copy.settings.role is Role.ACCEPTOR:
        logon = decode(raw)
        assert isinstance(logon, Message), "a Logon of our own making"
        refusal = copy.accept(Framer(), logon, now)
        if refusal is not None:
            return f"refused without an answer: {refusal}", steps + trial.steps
    else:
        copy.connected(now)
        trial.listen()
        copy.receive_data(raw, now)
    trial.listen()
    steps += trial.steps
    if not trial.logged_on:
        return f"refused: {trial.reason}", steps
    numbers = copy.numbers
    steps.append(
        f"then: next MsgSeqNum(34) to send {numbers.next_sender_msg_seq_num}, "
        f"to expect {numbers.next_target_msg_seq_num}"
    )
    return "accepted" if not trial.reason else f"accepted, then ended: {trial.reason}", steps


def utc(utc_ns: int) -> str:
    """As people write it: 2026-11-20 22:00:00 UTC."""
    text = format_utc_timestamp(utc_ns, 0).decode()
    return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[9:]} UTC"


def _told(change: Change) -> str:
    numbers = change.numbers
    place = "" if numbers is None else f"generation {numbers[0]}, out {numbers[1]}, in {numbers[2]}: "
    return f"{utc(change.utc_ns)}  {place}{change.cause}"


def _logon(session: Session, msg_seq_num: int, next_expected: int | None, now: Instant) -> bytes:
    """The peer's Logon, with terms that are acceptable: the question is what becomes of its numbers."""
    settings = session.settings
    heart_bt_int_s = min(max(settings.heart_bt_int_s, settings.heart_bt_int_s_min), settings.heart_bt_int_s_max)
    content = b"35=A\x0134=%d\x0149=%b\x0152=%b\x0156=%b\x0198=0\x01108=%d\x01" % (
        msg_seq_num,
        settings.target_comp_id,
        format_utc_timestamp(now.utc_ns, 3 if settings.version.milliseconds else 0),
        settings.sender_comp_id,
        heart_bt_int_s,
    )
    if settings.role is Role.INITIATOR and (settings.reset_on_logon or settings.reset_seq_num_flag):
        content += b"141=Y\x01" if settings.version.reset_seq_num_flag else b""
    if next_expected is not None:
        content += b"789=%d\x01" % next_expected
    if settings.version.default_appl_ver_id:
        content += b"1137=%b\x01" % settings.default_appl_ver_id
    return encode(settings.begin_string, content)


class _Trial:
    """Listens to a copy of a session, and puts in words what it does."""

    def __init__(self, session: Session, now: Instant) -> None:
        self._session = session
        self._now = now
        self.steps: list[str] = []
        self.logged_on = False
        self.reason = ""

    def listen(self) -> None:
        while (output := self._session.next_output(self._now)) is not None:
            if not isinstance(output, NumbersChanged | InstanceBegan):
                self._sent()  # they were moved before anything was said
            self._done(output)
        self._sent()

    def _sent(self) -> None:
        for outgoing in self._session.take_outgoing():
            message = decode(outgoing.raw)
            assert isinstance(message, Message), "a message of our own making"
            self._say(message)

    def _say(self, message: Message) -> None:
        fields = message.fields
        shown = {tag: value.decode("ascii", "replace") for tag, value in fields.items()}
        number = f"MsgSeqNum(34)={shown[MSG_SEQ_NUM]}"
        if message.msg_type == MsgType.LOGON:
            reset = ", ResetSeqNumFlag(141)=Y" if RESET_SEQ_NUM_FLAG in fields else ""
            if NEXT_EXPECTED_MSG_SEQ_NUM in fields:
                reset += f", NextExpectedMsgSeqNum(789)={shown[NEXT_EXPECTED_MSG_SEQ_NUM]}"
            self.steps.append(f"we send Logon(A) {number}{reset}")
        elif message.msg_type == MsgType.RESEND_REQUEST:
            begin, end = shown.get(BEGIN_SEQ_NO, ""), shown.get(END_SEQ_NO, "")
            through = "the last" if end in ("0", "999999") else end
            self.steps.append(f"we ask for {begin} to {through} again: ResendRequest(2) {number}")
        elif message.msg_type == MsgType.LOGOUT:
            self.reason = shown.get(TEXT, "Logout(5) without a text")
            self.steps.append(f"we send Logout(5) {number}: {self.reason}")
        elif message.msg_type == MsgType.SEQUENCE_RESET:
            self.steps.append(f"we send SequenceReset(4) from {shown[MSG_SEQ_NUM]} to {shown.get(NEW_SEQ_NO, '')}")
        else:
            self.steps.append(f"we send MsgType(35)={message.msg_type.decode('ascii', 'replace')} {number}")

    def _done(self, output: Output) -> None:
        if isinstance(output, NumbersChanged):
            self.steps.append(f"numbers change: {output.cause}")
        elif isinstance(output, ResendWanted):
            self.steps.append(f"we send {output.begin_seq_no} to {output.end_seq_no} again")
        elif isinstance(output, LoggedOn):
            self.logged_on = True
        elif isinstance(output, Disconnect | LoggedOut):
            self.reason = self.reason or output.reason
        elif isinstance(output, InstanceBegan):
            self.steps.append(f"the numbers are those of the session from {utc(output.start_ns)} on")
