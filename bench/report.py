"""From measurements to tables: medians over the rounds, and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.systems import System

LATENCIES = ("p50", "p90", "p99", "p99.9", "max")
OURS_COMPILED = "fixgate-compiled"
OURS, OURS_FULL = "fixgate", "fixgate-full"
PRODUCTION_RATIOS = (
    (OURS, "quickfix-python-log", "fixgate / QuickFIX Python"),
    (OURS, "quickfix-cpp-log", "fixgate / QuickFIX C++"),
    (OURS_COMPILED, "quickfix-python-log", "fixgate, compiled / QuickFIX Python"),
    (OURS_COMPILED, "quickfix-cpp-log", "fixgate, compiled / QuickFIX C++"),
    (OURS_FULL, "quickfix-relay-log", "full path: fixgate / QuickFIX Python relay"),
)
NO_LOG_RATIOS = (
    (OURS, "quickfix-python", "fixgate / QuickFIX Python"),
    (OURS, "quickfix-python-fast", "fixgate / QuickFIX Python with its fastest calls"),
    (OURS, "quickfix-cpp", "fixgate / QuickFIX C++"),
    (OURS, "fixcore", "fixgate / fixcore-engine (with fsync)"),
    (OURS_COMPILED, "quickfix-python", "fixgate, compiled / QuickFIX Python"),
    (OURS_COMPILED, "quickfix-python-fast", "fixgate, compiled / QuickFIX Python with its fastest calls"),
    (OURS_COMPILED, "quickfix-cpp", "fixgate, compiled / QuickFIX C++"),
    (OURS_FULL, "quickfix-relay", "full path: fixgate / QuickFIX Python relay"),
)


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
    production = [line for pair in PRODUCTION_RATIOS for line in ratio(found, *pair)]
    no_log = [line for pair in NO_LOG_RATIOS for line in ratio(found, *pair)]
    lines = []
    if production:
        lines += ["Against the rows of peers as they run in production (everybody logs messages and events):", ""]
        lines += [*production, ""]
    if no_log:
        lines += ["Against the rows of peers without a message log (only fixgate logs):", "", *no_log, ""]
    null, mine = found.get("null"), found.get(OURS)
    if isinstance(null, Medians) and isinstance(mine, Medians):
        rate = null.orders_per_s / mine.orders_per_s
        lines.append(f"The generator against an acceptor that does nothing: {rate:,.0f} times fixgate's rate.")
    return lines


def ratio(found: Mapping[str, Medians | str], ours: str, peer: str, name: str) -> list[str]:
    """One sentence when both were measured, else none."""
    mine, theirs = found.get(ours), found.get(peer)
    if not isinstance(mine, Medians) or not isinstance(theirs, Medians):
        return []
    rate, p50 = mine.orders_per_s / theirs.orders_per_s, mine.latency_us["p50"] / theirs.latency_us["p50"]
    return [f"- {name}: throughput x {rate:.2f}, ping-pong p50 x {p50:.2f} (less is better)"]


def tables(
    systems: Sequence[System],
    absent: Mapping[str, str],
    results: Mapping[str, Sequence[Measurement]],
    facts: Mapping[str, str],
    further: str = "",
) -> str:
    """Everything that was measured, as Markdown; `further` sections stand in front of the machine's."""
    found = {key: medians(rounds) for key, rounds in results.items()}
    rounds = max((len(one) for one in results.values()), default=0)
    lines = [f"Medians of {rounds} round{'s' if rounds != 1 else ''}.", ""] if rounds else []
    if any(system.path == "report" for system in systems):
        lines += ["## Order in, report out", "", *table("report", systems, absent, found), ""]
    if any(system.path == "full" for system in systems):
        lines += ["## Full path: client, gateway, FIX venue, and back", "", *table("full", systems, absent, found), ""]
    if compared := ratios(found):
        lines += ["## Ratios", "", *compared, ""]
    if further:
        lines += [further.rstrip(), ""]
    lines += ["## The machine", "", *(f"- {name}: {fact}" for name, fact in facts.items()), ""]
    return "\n".join(lines)
