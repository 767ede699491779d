"""Start a system under test, wait until it listens, stop it; and what it has used of the processor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_S = 30
STOP_S = 15


class DidNotStart(Exception):
    """The process ended, or did not listen in time. The text holds the end of what it wrote."""


def environment() -> dict[str, str]:
    """Variables of a process that runs elsewhere and imports from this checkout."""
    return dict(os.environ) | {"PYTHONPATH": str(ROOT)}


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path, start_s: float) -> None:
    """Return when the port accepts connections."""
    until = time.monotonic() + start_s
    while time.monotonic() < until:
        if process.poll() is not None:
            raise DidNotStart(f"exit code {process.returncode}: {log.read_text(errors='replace')[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise DidNotStart(f"port {port} is not open after {start_s:g} s: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def running(
    command: Sequence[str | Path],
    port: int,
    directory: Path,
    name: str,
    variables: Mapping[str, str] | None = None,
    start_s: float = START_S,
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, listening on its port, for as long as the block lasts. Its output goes to a file in `directory`."""
    log = directory / f"{name}.out"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=directory,
            env=environment() if variables is None else variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for_port(port, process, log, start_s)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_s(pid: int) -> float:
    """Processor seconds that all threads of a process have used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
