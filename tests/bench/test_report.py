"""The tables: medians over the rounds, what is absent, what failed, and the ratios of what was measured."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bench.page import document
from bench.report import LATENCIES, Measurement, tables
from bench.systems import Endpoint, System

FACTS = {"processors": "2 x fast"}


def system(key: str, path: str = "report") -> System:
    def start(directory: Path, orders: int) -> AbstractContextManager[Endpoint]:
        return nullcontext(Endpoint(0, 0))

    return System(key, f"the {key}", "fsync", path, 1, str, start)


def measured(orders_per_s: float, p50: float) -> Measurement:
    throughput = {"orders_per_s": orders_per_s, "system_cpu_us": 10.0, "generator_cpu": 0.05}
    return Measurement(throughput, {"latency_us": dict.fromkeys(LATENCIES, p50)})


def test_medians_and_ratios() -> None:
    results = {
        "fixgate": [measured(30_000, 300), measured(10_000, 500), measured(40_000, 200)],
        "quickfix-python-log": [measured(4_000, 600), measured(5_000, 600), measured(2_000, 600)],
        "quickfix-python": [measured(5_000, 600), measured(6_000, 600), measured(4_000, 600)],
    }
    text = tables([system(key) for key in results], {}, results, FACTS)
    assert "| the fixgate | fsync | **30,000** | 10,000 to 40,000 | 10.0 | 5% | 300 |" in text
    production, no_log = text.split("## Ratios")[1].split("Against the rows of peers")[1:]
    assert "- fixgate / QuickFIX Python: throughput x 7.50, ping-pong p50 x 0.50 (less is better)" in production
    assert "- fixgate / QuickFIX Python: throughput x 6.00, ping-pong p50 x 0.50 (less is better)" in no_log
    assert "Medians of 3 rounds." in text
    assert "- processors: 2 x fast" in text
    assert "Full path" not in text


def test_what_is_absent_or_failed_says_so_in_its_row_and_has_no_ratio() -> None:
    systems = [system("fixgate"), system("quickfix-cpp"), system("quickfix-python"), system("fixgate-full", "full")]
    results = {
        "fixgate": [measured(30_000, 300)],
        "quickfix-python": [Measurement({"failed": "connection closed\nby the peer"}, {})],
        "fixgate-full": [measured(9_000, 900)],
    }
    text = tables(systems, {"quickfix-cpp": "not installed: apt-get install x"}, results, FACTS)
    assert "| the quickfix-cpp | fsync | not installed: apt-get install x |" in text
    assert "| the quickfix-python | fsync | connection closed |" in text
    assert "## Full path" in text
    assert "## Ratios" not in text


def test_the_page_holds_tables_stages_and_how_to_repeat_them() -> None:
    page = document("TABLES", "STAGES")
    assert page.index("TABLES") < page.index("STAGES") < page.index("make bench                ")
