"""The figures of the scenarios as Markdown, and how each was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bench.report import number

Figures = Mapping[str, object]
Results = Mapping[str, Sequence[tuple[str, Figures]]]
"""Scenario -> title and figures of each build; {"failed": why} or {"absent": why} in place of figures."""
MB = 1 << 20


class Scenario(NamedTuple):
    """One table. `rows` makes its rows of the figures of one build, each without the first column."""

    title: str
    columns: tuple[str, ...]
    rows: Callable[[Figures], list[list[str]]]
    text: str


def tables(results: Results) -> str:
    """All scenarios that were run, each with its text; empty when none was."""
    lines: list[str] = []
    for name, scenario in SCENARIOS.items():
        if name in results:
            lines += table(scenario, results[name])
    return "\n".join(["## The session layer", "", *lines]) if lines else ""


def table(scenario: Scenario, builds: Sequence[tuple[str, Figures]]) -> list[str]:
    lines = [f"### {scenario.title}", "", _line(["system", *scenario.columns])]
    lines.append("|---|" + "--:|" * len(scenario.columns))
    for title, figures in builds:
        why = figures.get("failed") or figures.get("absent")
        if why:
            lines.append(f"| {title} | {str(why).splitlines()[0][:200]} " + "|" * len(scenario.columns))
        else:
            lines += [_line([title, *row]) for row in scenario.rows(figures)]
    return [*lines, "", scenario.text.strip(), ""]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _mapping(figures: Figures, key: str) -> Figures:
    found = figures[key]
    assert isinstance(found, Mapping)
    return found


def _times(figures: Figures, key: str) -> list[str]:
    """p50 and p99 in two columns, microseconds; nothing when there were no orders."""
    times = _mapping(figures, key)
    return [f"{number(times, 'p50'):,.0f}", f"{number(times, 'p99'):,.0f}"] if times else ["", ""]


def _count(figures: Figures, key: str) -> str:
    return f"{number(figures, key):,.0f}"


def _mb(figures: Figures, key: str) -> str:
    return f"{number(figures, key) / MB:,.1f} MB"


def _replay(figures: Figures) -> list[list[str]]:
    row = [
        f"{_count(figures, 'messages')} of {_mb(figures, 'bytes')}",
        f"**{_count(figures, 'messages_per_s')}**",
        f"{number(figures, 'generator_cpu'):.0%}",
        _mb(figures, "rss_bytes"),
        f"**+{_mb(figures, 'growth_bytes')}**",
        f"+{_mb(figures, 'own_growth_bytes')}",
        _count(figures, "with_live_messages_per_s"),
        *_times(figures, "without_replay_us"),
        *_times(figures, "with_replay_us"),
    ]
    return [row]


def _together(figures: Figures) -> list[list[str]]:
    rows = []
    for sessions in figures:
        found = _mapping(figures, sessions)
        row = [
            sessions,
            f"**{_count(found, 'orders_per_s')}**",
            f"{number(found, 'first_to_last'):.0%}",
            f"{number(found, 'generator_cpu'):.0%}",
            _count(found, "in_turn_orders_per_s"),
            *_times(found, "latency_us"),
        ]
        rows.append(row)
    return rows


def _stalled(figures: Figures) -> list[list[str]]:
    row = [
        *_times(figures, "all_read_us"),
        *_times(figures, "one_stalled_us"),
        f"**{number(figures, 'cut_s'):.1f} s**",
        f"{number(figures, 'timeout_s'):.0f} s",
        _count(figures, "missed"),
    ]
    return [row]


def _storm(figures: Figures) -> list[list[str]]:
    row = [
        _count(figures, "sessions"),
        _count(figures, "missing"),
        f"**{number(figures, 'seconds'):.2f} s**",
        f"{number(figures, 'p50_s'):.2f} s",
        f"{number(figures, 'connected_s'):.2f} s",
        f"{number(figures, 'generator_cpu'):.0%}",
    ]
    return [row]


REPLAY_TEXT = """
The client's orders are answered, it logs out, the gateway is started again on its store. Then the client logs on and
asks for everything from MsgSeqNum 2 (an open ResendRequest), first with nothing beside it, then a second time while
another session sends 1,000 orders a second by the clock. *messages/s* runs from the request to the last message.
*RSS growth* is the highest VmRSS of the gateway in that time, looked at every 20 ms, less the one just before the
request; *own memory* is RssAnon, the rest are pages of the journal's file, which the system may take back. The live
session's times run from the moment at which an order was due. Checked: every number there and in order, each report
once, with PossDupFlag and OrigSendingTime.
"""
TOGETHER_TEXT = """
500 orders in flight in all: one session with a window of 500, or 50 sessions with 10 each. *first done / last done*
compares the times at which the fastest and the slowest session had all their answers: 100% is equal treatment. The
columns on the right have one order in flight in each session, so that of 50 each waits for the 49 others.
"""
STALLED_TEXT = """
50 sessions send 1,000 orders a second in all by the clock, another one 500 a second. First all read; then that one
goes on sending and reads nothing more until it is cut, and that is the time of the second pair of columns. *cut after*
runs from its last read: the buffers of the system fill first (SO_SNDBUF is 64 KB here), then the timeout runs. It logs
on again, and what it has missed comes by resend. Checked: all answers of the healthy; that the stalled one has in the
end the answer of each order that the gateway took, once and in order.
"""
STORM_TEXT = """
The clients, each of which has not seen its last 20 reports and has lost 5 messages of its own on the way, connect and
log on at once. Each asks for what it has missed and answers the gateway's ResendRequest with a gap fill. A session is
in sequence when its TestRequest behind that is answered and nothing is missing; the clock starts before the first
connection. Afterwards each sends an order. Checked: every number of every session, each report once and in order.
"""
SCENARIOS: Mapping[str, Scenario] = {
    "replay": Scenario(
        "Replay to a client that was away",
        (
            "stored messages",
            "messages/s",
            "generator's core",
            "RSS before",
            "RSS growth",
            "of it own memory",
            "messages/s beside live orders",
            "live orders without a replay: p50 us",
            "p99",
            "beside it: p50 us",
            "p99",
        ),
        _replay,
        REPLAY_TEXT,
    ),
    "together": Scenario(
        "Many sessions together, against one",
        (
            "sessions",
            "orders/s in all",
            "first done / last done",
            "generator's core",
            "one in flight each: orders/s",
            "p50 us",
            "p99",
        ),
        _together,
        TOGETHER_TEXT,
    ),
    "stalled": Scenario(
        "One client that does not read, beside 50 that do",
        (
            "the 50, all read: p50 us",
            "p99",
            "the 50, one stalled: p50 us",
            "p99",
            "cut after",
            "slow_consumer_timeout_s",
            "missed, fetched later",
        ),
        _stalled,
        STALLED_TEXT,
    ),
    "storm": Scenario(
        "Logons at the same moment, each session with a gap",
        (
            "sessions",
            "missing in each",
            "all in sequence after",
            "half of them after",
            "all connected after",
            "generator's core",
        ),
        _storm,
        STORM_TEXT,
    ),
}
