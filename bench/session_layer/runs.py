"""Starts the gateway for each scenario and the generator beside it. One round: each scenario compares within itself."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import fast.build
from bench.fixgate import compiled_tree, gateway_command, write_crowd_config
from bench.processes import ROOT, START_S, DidNotStart, free_port, running
from bench.session_layer.replay import AWAY, LIVE
from bench.session_layer.stalled import STALLED
from bench.session_layer.together import session_names
from bench.systems import WORK

Figures = Mapping[str, object]
RUN_S = 240
SESSIONS, STORM_SESSIONS, STORM_ORDERS = 50, 500, 20
SEND_BUFFER_BYTES = 64 << 10
RECOVERS_PER_S = 5_000
"""Orders that a gateway takes up again in a second at its start, at the very least."""


class Size(NamedTuple):
    """How much of it: `messages` are what the client that was away asks for."""

    messages: int
    orders: int
    ping_pongs: int
    seconds: float
    timeout_s: int


WHOLE = Size(100_000, 100_000, 5_000, 5.0, 10)
QUICK = Size(10_000, 10_000, 1_000, 2.0, 2)


class Build(NamedTuple):
    """fixgate as it is run. `missing` says why it cannot be; `variables` are for the gateway's process."""

    key: str
    title: str
    missing: Callable[[], str]
    variables: Callable[[], Mapping[str, str] | None]


def _compiled_variables() -> Mapping[str, str]:
    tree, why = compiled_tree()
    assert tree is not None, why
    return fast.build.environment(tree)


BUILDS = (
    Build("fixgate", "**fixgate**", str, lambda: None),
    Build("fixgate-compiled", "**fixgate, compiled**", lambda: compiled_tree()[1], _compiled_variables),
)


class Gateway:
    """A configuration and its store, on which a gateway can be started more than once."""

    def __init__(
        self,
        build: Build,
        directory: Path,
        names: Sequence[str],
        defaults: Mapping[str, object] | None = None,
        listen: Mapping[str, object] | None = None,
    ) -> None:
        self._build = build
        self._directory = directory
        self._port = free_port()
        self._config = write_crowd_config(directory, self._port, names, defaults or {}, listen or {})

    def ask(self, scenario: str, start_s: float = START_S, **numbers: object) -> Figures:
        """Start the gateway, run the generator, stop it; the generator's figures, or {"failed": why}."""
        try:
            with self._running(start_s) as pid:
                return generate(scenario, self._port, pid, numbers)
        except DidNotStart as error:
            return {"failed": f"did not start: {error}"}

    @contextmanager
    def _running(self, start_s: float) -> Iterator[int]:
        command, variables = gateway_command("run", self._config), self._build.variables()
        with running(command, self._port, self._directory, "fixgate", variables, start_s) as process:
            yield process.pid


def generate(scenario: str, port: int, pid: int, numbers: Mapping[str, object]) -> Figures:
    command = [sys.executable, "-m", "bench.session_layer", scenario, f"--port={port}", f"--pid={pid}"]
    command += [f"--{name.replace('_', '-')}={value}" for name, value in numbers.items()]
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {RUN_S} s"}
    if not ran.stdout:
        return {"failed": ran.stderr.strip()[-500:]}
    figures: Figures = json.loads(ran.stdout)
    return figures


def replay(build: Build, directory: Path, size: Size) -> Figures:
    gateway = Gateway(build, directory, [AWAY, LIVE])
    filled = gateway.ask("fill", messages=size.messages)
    if "failed" in filled:
        return filled
    start_s = START_S + size.messages / RECOVERS_PER_S
    return gateway.ask("replay", start_s, messages=size.messages, seconds=size.seconds)


def together(build: Build, directory: Path, size: Size) -> Figures:
    gateway = Gateway(build, directory, session_names(SESSIONS))
    return gateway.ask("together", sessions=SESSIONS, orders=size.orders, ping_pongs=size.ping_pongs)


def stalled(build: Build, directory: Path, size: Size) -> Figures:
    names = [*session_names(SESSIONS), STALLED]
    small = {"socket_send_buffer_bytes": SEND_BUFFER_BYTES}  # else the system takes 4 MB before anybody notices
    gateway = Gateway(build, directory, names, {"slow_consumer_timeout_s": size.timeout_s}, small)
    return gateway.ask("stalled", sessions=SESSIONS, seconds=size.seconds, timeout_s=size.timeout_s)


def storm(build: Build, directory: Path, size: Size) -> Figures:
    gateway = Gateway(build, directory, session_names(STORM_SESSIONS))
    return gateway.ask("storm", sessions=STORM_SESSIONS, orders=STORM_ORDERS)


SCENARIOS: Mapping[str, Callable[[Build, Path, Size], Figures]] = {
    "replay": replay,
    "together": together,
    "stalled": stalled,
    "storm": storm,
}


def run_scenarios(names: Sequence[str], builds: Sequence[Build], size: Size) -> dict[str, list[tuple[str, Figures]]]:
    """Scenario -> figures of each build, in their order, under its title."""
    results: dict[str, list[tuple[str, Figures]]] = {name: [] for name in names}
    for name in names:
        for build in builds:
            print(f"session layer: {name}, {build.key} ...", end=" ", flush=True)
            why, start = build.missing(), time.monotonic()
            if why:
                figures: Figures = {"absent": why}
            else:
                with tempfile.TemporaryDirectory(dir=WORK, prefix=f"{name}-") as directory:
                    figures = SCENARIOS[name](build, Path(directory), size)
            print(
                f"FAILED: {figures['failed']}" if "failed" in figures else f"done ({time.monotonic() - start:.0f} s)",
                flush=True,
            )
            results[name].append((build.title, figures))
    return results
