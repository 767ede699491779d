"""Plays a scenario on a stage: in memory on fake time in our tests, over sockets in certification."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, Protocol

from fixspec.names import field_name
from gateway.certify.rows import Rows
from gateway.certify.scenario import P0, Scenario
from gateway.certify.spelling import NotAsExpected, Pairs, completed, joined, spelled, split

HEADER = frozenset({"8", "9", "34", "49", "52", "56", "10", "43", "122", "1128"})
NUMBERS = frozenset({"6", "12", "14", "31", "32", "38", "44", "99", "151", "152", "424", "425", "426", "1138", "111"})
"""Fields that are compared as numbers: 100 is 100.00."""
OWN_IDS = frozenset({"11", "41"})
MATTER_OF_TASTE = frozenset({"58"})
"""Fields that no standard fixes: compared in our own tests, free in certification."""


class NotPlayable(Exception):
    """The line asks for what this stage cannot do; says what."""


class ScenarioFailed(AssertionError):
    pass


class Stage(Protocol):
    """Where a scenario is played."""

    prompt: bool
    """Whatever follows from an act has come when the act is over. Otherwise it has to be waited for."""

    def begin(self, names: list[str]) -> None:
        """Have these logged on."""

    def version(self, who: str) -> str | None:
        """The version of FIX that this counterparty speaks; None when there is no such."""

    def say(self, who: str, message: Pairs) -> None: ...

    def hear(self, who: str) -> Pairs:
        """The next message that it got. NotAsExpected when none comes."""

    def hear_if_any(self, who: str) -> Pairs | None:
        """The next message that it got, left where it is. None when none comes."""

    def settle(self) -> None:
        """NotAsExpected if anybody got what was not expected."""

    def do(self, line: str) -> None:
        """A sentence that is not about messages. NotAsExpected when it cannot be read, NotPlayable when not done."""

    def history(self) -> str: ...


class Terms(NamedTuple):
    """What differs from one gateway to the next."""

    prefix: str = ""
    """Before each ClOrdID(11) of the client and each id of the venue: makes them unique."""
    symbol: str = "BTC-USD"
    fields: Mapping[str, str] = {}
    """Further fields of each D and G."""
    strict: bool = True
    """Also hold what is a matter of taste."""


class Player:
    """Plays one scenario on one stage. `left_out` are the optional reports that did not come."""

    def __init__(self, stage: Stage, terms: Terms | None = None) -> None:
        self.stage = stage
        self.terms = terms or Terms()
        self.left_out: list[str] = []
        self.may_come: list[str] = []
        self._bound: dict[str, str] = {}
        self._exec_ids: dict[str, set[str]] = {}
        self._grouped = False
        self._rows = Rows(lambda venue_id: self.terms.prefix + venue_id)

    def play(self, scenario: Scenario) -> None:
        """ScenarioFailed with line and reason; NotPlayable when the stage cannot do what a line asks for."""
        place = "begin"
        try:
            self.stage.begin(scenario.begin)
            for number, line in scenario.lines:
                place = f"{scenario.file} line {number}: {line}"
                self.act(line)
        except NotAsExpected as failure:
            raise ScenarioFailed(f"{place}\n{failure}") from None
        except AssertionError as failure:
            failure.add_note(f"{place}\n{self.stage.history()}")
            raise
        try:
            self._no_more_optional()
            self.stage.settle()
        except NotAsExpected as failure:
            raise ScenarioFailed(f"{scenario.file} at its end: {failure}") from None

    def act(self, line: str) -> None:
        if line == "P0":
            for first in P0:
                self.act(first)
            self._bound["@order"] = self._bound["@order-X"]
            return
        who, _, rest = line.partition(" ")
        verb, _, text = rest.strip().partition(" ")
        text = text.strip()
        if verb == "may":
            self.may_come.append(f"{who} {text}")
        elif verb == "<":
            self._expect(who, self._rows.expected(who, text))
        elif verb == "expects":
            self._expect(who, split(text.removeprefix("exactly ")), exactly=text.startswith("exactly "))
        elif self._is_about_the_past(who):
            self.stage.do(line)
        else:
            if not self._grouped and self.stage.prompt:
                self._no_more_optional()
                self.stage.settle()
            self._grouped = (self._grouped or line == "together") and line != "apart"
            if verb == ">":
                self._send(who, self._rows.sent(who, text))
            elif verb == "sends":
                self._send(who, split(text))
            else:
                self.stage.do(line)

    def tidy_up(self) -> bool:
        """Have the venue answer what it has not answered, and end every order of the scenario that is still open.
        Whether there was anything to be said."""
        rows = [*self._rows.unanswered(), *self._rows.endings()]
        for row in rows:
            try:
                self._send("venue", self._rows.sent("venue", row))
            except NotAsExpected:
                continue  # the gateway never sent it: there is no name to answer it by
        return bool(rows)

    def value(self, text: str) -> str:
        """What a name such as @order stands for; any other text is itself."""
        return self._bound.get(text, text)

    def _is_about_the_past(self, who: str) -> bool:
        return who in ("logged", "note")

    def _version(self, who: str) -> str:
        version = self.stage.version(who)
        if version is None:
            raise NotPlayable(f"needs a counterparty {who}")
        return version

    # -- out ---------------------------------------------------------------------------------------------------------

    def _send(self, who: str, given: Pairs) -> None:
        version, role = self._version(who), "venue" if who.startswith("venue") else "client"
        told = [(tag, self._value(role, tag, value, to_send=True)) for tag, value in given]
        message = completed(role, version, spelled(version, told))
        message = [(tag, self.terms.symbol if (tag, value) == ("55", "BTC-USD") else value) for tag, value in message]
        if role == "client" and message[0][1] in ("D", "G"):
            named = {tag for tag, _ in message}
            message += [(tag, value) for tag, value in self.terms.fields.items() if tag not in named]
        self.stage.say(who, message)

    def _value(self, role: str, tag: str, value: str, *, to_send: bool) -> str:
        """A value of a line as it stands on the wire."""
        if value.startswith("@"):
            if value in self._bound:
                return self._bound[value]
            if to_send:
                raise NotAsExpected(f"{value} has no value yet")
            return "<any>"
        if role == "client" and tag in OWN_IDS and value[:1] != "<" and value != "NONE":
            return self.terms.prefix + value
        return value

    # -- in ----------------------------------------------------------------------------------------------------------

    def _expect(self, who: str, given: Pairs, *, exactly: bool = False) -> None:
        version, role = self._version(who), "venue" if who.startswith("venue") else "client"
        self._take_optional(who)
        wanted = [(tag, self._value(role, tag, value, to_send=False)) for tag, value in given]
        wanted = spelled(version, wanted)
        got = self.stage.hear(who)
        found = self._compare(who, wanted, got)
        for tag, name in given:
            if name.startswith("@"):
                self._bound.setdefault(name, found[tag][0])
        self._exec_id_is_new(who, dict(given), found)
        more = {tag for tag, _ in got} - {tag for tag, _ in wanted} - HEADER if exactly else set()
        if more:
            raise NotAsExpected(f"{who} also got {joined([pair for pair in got if pair[0] in more])}")

    def _compare(self, who: str, wanted: Pairs, got: Pairs) -> dict[str, list[str]]:
        """The message by tag. The n-th field of a tag in the line is compared with the n-th one in the message."""
        found: dict[str, list[str]] = {}
        for tag, value in got:
            found.setdefault(tag, []).append(value)
        seen: dict[str, int] = {}
        table, wrong = [], False
        for tag, value in wanted:
            if tag == "55" and value == "BTC-USD":
                value = self.terms.symbol
            place = seen[tag] = seen.get(tag, -1) + 1
            values = found.get(tag, [])
            there = values[place] if place < len(values) else "<none>"
            same = any(says(tag, one, there) for one in self._either(tag, value))
            same = same or (tag in MATTER_OF_TASTE and not self.terms.strict)
            wrong = wrong or not same
            name = f"{tag} {field_name(tag.encode())}"
            table.append(f"    {name:24} {value:24} {there}{'' if same else '     <---'}")
        if wrong:
            heading = f"    {'':24} {'expected':24} got"
            text = "\n".join([f"{who} got another message: {joined(got)}", heading, *table, self.stage.history()])
            raise NotAsExpected(text)
        return found

    def _either(self, tag: str, value: str) -> list[str]:
        """What a value may be: `8000/10000` is one of two, and in our own tests the first."""
        values = value.split("/") if tag in NUMBERS else [value]
        return values[:1] if self.terms.strict else values

    def _exec_id_is_new(self, who: str, given: dict[str, str], found: dict[str, list[str]]) -> None:
        """ExecID(17) identifies a report for ever; a status may have one of its own or none worth the name."""
        if given.get("35") != "8" or given.get("150", "I") == "I" or who.startswith("venue"):
            return
        known, exec_id = self._exec_ids.setdefault(who, set()), found.get("17", [""])[0]
        if exec_id in known:
            raise NotAsExpected(f"{who}: ExecID(17)={exec_id} was given before")
        known.add(exec_id)

    # -- what may come or not ----------------------------------------------------------------------------------------

    def _take_optional(self, who: str) -> None:
        """Expect what may come before the next message if it has come."""
        for line in [line for line in self.may_come if line.partition(" ")[0] == who]:
            self.may_come.remove(line)
            if not self._has_come(line):
                self.left_out.append(line)

    def _no_more_optional(self) -> None:
        while self.may_come:
            line = self.may_come.pop(0)
            if not self._has_come(line):
                self.left_out.append(line)

    def _has_come(self, line: str) -> bool:
        """Whether the next message is this one by MsgType, ExecType and OrdStatus; then all of it must be right."""
        who, _, rest = line.partition(" ")
        verb, _, text = rest.partition(" ")
        given = self._rows.expected(who, text.strip()) if verb == "<" else split(text)
        came = self.stage.hear_if_any(who)
        if came is None:
            return False
        wanted, got = dict(spelled(self._version(who), given)), dict(came)
        if any(wanted.get(tag) != got.get(tag) for tag in ("35", "150", "39", "20") if tag in wanted):
            return False
        pending, self.may_come = self.may_come, []
        self._expect(who, given)
        self.may_come = pending
        return True


def says(tag: str, wanted: str, found: str) -> bool:
    if wanted == "<any>":
        return found != "<none>"
    if wanted == "<zero>":
        return found == "<none>" or _number(found) == 0
    if wanted == found:
        return True
    if tag in NUMBERS:
        number, other = _number(wanted), _number(found)
        return number is not None and other is not None and abs(number - other) <= abs(number) * Decimal("1e-8")
    return False


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
