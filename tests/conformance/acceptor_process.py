"""The echo acceptor as a process of its own, and the public player that plays definitions against it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.definitions import STOCK_DICTIONARIES
from tests.conformance.rewritten import TARGETS, Target

ROOT = Path(__file__).parents[2]
PLAYER = Path(os.environ.get("FIXGATE_DEFINITIONS_PLAYER", ROOT.parent / "shared" / "tools" / "play_definitions.py"))
"""The runner that comes with the definitions; not part of this project."""
APPL_VER_IDS = {b"7": "FIX.5.0", b"8": "FIX.5.0SP1", b"9": "FIX.5.0SP2"}


def targets_at_hand() -> list[Target]:
    """The versions whose stock dictionaries are at hand."""
    return [
        target
        for target in TARGETS.values()
        if all((STOCK_DICTIONARIES / f"{name}.xml").exists() for name in target.dictionaries)
    ]


def configuration(targets: Iterable[Target], logout_timeout_s: int) -> str:
    """What an operator would write for these versions."""
    lines = [
        "session_defaults:",
        "  sender_comp_id: ISLD",
        "  reset_on_logon: true",
        f"  logout_timeout_s: {logout_timeout_s}",
        "sessions:",
    ]
    for target in targets:
        paths = [STOCK_DICTIONARIES / f"{name}.xml" for name in target.dictionaries]
        lines += [
            f"  - name: {target.folder}",
            f"    begin_string: {target.begin_string.decode()}",
            f"    target_comp_id: {target.comp_id.decode()}",
        ]
        if target.default_appl_ver_id:
            lines += [
                f"    default_appl_ver_id: {APPL_VER_IDS[target.default_appl_ver_id]}",
                f"    transport_data_dictionary: {paths[0]}",
                f"    app_data_dictionary: {paths[1]}",
            ]
        else:
            lines += [f"    data_dictionary: {paths[0]}"]
    return "\n".join(lines) + "\n"


@contextmanager
def echo_acceptor(config: Path) -> Iterator[int]:
    """The port it listens on."""
    command = [sys.executable, "-m", "tests.conformance.echo_acceptor", str(config), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            match = re.search(r"listening on .*:(\d+)$", process.stdout.readline().strip())
            assert match is not None, "the echo acceptor did not come up; see its error above"
            yield int(match[1])
        finally:
            process.terminate()


def play(port: int, paths: Iterable[Path], jobs: int) -> dict[str, str]:
    """The verdicts by `folder/name`: empty, or what went wrong."""
    command = [sys.executable, str(PLAYER), "--port", str(port), "--jobs", str(jobs), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True)
    verdicts: dict[str, str] = {}
    last = ""
    for line in done.stdout.splitlines():
        if line.startswith(("ok   ", "FAIL ")):
            last = line[5:].strip()
            verdicts[last] = "" if line.startswith("ok") else "failed"
        elif last and line.startswith("      "):
            verdicts[last] += "\n" + line
    return verdicts
