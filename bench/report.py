"""From measurements to tables: medians over the rounds, ratios, and the page in docs."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.systems import System

LATENCIES = ("p50", "p90", "p99", "p99.9", "max")
OURS_COMPILED = "fixgate-compiled"
OURS, PYTHON_PEER, FAST_PYTHON_PEER, CPP_PEER = "fixgate", "quickfix-python", "quickfix-python-fast", "quickfix-cpp"
OURS_FULL, PEER_FULL = "fixgate-full", "quickfix-relay"


class Measurement(NamedTuple):
    """One round of one system: the throughput run and the ping-pong run; {"failed": why} for a run that failed."""

    throughput: Mapping[str, object]
    ping_pong: Mapping[str, object]

    @property
    def failed(self) -> str:
        """Why there are no figures; "" when there are."""
        return str(self.throughput.get("failed") or self.ping_pong.get("failed") or "")

    def line(self) -> str:
        """For the terminal, while it runs."""
        if self.failed:
            return f"FAILED: {self.failed}"
        rate, p50 = number(self.throughput, "orders_per_s"), latency(self.ping_pong, "p50")
        return f"{rate:,.0f} orders/s, ping-pong p50 {p50:,.0f} us"


def number(figures: Mapping[str, object], key: str) -> float:
    value = figures[key]
    assert isinstance(value, int | float)
    return float(value)


def latency(figures: Mapping[str, object], key: str) -> float:
    latencies = figures["latency_us"]
    assert isinstance(latencies, Mapping)
    return number(latencies, key)


class Medians(NamedTuple):
    """One system over all rounds. `spread` is lowest and highest orders/s."""

    orders_per_s: float
    spread: tuple[float, float]
    system_cpu_us: float
    generator_cpu: float
    latency_us: dict[str, float]


def medians(rounds: Sequence[Measurement]) -> Medians | str:
    """The medians, or what went wrong in the first round that failed."""
    for measurement in rounds:
        if measurement.failed:
            return measurement.failed
    rates = [number(one.throughput, "orders_per_s") for one in rounds]
    return Medians(
        statistics.median(rates),
        (min(rates), max(rates)),
        statistics.median(number(one.throughput, "system_cpu_us") for one in rounds),
        statistics.median(number(one.throughput, "generator_cpu") for one in rounds),
        {key: statistics.median(latency(one.ping_pong, key) for one in rounds) for key in LATENCIES},
    )


def table(
    path: str, systems: Sequence[System], absent: Mapping[str, str], found: Mapping[str, Medians | str]
) -> list[str]:
    """The Markdown table of the systems that share a path."""
    heads = "system | disk | orders/s | lowest to highest | CPU us/order | generator's core"
    lines = [
        f"| {heads} | p50 us | p90 | p99 | p99.9 | max |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for system in systems:
        if system.path != path:
            continue
        result = absent.get(system.key) or found[system.key]
        if isinstance(result, str):
            lines.append(f"| {system.title} | {system.durability} | {result.splitlines()[0][:200]} |||||||||")
            continue
        latencies = " | ".join(f"{result.latency_us[key]:,.0f}" for key in LATENCIES)
        lines.append(
            f"| {system.title} | {system.durability} | **{result.orders_per_s:,.0f}** "
            f"| {result.spread[0]:,.0f} to {result.spread[1]:,.0f} | {result.system_cpu_us:,.1f} "
            f"| {result.generator_cpu:.0%} | {latencies} |"
        )
    return lines


def ratios(found: Mapping[str, Medians | str]) -> list[str]:
    """Ours against each peer, as sentences; only of what was measured."""
    lines = []
    for ours, peer, name in (
        (OURS, PYTHON_PEER, "fixgate / QuickFIX Python"),
        (OURS, FAST_PYTHON_PEER, "fixgate / QuickFIX Python with its fastest calls"),
        (OURS, CPP_PEER, "fixgate / QuickFIX C++"),
        (OURS, "fixcore", "fixgate / fixcore-engine"),
        (OURS_COMPILED, PYTHON_PEER, "fixgate, compiled / QuickFIX Python"),
        (OURS_COMPILED, FAST_PYTHON_PEER, "fixgate, compiled / QuickFIX Python with its fastest calls"),
        (OURS_COMPILED, CPP_PEER, "fixgate, compiled / QuickFIX C++"),
        (OURS_FULL, PEER_FULL, "full path: fixgate / QuickFIX Python relay"),
    ):
        mine, theirs = found.get(ours), found.get(peer)
        if isinstance(mine, Medians) and isinstance(theirs, Medians):
            lines.append(
                f"- {name}: throughput x {mine.orders_per_s / theirs.orders_per_s:.2f}, "
                f"ping-pong p50 x {mine.latency_us['p50'] / theirs.latency_us['p50']:.2f} (less is better)"
            )
    null, mine = found.get("null"), found.get(OURS)
    if isinstance(null, Medians) and isinstance(mine, Medians):
        lines.append(
            f"- the generator against an acceptor that does nothing: "
            f"{null.orders_per_s / mine.orders_per_s:,.0f} times fixgate's rate"
        )
    return lines


def tables(
    systems: Sequence[System],
    absent: Mapping[str, str],
    results: Mapping[str, Sequence[Measurement]],
    facts: Mapping[str, str],
) -> str:
    """Everything that was measured, as Markdown."""
    found = {key: medians(rounds) for key, rounds in results.items()}
    rounds = max((len(one) for one in results.values()), default=0)
    lines = [f"Medians of {rounds} round{'s' if rounds != 1 else ''}.", ""]
    lines += ["## Order in, report out", "", *table("report", systems, absent, found), ""]
    if any(system.path == "full" for system in systems):
        lines += ["## Full path: client, gateway, FIX venue, and back", "", *table("full", systems, absent, found), ""]
    if compared := ratios(found):
        lines += ["## Ratios", "", *compared, ""]
    lines += ["## The machine", "", *(f"- {name}: {fact}" for name, fact in facts.items()), ""]
    return "\n".join(lines)


def document(text: str, stages: str) -> str:
    """docs/BENCHMARKS.md: the tables between what they mean and how to repeat them."""
    return f"""# Benchmarks

This page is written by `make bench`. All figures are of one invocation on one machine: compare columns, not pages.

{text}
{stages}
## How it is measured

One FIX 4.4 client (`bench/load.py`, its own process) sends limit orders over a loopback socket and counts the reports
that answer them. *orders/s*: at most 500 orders are unanswered at any time; the time runs from the first byte sent to
the last report seen, after a warm-up in the same session. *p50 to max*: ping-pong, one order at a time, from before
the send to after the read that completed its report. After the clock has stopped the generator checks what it
received: each ClOrdID answered exactly once, MsgSeqNum without a hole, no Reject; a run that fails the check has no
figure.

Each figure comes from a fresh process of the system in a fresh directory on the same disk. The systems run one after
another, every second round in the opposite order; the table gives the median of the rounds. *CPU us/order* is the
processor time of the system (all its threads; of the full path: the gateway alone) divided by the orders.
*generator's core* is the part of one core that the generator used; it waits for the system for the rest.

The generator is not the limit: orders are rendered before the clock starts, the loop sends slices of one buffer and
counts a byte pattern. The first row shows its rate against an acceptor that only counts orders and sends reports
rendered in advance.

The peers, each answering an order with one report "New": a QuickFIX Python acceptor and a QuickFIX C++ acceptor
(`bench/peers/`; FileStore, dictionary validation on as is QuickFIX's default, no message log, TCP_NODELAY), which do
not wait for the disk, and fixcore-engine, pure Python, which does for each message. fixgate runs with production
defaults: fsync before any byte leaves, risk gates, order state machine, events, logs on (`bench/*.yaml`).

## How to repeat it

    make bench                          # all systems, three rounds, writes this page
    python -m bench --quick             # one round, a tenth of the orders, prints only
    python -m bench --only fixgate quickfix-python

The C++ peer needs `apt-get install g++ libquickfix-dev`; the Python peer needs the package quickfix (`make interop`
installs it); fixcore-engine is installed into `.bench/venv`. What is absent is said in its row.
"""
