"""`python -m bench.hostile`: what a live session feels of an attack on the gateway. Figures on stdout, as a table.

The live session plays ping-pong: one order, its report, the next order. Alone, then while an attack of `bench.attacks`
is on; `neighbour` is none, only a busy processor. Told are p50 and p99 of the answer, p99 as a multiple of the p99
alone, what the gateway grew by, and what the attack got done. Nothing of the session SECRET may have moved in the end.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from bench.fixgate import PRICE, gateway_command, write_crowd_config
from bench.load import Client, Plan, check, percentile, ping_pong
from bench.processes import ROOT, environment, free_port, running
from bench.wire import Party, new_order_single, render, utc_timestamp
from config.password_hash import hash_password
from gateway.journal import Journal

SCALES: dict[str, int] = {
    "neighbour": 1,
    "idle": 10_000,
    "slowloris": 500,
    "passwords": 1_000,
    "lengths": 50,
    "garbage": 4,
    "questions": 1,
    "resends": 1,
    "rejected": 1,
    "duplicates": 1,
}
SESSIONS = ("LIVE", "ATTACKER", "SECRET")
ROUNDS_ALONE = 3
"""Before each attack, so that both are measured on the machine as it is then."""
WARM_UP = 100


class Felt(NamedTuple):
    """Microseconds of the live session, and MiB that the gateway has grown by since it was alone."""

    alone_p99_us: float
    p50_us: float
    p99_us: float
    growth_mb: float
    done: Mapping[str, int]


def write_config(directory: Path, port: int, listen: Mapping[str, object]) -> Path:
    """The bench's gateway with three sessions, of which SECRET has a password."""
    path = write_crowd_config(directory, port, SESSIONS, {}, listen)
    config = yaml.safe_load(path.read_text())
    hashed = directory / "secret.hash"
    hashed.write_bytes(hash_password(b"correct horse battery", b"0123456789abcdef"))
    hashed.chmod(0o600)
    config["sessions"][SESSIONS.index("SECRET")]["password_hash"] = f"file:{hashed}"
    path.write_text(yaml.safe_dump(config))
    return path


class Live:
    """The session that trades. Each run of it has ClOrdIDs of its own."""

    def __init__(self, port: int, orders: int) -> None:
        party = Party(b"FIX.4.4", b"LIVE", b"GATEWAY")
        self._plan = Plan("127.0.0.1", port, party, b"BTC-USD", PRICE.encode(), orders, WARM_UP, 1, b"\x01150=0\x01")
        self._first = 0

    def ping_pong(self) -> tuple[float, float]:
        """p50 and p99 in us. Raises RunFailed unless every order got its one report, under the next number."""
        plan, total = self._plan, self._plan.orders + WARM_UP
        party, now = plan.party, utc_timestamp()
        orders = render(
            new_order_single(party, number + 2, self._first + number, plan.symbol, plan.price, now)
            for number in range(total)
        )
        self._first += total
        client = Client(plan)
        try:
            client.send(party.message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01", utc_timestamp()))
            client.wait_for(b"A")
            times = ping_pong(client, orders, 0, total)[WARM_UP:]
            client.send(party.message(b"5", total + 2, b"", utc_timestamp()))
            client.wait_for(b"5")
        finally:
            client.close()
        check(client, plan)
        times.sort()
        return percentile(times, 50.0) / 1000, percentile(times, 99.0) / 1000


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def under_attack(name: str, port: int, pid: int, live: Live, seconds: float) -> Felt:
    before_mb = rss_mb(pid)
    alone = statistics.median(live.ping_pong()[1] for _ in range(ROUNDS_ALONE))
    command = [sys.executable, "-m", "bench.attacks", name, "--port", str(port)]
    command += ["--seconds", str(seconds), "--scale", str(SCALES[name])]
    attack = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    time.sleep(1.5)
    p50s: list[float] = []
    p99s: list[float] = []
    most_mb = 0.0
    while attack.poll() is None:
        p50, p99 = live.ping_pong()
        if attack.poll() is None or not p50s:
            p50s.append(p50)
            p99s.append(p99)
        most_mb = max(most_mb, rss_mb(pid))
    output, _ = attack.communicate()
    assert attack.returncode == 0, name
    return Felt(alone, statistics.median(p50s), statistics.median(p99s), most_mb - before_mb, json.loads(output))


def measure(directory: Path, orders: int, seconds: float, names: list[str]) -> dict[str, Felt]:
    """What was felt of each attack."""
    port = free_port()
    config = write_config(directory, port, {})
    felt: dict[str, Felt] = {}
    with running(gateway_command("run", config), port, directory, "fixgate") as process:
        live = Live(port, orders)
        live.ping_pong()
        for name in names:
            felt[name] = under_attack(name, port, process.pid, live, seconds)
            time.sleep(1.0)
    journal = Journal.open(directory / "journal", 1)
    assert "SECRET" not in journal.numbers(), "numbers of a session whose password nobody knew have moved"
    journal.close()
    return felt


def table(felt: Mapping[str, Felt]) -> str:
    lines = [
        "| attack | p99 alone us | p50 us | p99 us | p99 / alone | growth MiB | what it did |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name, row in felt.items():
        done = ", ".join(f"{count:,} {what}" for what, count in row.done.items())
        lines.append(
            f"| {name} ({SCALES[name]:,}) | {row.alone_p99_us:,.0f} | {row.p50_us:,.0f} | {row.p99_us:,.0f} "
            f"| {row.p99_us / row.alone_p99_us:.1f} | {row.growth_mb:,.1f} | {done} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.hostile", description="a live session during attacks")
    parser.add_argument("attacks", nargs="*", help=f"some of {', '.join(SCALES)}; all when none is named")
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("FIXGATE_BENCH_DIRECTORY")) as directory:
        print(table(measure(Path(directory), given.orders, given.seconds, given.attacks or list(SCALES))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
