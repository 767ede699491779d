"""Ways round a limit that take more than one message. Each is a scenario, and each must end in a refusal or a proof.

Settings of a story, besides those of every scenario:

    slices: account=A1 symbol=* long_qty_max=100 | session=client order_qty_max=50       rows of limits
    accounts: A1=FUND A2=FUND                                                             accounts with their groups
    rates: EUR=2                                                                          in the base currency
    margins: crypto=20                                                                    percent, by class

Besides the sentences of `gateway.certify.scenario` and `tests.scenario`:

    client is refused PRICE_BAND           what was done last is answered by a refusal with this code, and no order or
                                           replace went to a venue (`3/6`: by a Reject(3) with SessionRejectReason 6)
    the venues could execute 100 bought 0 sold
                                           at worst, by what stands on the wire (`tests.bypass.could_execute`)

What else is said need not be expected. Whatever a scenario ends in, no order at a venue may be larger than the limit
for one order.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from gateway.certify.player import Player, Terms
from gateway.certify.scenario import Scenario, read_scenarios
from gateway.certify.spelling import NotAsExpected
from tests.bypass.could_execute import CouldExecute
from tests.peer import Peer, pairs_of, show
from tests.scenario import WorldStage
from tests.world import World, memory_directory


def settled(story: Scenario) -> Scenario:
    """The story without the lines that are settings of ours."""
    lines = []
    for number, line in story.lines:
        key, _, rest = line.partition(": ")
        if key == "slices":
            story.changes["limits.slices"] = [_pairs(row) for row in rest.split("|")]
        elif key == "accounts":
            story.changes["accounts"] = [{"name": name, "group": group} for name, group in _pairs(rest).items()]
        elif key == "rates":
            rates = _pairs(rest).items()
            story.changes["limits.conversion_rates"] = [{"currency": name, "rate": rate} for name, rate in rates]
        elif key == "margins":
            margins = _pairs(rest).items()
            story.changes["limits.initial_margins"] = [{"class": name, "percent": of} for name, of in margins]
        else:
            lines.append((number, line))
    story.lines[:] = lines
    return story


def _pairs(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (word.partition("=") for word in text.split())}


STORIES = [
    settled(scenario)
    for path in sorted((Path(__file__).parent / "stories").glob("*.txt"))
    for scenario in read_scenarios(path.name, path.read_text())
    if scenario.lines
]
CASES = [pytest.param(story, version, id=f"{story.name}-{version}") for story in STORIES for version in story.clients]
ORDER_QTY_MAX = Decimal(10_000)
"""`limits.max_order_qty` of every story, unless it says another."""
LIMITS = {
    "limits.max_order_qty": str(ORDER_QTY_MAX),
    "limits.max_notional": "540000000",
    "sim.reference_interval_ms": 20_000,  # often enough not to be too old: of each second a night has thousands
}


class Stage(WorldStage):
    """Also listens to everything that is said to a venue or by one."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.wire = CouldExecute()
        self.proofs = 0
        self.passed: list[bytes] = []
        """Orders and replaces that went to venues since somebody last did something."""
        for venue in (world.venue, world.venue2):
            self._overhear(venue)

    def _overhear(self, venue: Peer) -> None:
        taken, said = venue.take, venue.send

        def take(data: bytes) -> None:
            before = len(venue.unread)
            taken(data)
            for raw in list(venue.unread)[before:]:
                self.wire.to_venue(venue.name, _fields(raw))
                if _fields(raw)["35"] in ("D", "G"):
                    self.passed.append(raw)

        def send(msg_type: bytes, body: bytes) -> int:
            pairs = [part.partition("=") for part in body.decode("latin-1").split("\x01") if part]
            fields = {"35": msg_type.decode(), **{tag: value for tag, _, value in reversed(pairs)}}
            self.wire.from_venue(venue.name, fields)
            return said(msg_type, body)

        venue.take = take  # type: ignore[method-assign]  # an ear between the peer and its line
        venue.send = send  # type: ignore[method-assign]

    def do(self, line: str) -> None:
        who, _, rest = line.partition(" ")
        if rest.startswith("is refused "):
            self.proofs += 1
            self._refused(self.world.peers[who], rest.removeprefix("is refused "))
        elif line.startswith("the venues could execute "):
            self.proofs += 1
            bought, _, sold = line.removeprefix("the venues could execute ").partition(" bought ")
            wire = self.wire
            worst = (wire.total("BTC-USD", "1"), wire.total("BTC-USD", "2", "5"))
            if worst != (Decimal(bought), Decimal(sold.removesuffix(" sold"))):
                raise NotAsExpected(f"they could execute {worst[0]} bought {worst[1]} sold\n{self.history()}")
        else:
            super().do(line)

    def settle(self) -> None:
        """What is not expected is of no interest here."""

    def something_is_done(self, who: str) -> None:
        self.passed.clear()
        if not who.startswith("venue") and self._group is None:
            for peer in (self.world.client, self.world.other):
                peer.unread.clear()

    def _refused(self, peer: Peer, code: str) -> None:
        if self.passed:
            raise NotAsExpected(f"it passed: {show(self.passed[0])}\n{self.history()}")
        heard = [_fields(raw) for raw in peer.unread]
        peer.unread.clear()
        said = [_code(fields) for fields in heard]
        if code not in said:
            raise NotAsExpected(f"{peer.name} was told {said}\n{self.history()}")


def _fields(raw: bytes) -> dict[str, str]:
    return {tag.decode(): value.decode("latin-1") for tag, value in reversed(pairs_of(raw))}


def _code(fields: dict[str, str]) -> str:
    if fields["35"] == "3":
        return f"3/{fields['373']}"
    if fields["35"] == "j":
        return f"j/{fields['380']}"
    refused = fields["35"] == "9" or "8" in (fields.get("39"), fields.get("150")) or fields["35"] in ("N", "r")
    text = fields.get("58") or fields.get("444", "")
    return text.partition(":")[0] if refused else f"{fields['35']}: {fields.get('39', '')}"


class Told(Player):
    """Knows that the further sentences are about what was said before."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, Terms())
        self._ears = stage

    def act(self, line: str) -> None:
        who, _, rest = line.partition(" ")
        if rest.startswith("is refused ") or line.startswith("the venues "):
            self._ears.do(line)
            return
        if rest.startswith("sends ") or who == "operator":
            self._ears.something_is_done(who)
        super().act(line)


def played(world: World, story: Scenario) -> Stage:
    stage = Stage(world)
    player = Told(stage)
    stage.values = player.value
    player.play(story)
    return stage


@pytest.mark.parametrize(("story", "version"), CASES)
def test_nothing_passes(story: Scenario, version: str) -> None:
    changes = LIMITS | story.changes
    with memory_directory() as directory:
        world = World(directory, version, story.venues[0], changes)
        try:
            stage = played(world, story)
        finally:
            world.close()
    assert stage.proofs, f"{story.name}: neither refused nor proven"
    for order in stage.wire.each():
        assert order.worst <= Decimal(str(changes["limits.max_order_qty"])), order
