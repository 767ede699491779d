"""The application that the public session acceptance definitions are written against, on the gateway's own spine.

Emails, orders and security definitions come back as they are; an order with PossResend(97)=Y whose ClOrdID(11) was seen
in this session is passed over; everything else is refused as an unsupported message type.
"""

from __future__ import annotations

from collections.abc import Iterable

from fixspec.faults import UNSUPPORTED_MESSAGE_TYPE, BusinessFault
from fixspec.message import Message
from fixspec.tags import CL_ORD_ID, MSG_SEQ_NUM, POSS_RESEND, MsgType
from gateway.session.reject import refusal_of
from gateway.session.settings import SessionSettings
from gateway.turn import Turn

ECHOED = frozenset({MsgType.EMAIL, MsgType.NEW_ORDER_SINGLE, MsgType.SECURITY_DEFINITION})
_MADE_ANEW = frozenset(b"8 9 35 34 43 49 52 56 122 369 10".split())
"""Fields of the header that are the engine's to write."""


def echo_of(message: Message) -> bytes:
    """The body that gives a message back."""
    return b"".join([b"%b=%b\x01" % pair for pair in message.pairs if pair[0] not in _MADE_ANEW])


def refusal(message: Message, settings: SessionSettings) -> tuple[bytes, bytes]:
    """MsgType(35) and body of the answer to a message that is not echoed."""
    fault = BusinessFault(UNSUPPORTED_MESSAGE_TYPE, None, "Unsupported Message Type")
    return refusal_of(settings.version, message, int(message.fields[MSG_SEQ_NUM]), fault)


class EchoApplication:
    """A `gateway.turn.Application`. It has no facts: whatever it said is with the sessions' messages."""

    def __init__(self) -> None:
        self._settings: dict[str, SessionSettings] = {}
        self._seen: dict[str, set[bytes]] = {}

    def take_in(self, settings: Iterable[SessionSettings]) -> None:
        """These are sessions of ours."""
        for each in settings:
            self._settings[each.name] = each
            self._seen.setdefault(each.name, set())

    def recover(self, seq: int, payload: bytes) -> None:
        raise ValueError("the echo application writes no facts")

    def started(self, turn: Turn) -> None:
        pass

    def logged_on(self, session: str, turn: Turn) -> None:
        pass

    def logged_out(self, session: str, in_good_order: bool, turn: Turn) -> None:
        self._seen[session].clear()

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        if message.msg_type not in ECHOED:
            turn.send(session, *refusal(message, self._settings[session]))
            return
        if message.msg_type == MsgType.NEW_ORDER_SINGLE:
            cl_ord_id, seen = message.fields.get(CL_ORD_ID, b""), self._seen[session]
            if message.fields.get(POSS_RESEND) == b"Y" and cl_ord_id in seen:
                return
            seen.add(cl_ord_id)
        turn.send(session, message.msg_type, echo_of(message))

    def message_failed(self, session: str, message: Message, turn: Turn) -> bool:
        return True

    def room_to_send(self, session: str, turn: Turn) -> None:
        """It never asks for it."""

    def message_rejected(self, session: str, refused: Message, reject: Message, turn: Turn) -> None:
        pass

    def command(self, command: object, turn: Turn) -> object:
        return "the echo application has no commands"

    def deadline(self) -> int | None:
        return None

    def deadline_reached(self, turn: Turn) -> None:
        pass
