"""Copies once more, by their own numbers: what a drop copy session asks for by ApplicationMessageRequest(BW).

The numbers of copies do not begin anew with those of the session, so whoever was reset, or has lost its store, asks for
what is behind the last ApplSeqNum(1181) that it has, as far back as the log goes. It is sent what it was sent then, and
nothing else: a scope that was changed since changes nothing about it.

The copies are read and sent a piece at a time, the next one when the connection has taken what it was given; each takes
a MsgSeqNum(34) of its own. A session that goes away meanwhile asks again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import ApplReqType, ApplResponseError, BusinessRejectReason, MsgType
from gateway.trading.client_terms import Client
from gateway.trading.copy_desk import CopyDesk
from gateway.trading.reporter import Reporter
from gateway.trading.sent_copies import Place, SentCopies
from gateway.translate.appl_sequence import Answer, Range, acknowledgment, ranges_of, resend_complete, sent_again
from gateway.translate.rejects import NOT_AUTHORIZED, THROTTLED, business_reject
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command, QueryOrder
from oms.risk.throttle import message_throttle
from oms.types import Moment

PIECE: Final = 128
"""Messages that are looked at in one turn."""
RANGES_MAX: Final = 16
"""What waits of one session beside what is being sent."""


class _Resend:
    """A range that is being sent, or waits for that."""

    __slots__ = ("asked", "last", "place", "req_id")

    def __init__(self, req_id: bytes, asked: Range, place: Place | None) -> None:
        self.req_id = req_id
        self.asked = asked
        self.place = place
        self.last = 0


class CopyRequests:
    """`copy_desk` knows what has been sent."""

    def __init__(
        self,
        blotter: Blotter,
        reporter: Reporter,
        take: Callable[[Command, Turn], None],
        copy_desk: CopyDesk,
    ) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._take = take
        self._copy_desk = copy_desk
        self._resends: dict[str, deque[_Resend]] = {}

    def asked(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        """A message of a session that listens only."""
        sent = self._copy_desk.sent
        if message.msg_type == MsgType.BUSINESS_MESSAGE_REJECT:
            return
        if message.msg_type != MsgType.APPLICATION_MESSAGE_REQUEST or not client.dialect.appl_sequence or sent is None:
            self._refuse(session, client, message, NOT_AUTHORIZED, b"LISTENER: this session sends no requests", turn)
            return
        throttled = message_throttle(session, self._blotter, Moment(turn.now.utc_ns, turn.next_seq()))
        response_id = self._reporter.exec_id(turn.next_seq())
        req_id, req_type = message.fields[tags.APPL_REQ_ID], message.fields[tags.APPL_REQ_TYPE]
        self._take(QueryOrder(session, req_id.decode("latin-1")), turn)
        if throttled is not None:
            self._refuse(session, client, message, THROTTLED, throttled.text.encode("latin-1"), turn)
            self._reporter.refused_for_throttle(session, turn)
            return
        last = self._copy_desk.copies.newest(session)
        if req_type == ApplReqType.RETRANSMISSION:
            answers = [self._begin(session, req_id, asked, last, sent) for asked in ranges_of(message)]
        elif req_type == ApplReqType.CANCEL_RETRANSMISSION:
            self._resends.pop(session, None)
            answers = [Answer(Range(session, 0, 0), last)]
        elif req_type in (ApplReqType.REQUEST_LAST_SEQ_NUM, ApplReqType.REQUEST_APPLICATIONS):
            asked = ranges_of(message) or [Range(session, 0, 0)]
            answers = [self._answer(session, each._replace(begin=0, end=0), last) for each in asked]
        else:
            text = b"NOT_SUPPORTED: ApplReqType(1347)=" + req_type
            self._refuse(session, client, message, BusinessRejectReason.OTHER, text, turn)
            return
        body = acknowledgment(response_id, message, answers)
        turn.send(session, MsgType.APPLICATION_MESSAGE_REQUEST_ACK, body)
        if session in self._resends:
            turn.want_room(session)

    def _answer(self, session: str, asked: Range, last: int) -> Answer:
        known = asked.appl_id == session
        return Answer(asked, last if known else 0, b"" if known else ApplResponseError.APPLICATION_DOES_NOT_EXIST)

    def _begin(self, session: str, req_id: bytes, asked: Range, last: int, sent: SentCopies) -> Answer:
        answer = self._answer(session, asked, last)
        if answer.error:
            return answer
        newest = last or self._blotter.last_seq  # who has been sent none is told so by the end of them
        asked = asked._replace(end=min(asked.end or newest, newest))
        place = sent.place_of(session, asked.begin) if asked.begin <= asked.end else None
        waiting = self._resends.get(session, ())
        if place is None or len(waiting) >= RANGES_MAX:
            return answer._replace(error=ApplResponseError.MESSAGES_REQUESTED_ARE_NOT_AVAILABLE)
        self._resends.setdefault(session, deque()).append(_Resend(req_id, asked, place))
        return answer

    def room(self, session: str, turn: Turn) -> None:
        """The connection has taken what it was given: the next piece."""
        resends, sent = self._resends.get(session), self._copy_desk.sent
        if not resends or sent is None:
            return
        resend = resends[0]
        assert resend.place is not None, session
        copies, resend.place = sent.after(session, resend.place, PIECE)
        for copy in copies:
            if copy.appl_seq_num > resend.asked.end:
                resend.place = None
                break
            if copy.appl_seq_num >= resend.asked.begin:
                turn.send(session, MsgType.EXECUTION_REPORT, sent_again(copy.raw))
                resend.last = copy.appl_seq_num
        if resend.place is None or resend.last == resend.asked.end:
            resends.popleft()
            report_id = self._reporter.exec_id(turn.next_seq())
            body = resend_complete(report_id, resend.req_id, session, resend.last)
            turn.send(session, MsgType.APPLICATION_MESSAGE_REPORT, body)
        if resends:
            turn.want_room(session)
        else:
            del self._resends[session]

    def logged_out(self, session: str) -> None:
        self._resends.pop(session, None)

    def _refuse(self, session: str, client: Client, message: Message, reason: bytes, text: bytes, turn: Turn) -> None:
        body = business_reject(message, reason, text, client.dialect)
        turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
