"""SIGTERM to a process that is still coming up is a wish, not a crash."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.early_stop import PROCESSES, heed_sigterm
from tests.gateway.test_crank import ROOT
from tests.ports import free_port


def heeds_sigterm(pid: int) -> bool:
    """Whether the process has a handler for it, as the system knows."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (caught,) = [int(line.split()[1], 16) for line in lines if line.startswith("SigCgt")]
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("later_s", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_it_ends_with_0_at_every_moment_of_its_start(tmp_path: Path, later_s: float) -> None:
    path = tmp_path / "gateway.yaml"
    journal = {"map_size_gb": 1, "segment_bytes": 1 << 20}
    path.write_text(json.dumps({"listen": {"port": free_port()}, "journal": journal}))
    command = [sys.executable, "-m", "gateway", "run", str(path), "--init"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        while not heeds_sigterm(process.pid):
            assert process.poll() is None
        time.sleep(later_s)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, told) == (0, b"")


def test_other_commands_die_of_it_as_ever() -> None:
    before = signal.getsignal(signal.SIGTERM)
    for arguments in ([], ["verify", "run"], ["client"]):
        heed_sigterm(arguments)
        assert signal.getsignal(signal.SIGTERM) is before
    try:
        for name in PROCESSES:
            signal.signal(signal.SIGTERM, before)
            heed_sigterm([name, "gateway.yaml"])
            assert signal.getsignal(signal.SIGTERM) is not before
    finally:
        signal.signal(signal.SIGTERM, before)
