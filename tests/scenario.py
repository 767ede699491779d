"""Plays scenarios against the whole house in memory, on fake time. The language stands in `gateway.certify.scenario`;
these are the sentences that only our own gateway understands:

    client stops reading | reads again     what it is sent waits before it, and the clock of a slow reader runs
    client floods 1000 35=D|38=0.001       so many in one turn, each with a ClOrdID of its own; answers are not read
    note slow_consumer_cut                 this has been noted for the log since the last line of this kind
    operator halts | reduces | resumes     and what else stands in `OPERATOR`
    operator reads nothing to cancel       these words are in the answer to what was done last, or in why it was refused
    kill                                   the gateway ends without a word and starts again
    kill for 20s                           ... so much later
    kill before commit | after commit      ... at the commit of the turn that follows
    the clock jumps 1h | jumps back 1h     the wall clocks of all, and no time passes
    the gateway goes down                  it is asked to end in good order
    logged OrderFilled|flags=OVERFILL      the last turn that stated facts stated this one; a report that is put aside
                                           (ReportQuarantined) must be expected so
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from gateway.certify.player import Player, Terms
from gateway.certify.scenario import Scenario
from gateway.certify.spelling import NotAsExpected, Pairs
from gateway.instant import NS_PER_S
from gateway.operators.operator import command_of
from oms.commands import SetSymbolStatus
from oms.events import ReportQuarantined
from oms.permission_commands import RestrictSymbol, ResumeSlice
from oms.types import SymbolStatus, TradingState
from tests.peer import Peer, pairs_of
from tests.world import World


def _wish(ask: str) -> Callable[[World, dict[str, str]], None]:
    """A wish about an order, as it comes through the operators' door."""

    def carry_out(world: World, it: dict[str, str]) -> None:
        world.command(command_of({"operator": "ann", "reason": "by telephone", **it, "ask": f"order_{ask}"}))

    return carry_out


def _symbol(world: World, symbol: str, status: SymbolStatus) -> None:
    world.command(SetSymbolStatus(symbol, status, "ann", "news"))


ANN = {"operator": "ann", "reason": "runaway"}
OPERATOR: dict[str, Callable[[World, dict[str, str]], object]] = {
    "halts": lambda world, _: world.set_trading_state(TradingState.HALTED),
    "reduces": lambda world, _: world.set_trading_state(TradingState.REDUCING),
    "resumes": lambda world, _: world.set_trading_state(TradingState.ACTIVE),
    "engages": lambda world, it: world.command(
        command_of({**ANN, **it, "cancel": it.get("cancel") != "no", "ask": "kill_engage"})
    ),
    "releases": lambda world, it: world.command(command_of({**ANN, "approver": "bob", **it, "ask": "kill_release"})),
    "limits": lambda world, it: world.command(command_of({**ANN, **it, "ask": "limits_set"})),
    "unlimits": lambda world, it: world.command(command_of({**ANN, **it, "ask": "limits_remove"})),
    "opens": lambda world, it: world.command(
        command_of({**ANN, "approver": it.pop("approver", ""), "rows": [it], "ask": "position_set"})
    ),
    "rates": lambda world, it: world.command(command_of({**ANN, "reason": "feed", **it, "ask": "rate_set"})),
    "counts": lambda world, it: world.command(command_of({**it, "ask": "position_list"})),
    "weighs": lambda world, _: world.command(command_of({"ask": "rate_list"})),
    "inspects": lambda world, _: world.command(command_of({"ask": "kill_status"})),
    "suspends": lambda world, it: (
        _wish("suspend")(world, it) if "order" in it else _symbol(world, it["symbol"], SymbolStatus.HALTED)
    ),
    "reinstates": lambda world, it: (
        _wish("reinstate")(world, it) if "order" in it else _symbol(world, it["symbol"], SymbolStatus.TRADING)
    ),
    "restricts": lambda world, it: world.command(RestrictSymbol(it["symbol"], True, "ann", "research")),
    "lets": lambda world, it: world.command(ResumeSlice(it["slice"], "ann", "looked at")),
    "lifts": lambda world, it: world.command(RestrictSymbol(it["symbol"], False, "ann", "published")),
    **{
        word: _wish(ask)
        for word, ask in {
            "resolves": "resolve", "cancels": "cancel", "enters": "enter", "restates": "restate", "busts": "bust",
            "corrects": "correct", "finishes": "done", "claims": "claim", "lists": "list", "looks": "show",
        }.items()
    },
}  # fmt: skip
"""What an operator can do, by the word for it; `operator restates order=@order|why=VERBAL_CHANGE|qty=9000` gives it the
fields, as the operators' door takes them (`gateway.operators.order_commands`)."""


class WorldStage:
    """Implements `gateway.certify.player.Stage`."""

    prompt = True

    def __init__(self, world: World) -> None:
        self.world = world
        self.values: Callable[[str], str] = str
        self._group: AbstractContextManager[None] | None = None

    def begin(self, names: list[str]) -> None:
        self.world.log_on(*(self.world.peers[name] for name in names))

    def version(self, who: str) -> str | None:
        if who not in self.world.peers:
            raise NotAsExpected("cannot read this line")
        return self.world.peers[who].version

    def say(self, who: str, message: Pairs) -> None:
        self.world.say(self.world.peers[who], message)

    def hear(self, who: str) -> Pairs:
        peer = self.world.peers[who]
        if not peer.unread:
            raise NotAsExpected(f"{who} got nothing\n{self.history()}")
        return _text(peer.unread.popleft())

    def hear_if_any(self, who: str) -> Pairs | None:
        unread = self.world.peers[who].unread
        return _text(unread[0]) if unread else None

    def settle(self) -> None:
        if self._group is None:
            self.world.settle()

    def history(self) -> str:
        return self.world.history()

    def do(self, line: str) -> None:
        world = self.world
        who, _, rest = line.partition(" ")
        if who in world.peers:
            self._peer(who, rest)
        elif who == "logged":
            self._logged(rest)
        elif who == "note":
            self._noted(rest)
        elif who == "operator" and rest.startswith("reads "):
            self._answered(rest.removeprefix("reads "))
        elif who == "operator" and (verb := rest.partition(" "))[0] in OPERATOR:
            fields = dict(part.split("=", 1) for part in verb[2].split("|") if part)
            OPERATOR[verb[0]](world, {key: self.values(value) for key, value in fields.items()})
        elif line == "kill":
            world.kill()
        elif line.startswith("kill for "):
            world.pass_down(_seconds(rest.removeprefix("for ")))
        elif who == "kill":
            world.store.death = rest
        elif line.startswith("the clock jumps "):
            far = line.removeprefix("the clock jumps ")
            seconds = -_seconds(far.removeprefix("back ")) if far.startswith("back ") else _seconds(far)
            world.utc_ns += int(seconds * NS_PER_S)
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
            world.wait(_seconds(rest))
        else:
            raise NotAsExpected("cannot read this line")

    def _flood(self, peer: Peer, count: int, message: str) -> None:
        with self.world.together():
            for number in range(count):
                self.world.send(peer, f"{message}|11=FLOOD{number}")
        for other in self.world.peers.values():
            other.unread.clear()

    def _peer(self, who: str, what: str) -> None:
        world, peer = self.world, self.world.peers[who]
        if what.startswith("floods "):
            count, _, message = what.removeprefix("floods ").partition(" ")
            self._flood(peer, int(count), message)
            return
        deeds: dict[str, Callable[[Peer], object]] = {
            "logs on": world.log_on,
            "logs out": world.log_out,
            "hangs up": world.hang_up,
            "stops reading": world.stop_reading,
            "reads again": world.read_again,
        }
        if what not in deeds:
            raise NotAsExpected("cannot read this line")
        deeds[what](peer)

    def _noted(self, event: str) -> None:
        noted = [note.event for note in self.world.notes]
        self.world.notes.clear()
        if event not in noted:
            raise NotAsExpected(f"noted: {noted}")

    def _answered(self, words: str) -> None:
        answers = [str(answer) for answer in self.world.answers]
        if not any(self.values(words) in answer for answer in answers):
            raise NotAsExpected(f"the operator read: {answers}")

    def _logged(self, text: str) -> None:
        kind, *wanted = text.split("|")
        for event in self.world.events:
            if type(event).__name__ == kind and all(_says(event, term) for term in wanted):
                if isinstance(event, ReportQuarantined):
                    self.world.quarantined.remove(event)
                return
        raise NotAsExpected("facts of that turn:\n  " + "\n  ".join(map(repr, self.world.events)))


def play(world: World, scenario: Scenario) -> Player:
    """The scenario in this world; the player that has played it."""
    stage = WorldStage(world)
    player = Player(stage, Terms())
    stage.values = player.value
    player.play(scenario)
    return player


def _seconds(text: str) -> float:
    """`1.5s`, `2h`, `1d`."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    if text[-1:] not in units:
        raise NotAsExpected("cannot read this line")
    return float(text[:-1]) * units[text[-1]]


def _text(raw: bytes) -> Pairs:
    return [(tag.decode(), value.decode("latin-1")) for tag, value in pairs_of(raw)]


def _says(event: object, term: str) -> bool:
    name, _, value = term.partition("=")
    found = getattr(event, name)
    return str(found) == value or (isinstance(found, tuple) and value in map(str, found))
