"""A gateway process as an operator runs it: its configuration, its ports, what it writes, what its commands say."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.gateway.command_line import said_by
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
WAIT_S = 20
RUN = "\nimport sys; from gateway.cli import main; sys.argv = ['fixgate', 'run', sys.argv[1], '--init']; main()\n"


class LiveGateway:
    """`doors` and `sessions` as in YAML; a door that has no port is given one. `program` runs first, in its process."""

    def __init__(
        self, directory: Path, doors: list[dict[str, Any]], sessions: list[dict[str, Any]], program: str = ""
    ) -> None:
        self.directory = directory
        self._program = program + RUN
        self.extra_environment: dict[str, str] = {}
        self.ports: list[int] = []
        for door in doors:
            door.setdefault("port", free_port())
            self.ports.append(door["port"])
        self.config: dict[str, Any] = {
            "listen": doors,
            "journal": {"directory": str(directory / "journal"), "map_size_gb": 1, "segment_bytes": 1 << 20},
            "logs": {"directory": str(directory / "logs")},
            "admin": {"socket": str(directory / "admin")},
            "sessions": sessions,
            # A venue that is silent by itself: nothing but peers may move the journal.
            "venues": [{"name": "SIM", "adapter": "simulated", "reference_interval_ms": 86_400_000}],
            "instruments": [{"symbol": "SIM", "venue": "SIM", "reference_price": "100"}],
        }
        self.path = directory / "gateway.yaml"
        self.output = directory / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LiveGateway:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def start(self) -> None:
        """Return when it serves."""
        self.path.write_text(json.dumps(self.config))
        before = len(self.lines("serving"))
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", self._program, str(self.path)],
                cwd=self.directory,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.until(lambda: len(self.lines("serving")) > before, "it serves")

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(WAIT_S) == 0, self.output.read_text()
        self.process = None

    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(ROOT)} | self.extra_environment

    def ask(self, *command: str, given: str = "") -> str:
        """What a command of fixgate prints, on both channels."""
        return said_by(command, self.directory, self.environment(), given, WAIT_S)

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """What it has logged, or of that what is of one event."""
        path = self.directory / "logs" / "fixgate.log.jsonl"
        if not path.exists():
            return []
        found = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
        return [line for line in found if not event or line["event"] == event]

    def next_line(self, event: str, seen: int) -> dict[str, Any]:
        """The line of this event that follows the first `seen` ones."""
        self.until(lambda: len(self.lines(event)) > seen, f"a line {event}")
        return self.lines(event)[seen]

    def until(self, wanted: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + WAIT_S
        while not wanted():
            assert self.process is None or self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < end, f"no sign of this after {WAIT_S} s: {what}"
            time.sleep(0.01)

    def journal_hash(self) -> str:
        """Of everything in the journal's directory."""
        digest = hashlib.sha256()
        for path in sorted((self.directory / "journal").iterdir()):
            if path.name != "lock.mdb":  # the table of readers
                digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()
