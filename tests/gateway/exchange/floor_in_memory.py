"""An exchange without sockets and disk: messages in as text, answers out as fields, the log as a list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fixspec.codec import decode, encode
from fixspec.dictionary import join_dictionaries, own_dictionary
from fixspec.message import SOH, Message
from fixspec.rulebook import Rulebook
from gateway.exchange import Exchange, ExchangeSettings, ListedInstrument
from gateway.instant import NS_PER_S, Instant
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2

BEGIN_STRINGS = {"A42": b"FIX.4.2", "A44": b"FIX.4.4", "B44": b"FIX.4.4", "A50": b"FIXT.1.1"}
SETTINGS = ExchangeSettings(
    exchange_id="X",
    sessions={"A42": FIX42, "A44": FIX44, "B44": FIX44, "A50": FIX50SP2},
    instruments=(
        ListedInstrument(b"BTC-USD", Decimal("0.01"), Decimal("0.0001"), Decimal(50000)),
        ListedInstrument(b"ETH-USD", Decimal("0.01"), Decimal("0.001"), Decimal(3000)),
    ),
)
START_NS = 1_790_000_000 * NS_PER_S

RULEBOOKS = {
    "A42": Rulebook(own_dictionary("FIX42")),
    "A44": Rulebook(own_dictionary("FIX44")),
    "B44": Rulebook(own_dictionary("FIX44")),
    "A50": Rulebook(join_dictionaries(own_dictionary("FIXT11"), own_dictionary("FIX50SP2"))),
}

Told = dict[str, str]


class MemoryTurn:
    """`gateway.turn.Turn` on two lists."""

    def __init__(self) -> None:
        self.now = Instant(START_NS, 0)
        self.log: list[tuple[int, bytes]] = []
        self.sent: list[tuple[str, bytes, bytes]] = []
        self.seq = 0

    def next_seq(self) -> int:
        return self.seq + 1

    def append(self, payload: bytes) -> int:
        self.seq += 1
        self.log.append((self.seq, payload))
        return self.seq

    def send(self, session: str, msg_type: bytes, body: bytes) -> None:
        self.sent.append((session, msg_type, body))

    def want_room(self, session: str) -> None:
        raise AssertionError(session)

    def is_logged_on(self, session: str) -> bool:
        return True

    def expel(self, session: str, text: str) -> None:
        raise AssertionError(f"{session}: {text}")

    def note(self, level: str, session: str, event: str, details: dict[str, str]) -> None:
        raise AssertionError(f"{level} {session} {event} {details}")


def message_of(session: str, text: str) -> Message:
    """The decoded message of `35=D|11=A|...` as that session would hand it out."""
    head, _, body = text.partition("|")
    return decoded(session, head[3:].encode(), f"{body}|".encode().replace(b"|", SOH))


def decoded(session: str, msg_type: bytes, body: bytes) -> Message:
    """The message with that body, as the session's counterparty reads it: valid by the dictionary, groups split off."""
    header = b"35=%b\x0134=7\x0149=C\x0156=X\x0152=20260101-00:00:00\x01" % msg_type
    if b"97=Y\x01" in body:
        header, body = header + b"97=Y\x01", body.replace(b"97=Y\x01", b"")
    message = decode(encode(BEGIN_STRINGS[session], header + body))
    assert isinstance(message, Message), message
    fault = RULEBOOKS[session].validate(message)
    assert fault is None, (fault, message.pairs)
    return message


class Venue:
    """An exchange and everything it says."""

    def __init__(self, settings: ExchangeSettings = SETTINGS) -> None:
        self.exchange = Exchange(settings)
        self.turn = MemoryTurn()
        self.watch: Callable[[str, bytes, bytes], None] | None = None

    def tell(self, session: str, text: str) -> list[Told]:
        """Send a message and return the answers, to whomever they go: fields by tag, 35 and `to` among them."""
        self.turn.seq += 1  # the spine logs the message itself
        self.exchange.message_received(session, message_of(session, text), self.turn)
        return self.heard()

    def wait(self, seconds: float) -> list[Told]:
        """Let time go by, with every deadline in it."""
        end = self.turn.now.mono_ns + int(seconds * NS_PER_S)
        while (deadline := self.exchange.deadline()) is not None and deadline <= end:
            self.turn.now = Instant(START_NS + deadline, deadline)
            self.exchange.deadline_reached(self.turn)
        self.turn.now = Instant(START_NS + end, end)
        return self.heard()

    def heard(self) -> list[Told]:
        sent, self.turn.sent = self.turn.sent, []
        for session, msg_type, body in sent:
            decoded(session, msg_type, body)
            if self.watch is not None:
                self.watch(session, msg_type, body)
        return [
            {"to": session, "35": msg_type.decode()}
            | dict(field.split("=", 1) for field in body.decode().split("\x01")[:-1])
            for session, msg_type, body in sent
        ]

    def restarted(self, settings: ExchangeSettings = SETTINGS) -> Venue:
        """Another exchange that has recovered from this one's log."""
        twin = Venue(settings)
        for seq, payload in self.turn.log:
            twin.exchange.recover(seq, payload)
        twin.turn.log, twin.turn.seq, twin.turn.now = list(self.turn.log), self.turn.seq, self.turn.now
        return twin

    def order(
        self, session: str, cl_ord_id: str, side: str, qty: str, price: str | None = None, more: str = ""
    ) -> list[Told]:
        terms = "40=1" if price is None else f"40=2|44={price}"
        text = f"35=D|11={cl_ord_id}|21=1|55=BTC-USD|54={side}|60=20260101-00:00:00|38={qty}|{terms}"
        return self.tell(session, f"{text}|{more}" if more else text)

    def cancel(self, session: str, cl_ord_id: str, orig: str, more: str = "55=BTC-USD|54=1") -> list[Told]:
        return self.tell(session, f"35=F|11={cl_ord_id}|41={orig}|{more}|60=20260101-00:00:00")

    def replace(self, session: str, cl_ord_id: str, orig: str, qty: str, price: str, more: str = "54=1") -> list[Told]:
        text = f"35=G|11={cl_ord_id}|41={orig}|21=1|55=BTC-USD|{more}|60=20260101-00:00:00|38={qty}|40=2|44={price}"
        return self.tell(session, text)


def shown(told: list[Told], *wanted: str) -> list[tuple[str | None, ...]]:
    """The wanted fields of each answer."""
    return [tuple(answer.get(tag) for tag in wanted) for answer in told]
