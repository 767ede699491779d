"""Reads and plays session scenarios: text files in FIX people's words, on fake time.

    # what it is about, as comment lines
    roles: acceptor initiator          who we are; played once for each
    versions: FIX.4.2 FIX.4.4          BeginString(8); played once for each (FIX.4.4 when left out)
    cases: 2.a 2.h                     session test cases it shows; the one of its name when left out
    with: reset_on_logout=yes          session settings that differ from the default
    agreed: D 1 44?40=2                the only application message: it must have Account(1), and Price(44) when 40=2
    application: echo                  sends orders back, knows PossResend(97), refuses what it does not know
    application: away                  says that it is not available

    schedule: 08:00-22:00 Europe/Berlin mon,tue   hours of the session: a day's, on week days; `sun 17:00-fri 17:00 UTC`
                                       is a week's; `logon 09:00-21:00` and `stays` (connected) may follow
    clock: 2026-11-20 06:59            wall clock (UTC) at the beginning

    logon | logon 2                    connect, and the Logon exchange of the role, number 1 (or 2) each way
    connect                            a transport comes up
    hang up                            the peer closes it
    < 35=1|34=2|112=A                  a message from the peer
    > 35=0|34=2|112=A                  the next message from us: these fields, no others
    = 35=D|34=3                        the next message the application gets, with at least these fields
    send 35=8|37=1                     our application sends
    another < 35=A|34=1                a second connection brings this
    another is refused                 it was closed, and nothing was said to it
    log out BYE | reset                our operator acts
    wait 36s | wait until 22:00        time passes (to that wall clock time); deadlines run when they are due
    wall jumps +86400s                 somebody sets the wall clock
    down until 2026-11-21 09:00        the process ends (the transport with it) and starts again then
    generation 2                       how often the numbers were reset, plus one
    because schedule: ...              the cause of the last change of the numbers begins so; each must be named
    expect disconnect                  we close the transport
    numbers out=3 in=4                 next MsgSeqNum(34) to send, and expected

BeginString, BodyLength, CheckSum, CompIDs and SendingTime are filled in on `<` lines where they are not given, and
checked on `>` lines. ResendRequests and Rejects are written as FIX.4.4 has them; where a version writes 16=999999 for
16=0, or does not know 371, 372, 373 (or a value of 373), the line stands for what it writes. `52=<now-121s>` is a time
relative to the clock, `56=<none>` leaves a field out, `10=<bad>` makes the sum wrong and `10=<short>` two digits long,
`122=<any>` on a `>` line takes any value. Every message of ours must be expected: what is left over when the next thing
happens is a failure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from fixspec.codec import checksum
from fixspec.faults import BusinessFault
from fixspec.message import Message
from fixspec.rulebook import Condition, MessageTerms, Rulebook, RulesOfEngagement
from gateway.instant import NS_PER_S
from gateway.session.lobby import Admitted, Arrival, Lobby, Refused, Verdict
from gateway.session.reject import refusal_of
from gateway.session.schedule import DAYS, Schedule
from gateway.session.settings import Role, SessionSettings
from tests.conformance.echo import Echo
from tests.gateway.session.host import SOH, Application, Clock, Host, no_application
from tests.gateway.session.rulebooks import rulebook

APPLICATIONS: dict[str, Callable[[], Application]] = {"": lambda: no_application, "echo": Echo, "away": lambda: away}
US, PEER = b"GATE", b"PEER"
Fields = list[tuple[bytes, bytes]]


def away(host: Host, message: Message) -> None:
    fault = BusinessFault(4, None, "Application not available")
    refusal = refusal_of(host.session.settings.version, message, int(message.fields[b"34"]), fault)
    host.session.send(*refusal, host.clock.now)


SCENARIOS = Path(__file__).parents[2] / "scenarios" / "session"


class ScenarioFailed(AssertionError):
    pass


@dataclass
class Scenario:
    path: Path
    roles: list[str] = field(default_factory=lambda: ["acceptor", "initiator"])
    versions: list[str] = field(default_factory=lambda: ["FIX.4.4"])
    settings: dict[str, str] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    agreed: RulesOfEngagement | None = None
    application: str = ""
    schedule: Schedule | None = None
    clock: str = ""
    lines: list[tuple[int, str]] = field(default_factory=list)


def read_scenario(path: Path) -> Scenario:
    scenario = Scenario(path, cases=[path.stem.partition("_")[0]])
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("roles:"):
            scenario.roles = line.split()[1:]
        elif line.startswith("versions:"):
            scenario.versions = line.split()[1:]
        elif line.startswith("with:"):
            scenario.settings |= dict(pair.split("=") for pair in line.split()[1:])
        elif line.startswith("schedule:"):
            scenario.schedule = schedule_of(line[9:].split())
        elif line.startswith("cases:"):
            scenario.cases = line.split()[1:]
        elif line.startswith("agreed:"):
            scenario.agreed = agreed(*line.split()[1:])
        elif line.startswith("application:"):
            scenario.application = line[12:].strip()
        elif line.startswith("clock:"):
            scenario.clock = line[6:].strip()
        else:
            scenario.lines.append((number, line))
    return scenario


@cache
def read_scenarios() -> tuple[Scenario, ...]:
    """All there are, by name."""
    return tuple(read_scenario(path) for path in sorted(SCENARIOS.glob("*.txt")))


def play(scenario: Scenario, role: str, version: str) -> None:
    """Raises ScenarioFailed, or AssertionError where the engine broke its own rules."""
    stage = Stage(settings_of(scenario, role, version), rulebook(version, scenario.agreed), scenario.application)
    stage.play(scenario)


def agreed(msg_type: str, *wishes: str) -> RulesOfEngagement:
    """Rules of engagement with one application message."""
    required, conditions = set(), []
    for wish in wishes:
        tag, _, condition = wish.partition("?")
        when_tag, _, value = condition.partition("=")
        if condition:
            conditions.append(Condition(tag.encode(), when_tag.encode(), frozenset({value.encode()})))
        else:
            required.add(tag.encode())
    return RulesOfEngagement({msg_type.encode(): MessageTerms(frozenset(required), tuple(conditions))})


def schedule_of(words: list[str]) -> Schedule:
    days = [name[:3] for name in DAYS]
    start_day = days.index(words.pop(0)) if words[0] in days else None
    end_day = None
    start, end = words.pop(0).split("-")
    if start_day is not None:
        end_day, end = days.index(end), words.pop(0)
    schedule = Schedule(ZoneInfo(words.pop(0)), _second(start), _second(end), start_day, end_day)
    while words:
        word = words.pop(0)
        if word == "stays":
            schedule = replace(schedule, stays_connected=True)
        elif word == "logon":
            start, end = words.pop(0).split("-")
            schedule = replace(schedule, logon_time_s=_second(start), logout_time_s=_second(end))
        else:
            schedule = replace(schedule, weekdays=frozenset(days.index(day) for day in word.split(",")))
    return schedule


def _second(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 3600 + int(minute) * 60


def settings_of(scenario: Scenario, role: str, version: str) -> SessionSettings:
    changed: dict[str, object] = {}
    for name, text in scenario.settings.items():
        if text in ("yes", "no"):
            changed[name] = text == "yes"
        else:
            changed[name] = int(text) if text.isdigit() else text.encode()
        if name.endswith("_ids"):
            changed[name] = frozenset(text.encode().split(b","))
        elif name.endswith("_multiplier"):
            changed[name] = float(text)
    return SessionSettings(
        name="scenario",
        role=Role(role),
        begin_string=version.encode(),
        sender_comp_id=US,
        target_comp_id=PEER,
        default_appl_ver_id=b"9" if version == "FIXT.1.1" else b"",
        schedule=scenario.schedule,
        **changed,  # type: ignore[arg-type]  # read from text
    )


class Stage:
    """One scenario being played in one role and version."""

    def __init__(self, settings: SessionSettings, rulebook: Rulebook, application: str = "") -> None:
        self.settings = settings
        self.clock = Clock()
        self.host = Host(settings, rulebook, self.clock, APPLICATIONS[application]())
        self.other: Verdict | None = None
        self.acceptor = settings.role is Role.ACCEPTOR
        self.lobby = Lobby([self.host.session] if self.acceptor else [])
        self.arrival: Arrival | None = None
        self.connected = False
        self.ours: list[tuple[bytes, bytes]] = []  # the time then, a message
        self.given: list[Message] = []
        self.disconnected = False
        self.told: int = 0  # causes of number changes that the scenario has named

    def play(self, scenario: Scenario) -> None:
        if scenario.clock:
            self.clock.utc_ns = _utc_ns(scenario.clock)
        self.host.explains = True
        self.host.start()
        self.collect()
        for number, line in scenario.lines:
            try:
                self.act(line)
            except ScenarioFailed as failure:
                raise ScenarioFailed(f"{scenario.path.name} line {number}: {line}\n  {failure}") from None
        try:
            self.settle()
        except ScenarioFailed as failure:
            raise ScenarioFailed(f"{scenario.path.name} at its end: {failure}") from None

    def act(self, line: str) -> None:
        if line.startswith(">"):
            self.expect_sent(line[1:].strip())
            return
        if line.startswith("="):
            self.expect_given(line[1:].strip())
            return
        if line == "expect disconnect":
            self.expect_disconnect()
            return
        if line.startswith("numbers"):
            self.expect_numbers(line)
            return
        if line.startswith(("generation", "because")):
            self.expect_generation(line)
            return
        self.settle()
        if line.startswith("logon"):
            self.logon(line[5:].strip() or "1")
        elif line == "connect":
            self.connect()
        elif line == "hang up":
            self.hang_up()
        elif line.startswith("another <"):
            second = self.lobby.arrive(self.clock.now)
            self.other = second.receive_data(self.message(line[9:].strip()), self.clock.now)
            if isinstance(self.other, Refused) and self.other.challenged is not None:
                self.host.session.challenge(self.clock.now)
            self.host.work()
        elif line == "another is refused":
            if not isinstance(self.other, Refused):
                raise ScenarioFailed(f"it was not: {self.other}")
        elif line.startswith("<"):
            self.receive(self.message(line[1:].strip()))
        elif line.startswith("send "):
            (_, msg_type), *fields = _fields_of(line[5:])
            self.host.send(msg_type, b"".join([b"%b=%b\x01" % pair for pair in fields]))
        elif line.startswith("log out"):
            self.host.logout(line[7:].strip().encode())
        elif line == "reset":
            assert self.host.session.reset_sequence_numbers("the operator", self.clock.now)
            self.host.work()
        elif line.startswith("skip to "):
            self.host.session.skip_sender_numbers(int(line[8:]), "the operator", self.clock.now)
            self.host.work()
        elif line.startswith("wall jumps "):
            self.clock.utc_ns += int(line[11:].removesuffix("s")) * NS_PER_S
        elif line.startswith("down until "):
            self.restart(_utc_ns(line[11:]))
        elif line.startswith("wait until "):
            self.wait(self.seconds_until(line[11:]))
        else:
            match = re.fullmatch(r"wait (\d+(?:\.\d+)?)s", line)
            if match is None:
                raise ScenarioFailed("cannot read this line")
            self.wait(float(match[1]))
        self.collect()

    # -- what happens ------------------------------------------------------------------------------------------------

    def logon(self, number: str) -> None:
        terms = f"98=0|108={self.settings.heart_bt_int_s}"
        terms += "|1137=9" if self.settings.version.default_appl_ver_id else ""
        logon = f"35=A|34={number}|{terms}"
        self.connect()
        self.collect()
        if self.acceptor:
            self.receive(self.message(logon))
            self.collect()
            self.expect_sent(logon)
        else:
            self.expect_sent(logon)
            self.receive(self.message(logon))

    def connect(self) -> None:
        self.connected, self.disconnected = True, False
        if self.acceptor:
            self.arrival = self.lobby.arrive(self.clock.now)
        else:
            self.host.connect()

    def hang_up(self) -> None:
        if self.arrival is None:
            self.host.end_of_file()
        self.arrival, self.connected = None, False

    def restart(self, utc_ns: int) -> None:
        """What is on disk is there again, and nothing else."""
        self.clock.advance_to(self.clock.mono_ns + utc_ns - self.clock.utc_ns)
        self.host = self.host.successor()
        self.lobby = Lobby([self.host.session] if self.acceptor else [])
        self.arrival, self.connected = None, False
        self.host.start()

    def seconds_until(self, text: str) -> float:
        """To the next time that the wall clock shows `22:00`, or that day's `2026-11-20 22:00`."""
        if " " in text:
            return (_utc_ns(text) - self.clock.utc_ns) / NS_PER_S
        return (_second(text) - self.clock.utc_ns // NS_PER_S) % 86_400 - self.clock.utc_ns % NS_PER_S / NS_PER_S

    def receive(self, data: bytes) -> None:
        assert self.connected, "no transport"
        if self.arrival is None:
            self.host.feed(data)
            return
        verdict = self.arrival.receive_data(data, self.clock.now)
        if isinstance(verdict, Admitted):
            self.arrival = None
            self.host.closing = None
            self.host.work()
        elif isinstance(verdict, Refused):
            self.arrival = None
            self.disconnected = True

    def wait(self, seconds: float) -> None:
        until = self.clock.mono_ns + int(seconds * NS_PER_S)
        while True:
            deadline = self.arrival.deadline() if self.arrival is not None else self.host.session.deadline()
            if deadline is None or deadline > until:
                break
            self.clock.advance_to(max(deadline, self.clock.mono_ns))
            if self.arrival is not None:
                assert self.arrival.expired(self.clock.now) is not None
                self.arrival, self.disconnected = None, True
            else:
                self.host.ring()
                self.collect()
        self.clock.advance_to(until)

    def collect(self) -> None:
        """What went out goes to the peer as whole messages, what came in to the application."""
        data = self.host.take_bytes()
        self.ours += [(self.stamp(0), raw) for raw in re.findall(rb"8=.*?\x0110=\d{3}\x01", data, re.DOTALL)]
        self.given += self.host.received
        self.host.received.clear()
        if self.host.closing is not None and self.connected:
            self.host.closing = None
            self.disconnected = True

    # -- what is expected --------------------------------------------------------------------------------------------

    def settle(self) -> None:
        if self.ours:
            raise ScenarioFailed(f"not expected: {show(self.ours[0][1])}")
        if self.given:
            raise ScenarioFailed(f"not expected: the application got {show(self.given[0].raw)}")
        if self.disconnected and self.connected:
            raise ScenarioFailed("not expected: we disconnected")

    def expect_sent(self, text: str) -> None:
        if not self.ours:
            raise ScenarioFailed("nothing was sent")
        sent_at, actual = self.ours.pop(0)
        if actual != _completed(actual):
            raise ScenarioFailed(f"BodyLength(9) or CheckSum(10) is wrong: {show(actual)}")
        got = [pair for pair in _fields_of(show(actual)) if pair[0] not in (b"9", b"10")]
        want = {b"8": self.settings.begin_string, b"49": US, b"56": PEER, b"52": sent_at}
        want |= self.by_version(dict(_fields_of(text)))
        for tag, value in want.items():
            if value == b"<any>":
                want[tag] = dict(got).get(tag, value)
            elif value.startswith(b"<now"):
                want[tag] = self.relative(value)
        if sorted(got) != sorted(want.items()):
            raise ScenarioFailed(f"sent instead: {show(actual)}")

    def expect_given(self, text: str) -> None:
        if not self.given:
            raise ScenarioFailed("the application got nothing")
        message = self.given.pop(0)
        for tag, value in _fields_of(text):
            if message.fields.get(tag) != value:
                raise ScenarioFailed(f"the application got instead: {show(message.raw)}")

    def expect_disconnect(self) -> None:
        if self.ours:
            raise ScenarioFailed(f"sent before it: {show(self.ours[0][1])}")
        if not self.disconnected:
            raise ScenarioFailed("we are still connected")
        self.connected = False

    def expect_numbers(self, line: str) -> None:
        numbers = self.host.numbers
        actual = f"numbers out={numbers.next_sender_msg_seq_num} in={numbers.next_target_msg_seq_num}"
        if line != actual:
            raise ScenarioFailed(actual)

    def expect_generation(self, line: str) -> None:
        generation = self.host.numbers.generation
        if line.startswith("generation"):
            if line != f"generation {generation}":
                raise ScenarioFailed(f"generation {generation}")
            return
        causes = self.host.causes[self.told :]
        if not causes or not causes[0].startswith(line[8:]):
            raise ScenarioFailed(f"changes of the numbers: {causes}")
        self.told += 1

    # -- messages ----------------------------------------------------------------------------------------------------

    def message(self, text: str) -> bytes:
        """The peer's message as bytes, with everything filled in that the text leaves out."""
        given = _fields_of(text)
        if self.settings.begin_string < b"FIX.4.2":
            given = [(tag, b"999999" if (tag, value) == (b"16", b"0") else value) for tag, value in given]
        tags = {tag for tag, _ in given}
        head = [(b"8", self.settings.begin_string), (b"35", b""), (b"34", b"")]
        head += [(b"49", PEER), (b"56", US), (b"52", b"<now>")]
        fields = [(tag, dict(given).get(tag, value)) for tag, value in head if value or tag in tags]
        rest = [(tag, value) for tag, value in given if tag not in {tag for tag, _ in head} | {b"9", b"10"}]
        content = b"".join(
            [b"%b=%b\x01" % (tag, self.relative(value)) for tag, value in (*fields[1:], *rest) if value != b"<none>"]
        )
        length = dict(given).get(b"9", b"%d" % len(content))
        raw = b"8=%b\x019=%b\x01%b" % (fields[0][1], length, content)
        trailer = dict(given).get(b"10")
        if trailer == b"<short>":
            return b"%b10=%02d\x01" % (raw, checksum(raw) % 100)
        return b"%b10=%03d\x01" % (raw, (checksum(raw) + (trailer == b"<bad>")) % 256)

    def by_version(self, want: dict[bytes, bytes]) -> dict[bytes, bytes]:
        """A line written for FIX.4.4, as the version of this stage has it."""
        begin_string = self.settings.begin_string
        if want[b"35"] == b"2" and begin_string < b"FIX.4.2":
            want[b"16"] = want[b"16"].replace(b"0", b"999999")
        if want[b"35"] == b"3" and begin_string < b"FIX.4.2":
            tag = want.pop(b"371", None)
            want[b"58"] += b" (%b)" % tag if tag else b""
            want.pop(b"372", None)
            want.pop(b"373", None)
        if want[b"35"] == b"3" and begin_string == b"FIX.4.2" and int(want.get(b"373", b"0")) > 11:
            del want[b"373"]
        return want

    def relative(self, value: bytes) -> bytes:
        match = re.fullmatch(rb"<now(?:([+-]\d+)s)?>", value)
        return self.stamp(int(match[1] or 0)) if match else value

    def stamp(self, offset_s: int) -> bytes:
        at = datetime.fromtimestamp(self.clock.utc_ns / NS_PER_S + offset_s, UTC)
        text = at.strftime("%Y%m%d-%H:%M:%S")
        return text.encode() + (
            b".%03d" % (at.microsecond // 1000) if self.settings.begin_string >= b"FIX.4.2" else b""
        )


def _fields_of(text: str) -> Fields:
    return [
        (tag.encode(), value.encode()) for tag, _, value in (part.partition("=") for part in text.split("|")) if tag
    ]


def _utc_ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


def _completed(raw: bytes) -> bytes:
    begin, _, rest = raw.partition(SOH)
    content = rest[rest.find(SOH) + 1 : rest.rfind(b"10=")]
    head = b"%b\x019=%d\x01%b" % (begin, len(content), content)
    return b"%b10=%03d\x01" % (head, checksum(head))


def show(raw: bytes) -> str:
    return raw.replace(SOH, b"|").decode("latin-1")
