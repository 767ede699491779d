"""`fixgate session` and `fixgate reload`, against a process: what an operator types, and what he reads."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.bookkeeper import stamp
from tests.gateway.live_gateway import LiveGateway
from tests.peer import fields_of, framed

WAIT_S = 10
SESSIONS: list[dict[str, Any]] = [
    {"name": "A", "begin_string": "FIX.4.4", "target_comp_id": "ALICE"},
    {"name": "B", "begin_string": "FIX.4.4", "target_comp_id": "BOB"},
]


class Client:
    """A counterparty with a socket."""

    def __init__(self, gateway: LiveGateway, comp_id: str) -> None:
        self._comp_id = comp_id
        self._socket = socket.create_connection(("127.0.0.1", gateway.ports[0]), timeout=WAIT_S)
        self._data = b""

    def send(self, text: str) -> None:
        head, *rest = text.split("|")
        number, *body = rest
        fields = [head, number, f"49={self._comp_id}", "56=FIXGATE", f"52={stamp().decode()}", *body]
        self._socket.sendall(framed(b"FIX.4.4", "".join(f"{field}\x01" for field in fields).encode()))

    def read(self) -> dict[str, str]:
        """The next message; {} at the end of the connection."""
        while b"\x0110=" not in self._data or not self._data.endswith(b"\x01"):
            data = self._socket.recv(4096)
            if not data:
                return {}
            self._data += data
        end = self._data.index(b"\x01", self._data.index(b"\x0110=") + 1) + 1
        raw, self._data = self._data[:end], self._data[end:]
        return {tag.decode(): value.decode() for tag, value in fields_of(raw).items()}

    def close(self) -> None:
        self._socket.close()


Dial = Callable[[str], Client]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[LiveGateway]:
    with LiveGateway(tmp_path, [{}], [dict(session) for session in SESSIONS]) as made:
        yield made


@pytest.fixture
def dial(gateway: LiveGateway) -> Iterator[Dial]:
    """Makes counterparties by their CompIDs."""
    with contextlib.ExitStack() as stack:
        yield lambda comp_id: stack.enter_context(contextlib.closing(Client(gateway, comp_id)))


def write(gateway: LiveGateway, **keys: Any) -> None:
    gateway.path.write_text(json.dumps(gateway.config | keys))


def test_a_day_of_an_operator(gateway: LiveGateway, dial: Dial) -> None:
    config = ["--config", str(gateway.path)]
    alice, bob = dial("ALICE"), dial("BOB")
    for client in (alice, bob):
        client.send("35=A|34=1|98=0|108=30")
        assert client.read()["35"] == "A"

    write(gateway, sessions=[SESSIONS[0], SESSIONS[1] | {"max_latency_s": 60}])
    assert gateway.ask("reload", str(gateway.path)) == "sessions[B].max_latency_s: 120 -> 60\n"
    assert bob.read()["58"] == "the settings of this session change"
    bob.send("35=5|34=2")
    assert bob.read() == {}
    bob = dial("BOB")
    bob.send("35=A|34=3|98=0|108=30")
    assert (bob.read()["34"], gateway.next_line("reloaded", 0)["changes"]) == (
        "3",
        ["sessions[B].max_latency_s: 120 -> 60"],
    )

    write(gateway, sessions=SESSIONS, journal={"directory": "elsewhere"})
    told = gateway.ask("reload", str(gateway.path))
    assert "nothing was changed: journal.directory" in told
    assert gateway.next_line("reload_refused", 0)["error"] in told.replace("\n", "\\n")

    alice.send("35=1|34=2|112=still here")
    assert alice.read()["112"] == "still here"
    told = gateway.ask("session", "logout", "A", "--reason", "their wish", "--operator", "ann", *config)
    assert told.startswith("A ")
    assert alice.read()["58"] == "logged out by an operator"
    alice.close()
    gateway.until(lambda: "A" in [line["session"] for line in gateway.lines("logged_out")], "A is away")
    assert "disconnected" in gateway.ask("session", "list", *config).splitlines()[0]
    told = gateway.ask("session", "reset", "A", "--sender", "20", "--reason", "agreed", "--operator", "ann", *config)
    assert "out 20, in 3" in told
    told = gateway.ask("session", "explain", "A", "--logon-seq", "7", *config)
    for line in (
        "logged out by ann: their wish",
        "generation 1, out 20, in 3: operator ann: agreed",
        "if its peer's Logon came now with MsgSeqNum(34)=7: accepted",
        "we ask for 3 to the last again",
    ):
        assert line in told
    write(gateway)
    gateway.stop()
    assert gateway.ask("session", "explain", "A", "--logon-seq", "7", *config) == told
    assert "there is no session X" in gateway.ask("session", "explain", "X", *config)
    assert "no gateway answers" in gateway.ask("session", "list", *config)


def test_sighup_reads_again_and_a_file_that_cannot_be_read_changes_nothing(gateway: LiveGateway, dial: Dial) -> None:
    assert gateway.process is not None
    alice = dial("ALICE")
    alice.send("35=A|34=1|98=0|108=30")
    assert alice.read()["35"] == "A"
    gateway.path.write_text("sessions: [")
    gateway.process.send_signal(signal.SIGHUP)
    assert gateway.next_line("reload_refused", 0)["operator"] == "SIGHUP"
    assert "nothing was changed" in gateway.next_line("reload_refused", 0)["error"]
    write(gateway, sessions=[*SESSIONS, {"name": "C", "begin_string": "FIX.4.4", "target_comp_id": "CAROL"}])
    gateway.process.send_signal(signal.SIGHUP)
    assert gateway.next_line("reloaded", 0)["changes"] == ["sessions[C]: added"]
    carol = dial("CAROL")
    carol.send("35=A|34=1|98=0|108=30")
    assert carol.read()["35"] == "A"
    alice.send("35=1|34=2|112=undisturbed")
    assert alice.read()["112"] == "undisturbed"


def test_sigterm_while_a_reload_runs_ends_in_good_order(gateway: LiveGateway) -> None:
    assert gateway.process is not None
    write(
        gateway, sessions=[{"name": f"S{n}", "begin_string": "FIX.4.4", "target_comp_id": f"T{n}"} for n in range(50)]
    )
    gateway.process.send_signal(signal.SIGHUP)
    gateway.process.send_signal(signal.SIGTERM)
    assert gateway.process.wait(WAIT_S) == 0
    gateway.process = None
    assert gateway.ask("verify", str(gateway.directory / "journal")).startswith(str(gateway.directory / "journal"))


def test_a_second_sigterm_ends_it_at_once(gateway: LiveGateway, dial: Dial) -> None:
    """The first waits for a peer that does not answer the Logout."""
    assert gateway.process is not None
    alice = dial("ALICE")
    alice.send("35=A|34=1|98=0|108=30")
    assert alice.read()["35"] == "A"
    gateway.process.send_signal(signal.SIGTERM)
    assert alice.read()["35"] == "5"
    gateway.process.send_signal(signal.SIGTERM)
    assert gateway.process.wait(1.5) == -signal.SIGTERM
    gateway.process = None
    assert "whole" in gateway.ask("verify", str(gateway.directory / "journal"))
