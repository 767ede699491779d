"""fixgate as a process of its own, as an operator runs it: start, kill -9, start again on the same journal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.interop.party import ROOT, WAIT_S


class Fixgate:
    """`fixgate run CONFIG` or `fixgate exchange CONFIG`; its directory is where the configuration lies."""

    def __init__(self, verb: str, config: Path, port: int) -> None:
        self.port = port
        self._verb = verb
        self._config = config
        self._output = config.with_suffix(".out")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it listens. The first start makes the journal, later ones go on with it."""
        assert self._process is None
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gateway", self._verb, str(self._config), "--init"],
                cwd=self._config.parent,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            self.assert_alive()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"not listening after {WAIT_S} s: {self.output()}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def assert_alive(self) -> None:
        """It has not ended by itself."""
        assert self._process is not None
        assert self._process.poll() is None, f"ended with {self._process.returncode}: {self.output()}"

    def kill(self) -> None:
        """kill -9, at whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """SIGTERM; it must end by itself, with exit code 0."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(WAIT_S)
        self._process = None
        assert code == 0, f"exit code {code}: {self.output()}"

    def wait_for_session(self, name: str, up: bool = True) -> None:
        """Return when `fixgate status` says that this session is logged on, or that it is not."""
        until = time.monotonic() + WAIT_S
        while (name in logged_on(self.status())) is not up:
            assert time.monotonic() < until, f"{name} after {WAIT_S} s: {self.status()}"
            time.sleep(0.05)

    def output(self) -> str:
        """The end of what it has printed."""
        return self._output.read_text(errors="replace")[-3000:]

    def status(self) -> dict[str, Any]:
        """What `fixgate status` says."""
        command = [sys.executable, "-m", "gateway", "status", str(self._config)]
        asked = subprocess.run(
            command,
            cwd=self._config.parent,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=True,
        )
        answer: dict[str, Any] = json.loads(asked.stdout)
        return answer


def logged_on(status: dict[str, Any]) -> set[str]:
    """Names of the sessions that are up."""
    sessions: dict[str, bool] = status["sessions"]
    return {name for name, is_logged_on in sessions.items() if is_logged_on}
