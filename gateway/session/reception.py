"""What becomes of what arrives.

    frame -> message -> kind -> RECEPTION[state][kind] -> header checks -> MsgSeqNum -> rulebook -> act

Sequence rules. An inbound number is consumed when its message is acted on, whether it was good or refused, and before
the host hears of it. Garbled messages consume nothing. ResendRequest, Logout and SequenceReset-Reset are acted on
whatever their number: each may be what a peer with other ideas about the numbers needs to get out of its trouble, and
waiting for one another is how two sides lock up.
"""

from __future__ import annotations

from typing import Final

from fixspec.faults import INCORRECT_DATA_FORMAT, VALUE_INCORRECT, BusinessFault, Fault
from fixspec.message import Message
from fixspec.numbers import parse_int
from fixspec.tags import (
    APPL_VER_ID,
    BEGIN_SEQ_NO,
    DEFAULT_APPL_VER_ID,
    ENCRYPT_METHOD,
    END_SEQ_NO,
    GAP_FILL_FLAG,
    HEART_BT_INT,
    MSG_SEQ_NUM,
    MSG_TYPE,
    NEW_SEQ_NO,
    POSS_DUP_FLAG,
    REF_MSG_TYPE,
    REF_SEQ_NUM,
    REF_TAG_ID,
    RESET_SEQ_NUM_FLAG,
    SECURE_DATA,
    SESSION_REJECT_REASON,
    TEST_REQ_ID,
    TEXT,
    MsgType,
)
from gateway.instant import Instant
from gateway.session.checks import (
    DECRYPTION_PROBLEM,
    INVALID_APPLICATION_VERSION,
    HeaderRefusal,
    fault_of,
    first_refusal,
    routing_fault,
    unsigned,
)
from gateway.session.lifecycle import show, text_of
from gateway.session.logon import APPL_VER_IDS, ENCRYPTION_NOT_SUPPORTED, LogonTerms, read_terms
from gateway.session.outputs import (
    Disconnect,
    LoggedOn,
    MessageReceived,
    MessageRejected,
    Note,
    NumbersChanged,
    Output,
)
from gateway.session.replaying import Replaying
from gateway.session.settings import Role
from gateway.session.state import KIND_OF_MSG_TYPE, LIVE, RECEPTION, Kind, State, Step, Verdict

NEXT_EXPECTED_TOO_HIGH: Final = 10
"""SessionStatus(1409): received NextExpectedMsgSeqNum(789) is too high."""

_APPLICATION: Final = Kind.APPLICATION
_TAKE: Final = Verdict.TAKE


class Reception(Replaying):
    __slots__ = ()

    def next_output(self, now: Instant) -> Output | None:
        """The next thing the host has to know or do; None when there is nothing before more bytes come."""
        outputs, gap = self._outputs, self._gap
        while not outputs:
            framer = self._framer
            if framer is None:
                return None
            if self._late_gap and self._replay is None:
                self._ask_if_needed(self._late_gap, False, now)
                self._late_gap = 0
            if gap.held and self.numbers.next_target_msg_seq_num in gap.held and self._application_verdict is _TAKE:
                self._take_held(now)
                continue
            frame = framer.next_frame()
            if frame is None:
                return None
            message = self._rulebook.read(frame) if isinstance(frame, bytes) else frame
            if isinstance(message, Message):
                self._receive(message, now)
            else:
                self._receive_garbled(message.raw, message.reason, now)
        return outputs.popleft()

    def _receive(self, message: Message, now: Instant) -> None:
        heartbeats = self._heartbeats
        heartbeats.last_received_ns = now.mono_ns
        heartbeats.tested_ns = None
        self._sender.wire.append(message.raw)
        kind = KIND_OF_MSG_TYPE.get(message.msg_type, _APPLICATION)
        if kind is _APPLICATION:
            verdict = self._application_verdict
        else:
            kind = self._kind_of_admin(kind, message)
            verdict = RECEPTION[self.state][kind]
        if verdict is not _TAKE:
            self._turn_away(verdict, kind, message, now)
            return
        refusal = first_refusal(message, self.settings, now)
        if refusal is not None:
            if self.state is State.EXPELLED:
                self._hang_up(self._why)  # that was its Logout, however wrong
            else:
                self._refuse_header(message, refusal, now)
            return
        self._garbled = 0
        msg_seq_num = int(message.fields[MSG_SEQ_NUM])
        if kind is not _APPLICATION and (
            self._is_flood(kind, message, msg_seq_num, now)
            or self._receive_whatever_its_number(kind, message, msg_seq_num, now)
        ):
            return
        expected = self.numbers.next_target_msg_seq_num
        if msg_seq_num == expected:
            self._receive_in_sequence(kind, message, now)
        elif msg_seq_num > expected:
            self._receive_too_high(message, msg_seq_num, now)
        elif message.fields.get(POSS_DUP_FLAG) == b"Y":
            if not self._gap.comes_again(msg_seq_num) and self._is_one_too_many("possible duplicate", now):
                return
            self._note("info", "possible_duplicate_ignored", message, MSG_SEQ_NUM, MSG_TYPE)
        else:
            self._expel_too_low(msg_seq_num, now)

    def _is_flood(self, kind: Kind, message: Message, msg_seq_num: int, now: Instant) -> bool:
        """Count a session message, unless it comes to its end by itself (`gateway.session.throttle`). True: the peer
        has been logged out for it, and it is not acted on."""
        if kind is Kind.LOGON or kind is Kind.LOGOUT or self.state is State.LOGON_SENT:
            return False
        fields, gap, expected = message.fields, self._gap, self.numbers.next_target_msg_seq_num
        if kind is Kind.RESEND_REQUEST:
            if self._throttle.goes_on_from(unsigned(fields.get(BEGIN_SEQ_NO)) or 0):
                return False
        elif kind is Kind.REJECT:
            last = self.numbers.next_sender_msg_seq_num - 1
            if self._throttle.is_first_reject_of(unsigned(fields.get(REF_SEQ_NUM)) or 0, last):
                return False
        elif kind is Kind.RESENT and msg_seq_num < expected:
            return False  # counted as a possible duplicate
        elif (kind is Kind.RESENT or fields.get(GAP_FILL_FLAG) == b"Y") and gap.is_open(expected):
            return False
        return self._is_one_too_many(f"{kind.value}({show(message.msg_type)})", now)

    def _is_one_too_many(self, what: str, now: Instant) -> bool:
        if not self._throttle.is_above(now.mono_ns):
            return False
        per_s, burst = self.settings.session_messages_per_s, self.settings.session_messages_burst
        text = f"{what}: too many session messages; {burst} at once and {per_s} a second are taken"
        self._expel(text, now, f"{text} (session_messages_burst, session_messages_per_s)")
        return True

    def _receive_whatever_its_number(self, kind: Kind, message: Message, msg_seq_num: int, now: Instant) -> bool:
        """The kinds that are acted on outside the sequence check. False for all others."""
        if kind is Kind.LOGOUT:
            self._receive_logout(message, msg_seq_num, now)
        elif kind is Kind.LOGON or kind is Kind.RESET_LOGON:
            self._receive_logon(message, msg_seq_num, now)
        elif kind is Kind.RESEND_REQUEST:
            self._receive_resend_request(message, msg_seq_num, now)
        elif kind is Kind.SEQUENCE_RESET and message.fields.get(GAP_FILL_FLAG) != b"Y":
            self._receive_sequence_reset(message, msg_seq_num, now)
        else:
            return False
        return True

    def _kind_of_admin(self, kind: Kind, message: Message) -> Kind:
        fields = message.fields
        if fields.get(POSS_DUP_FLAG) == b"Y" and kind is not Kind.SEQUENCE_RESET:
            return Kind.RESENT
        if kind is Kind.LOGON and self.settings.version.reset_seq_num_flag and fields.get(RESET_SEQ_NUM_FLAG) == b"Y":
            return Kind.RESET_LOGON
        return kind

    def _turn_away(self, verdict: Verdict, kind: Kind, message: Message, now: Instant) -> None:
        self._note("warning", f"message_{verdict.name.lower()}", message, MSG_SEQ_NUM, MSG_TYPE, TEXT)
        if self.state is State.EXPELLED:
            self._garbled += 1  # nothing it says counts any more: a flood of it is not waited out
            if 0 < self.settings.garbled_messages_max <= self._garbled:
                self._hang_up(self._why)
        elif verdict is Verdict.EXPEL:
            self._expel(f"{kind.value} not expected", now)
        elif verdict is Verdict.HANG_UP:
            self._hang_up(f"first message is not a Logon(A) but a {kind.value}")

    def _receive_garbled(self, raw: bytes, reason: str, now: Instant) -> None:
        """Ignored, its number not consumed, unless the settings want it rejected; too many in a row are no accident."""
        self._garbled += 1
        self._outputs.append(Note("warning", "garbled_message", {"reason": reason}))
        if self.settings.reject_garbled_message and self.state in LIVE:
            expected = self.numbers.next_target_msg_seq_num
            if raw.count(b"\x0134=") == raw.count(b"\x0134=%d\x01" % expected) == 1:  # two: it has swallowed another
                self._consume(now)
                self._send_admin(MsgType.REJECT, b"45=%d\x0158=garbled: %b\x01" % (expected, reason.encode()), now)
        if 0 < self.settings.garbled_messages_max <= self._garbled:
            why = f"{self._garbled} garbled messages in a row"
            if self.state in LIVE:
                self._expel(f"{why}; a message may have {self.settings.message_bytes_max} bytes", now)
            else:
                self._hang_up(why)

    def _receive_in_sequence(self, kind: Kind, message: Message, now: Instant) -> None:
        """The message whose turn it is: by the rulebook, then by its kind."""
        fault: Fault | BusinessFault | None = None
        if self._has_own_rules:
            fault = self._fault_beyond_the_rulebook(kind, message)
        if fault is None:
            fault = self._rulebook.validate(message)
        if fault is None and message.valid_by is None and SECURE_DATA in message.fields:
            fault = fault_of(DECRYPTION_PROBLEM, SECURE_DATA)  # session test cases 14.n, 17: we decrypt nothing
        if fault is not None and not self._let_pass(kind, message, fault):
            self._refuse(message, self.numbers.next_target_msg_seq_num, fault, now)
        elif kind is _APPLICATION:
            self._consume(now)
            self._outputs.append(MessageReceived(message))
        elif kind is Kind.SEQUENCE_RESET:
            self._gap_fill(message, now)
        else:
            self._consume(now)
            self._act_on_admin(kind, message, now)

    def _fault_beyond_the_rulebook(self, kind: Kind, message: Message) -> Fault | None:
        """FIXT: a message of another application version than this session's cannot be judged by its dictionary. And
        only those third parties are served that are agreed."""
        ours = self.settings.default_appl_ver_id
        if ours and kind is _APPLICATION and message.fields.get(APPL_VER_ID, ours) != ours:
            return fault_of(INVALID_APPLICATION_VERSION, APPL_VER_ID)
        return routing_fault(message, self.settings)

    def _act_on_admin(self, kind: Kind, message: Message, now: Instant) -> None:
        if kind is Kind.TEST_REQUEST:
            test_req_id = message.fields.get(TEST_REQ_ID)  # required, but a dictionary may have been relaxed
            self._send_admin(MsgType.HEARTBEAT, b"" if test_req_id is None else b"112=%b\x01" % test_req_id, now)
        elif kind is Kind.REJECT:
            self._note(
                "warning",
                "reject_received",
                message,
                MSG_SEQ_NUM,
                REF_SEQ_NUM,
                REF_TAG_ID,
                REF_MSG_TYPE,
                SESSION_REJECT_REASON,
                TEXT,
            )
            ref_seq_num = unsigned(message.fields.get(REF_SEQ_NUM))
            if ref_seq_num is not None:
                self._outputs.append(MessageRejected(ref_seq_num, message))
        elif kind is Kind.RESENT:
            self._note("info", "resent_session_message", message, MSG_SEQ_NUM, MSG_TYPE)

    def _let_pass(self, kind: Kind, message: Message, fault: Fault | BusinessFault) -> bool:
        """Whether a faulty message is taken all the same: a Reject (two sides must never reject each other's rejects in
        turn), what is resent by mistake, and application messages where the settings say so."""
        if kind is _APPLICATION and self.settings.reject_invalid_message:
            return False
        if kind is not _APPLICATION and kind is not Kind.REJECT and kind is not Kind.RESENT:
            return False
        self._note("warning", "invalid_message_taken", message, MSG_SEQ_NUM, MSG_TYPE, fault=text_of(fault))
        return True

    def _take_held(self, now: Instant) -> None:
        """A message that waited above a gap. Its header was judged when it came."""
        raw = self._gap.take(self.numbers.next_target_msg_seq_num)
        message = None if raw is None else self._rulebook.read(raw)
        if message is None:
            self._consume(now)
            return
        assert isinstance(message, Message), "a held message was decoded before"
        kind = KIND_OF_MSG_TYPE.get(message.msg_type, _APPLICATION)
        self._receive_in_sequence(kind if kind is _APPLICATION else self._kind_of_admin(kind, message), message, now)

    def _consume(self, now: Instant) -> None:
        numbers, gap = self.numbers, self._gap
        numbers.next_target_msg_seq_num += 1
        if gap.end or gap.held:
            gap.moved(numbers.next_target_msg_seq_num, now.mono_ns)
            self._ask_for_the_next_chunk(now)

    # -- gaps and resends --------------------------------------------------------------------------------------------

    def _receive_too_high(self, message: Message, msg_seq_num: int, now: Instant) -> None:
        if not self._gap.hold(msg_seq_num, message.raw):
            self._note("warning", "message_above_gap_dropped", message, MSG_SEQ_NUM, MSG_TYPE)
        self._ask_if_needed(msg_seq_num, message.fields.get(POSS_DUP_FLAG) == b"Y", now)

    def _ask_if_needed(self, above: int, poss_dup: bool, now: Instant) -> None:
        expected = self.numbers.next_target_msg_seq_num
        if above > expected and self._gap.must_ask(expected, poss_dup):
            if self._replay is None:
                self._ask(above, now)
            else:
                self._late_gap = max(self._late_gap, above)  # theirs first; ours would only wait behind it

    def _ask_for_the_next_chunk(self, now: Instant) -> None:
        gap, expected = self._gap, self.numbers.next_target_msg_seq_num
        if gap.is_at_end_of_chunk(expected):
            self._ask(gap.end + 1, now)
        elif gap.is_beyond_what_was_asked(expected):
            self._ask(gap.above(expected), now)

    def _ask_again(self, now: Instant) -> None:
        expected = self.numbers.next_target_msg_seq_num
        if self._gap.is_hopeless(expected):
            self._expel(f"ResendRequest(2) from {expected} was not answered", now)
        else:
            self._ask(self._gap.above(expected), now)

    def _ask(self, above: int, now: Instant) -> None:
        expected = self.numbers.next_target_msg_seq_num
        end_seq_no = self._gap.end_to_ask_for(expected, above)
        self._send_admin(
            MsgType.RESEND_REQUEST,
            b"7=%d\x0116=%d\x01" % (expected, end_seq_no or self.settings.version.infinity),
            now,
        )
        self._gap.asked(expected, above, now.mono_ns, end_seq_no)
        self._outputs.append(Note("warning", "gap", {"expected": str(expected), "received": str(above)}))

    def _receive_resend_request(self, message: Message, msg_seq_num: int, now: Instant) -> None:
        """Served whatever its own number (session test case 20); above a gap, our own request follows the replay."""
        expected = self.numbers.next_target_msg_seq_num
        fault = self._rulebook.validate(message)
        begin_seq_no = unsigned(message.fields.get(BEGIN_SEQ_NO))
        end_seq_no = unsigned(message.fields.get(END_SEQ_NO))
        last = self.numbers.next_sender_msg_seq_num - 1
        if fault is None:
            if begin_seq_no is None or end_seq_no is None:
                fault = fault_of(INCORRECT_DATA_FORMAT, BEGIN_SEQ_NO if begin_seq_no is None else END_SEQ_NO)
            elif not 1 <= begin_seq_no <= last:
                fault = fault_of(VALUE_INCORRECT, BEGIN_SEQ_NO)
            elif end_seq_no not in (0, self.settings.version.infinity) and end_seq_no < begin_seq_no:
                fault = fault_of(VALUE_INCORRECT, END_SEQ_NO)
        if fault is not None:
            self._refuse(message, msg_seq_num, fault, now)
            return
        assert begin_seq_no is not None and end_seq_no is not None
        if msg_seq_num == expected:
            self._consume(now)
        elif msg_seq_num > expected:
            self._gap.hold(msg_seq_num, None)
            self._late_gap = msg_seq_num
        self._resend_requested(begin_seq_no, 0 if end_seq_no == self.settings.version.infinity else end_seq_no, now)

    def _receive_sequence_reset(self, message: Message, msg_seq_num: int, now: Instant) -> None:
        """SequenceReset(4) in reset mode: its own number means nothing (session test cases 11.a to 11.c)."""
        expected = self.numbers.next_target_msg_seq_num
        fault = self._rulebook.validate(message)
        new_seq_no = unsigned(message.fields.get(NEW_SEQ_NO))
        if fault is None and new_seq_no is None:
            fault = fault_of(INCORRECT_DATA_FORMAT, NEW_SEQ_NO)
        if fault is not None:
            self._refuse(message, msg_seq_num, fault, now)
            return
        assert new_seq_no is not None
        if new_seq_no > expected:
            self._skip_to(new_seq_no, f"SequenceReset(4) reset from {expected}", now)
            return
        self._note(
            "warning" if new_seq_no == expected else "error",
            "sequence_reset_not_higher",
            message,
            MSG_SEQ_NUM,
            NEW_SEQ_NO,
        )
        if new_seq_no < expected:
            self._send_refusal(message, msg_seq_num, fault_of(VALUE_INCORRECT), now)

    def _gap_fill(self, message: Message, now: Instant) -> None:
        """SequenceReset(4) in gap fill mode, in sequence. One that leads back is rejected, the number left as it is."""
        expected = self.numbers.next_target_msg_seq_num
        new_seq_no = unsigned(message.fields.get(NEW_SEQ_NO))
        if new_seq_no is not None and new_seq_no > expected:
            self._skip_to(new_seq_no, f"SequenceReset(4) gap fill from {expected}", now)
            return
        text = f"attempt to lower sequence number, invalid value NewSeqNo(36)={new_seq_no}"
        self._note("error", "gap_fill_not_higher", message, MSG_SEQ_NUM, NEW_SEQ_NO)
        self._send_refusal(message, expected, Fault(VALUE_INCORRECT, NEW_SEQ_NO, text), now)

    def _skip_to(self, new_seq_no: int, cause: str, now: Instant) -> None:
        self._gap.skipped(self.numbers.next_target_msg_seq_num, new_seq_no, now.mono_ns)
        self.numbers.next_target_msg_seq_num = new_seq_no
        self._outputs.append(NumbersChanged(f"{cause} to {new_seq_no}"))
        self._ask_for_the_next_chunk(now)

    # -- Logon and Logout --------------------------------------------------------------------------------------------

    def _acceptable_terms(self, logon: Message) -> LogonTerms | str:
        fault = self._rulebook.validate(logon)
        if fault is not None:
            return text_of(fault)
        stated = logon.fields.get(DEFAULT_APPL_VER_ID)
        if stated is not None and stated not in APPL_VER_IDS:
            return f"DefaultApplVerID(1137)={show(stated)} is no version of FIX"
        if stated is not None and stated != self.settings.default_appl_ver_id:
            self._note("warning", "default_appl_ver_id_differs", logon, DEFAULT_APPL_VER_ID)
        return read_terms(logon, self.settings)

    def _refuse_terms(self, logon: Message, msg_seq_num: int, reason: str, now: Instant) -> None:
        """Session test case 1S.d; an encryption that we do not have is rejected beforehand (17)."""
        if reason == ENCRYPTION_NOT_SUPPORTED:
            self._send_refusal(logon, msg_seq_num, fault_of(DECRYPTION_PROBLEM, ENCRYPT_METHOD), now)
        self._expel(reason, now)

    def _receive_logon(self, message: Message, msg_seq_num: int, now: Instant) -> None:
        """The answer to our Logon, or a reset in mid-session."""
        state, numbers = self.state, self.numbers
        terms = self._acceptable_terms(message)
        if isinstance(terms, str):
            self._refuse_terms(message, msg_seq_num, terms, now)
            return
        answer = terms.reset_seq_num_flag and not self._reset_pledged
        if answer:
            self._reset_numbers("the peer's Logon with ResetSeqNumFlag(141)=Y")
            self._take_peers_reset()
        elif state is State.RESET_SENT:
            self._gap.forget()
            numbers.next_target_msg_seq_num = 1
            self._outputs.append(NumbersChanged("the peer answered our reset"))
        if msg_seq_num < numbers.next_target_msg_seq_num:
            self._expel_too_low(msg_seq_num, now)
            return
        self._reset_pledged = False
        if self._is_too_much_expected(terms, now):
            return
        if msg_seq_num == numbers.next_target_msg_seq_num:
            self._consume(now)
        if answer:
            self._send_logon(terms, now)
        heart_bt_int_s = terms.heart_bt_int_s
        if not answer and self.settings.role is Role.INITIATOR and heart_bt_int_s != self.settings.heart_bt_int_s:
            self._note("warning", "heart_bt_int_differs", message, HEART_BT_INT)
            heart_bt_int_s = self.settings.heart_bt_int_s
        if state is State.LOGON_SENT:
            self._send_what_is_expected(terms, numbers.next_sender_msg_seq_num - 1, now)
        self._establish(heart_bt_int_s, terms, msg_seq_num, now)
        if self._withheld:
            self._withheld = False
            self._send_admin(MsgType.HEARTBEAT, b"", now)  # shows the peer that there are numbers before this one

    def _is_too_much_expected(self, terms: LogonTerms, now: Instant) -> bool:
        """Whether the peer waits for numbers that we have not given away: it has been told so."""
        expects, last = terms.next_expected_msg_seq_num, self.numbers.next_sender_msg_seq_num
        if expects is None or expects <= last:
            return False
        text = f"NextExpectedMsgSeqNum(789) too high, expecting {last} but received {expects}"
        self._expel(text, now, session_status=NEXT_EXPECTED_TOO_HIGH)
        return True

    def _send_what_is_expected(self, terms: LogonTerms, told: int, now: Instant) -> None:
        """`told` is the last number that the peer could have when it said its NextExpectedMsgSeqNum(789): what is from
        there on, our Logon included, goes out again."""
        expects = terms.next_expected_msg_seq_num
        if expects is not None and expects <= told:
            self._withheld = False
            self._resend_requested(expects, self.numbers.next_sender_msg_seq_num - 1, now)

    def _establish(self, heart_bt_int_s: int, terms: LogonTerms, msg_seq_num: int, now: Instant) -> None:
        """The Logon exchange is complete. `terms` are the peer's, `msg_seq_num` is that of its Logon; it is consumed
        unless it is above a gap."""
        self._move(Step.LOGON_COMPLETE)
        self._timeout_ns = None
        self._throttle.forget()
        self._heartbeats.start(heart_bt_int_s, now.mono_ns)
        if self._hours is not None:
            self._hours.look_soon()
        if not self.is_logged_on:
            self.is_logged_on = True
            self._outputs.append(LoggedOn())
        expected = self.numbers.next_target_msg_seq_num
        if msg_seq_num > expected:
            self._gap.hold(msg_seq_num, None)
            if terms.next_expected_msg_seq_num is None:
                self._ask_if_needed(msg_seq_num, False, now)
            else:  # who says what it expects knows from our 789 what we do
                self._gap.asked(expected, msg_seq_num, now.mono_ns)

    def _receive_logout(self, message: Message, msg_seq_num: int, now: Instant) -> None:
        """Outside the sequence check: what is missing below it is found at the next Logon."""
        if msg_seq_num == self.numbers.next_target_msg_seq_num:
            self._consume(now)
        reason = "the peer logged out"
        text = message.fields.get(TEXT)
        if text:
            reason = f"{reason}: {show(text)}"
        if self.state in LIVE:
            self._send_admin(MsgType.LOGOUT, b"", now)
            self._move(Step.PEER_LOGOUT)
            self._start_timeout(self.settings.logout_timeout_s, now)
            self._announce_logged_out(reason, True)
            return
        if self.state is State.LOGON_SENT:
            reason = f"Logon(A) refused, {reason}"
        elif self.state is State.EXPELLED:
            reason = self._why
        self._end(Step.PEER_LOGOUT, reason)
        self._outputs.append(Disconnect(reason))

    # -- refusing ----------------------------------------------------------------------------------------------------

    def _refuse_header(self, message: Message, refusal: HeaderRefusal, now: Instant) -> None:
        if self._is_garbled(message, now):
            return
        fault, logout = refusal
        why = text_of(fault) if fault is not None else ""
        if self.state is State.LOGON_SENT:
            self._expel(logout or why, now)
            return
        msg_seq_num = unsigned(message.fields.get(MSG_SEQ_NUM))
        if fault is not None:
            assert msg_seq_num is not None, "checked before any fault can be found"
            self._refuse(message, msg_seq_num, fault, now)
        elif msg_seq_num == self.numbers.next_target_msg_seq_num:
            self._consume(now)
        if logout is not None:
            self._expel(logout, now, why)

    def _refuse(self, message: Message, msg_seq_num: int, fault: Fault | BusinessFault, now: Instant) -> None:
        """Reject a message; its number is consumed when it was the expected one. Too many are too much of a peer that
        called us; what a venue reports is no reason to leave it."""
        if self._is_garbled(message, now):
            return
        if self.settings.role is Role.ACCEPTOR and self._is_one_too_many(f"rejected {show(message.msg_type)}", now):
            return
        if msg_seq_num == self.numbers.next_target_msg_seq_num:
            self._consume(now)
        self._send_refusal(message, msg_seq_num, fault, now)

    def _is_garbled(self, message: Message, now: Instant) -> bool:
        """A faulty message with a tag that is no number at all was damaged on its way: not refused but ignored."""
        for tag in message.fields:
            if parse_int(tag) is None:
                self._receive_garbled(message.raw, "a tag is not a number", now)
                return True
        return False
