"""The figures of the scenarios as Markdown, and how each was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bench.report import number

Figures = Mapping[str, object]
Results = Mapping[str, Sequence[tuple[str, Figures]]]
"""Scenario -> title and figures of each build; {"failed": why} or {"absent": why} in place of figures."""
MB = 1 << 20


def tables(results: Results) -> str:
    """All scenarios that were run, each with its text; empty when none was."""
    lines = []
    for name, (head, row, text) in SCENARIOS.items():
        if name not in results:
            continue
        columns = head.count("|") + 1
        lines += [f"### {TITLES[name]}", "", f"| {head} |", "|---|" + "--:|" * (columns - 1)]
        for title, figures in results[name]:
            why = figures.get("failed") or figures.get("absent")
            if why:
                lines.append(f"| {title} | {str(why).splitlines()[0][:200]} " + "|" * (columns - 1))
            else:
                lines += row(title, figures)
        lines += ["", text, ""]
    return "\n".join(["## The session layer", "", *lines]) if lines else ""


def inner(figures: Figures, key: str) -> Figures:
    found = figures[key]
    assert isinstance(found, Mapping)
    return found


def _times(figures: Figures, key: str) -> str:
    """p50 and p99 in two columns, microseconds; none when there were no orders."""
    times = inner(figures, key)
    return f"{number(times, 'p50'):,.0f} | {number(times, 'p99'):,.0f}" if times else "- | -"


def _replay(title: str, figures: Figures) -> list[str]:
    return [
        f"| {title} | {number(figures, 'messages'):,.0f}, {number(figures, 'bytes') / MB:,.0f} MB "
        f"| **{number(figures, 'messages_per_s'):,.0f}** | {number(figures, 'rss_bytes') / MB:,.0f} MB "
        f"| **+{number(figures, 'growth_bytes') / MB:,.1f} MB** | +{number(figures, 'own_growth_bytes') / MB:,.1f} MB "
        f"| {number(figures, 'with_live_messages_per_s'):,.0f} "
        f"| {_times(figures, 'without_replay_us')} | {_times(figures, 'with_replay_us')} |"
    ]


def _together(title: str, figures: Figures) -> list[str]:
    lines = []
    for sessions, found in figures.items():
        assert isinstance(found, Mapping)
        lines.append(
            f"| {title} | {sessions} | **{number(found, 'orders_per_s'):,.0f}** "
            f"| {number(found, 'first_to_last'):.0%} | {number(found, 'generator_cpu'):.0%} "
            f"| {number(found, 'in_turn_orders_per_s'):,.0f} | {_times(found, 'latency_us')} |"
        )
    return lines


def _stalled(title: str, figures: Figures) -> list[str]:
    return [
        f"| {title} | {number(figures, 'sessions'):,.0f} | {_times(figures, 'all_read_us')} "
        f"| {_times(figures, 'one_stalled_us')} | **{number(figures, 'cut_s'):.1f} s** "
        f"| {number(figures, 'timeout_s'):.0f} s | {number(figures, 'missed'):,.0f} |"
    ]


def _storm(title: str, figures: Figures) -> list[str]:
    return [
        f"| {title} | {number(figures, 'sessions'):,.0f} | {number(figures, 'missing'):,.0f} "
        f"| **{number(figures, 'seconds'):.2f} s** | {number(figures, 'p50_s'):.2f} s "
        f"| {number(figures, 'connected_s'):.2f} s | {number(figures, 'generator_cpu'):.0%} |"
    ]


TITLES = {
    "replay": "Replay to a client that was away",
    "together": "50 sessions together, against one",
    "stalled": "One client that does not read, beside 50 that do",
    "storm": "500 Logons at the same moment, each session with a gap",
}

SCENARIOS: Mapping[str, tuple[str, Callable[[str, Figures], list[str]], str]] = {
    "replay": (
        "system | stored messages | messages/s | RSS before | RSS growth | of it own memory | messages/s beside live "
        "orders | live p50 us, no replay | p99 | live p50 us, during it | p99",
        _replay,
        """The client's orders are answered, it logs out, the gateway is started again on its store. Then the client logs on and
asks for everything from MsgSeqNum 2 (an open ResendRequest), first with nothing beside it, then a second time while
another session sends 1,000 orders a second by the clock. *messages/s* runs from the request to the last message.
*RSS growth* is the highest VmRSS in that time, looked at every 20 ms, less the one just before the request; *own
memory* is RssAnon, the rest are pages of the journal's file. The live session's times run from the moment an order was
due. Checked: every number there, in order, each report once, PossDupFlag and OrigSendingTime in each.""",
    ),
    "together": (
        "system | sessions | orders/s in all | first done / last done | generator's core | orders/s, one in flight each "
        "| p50 us | p99",
        _together,
        """The same number of orders in flight in all, 500: one session with a window of 500, 50 with 10 each. *first done / last
done* compares the times at which the fastest and the slowest session had all their answers: 100% is equal treatment.
The columns on the right have one order in flight in each session: 50 sessions wait in a queue of 50.""",
    ),
    "stalled": (
        "system | healthy sessions | p50 us, all read | p99 | p50 us, one stalled | p99 | cut after | slow_consumer_timeout_s "
        "| missed, fetched later",
        _stalled,
        """50 sessions send 1,000 orders a second in all by the clock, another one 500 a second. First all read; then that one
goes on sending and reads nothing more, until it is cut. *cut after* runs from its last read: the buffers of the system
fill first (SO_SNDBUF is 64 KB here), then the timeout runs. Afterwards it logs on again, and the reports that it has
missed come by resend. Checked: all answers of the healthy, and that the stalled one has each of its own exactly once.""",
    ),
    "storm": (
        "system | sessions | missing in each | all in sequence after | half of them after | connected after "
        "| generator's core",
        _storm,
        """500 clients, each of which has not seen the last 20 reports and has 5 messages of its own lost on the way, connect and
log on at once. Each asks for what it has missed and answers the gateway's ResendRequest with a gap fill. A session is
in sequence when its TestRequest is answered and nothing is missing; the clock runs from before the first connection.
Afterwards each sends an order. Checked: every number of every session, each report once and in order.""",
    ),
}
