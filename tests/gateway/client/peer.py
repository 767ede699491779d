"""A FIX acceptor for tests that does what it is told, and keeps what it was sent."""

from __future__ import annotations

from gateway.client.events import Ended, Event, LoggedOn, Note, Received, Sent
from gateway.client.session import ClientSession, Identity, SessionMemory
from gateway.client.wire import Reader, WireMessage, encode
from gateway.instant import NS_PER_S, Instant

IDENTITY = Identity(b"FIX.4.4", b"CLIENT", b"GATE")
START_UTC_NS = 1_700_000_000 * NS_PER_S  # 20231114-22:13:20


def fix(text: str) -> list[tuple[bytes, bytes]]:
    """Fields of "35=8|39=2"."""
    pairs = (part.split("=", 1) for part in text.split("|") if part)
    return [(tag.encode(), value.encode()) for tag, value in pairs]


class Peer:
    """The other side of a ClientSession in memory, with a clock that stands still until told."""

    def __init__(self, memory: SessionMemory | None = None, identity: Identity = IDENTITY) -> None:
        self.memory = memory or SessionMemory()
        self.identity = identity
        self.session = ClientSession(identity, self.memory)
        self.seconds = 0.0
        self.seq = 1
        self.events: list[Event] = []

    @property
    def now(self) -> Instant:
        ns = int(self.seconds * NS_PER_S)
        return Instant(START_UTC_NS + ns, ns)

    def wire(self, text: str, seq: int | None = None) -> bytes:
        """A message of the peer, "35=8|39=2", with header; its own next number unless told."""
        (msg_type, *body) = fix(text)
        if seq is None:
            seq, self.seq = self.seq, self.seq + 1
        header = [
            msg_type,
            (b"49", self.identity.target_comp_id),
            (b"56", self.identity.sender_comp_id),
            (b"34", b"%d" % seq),
            (b"52", b"20231114-22:13:20.000"),
        ]
        return encode(self.identity.begin_string, [*header, *body]).raw

    def says(self, text: str, seq: int | None = None) -> list[str]:
        """Send one message; returns what the client answered."""
        return self.sends(self.wire(text, seq))

    def sends(self, data: bytes) -> list[str]:
        self.session.receive(data, self.now)
        return self.answers()

    def answers(self) -> list[str]:
        """What the client sent since the last call, as "35=5|34=2|58=..." without the envelope."""
        self.events += self.session.take_events()
        return [plain(m) for m in Reader().feed(self.session.take_outgoing()) if isinstance(m, WireMessage)]

    def log_on(self, *, reset: bool = False) -> list[str]:
        self.session.connected(self.now, reset=reset)
        sent = self.answers()
        self.says("35=A|98=0|108=30" + ("|141=Y" if reset else ""))
        return sent

    def after(self, seconds: float) -> list[str]:
        self.seconds += seconds
        self.session.tick(self.now)
        return self.answers()

    def notes(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Note)]

    def end(self) -> str:
        """Why the session ended; empty if it did not."""
        return next((event.reason for event in self.events if isinstance(event, Ended)), "")

    def logged_on(self) -> bool:
        return any(isinstance(event, LoggedOn) for event in self.events)

    def fresh(self) -> list[str]:
        """MsgTypes of the messages the client acted on, heartbeats and the like left out."""
        return [
            event.message.msg_type.decode()
            for event in self.events
            if isinstance(event, Received) and event.fresh and not event.is_admin
        ]

    def sent(self) -> list[Sent]:
        return [event for event in self.events if isinstance(event, Sent)]


def plain(message: WireMessage) -> str:
    """Without 8 9 49 56 52 10, which every message has."""
    return "|".join(
        f"{t.decode()}={v.decode()}" for t, v in message.fields if t not in (b"8", b"9", b"49", b"56", b"52", b"10")
    )
