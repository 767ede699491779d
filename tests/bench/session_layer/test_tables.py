"""The tables of the scenarios: a row for each build, what failed or is absent says so, nothing for what was not run."""

from __future__ import annotations

import pytest

from bench.session_layer.tables import SCENARIOS, tables

TIMES = {"p50": 400.0, "p99": 1234.4, "count": 1000.0}
FIGURES: dict[str, dict[str, object]] = {
    "replay": {
        "messages": 100,
        "messages_per_s": 50_000.4,
        "generator_cpu": 0.1,
        "bytes": 25 << 20,
        "rss_bytes": 200 << 20,
        "growth_bytes": 3 << 20,
        "own_growth_bytes": 1 << 20,
        "with_live_messages_per_s": 40.0,
        "without_replay_us": TIMES,
        "with_replay_us": {},
    },
    "together": {
        count: {
            "orders_per_s": 20_000.0,
            "first_to_last": 0.9,
            "generator_cpu": 0.05,
            "in_turn_orders_per_s": 9_000.0,
            "latency_us": TIMES,
        }
        for count in ("1", "50")
    },
    "stalled": {"all_read_us": TIMES, "one_stalled_us": TIMES, "cut_s": 11.25, "timeout_s": 10, "missed": 1_600},
    "storm": {
        "sessions": 500,
        "missing": 20,
        "seconds": 0.5,
        "p50_s": 0.4,
        "connected_s": 0.1,
        "generator_cpu": 0.1,
    },
}
REPLAY = "| ours | 100 of 25.0 MB | **50,000** | 10% | 200.0 MB | **+3.0 MB** | +1.0 MB | 40 | 400 | 1,234 |  |  |"
ROWS = {
    "replay": [REPLAY],
    "together": [f"| ours | {count} | **20,000** | 90% | 5% | 9,000 | 400 | 1,234 |" for count in (1, 50)],
    "stalled": ["| ours | 400 | 1,234 | 400 | 1,234 | **11.2 s** | 10 s | 1,600 |"],
    "storm": ["| ours | 500 | 20 | **0.50 s** | 0.40 s | 0.10 s | 10% |"],
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_row_for_each_build_as_wide_as_its_head(name: str) -> None:
    text = tables({name: [("ours", FIGURES[name])]})
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert lines[2:] == ROWS[name]
    assert len({line.count("|") for line in lines}) == 1
    assert f"### {SCENARIOS[name].title}" in text
    assert SCENARIOS[name].text.strip() in text


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("word", ["failed", "absent"])
def test_what_has_no_figures_says_why(name: str, word: str) -> None:
    text = tables({name: [("ours", FIGURES[name]), ("theirs", {word: "not enough\nof it"})]})
    assert "| theirs | not enough |" in text
    assert ROWS[name][0] in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_nothing_run_nothing_said() -> None:
    assert tables({}) == ""
