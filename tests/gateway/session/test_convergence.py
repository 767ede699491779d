"""Two engines and a bad line: whatever it loses, damages and splits, in the end each side has every message once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.session.settings import Role
from tests.gateway.session.host import Host
from tests.gateway.session.messages import NEWS, settings
from tests.gateway.session.rulebooks import rulebook
from tests.gateway.session.wire import Wire

RESEND_REQUESTS_MAX = 3  # for each side, once the line is good again


class BadLine:
    """A client and a server that talk while the line between them plays up."""

    def __init__(self, variety: dict[str, object]) -> None:
        given = {"role": Role.INITIATOR, "heart_bt_int_s": 10, "resend_timeout_s": 5} | variety
        self.wire = Wire(settings(**given), rulebook("FIX.4.4"))
        self.said: dict[str, list[bytes]] = {"client": [], "server": []}

    def host(self, side: str) -> Host:
        return self.wire.client if side == "client" else self.wire.server

    def speak(self, side: str, count: int) -> None:
        for _ in range(count):
            words = b"%b-%d" % (side.encode(), len(self.said[side]))
            self.said[side].append(words)
            self.host(side).send(b"B", NEWS % words)
        self.wire.gather()

    def carry(self, side: str, count: int) -> None:
        if side == "server":
            self.wire.deliver_to_server(count)
        else:
            self.wire.deliver_to_client(count)

    def damage(self, side: str, at: int, with_byte: int) -> None:
        line = self.wire.to_server if side == "server" else self.wire.to_client
        if line:
            line[at % len(line)] = with_byte

    def reconnect(self) -> None:
        self.wire.cut()
        self.wire.connect()

    def mend(self) -> None:
        """From here on the line is good; the two get the time they need."""
        for _ in range(6):
            if not self.wire.up:
                self.wire.connect()
            self.wire.deliver_all()
            self.wire.advance(31)
            if self.wire.up and self.agreed():
                return
        raise AssertionError("the two sides do not agree")

    def agreed(self) -> bool:
        client, server = self.wire.client.numbers, self.wire.server.numbers
        return (
            client.next_sender_msg_seq_num == server.next_target_msg_seq_num
            and server.next_sender_msg_seq_num == client.next_target_msg_seq_num
        )

    def heard(self, side: str) -> list[bytes]:
        return [message.fields[b"148"] for message in self.host(side).received]

    def resend_requests(self) -> dict[str, int]:
        return {side: sum(b"\x0135=2\x01" in raw for raw in sent) for side, sent in self.wire.sent.items()}


NEXT_EXPECTED: dict[str, object] = {
    "send_next_expected_msg_seq_num": True,
    "enable_last_msg_seq_num_processed": True,
}
VARIETIES: list[dict[str, object]] = [
    {},
    NEXT_EXPECTED,
    {"closed_resend_interval": True},
    {"resend_request_chunk_size": 3},
    {"resend_request_chunk_size": 2, "closed_resend_interval": True, **NEXT_EXPECTED},
    {"send_redundant_resend_requests": True, "resend_requests_max": 100},
]
"""How both sides are set up."""
SIDES = st.sampled_from(["client", "server"])
ACTIONS = st.one_of(
    st.tuples(st.just("speak"), SIDES, st.integers(1, 4)),
    st.tuples(st.just("carry"), SIDES, st.integers(1, 600)),
    st.tuples(st.just("reconnect")),
    st.tuples(st.just("wait"), st.integers(1, 15)),
)
DAMAGE = st.tuples(st.just("damage"), SIDES, st.integers(0, 10_000), st.integers(0, 255))


def play(line: BadLine, actions: list[tuple[object, ...]]) -> None:
    for name, *arguments in actions:
        if name == "wait":
            line.wire.advance(arguments[0])  # type: ignore[arg-type]
        else:
            getattr(line, str(name))(*arguments)
        if not line.wire.up:
            line.wire.connect()


def check(line: BadLine) -> None:
    assert line.heard("server") == line.said["client"]
    assert line.heard("client") == line.said["server"]
    for host in (line.wire.client, line.wire.server):
        numbers = [number for _, number in host.store]
        assert numbers == list(range(1, host.numbers.next_sender_msg_seq_num))
        assert not host.causes or all("gap fill" in cause for cause in host.causes)


@hypothesis_settings(max_examples=200)
@given(variety=st.sampled_from(VARIETIES), actions=st.lists(ACTIONS, max_size=40))
def test_two_engines_agree_after_any_number_of_cuts(
    variety: dict[str, object], actions: list[tuple[object, ...]]
) -> None:
    line = BadLine(variety)
    line.wire.connect()
    play(line, actions)
    line.wire.cut()
    line.wire.sent = {"client": [], "server": []}
    line.mend()
    check(line)
    if variety == NEXT_EXPECTED:
        assert line.resend_requests() == {"client": 0, "server": 0}
    elif "resend_request_chunk_size" not in variety and "send_redundant_resend_requests" not in variety:
        assert max(line.resend_requests().values()) <= RESEND_REQUESTS_MAX


@hypothesis_settings(max_examples=100)
@given(variety=st.sampled_from(VARIETIES[:3]), actions=st.lists(st.one_of(ACTIONS, DAMAGE), max_size=40))
def test_two_engines_agree_after_any_damage(variety: dict[str, object], actions: list[tuple[object, ...]]) -> None:
    line = BadLine(variety)
    line.wire.connect()
    play(line, actions)
    line.wire.sent = {"client": [], "server": []}
    line.mend()
    check(line)
    assert max(line.resend_requests().values()) <= RESEND_REQUESTS_MAX + 1
