"""No secret comes to light: a live process is given passwords in every place where FIX has one, in good messages, bad
ones and garbled ones, every command of the operators is run, and then every file and every output is searched.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from config.password_hash import SALT_BYTES, hash_password
from gateway.cli import app
from tests.crash.bookkeeper import stamp
from tests.gateway.live_gateway import LiveGateway
from tests.peer import SOH, framed

GOOD = "CANARY-good-password"
SECRETS = {
    "554": "CANARY-password", "925": "CANARY-new-password", "96": "CANARY-raw\x01CANARY-data",
    "1402": "CANARY-encrypted", "1404": "CANARY-encrypted-new",
}  # fmt: skip
LENGTHS = {"96": "95", "1402": "1401", "1404": "1403"}
VENUE = "CANARY-venue-password"
CANARY = b"CANARY"
FORMS = (CANARY, CANARY.hex().encode(), base64.b64encode(b"xxx" + CANARY)[4:12], base64.b64encode(CANARY)[:8])
# Handlers that raise with the whole message in their words; the second one ends the process.
BROKEN = """
from gateway.trading.desk import Desk
from gateway.failures import MemoryUnknown
before = Desk.message_received
def broken(self, session, message, turn):
    if message.fields.get(b"148") == b"RAISE":
        raise ValueError(f"cannot read {message.raw!r} of {message.fields}")
    if message.fields.get(b"148") == b"DIE":
        raise MemoryUnknown(f"cannot go on behind {message.raw!r}")
    before(self, session, message, turn)
Desk.message_received = broken
"""


def secrets(*tags: str) -> bytes:
    """Fields with canaries in them, of these tags or all; those of data with their lengths."""
    parts = []
    for tag in tags or SECRETS:
        value = SECRETS[tag]
        if tag in LENGTHS:
            parts.append(f"{LENGTHS[tag]}={len(value)}\x01")
        parts.append(f"{tag}={value}\x01")
    return "".join(parts).encode()


def message_of(msg_type: str, number: int, body: bytes, sender: str = "ALICE", version: str = "FIXT.1.1") -> bytes:
    header = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=FIXGATE\x01" % (
        msg_type.encode(), number, sender.encode(), stamp(),
    )  # fmt: skip
    return framed(version.encode(), header + body)


TERMS = b"98=0\x01108=30\x011137=9\x01"
RIGHT = TERMS + b"553=alice\x01554=%b\x01" % GOOD.encode()


def refused_logons() -> Iterator[bytes]:
    whole = message_of("A", 1, TERMS + b"553=alice\x01" + secrets())
    yield whole
    yield message_of("A", 1, TERMS + b"141=Y\x01553=alice\x01" + secrets("554", "925"))
    yield message_of("A", 1, TERMS + secrets("96", "1402"))
    yield message_of("A", 1, TERMS + secrets(), sender="NOBODY")
    yield message_of("A", 1, b"98=0\x01108=30\x01" + secrets(), version="FIX.4.4")
    yield message_of("A", 1, b"98=0\x01108=30\x01" + secrets("96"), sender="CAROL", version="FIX.4.2")
    yield message_of("BE", 1, b"923=1\x01924=1\x01553=alice\x01" + secrets("554", "925"))
    yield message_of("A", 1, TERMS + secrets("554") + b"93=9\x0189=CANARY-89\x01")
    yield whole[:-4] + b"000\x01"
    yield whole.replace(b"9=", b"9=1", 1)
    yield whole.replace(b"\x019=", b"\x019=x", 1)
    yield whole.replace(b"95=%d" % len(SECRETS["96"]), b"95=3")
    yield whole.replace(b"95=%d" % len(SECRETS["96"]), b"95=9999")
    yield whole.replace(b"8=FIXT", b"7=FIXT")
    yield whole.replace(b"\x0135=A", b"\x01x=A")
    yield b"8=FIX.4.4\x01" + secrets("554") + whole
    yield b"8=FIX.4.4\x01554=CANARY-begin"
    yield secrets("554") + b"8=FIX"
    yield b"POST /login HTTP/1.1\r\nAuthorization: Basic CANARY\r\n\r\npassword=CANARY"
    yield whole.replace(SOH, b"|")
    yield message_of("A", 1, TERMS + b"553=alice\x01554=\x01" + secrets("554"))
    yield message_of("A", 1, TERMS + b"553=CANARY-user\x01" + secrets("554", "554"))


NEWS = b"148=%b\x0133=1\x0158=x\x01"


def in_session(sender: str) -> Iterator[bytes]:
    """Numbers rise only where one is taken."""

    def message(msg_type: str, number: int, body: bytes) -> bytes:
        return message_of(msg_type, number, body, sender)

    number = 2
    user = b"923=1\x01924=3\x01553=alice\x01"
    yield message("BE", number, user + secrets("554", "925"))
    yield message("BE", number + 1, user + secrets("554") + b"925=\x01")
    yield message("B", number + 2, NEWS % b"RAISE" + secrets("96"))
    yield message("D", number + 3, b"11=A\x0155=SIM\x01" + secrets("554", "925", "1402"))
    yield message("D", number + 4, b"11=A\x01554=CANARY-text\x01554=CANARY-again\x01")
    yield message("BE", number + 9, user + secrets("554", "925"))  # above a gap
    yield message("BE", number + 5, user + secrets("554"))[:-4] + b"000\x01"  # garbled
    yield message("3", number + 5, b"45=1\x0158=x\x01" + secrets("554"))
    yield message("A", number + 6, RIGHT)  # a second Logon makes no sense


class Line:
    """A socket to the gateway; `until` reads on until what came satisfies."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.heard = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(data)

    def until(self, wanted: Callable[[bytes], bool]) -> None:
        while not wanted(self.heard):
            more = self._socket.recv(4096)
            assert more, self.heard
            self.heard += more

    def to_the_end(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while more := self._socket.recv(4096):
                self.heard += more


class UnfriendlyVenue:
    """Hears the gateway's Logon and refuses it, garbled first."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                with line:
                    self.heard += line.recv(4096)
                    header = b"34=%d\x0149=VENUE\x0152=%b\x0156=FIXGATE\x01" % (self.heard.count(b"35=A"), stamp())
                    line.sendall(framed(b"FIX.4.4", b"35=5\x01" + header + b"58=no\x01")[:-4] + b"000\x01")
                    line.sendall(framed(b"FIX.4.4", b"35=5\x01" + header + b"58=no\x01"))

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def venue() -> Iterator[UnfriendlyVenue]:
    made = UnfriendlyVenue()
    yield made
    made.close()


@pytest.fixture
def gateway(tmp_path: Path, venue: UnfriendlyVenue) -> Iterator[LiveGateway]:
    kept = tmp_path / "alice.password"
    kept.touch(mode=0o600)
    kept.write_bytes(hash_password(GOOD.encode(), bytes(SALT_BYTES)))
    fixt = {"begin_string": "FIXT.1.1", "default_appl_ver_id": "FIX.5.0SP2"}
    sessions: list[dict[str, Any]] = [
        {"name": "ALICE", **fixt, "target_comp_id": "ALICE", "username": "alice", "password_hash": f"file:{kept}"},
        # What comes is taken for an order whatever it is.
        {"name": "DAVE", **fixt, "target_comp_id": "DAVE", "use_data_dictionary": False},
        {"name": "CAROL", "begin_string": "FIX.4.2", "target_comp_id": "CAROL", "password_hash": f"file:{kept}"},
        {
            "name": "VENUE", "kind": "venue", "begin_string": "FIX.4.4", "target_comp_id": "VENUE", "username": "us",
            "password": "env:VENUE_PASSWORD", "connect": {"port": venue.port}, "reconnect_interval_s": 1,
        },
    ]  # fmt: skip
    made = LiveGateway(tmp_path, [{}], sessions, BROKEN)
    made.config["venues"].append({"name": "FIX", "adapter": "fix_standard", "session": "VENUE"})
    made.config["logs"]["level"] = "debug"
    made.extra_environment = {"VENUE_PASSWORD": VENUE, "COLUMNS": "500"}
    with made:
        yield made


QUICKFIX_CFG = """[DEFAULT]
ConnectionType=acceptor
SocketAcceptPort=5001
SenderCompID=US
[SESSION]
BeginString=FIX.4.4
TargetCompID=THEM
Password=CANARY-cfg
"""
WHO = ("--operator", "ann", "--reason", "a test")
HOW = ("--config", "YAML", "--operator", "ann")
NO_ORDER = "ALICE/NONE"
CERTIFY = (
    *("--port", "1", "--venue-port", "0", "--venue-timeout", "0.1", "--sender-comp-id", "ALICE"),
    *("--target-comp-id", "US", "--username", "alice", "--password-file", "PASSWORD"),
)
OVERRIDE = (
    *("--session", "ALICE", "--symbol", "SIM", "--side", "buy", "--qty-max", "1", "--codes", "PRICE_BAND"),
    *("--approver", "bob", *HOW, *WHO[2:]),
)
RUNNING: dict[str, list[tuple[str, ...]]] = {
    "status": [("YAML",)],
    "halt": [("YAML", *WHO[2:])],
    "resume": [("YAML", *WHO[2:])],
    "reload": [("YAML",)],
    "session list": [("--config", "YAML")],
    "session explain": [("ALICE", "--config", "YAML", "--logon-seq", "1"), ("VENUE", "--config", "YAML")],
    "session logout": [("ALICE", "--config", "YAML", *WHO)],
    "session reset": [("ALICE", "--config", "YAML", *WHO)],
    "session news": [("Maintenance", "tonight", *HOW)],
    "order list": [("--config", "YAML")],
    "order show": [(NO_ORDER, "--config", "YAML")],
    "order enter": [("ALICE", "buy", "1", "SIM", "--yes", *HOW, *WHO[2:])],
    "order cancel": [(NO_ORDER, "--yes", *HOW, *WHO[2:])],
    "order done": [(NO_ORDER, *HOW, *WHO[2:])],
    "order suspend": [(NO_ORDER, *HOW, *WHO[2:])],
    "order reinstate": [(NO_ORDER, *HOW, *WHO[2:])],
    "order claim": [(NO_ORDER, "--account", "A", *HOW, *WHO[2:])],
    "order bust": [(NO_ORDER, "E1", "--yes", *HOW, *WHO[2:])],
    "order correct": [(NO_ORDER, "E1", "--qty", "1", "--px", "1", "--yes", *HOW, *WHO[2:])],
    "order restate": [(NO_ORDER, "--why", "VERBAL_CHANGE", "--qty", "1", "--yes", *HOW, *WHO[2:])],
    "order resolve": [(NO_ORDER, "--as", "canceled", "--yes", *HOW, *WHO[2:])],
    "limits show": [("--config", "YAML")],
    "limits set": [("account=A", "symbol=SIM", "long_qty_max=1", *HOW, *WHO[2:])],
    "limits remove": [("account=A", "symbol=NONE", *HOW, *WHO[2:])],
    "limits resume": [("account=A", *HOW, *WHO[2:])],
    "monitor": [("--config", "YAML"), ("--json", "--config", "YAML")],
    "config diff": [("YAML", "YAML")],
    "kill status": [("--config", "YAML")],
    "kill engage": [("--scope", "symbol=NONE", *HOW, *WHO[2:])],
    "kill release": [("--scope", "symbol=NONE", "--approver", "bob", *HOW, *WHO[2:])],
    "position list": [("--config", "YAML")],
    "position show": [("A", "SIM", "--config", "YAML")],
    "position set": [("A", "SIM", "1", "--by", "ann", "--why", "file", *HOW[:2])],
    "position load": [("YAML", "--by", "ann", "--why", "file", *HOW[:2])],
    "rate list": [("--config", "YAML")],
    "rate set": [("EUR", "1.1", "--by", "ann", "--why", "feed", *HOW[:2])],
    "restrict": [("SIM", "YAML", *WHO)],
    "risk explain": [("--session", "ALICE", "--symbol", "SIM", "--side", "buy", "--qty", "1", "--config", "YAML")],
    "risk override": [OVERRIDE],
    "snapshot": [("JOURNAL",)],
    "config check": [("YAML",)],
    "config schema": [()],
    "config import": [("CFG",)],
    "password": [()],
    "certify list": [()],
    "certify orders": [CERTIFY],
    "client": [("--session", "ALICE", "--config", "YAML", "--script", "SCRIPT")],
}
STOPPED: dict[str, list[tuple[str, ...]]] = {
    "verify": [("JOURNAL",), ("JOURNAL", "--copies")],
    "log": [("JOURNAL",), ("JOURNAL", "--session", "ALICE")],
    "session explain": [("ALICE", "--config", "YAML"), ("VENUE", "--config", "YAML")],
}
PROCESSES = {"run", "exchange", "demo", "drill kill-switch"}


def names_of(command: Any, prefix: str = "") -> set[str]:
    """Every command of the command line, `session list` for one in a group."""
    if hasattr(command, "commands"):
        return {name for key, part in command.commands.items() for name in names_of(part, f"{prefix} {key}".strip())}
    return {prefix}


def test_every_command_is_searched() -> None:
    assert isinstance(app, typer.Typer)
    assert names_of(get_command(app)) == RUNNING.keys() | STOPPED.keys() | PROCESSES


def asked(gateway: LiveGateway, commands: dict[str, list[tuple[str, ...]]]) -> dict[str, str]:
    """What each command says, be it that it refuses."""
    places = {
        "YAML": str(gateway.path), "JOURNAL": str(gateway.directory / "journal"),
        "CFG": str(gateway.directory.parent / f"{gateway.directory.name}.cfg"),
        "SCRIPT": str(gateway.directory / "script"),
        "PASSWORD": str(gateway.directory.parent / f"{gateway.directory.name}.password"),
    }  # fmt: skip
    Path(places["PASSWORD"]).write_text(GOOD)
    Path(places["CFG"]).write_text(QUICKFIX_CFG)
    Path(places["SCRIPT"]).write_text("status\n")

    def ask(name: str, call: tuple[str, ...]) -> str:
        given = f"{GOOD}\n" if name == "password" else ""
        return gateway.ask(*name.split(), *(places.get(part, part) for part in call), given=given)

    calls = {f"{name} {' '.join(call)}": (name, call) for name in commands for call in commands[name]}
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(calls, pool.map(lambda given: ask(*given), calls.values()), strict=True))


def test_no_secret_comes_to_light(gateway: LiveGateway, venue: UnfriendlyVenue) -> None:
    port = gateway.ports[0]
    for number, data in enumerate(refused_logons()):
        with Line(port) as line:
            line.say(data)
            line.to_the_end()
            assert b"35=" not in line.heard, number
    gateway.next_line("connection_refused", number)
    gateway.until(lambda: VENUE.encode() in venue.heard, "a call to the venue")
    said: dict[str, str] = {}
    gateway.stop()
    gateway.start()  # the tries of this address are used up
    with Line(port) as line:
        line.say(message_of("A", 1, RIGHT + b"925=CANARY-changed-password\x01" + secrets("96")))
        line.until(lambda heard: b"35=A" in heard)
        said |= asked(gateway, RUNNING)
    again = TERMS + b"553=alice\x01554=CANARY-changed-password\x01141=Y\x01"
    for sender, terms in (("ALICE", again), ("DAVE", TERMS + secrets("554", "925"))):
        with Line(port) as line:
            line.say(message_of("A", 1, terms, sender))
            line.until(lambda heard: b"35=A" in heard)
            for data in in_session(sender):
                line.say(data)
            line.to_the_end()
    with Line(port) as line:
        line.say(message_of("A", 1, TERMS + b"141=Y\x01", "DAVE"))
        line.until(lambda heard: b"35=A" in heard)
        line.say(message_of("B", 2, NEWS % b"DIE" + secrets("96"), "DAVE"))
        line.to_the_end()
    assert gateway.process is not None
    assert gateway.process.wait(10) == 70
    said |= asked(gateway, STOPPED)

    found = [name for name, text in said.items() if any(form in text.encode() for form in FORMS)]
    assert not found, said[found[0]]
    files = [path for path in gateway.directory.rglob("*") if path.is_file()]
    for path in files:
        data = path.read_bytes()
        for form in FORMS:
            at = data.find(form)
            assert at < 0, f"{path.name}: ...{data[max(0, at - 200) : at + 50]!r}"
    everything = b"".join(path.read_bytes() for path in files)
    for shown in (
        b"554=***",
        b"96=***",
        b"handler_failed",
        b"cannot read",
        b"cannot go on behind",
        b"password_changed",
    ):
        assert shown in everything, f"the search has missed its place: {shown!r}"
