"""The rows of fixgate itself, as `fixgate run` starts it, and of a QuickFIX relay that goes the same way without it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path

import yaml

import fast.build
from bench.processes import DidNotStart, environment, free_port, running
from bench.systems import BENCH, DICTIONARY, LOG, NO_LOG, Endpoint, System, missing_quickfix_python

PRICE = "49000"
"""Below the reference price: the order rests, and its answer is one report "New"."""
VENUE_S = 20


def write_crowd_config(
    directory: Path,
    listen_port: int,
    names: Sequence[str],
    session_defaults: Mapping[str, object],
    listen: Mapping[str, object],
) -> Path:
    """The bench's gateway with these sessions, each under its name as CompID; what all of them, and the door, have
    beyond its file."""
    config = yaml.safe_load((BENCH / "fixgate.yaml").read_text())
    config["listen"]["port"] = listen_port
    config["listen"] |= listen
    config["session_defaults"] |= session_defaults
    config["sessions"] = [{"name": name, "target_comp_id": name} for name in names]
    path = directory / "crowd.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def write_config(name: str, directory: Path, listen_port: int, venue_port: int = 0) -> Path:
    """One of the bench's YAML files with the ports of this run."""
    config = yaml.safe_load((BENCH / name).read_text())
    config["listen"]["port"] = listen_port
    for session in config["sessions"]:
        if "connect" in session:
            session["connect"]["port"] = venue_port
    path = directory / name
    path.write_text(yaml.safe_dump(config))
    return path


def gateway_command(verb: str, config: Path) -> Sequence[str]:
    return [sys.executable, "-m", "gateway", verb, str(config), "--init"]


@contextmanager
def start_fixgate(directory: Path, orders: int, variables: Mapping[str, str] | None = None) -> Iterator[Endpoint]:
    port = free_port()
    config = write_config("fixgate.yaml", directory, port)
    with running(gateway_command("run", config), port, directory, "fixgate", variables) as process:
        yield Endpoint(port, process.pid, price=PRICE, counted="150=0")


@cache
def compiled_tree() -> tuple[Path | None, str]:
    """Where the compiled fixgate is, built when its sources are newer; or why there is none."""
    try:
        return fast.build.ensure(), fast.build.missing()
    except fast.build.BuildFailed as failure:
        return None, f"does not compile: {str(failure).strip()[-300:]}"


def start_compiled(directory: Path, orders: int) -> AbstractContextManager[Endpoint]:
    tree, _ = compiled_tree()
    assert tree is not None
    return start_fixgate(directory, orders, fast.build.environment(tree))


@contextmanager
def exchange(directory: Path) -> Iterator[int]:
    """The bundled exchange; gives its port."""
    port = free_port()
    config = write_config("exchange.yaml", directory, port)
    with running(gateway_command("exchange", config), port, directory, "exchange"):
        yield port


def wait_for_venue(config: Path) -> None:
    """Return when the gateway says that all its venue sessions are logged on."""
    until = time.monotonic() + VENUE_S
    said = ""
    while time.monotonic() < until:
        command = [sys.executable, "-m", "gateway", "status", str(config)]
        asked = subprocess.run(
            command, cwd=config.parent, env=environment(), capture_output=True, text=True, check=False
        )
        said = asked.stdout or asked.stderr
        if asked.returncode == 0 and venue_is_up(json.loads(said)):
            return
        time.sleep(0.1)
    raise DidNotStart(f"the venue session is not up after {VENUE_S} s: {said[-1000:]}")


def venue_is_up(status: dict[str, object]) -> bool:
    sessions = status["sessions"]
    assert isinstance(sessions, dict)
    return bool(sessions["EXCHANGE"])


@contextmanager
def start_fixgate_full(directory: Path, orders: int) -> Iterator[Endpoint]:
    port = free_port()
    with exchange(directory) as venue_port:
        config = write_config("fixgate-full.yaml", directory, port, venue_port)
        with running(gateway_command("run", config), port, directory, "fixgate") as process:
            wait_for_venue(config)
            yield Endpoint(port, process.pid, price=PRICE, counted="150=0")


@contextmanager
def start_relay(log: bool, directory: Path, orders: int) -> Iterator[Endpoint]:
    port = free_port()
    logs = f"FileLogPath={directory / 'log'}\n" if log else ""
    with exchange(directory) as venue_port:
        common = (
            "[DEFAULT]\nStartTime=00:00:00\nEndTime=00:00:00\nSocketNodelay=Y\nSocketReuseAddress=Y\nHeartBtInt=30\n"
            f"ReconnectInterval=1\nFileStorePath={directory / 'store'}\nUseDataDictionary=Y\n{logs}"
            f"DataDictionary={DICTIONARY}\nBeginString=FIX.4.4\nSenderCompID=GATEWAY\n[SESSION]\n"
        )
        acceptor, initiator = directory / "acceptor.cfg", directory / "initiator.cfg"
        acceptor.write_text(f"{common}ConnectionType=acceptor\nTargetCompID=BENCH\nSocketAcceptPort={port}\n")
        initiator.write_text(
            f"{common}ConnectionType=initiator\nTargetCompID=EXCHANGE\nSocketConnectHost=127.0.0.1\n"
            f"SocketConnectPort={venue_port}\n"
        )
        command = [sys.executable, "-m", "bench.peers.quickfix_relay", str(acceptor), str(initiator)]
        with running(command, port, directory, "relay") as process:
            yield Endpoint(port, process.pid, price=PRICE, counted="150=0")


DISK = "one transaction per turn, fsync; messages and events logged"
FIXGATES = (
    System("fixgate", "**fixgate**, venue in process", DISK, "report", 300_000, str, start_fixgate),
    System(
        "fixgate-compiled",
        "**fixgate, compiled**, venue in process",
        DISK,
        "report",
        300_000,
        lambda: compiled_tree()[1],
        start_compiled,
    ),
    System("fixgate-full", "**fixgate**", DISK, "full", 100_000, str, start_fixgate_full),
    System(
        "quickfix-relay-log",
        "QuickFIX 1.16 Python relay (no gates, no order state), as in production",
        LOG,
        "full",
        20_000,
        missing_quickfix_python,
        partial(start_relay, True),
    ),
    System(
        "quickfix-relay",
        "QuickFIX 1.16 Python relay (no gates, no order state)",
        NO_LOG,
        "full",
        20_000,
        missing_quickfix_python,
        partial(start_relay, False),
    ),
)
