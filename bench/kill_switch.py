"""How fast everything stops: the drill of the kill switch (`gateway/drill`), at several loads.

The demo lets a session send 1,000 requests a second; the largest load here is ten times that, as fast as one client in
Python can send and read. Each figure is the median of the rounds, each round on fresh processes and a fresh disk store.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.systems import WORK
from gateway.drill.kill_switch import Plan, Rehearsal, Result, Times
from gateway.drill.stage import StageFailed, stage

LOADS = ((2_000, 1_000), (10_000, 1_000), (2_000, 10_000))
"""Orders that stand at the exchange, and new orders a second."""
ROUNDS = 3
_COLUMNS = (
    ("flag_is_durable_and_answered", "flag durable and answered"),
    ("first_refusal_at_client", "first refusal read"),
    ("first_cancel_at_venue", "first cancel at the venue"),
    ("last_cancel_at_venue", "last cancel at the venue"),
    ("last_canceled_report_at_client", "last Canceled read"),
)


def rehearse(resting: int, rate: int) -> Result:
    """One drill. Its findings are in the result."""
    plan = Plan(resting, rate, "global", "bench", "second-person", 60.0)
    with tempfile.TemporaryDirectory(dir=WORK, prefix="kill-switch-") as directory:
        with stage(Path(directory)) as scene:
            rehearsal = Rehearsal(scene, plan)
            rehearsal.play()
        return rehearsal.result("")


def row(resting: int, rate: int, results: Sequence[Result]) -> str:
    def median(name: str) -> str:
        found = [ms for result in results if (ms := getattr(result.ms, name)) is not None]
        return f"{statistics.median(found):,.0f} ms" if found else "-"

    assert all(name in Times.__struct_fields__ for name, _ in _COLUMNS)
    canceled = statistics.median(result.orders["canceled"] for result in results)
    figures = " | ".join(median(name) for name, _ in _COLUMNS)
    routed = sum(result.orders["routed_behind_the_flag"] for result in results)
    return f"| {resting:,} at the exchange, {rate:,} new/s | {figures} | {canceled:,.0f} | {routed} |"


def table(rounds: int = ROUNDS, loads: Sequence[tuple[int, int]] = LOADS) -> tuple[str, int]:
    """The section of the report, and how many loads failed."""
    lines = [
        "| load | " + " | ".join(title for _, title in _COLUMNS) + " | canceled | out behind the flag |",
        "|---" + "|--:" * (len(_COLUMNS) + 2) + "|",
    ]
    failures = 0
    for resting, rate in loads:
        print(f"kill switch: {resting} orders, {rate}/s ...", end=" ", flush=True)
        start = time.monotonic()
        try:
            results = [rehearse(resting, rate) for _ in range(rounds)]
            findings = [finding for result in results for finding in result.findings]
        except (StageFailed, OSError) as failure:
            results, findings = [], [str(failure)]
        if findings:
            failures += 1
            lines.append(f"| {resting:,} at the exchange, {rate:,} new/s | failed: {findings[0]} |")
        else:
            lines.append(row(resting, rate, results))
        print(f"{'FAILED' if findings else 'done'} ({time.monotonic() - start:.0f} s)", flush=True)
    return "\n".join(
        ["## Kill switch\n", "From the operator's command, everything stopped by `global`.\n", *lines, ""]
    ), failures


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.kill_switch", description="how fast everything stops")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    WORK.mkdir(exist_ok=True)
    text, failures = table(parser.parse_args().rounds)
    print(f"\n{text}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
