"""Whatever the network does to two engines, and whichever of them dies meanwhile: when it is over they agree.

A state machine of `TornLine`. At every step each side has heard a prefix of what the other has said: nothing twice,
nothing out of order, nothing invented. When the network is good again, both log on without anybody's help and have
every message; the numbers of each are contiguous; and no connection, good or bad, has seen more than three
ResendRequests of one side.

`FIXGATE_TWO_ENGINES_EXAMPLES` sets the number of examples (200 by default); with HYPOTHESIS_PROFILE=deep they are new
ones each time.
"""

from __future__ import annotations

import os

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.session.settings import Role
from tests.gateway.session.messages import settings
from tests.gateway.session.rulebooks import rulebook
from tests.gateway.session.torn_line import CLIENT, OTHER, SERVER, TornLine

EXAMPLES = int(os.environ.get("FIXGATE_TWO_ENGINES_EXAMPLES", "200"))
STEPS = 40
RESEND_REQUESTS_MAX = 3
"""Of one side on one connection."""

SIDES = st.sampled_from([CLIENT, SERVER])
BYTES = st.one_of(st.integers(0, 400), st.just(1 << 20))
VARIETIES: list[dict[str, object]] = [
    {},
    {"begin_string": b"FIX.4.2"},
    {"begin_string": b"FIXT.1.1"},
    {"send_next_expected_msg_seq_num": True},
    {"begin_string": b"FIXT.1.1", "send_next_expected_msg_seq_num": True, "enable_last_msg_seq_num_processed": True},
    {"resend_request_chunk_size": 2},
    {"closed_resend_interval": True},
    {"held_messages_max": 2},
]


class TwoEngines(RuleBasedStateMachine):
    @initialize(variety=st.sampled_from(VARIETIES))
    def begin(self, variety: dict[str, object]) -> None:
        own: dict[str, object] = {"role": Role.INITIATOR, "heart_bt_int_s": 10, "resend_timeout_s": 5}
        chosen = settings(**own | variety)
        self.world = TornLine(chosen, rulebook(chosen.begin_string.decode()))
        self.world.connect()
        self.chunk = chosen.resend_request_chunk_size
        self.forgetful = "held_messages_max" in variety
        self.told = {CLIENT: 0, SERVER: 0}

    # -- what the two do ---------------------------------------------------------------------------------------------

    @rule(side=SIDES, count=st.integers(1, 4))
    def speak(self, side: str, count: int) -> None:
        self.world.speak(side, count)

    @rule(side=SIDES)
    def test_request(self, side: str) -> None:
        self.world.test_request(side)

    @rule(side=SIDES)
    def log_out(self, side: str) -> None:
        self.world.log_out(side)

    @rule(side=SIDES)
    def restart(self, side: str) -> None:
        self.world.restart(side)

    @rule(side=SIDES, count=BYTES)
    def die_before_the_commit(self, side: str, count: int) -> None:
        self.world.die_before_the_commit(side, count)

    # -- what the network does ---------------------------------------------------------------------------------------

    @rule()
    def connect(self) -> None:
        self.world.connect()

    @rule(side=SIDES, count=BYTES, which=st.integers(0, 3))
    def deliver(self, side: str, count: int, which: int) -> None:
        """The newest connection is number 0."""
        lines = self.world.lines
        if lines:
            self.world.deliver(lines[-1 - which % len(lines)], side, count)

    @rule()
    def deliver_all(self) -> None:
        self.world.deliver_all()

    @rule(to_client=BYTES, to_server=BYTES)
    def cut(self, to_client: int, to_server: int) -> None:
        if self.world.lines:
            self.world.cut(self.world.lines[-1], {CLIENT: to_client, SERVER: to_server})

    @rule(to_client=BYTES, to_server=BYTES, side=SIDES, count=st.integers(1, 5))
    def cut_and_call_again(self, to_client: int, to_server: int, side: str, count: int) -> None:
        """The client hears of the end at once and is back before the server knows anything."""
        self.speak(side, count)
        self.cut(to_client, to_server)
        line = self.world.current[CLIENT]
        for _ in range(2):
            if line is not None:
                self.world.deliver(line, CLIENT, 1 << 20)
        self.connect()

    @rule(seconds=st.sampled_from([0.5, 3, 6, 13, 40]), delivering=st.booleans())
    def wait(self, seconds: float, delivering: bool) -> None:
        self.world.wait(seconds, delivering=delivering)

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def each_has_heard_a_prefix_of_what_the_other_said(self) -> None:
        for side, host in self.world.hosts.items():
            told = min(self.told[side], len(host.received))  # less than before: it died before its commit
            new = [message.fields[b"148"] for message in host.received[told:]]
            said = self.world.said[OTHER[side]][told : told + len(new)]
            assert new == said
            self.told[side] = told + len(new)

    @invariant()
    def nobody_asks_too_often(self) -> None:
        """Three times; where it asks in chunks, once more for each."""
        most = RESEND_REQUESTS_MAX
        if self.chunk:
            most += max(host.numbers.next_sender_msg_seq_num for host in self.world.hosts.values()) // self.chunk
        for line in self.world.lines:
            assert max(line.resend_requests.values()) <= most, line.resend_requests

    def teardown(self) -> None:
        world = getattr(self, "world", None)
        if world is None:
            return
        for line in world.lines:
            world.cut(line, {CLIENT: 0, SERVER: 0})
        world.deliver_all()
        world.connect()
        world.speak(CLIENT, 1)  # before its Logon is answered
        world.deliver_all()
        if self.forgetful:  # what did not fit is missed when the next message comes, be it a Heartbeat
            world.wait(31, delivering=True)
        self.nobody_asks_too_often()
        assert world.agreed(), "a good connection is all that it takes; no time has passed"
        for side, host in world.hosts.items():
            assert world.heard(side) == world.said[OTHER[side]]
            assert [number for _, number in host.store] == list(range(1, host.numbers.next_sender_msg_seq_num))
            assert not host.causes or all("gap fill" in cause for cause in host.causes)


TestTwoEngines = TwoEngines.TestCase
TestTwoEngines.settings = hypothesis_settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
