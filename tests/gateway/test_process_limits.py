"""What the process allows itself; in a process of its own, since limits stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
from gateway.process_limits import RESERVED_DESCRIPTORS, set_process_limits
print(set_process_limits() + RESERVED_DESCRIPTORS, *resource.getrlimit(resource.RLIMIT_NOFILE))
print(*resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_descriptors_are_raised_a_reserve_is_kept_and_nothing_is_dumped() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["200", "200", "200", "0", "0"]
