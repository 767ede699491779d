"""`python -m bench`: every system in turn, some rounds, then the tables: printed, and written to docs/BENCHMARKS.md.

There is no verdict on time in here: a figure is printed and compared, never asserted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import gates, hostile, kill_switch, order_life, stages
from bench.facts import machine
from bench.fixgate import FIXGATES
from bench.load import RunFailed
from bench.page import HOSTILE_TEXT, document
from bench.processes import ROOT, DidNotStart, cpu_s
from bench.report import Measurement, tables
from bench.session_layer.runs import BUILDS, QUICK, SCENARIOS, WHOLE, run_scenarios
from bench.session_layer.tables import tables as scenario_tables
from bench.systems import PEERS, WORK, System

PING_PONGS = 3_000
RUN_S = 180
SYSTEMS = (*PEERS, *FIXGATES)
ORDER_LIFE = "order-life"
ORDER_LIFE_QUICK = 20_000
KILL_SWITCH = "kill-switch"
HOSTILE = "hostile"
HOSTILE_WHOLE = 1_000, 4.0, tuple(hostile.SCALES)
HOSTILE_QUICK = 200, 2.5, ("passwords", "lengths", "questions")
"""Orders of a ping-pong, seconds of an attack, attacks."""


def generate(system: System, orders: int, warm_up: int, window: int) -> dict[str, object]:
    """One fresh system, one run of the generator against it: the generator's figures, and processor time per order."""
    with (
        tempfile.TemporaryDirectory(dir=WORK, prefix=f"{system.key}-") as directory,
        system.start(Path(directory), orders + warm_up) as endpoint,
    ):
        before = cpu_s(endpoint.pid)
        command = [
            sys.executable,
            "-m",
            "bench.load",
            f"--port={endpoint.port}",
            f"--orders={orders}",
            f"--warm-up={warm_up}",
            f"--window={window}",
            f"--symbol={endpoint.symbol}",
            f"--price={endpoint.price}",
            f"--counted={endpoint.counted}",
        ]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)
        if not ran.stdout:
            return {"failed": ran.stderr.strip()[-500:]}
        figures: dict[str, object] = json.loads(ran.stdout)
        if "failed" in figures:
            said = " ".join(path.read_text(errors="replace")[-1500:] for path in Path(directory).glob("*.out"))
            return {"failed": f"{figures['failed']}; it said: {said}"}
        figures["system_cpu_us"] = (cpu_s(endpoint.pid) - before) / (orders + warm_up) * 1e6
        return figures


def measure(system: System, share: float) -> Measurement:
    """Throughput and ping-pong of one system, once. `share` shrinks the number of orders."""
    orders, ping_pongs = max(1_000, int(system.orders * share)), max(500, int(PING_PONGS * share))
    try:
        throughput = generate(system, orders, min(20_000, orders // 10), 500)
        ping_pong = generate(system, ping_pongs, ping_pongs // 10, 1)
    except DidNotStart as error:
        return Measurement({"failed": f"did not start: {error}"}, {})
    except subprocess.TimeoutExpired:
        return Measurement({"failed": f"not done after {RUN_S} s"}, {})
    return Measurement(throughput, ping_pong)


def run_rounds(systems: Sequence[System], rounds: int, share: float) -> dict[str, list[Measurement]]:
    """All systems in turn, every second round in the opposite order: none is always first or always last."""
    results: dict[str, list[Measurement]] = {system.key: [] for system in systems}
    for number in range(rounds):
        for system in systems if number % 2 == 0 else reversed(systems):
            print(f"round {number + 1}/{rounds}: {system.title} ...", end=" ", flush=True)
            start = time.monotonic()
            measurement = measure(system, share)
            print(f"{measurement.line()} ({time.monotonic() - start:.0f} s)", flush=True)
            results[system.key].append(measurement)
    return results


def parse() -> argparse.Namespace:
    names = [*(system.key for system in SYSTEMS), *SCENARIOS, HOSTILE, ORDER_LIFE, KILL_SWITCH]
    parser = argparse.ArgumentParser(prog="bench", description="measure fixgate and its peers, one after another")
    parser.add_argument("--quick", action="store_true", help="one round with a tenth of the orders")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all systems; the tables give the medians")
    parser.add_argument(
        "--only", nargs="*", default=[], choices=names, metavar="NAME", help=f"some of: {', '.join(names)}"
    )
    parser.add_argument(
        "--messages", type=int, help="replay: how many are stored and asked for; up to 1,000,000, 100,000 unless told"
    )
    parser.add_argument("--no-write", action="store_true", help="print only, leave docs/BENCHMARKS.md as it is")
    return parser.parse_args()


def session_layer(given: argparse.Namespace) -> tuple[str, int]:
    """The scenarios that were chosen, as Markdown, and how many of them failed."""
    names = [name for name in SCENARIOS if not given.only or name in given.only]
    builds = [build for build in BUILDS if build.key in given.only] or BUILDS
    size = QUICK if given.quick else WHOLE
    if given.messages:
        size = size._replace(messages=given.messages)
    results = run_scenarios(names, builds, size)
    failures = sum("failed" in figures for rows in results.values() for _, figures in rows)
    text = scenario_tables(results)
    if not given.only or HOSTILE in given.only:
        hostile, failed = under_attack(given.quick)
        text, failures = text + hostile, failures + failed
    return text, failures


def under_attack(quick: bool) -> tuple[str, int]:
    """What a live session notices of attacks, as Markdown, and 1 when it failed."""
    print("session layer: under attack ...", end=" ", flush=True)
    orders, seconds, attacks = HOSTILE_QUICK if quick else HOSTILE_WHOLE
    start = time.monotonic()
    text = "\n### Under attack\n\n"
    try:
        with tempfile.TemporaryDirectory(dir=WORK, prefix="hostile-") as directory:
            text += hostile.table(hostile.measure(Path(directory), orders, seconds, list(attacks)))
    except (RunFailed, DidNotStart, AssertionError, statistics.StatisticsError) as failure:
        print(f"FAILED: {failure}", flush=True)
        return f"{text}failed: {failure}\n", 1
    print(f"done ({time.monotonic() - start:.0f} s)", flush=True)
    return f"{text}\n\n{HOSTILE_TEXT}", 0


def main() -> int:
    given = parse()
    WORK.mkdir(exist_ok=True)
    chosen = [system for system in SYSTEMS if not given.only or system.key in given.only]
    if set(given.only) & {*SCENARIOS, HOSTILE, ORDER_LIFE, KILL_SWITCH}:  # the builds named are those of the scenarios
        chosen = [system for system in chosen if system.key not in {build.key for build in BUILDS}]
    absent = {system.key: why for system in chosen if (why := system.missing())}
    for key, why in absent.items():
        print(f"{key}: {why}")
    facts = machine(WORK)
    present = [system for system in chosen if system.key not in absent]
    results = run_rounds(present, 1 if given.quick else given.rounds, 0.1 if given.quick else 1.0)
    further, failures = session_layer(given)
    if not given.only or ORDER_LIFE in given.only:
        over, failed = order_life.table(ORDER_LIFE_QUICK if given.quick else order_life.ORDERS)
        further, failures = f"{further}\n{over}", failures + failed
    if not given.only or KILL_SWITCH in given.only:
        over, failed = kill_switch.table(1, kill_switch.LOADS[:1]) if given.quick else kill_switch.table()
        further, failures = f"{further}\n{over}", failures + failed
    text = tables(chosen, absent, results, facts, further)
    print("\n" + text)
    failures += sum(one.failed != "" for rounds in results.values() for one in rounds)
    if given.no_write or given.quick or given.only or failures:
        print("docs/BENCHMARKS.md is left as it is: only a whole run without a failure writes it")
    else:
        (ROOT / "docs" / "BENCHMARKS.md").write_text(document(text, f"{stages.table()}\n{gates.table()}"))
        print("written: docs/BENCHMARKS.md")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
