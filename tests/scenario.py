"""Reads and plays order scenarios: text files in FIX people's words, against the whole house in memory.

    # what it is about, as comment lines
    clients: FIX.4.2 FIX.4.4 FIX.5.0SP2    versions of the client; played once for each (all three when left out)
    venues: FIX.4.4                        versions of the venue, likewise (FIX.4.4 when left out)
    with: limits.max_order_qty=100         the configuration, where it differs; see `tests.world.configuration`
    begin: nobody                          who is logged on at the beginning: `client venue` when left out

    P0                                     Appendix D's common beginning: order X of 10000 is accepted; @x at the venue
    client sends 35=D|11=X|38=10000        and `other`, `dropcopy`, `venue`; unsaid fields have defaults: `DEFAULTS`
    venue expects 35=D|11=@x|38=10000      the next message it got: the fields named, the others are free
    client logs on | logs out | hangs up   a venue is called by us: `venue logs on`
    client stops reading | reads again     what it is sent waits before it, and the clock of a slow reader runs
    note slow_consumer_cut                 this has been noted for the log since the last line of this kind
    wait 1.5s                              time passes; deadlines run when they are due
    operator halts | reduces | resumes
    kill                                   the gateway ends without a word and starts again
    kill before commit | after commit      ... at the commit of the turn that follows
    the gateway goes down                  it is asked to end in good order
    together ... apart                     what stands between is taken in one turn
    logged OrderFilled|flags=OVERFILL      the last turn that stated facts stated this one; a report that is put aside
                                           (ReportQuarantined) must be expected so

`@x` takes its value where it is first expected, and stands for it from then on. `<any>` is some value, `<none>` no
field, `<now>` the time. A line that expects more than it says, `expects exactly`, names every field of the body.
Whatever a counterparty got must be expected before anything else happens.

Lines are written as the newest version has them, and stand for what an older one says instead: codes by
`UNKNOWN_CODES`, and in FIX.4.2 executions by ExecTransType(20).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from oms.events import ReportQuarantined
from oms.types import TradingState
from tests.peer import Peer
from tests.world import VERSIONS, NotAsExpected, World, split

P0 = (
    "client sends 35=D|11=X|38=10000",
    "venue expects 35=D|11=@x|38=10000",
    "venue sends 35=8|150=0|39=0|11=@x|38=10000|151=10000",
    "client expects 35=8|150=0|39=0|11=X|37=@order|38=10000|14=0|151=10000",
)
HEADER = frozenset({"8", "9", "34", "49", "52", "56", "10", "43", "122"})
OPERATOR = {"halts": TradingState.HALTED, "reduces": TradingState.REDUCING, "resumes": TradingState.ACTIVE}
UNKNOWN_CODES: dict[str, dict[str, tuple[set[str], str]]] = {
    "FIX.4.2": {
        "103": ({str(code) for code in range(9)}, "0"),
        "102": ({str(code) for code in range(4)}, "2"),
        "380": ({str(code) for code in range(6)}, "0"),
    },
    "FIX.4.4": {
        "103": ({*(str(code) for code in range(16)), "99"}, "0"),
        "102": ({*(str(code) for code in range(7)), "99"}, "2"),
        "380": ({str(code) for code in range(8)}, "0"),
    },
    "FIX.5.0SP2": {},
}
"""Version -> tag -> the codes it knows, and what stands for another. (FIX volumes 1 and 4 of each version.)"""


class ScenarioFailed(AssertionError):
    pass


@dataclass
class Scenario:
    path: Path
    clients: list[str] = field(default_factory=lambda: list(VERSIONS))
    venues: list[str] = field(default_factory=lambda: ["FIX.4.4"])
    begin: list[str] = field(default_factory=lambda: ["client", "venue"])
    changes: dict[str, object] = field(default_factory=dict)
    intent: list[str] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)


def read_scenario(path: Path) -> Scenario:
    scenario = Scenario(path)
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        line = re.sub(r"\s+#\s.*", "", raw).strip()
        key, _, rest = line.partition(": ")
        if line.startswith("#"):
            scenario.intent.append(line)
        elif key in ("clients", "venues", "begin"):
            setattr(scenario, key, rest.split() if rest != "nobody" else [])
        elif key == "with":
            scenario.changes |= dict(map(_change, rest.split()))
        elif line:
            scenario.lines.append((number, line))
    return scenario


def _change(text: str) -> tuple[str, object]:
    path, _, value = text.partition("=")
    if value == "none":
        return path, None
    if path.endswith(("accounts", "report_pending", "disconnect_keep")):
        return path, [word for word in value.split(",") if word]
    if value in ("yes", "no"):
        return path, value == "yes"
    return path, int(value) if value.isdigit() and not path.endswith(("qty", "price", "size", "percent")) else value


class Player:
    """Plays one scenario in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._bound: dict[str, str] = {}
        self._group: AbstractContextManager[None] | None = None

    def play(self, scenario: Scenario) -> None:
        self.world.log_on(*(self.world.peers[name] for name in scenario.begin))
        for number, line in scenario.lines:
            try:
                self._act(line)
            except NotAsExpected as failure:
                raise ScenarioFailed(f"{scenario.path.name} line {number}: {line}\n{failure}") from None
            except AssertionError as failure:
                failure.add_note(f"{scenario.path.name} line {number}: {line}\n{self.world.history()}")
                raise
        try:
            self.world.settle()
        except NotAsExpected as failure:
            raise ScenarioFailed(f"{scenario.path.name} at its end: {failure}") from None

    def _act(self, line: str) -> None:
        if line == "P0":
            for first in P0:
                self._act(first)
            return
        world = self.world
        who, _, rest = line.partition(" ")
        verb, _, text = rest.partition(" ")
        if verb == "expects":
            self._expect(world.peers[who], text)
            return
        if who == "logged":
            self._logged(rest)
            return
        if who == "note":
            noted = [note.event for note in world.notes]
            world.notes.clear()
            if rest not in noted:
                raise NotAsExpected(f"noted: {noted}")
            return
        if self._group is None:
            world.settle()
        if who in world.peers:
            self._peer(world.peers[who], verb, text)
        elif who == "operator":
            world.set_trading_state(OPERATOR[verb])
        elif line == "kill":
            world.kill()
        elif who == "kill":
            world.store.death = rest
        elif line == "the gateway goes down":
            world.shut_down()
        elif line == "together":
            self._group = world.together()
            self._group.__enter__()
        elif line == "apart":
            group, self._group = self._group, None
            assert group is not None
            group.__exit__(None, None, None)
        elif who == "wait":
            world.wait(float(rest.removesuffix("s")))
        else:
            raise NotAsExpected("cannot read this line")

    def _peer(self, peer: Peer, verb: str, text: str) -> None:
        world = self.world
        if verb == "sends":
            world.send(peer, "|".join(f"{tag}={value}" for tag, value in self._spoken(peer, text)))
        elif f"{verb} {text}" == "logs on":
            world.log_on(peer)
        elif f"{verb} {text}" == "logs out":
            world.log_out(peer)
        elif f"{verb} {text}" == "hangs up":
            world.hang_up(peer)
        elif f"{verb} {text}" == "stops reading":
            world.stop_reading(peer)
        elif f"{verb} {text}" == "reads again":
            world.read_again(peer)
        else:
            raise NotAsExpected("cannot read this line")

    def _spoken(self, peer: Peer, text: str) -> Iterator[tuple[str, str]]:
        """The fields of a line as this peer says them."""
        fields = {tag: self._bound[value] if value.startswith("@") else value for tag, value in split(text)}
        yield from self._by_version(peer, fields).items()

    def _expect(self, peer: Peer, text: str) -> None:
        exactly = text.startswith("exactly ")
        fields = dict(split(text.removeprefix("exactly ")))
        names = {tag: value for tag, value in fields.items() if value.startswith("@")}
        wanted = {tag: self._bound.get(value, "<any>") if tag in names else value for tag, value in fields.items()}
        wanted = self._by_version(peer, wanted)
        got = self.world.expect(peer, "|".join(f"{tag}={value}" for tag, value in wanted.items()))
        for tag, name in names.items():
            self._bound[name] = got[tag]
        more = set(got) - set(wanted) - HEADER if exactly else set()
        if more:
            raise NotAsExpected(f"{peer.name} also got {', '.join(f'{tag}={got[tag]}' for tag in sorted(more))}")

    def _by_version(self, peer: Peer, fields: dict[str, str]) -> dict[str, str]:
        """What stands in a line, as the version of this peer says it."""
        for tag, (known, instead) in UNKNOWN_CODES[peer.version].items():
            if fields.get(tag, "<")[0] != "<" and fields[tag] not in known:
                fields[tag] = instead
        if peer.version != "FIX.4.2" or fields["35"] != "8":
            return fields
        exec_type = fields.get("150")
        if exec_type == "F":
            if not {"14", "38"} <= set(fields):
                raise NotAsExpected("FIX.4.2 tells a trade by its quantities: name 14 and 38")
            fields["150"] = "2" if float(fields["14"]) >= float(fields["38"]) else "1"
        elif exec_type == "I":
            fields["150"] = fields["39"]
        return fields | {"20": fields.get("20", "3" if exec_type == "I" else "0")}

    def _logged(self, text: str) -> None:
        kind, *wanted = text.split("|")
        for event in self.world.events:
            if type(event).__name__ == kind and all(_says(event, term) for term in wanted):
                if isinstance(event, ReportQuarantined):
                    self.world.quarantined.remove(event)
                return
        raise NotAsExpected("facts of that turn:\n  " + "\n  ".join(map(repr, self.world.events)))


def _says(event: object, term: str) -> bool:
    name, _, value = term.partition("=")
    found = getattr(event, name)
    return str(found) == value or (isinstance(found, tuple) and value in map(str, found))
