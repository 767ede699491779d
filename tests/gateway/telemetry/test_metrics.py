"""Metrics: a real GET finds the figures, in a format that can be read, without anything that a client has written."""

from __future__ import annotations

import asyncio
from collections import Counter

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from gateway.telemetry.metrics import CONTENT_TYPE, Picture, SessionFigures, text_of
from gateway.telemetry.metrics_door import MetricsDoor
from gateway.telemetry.turn_times import TurnTimes

TIMES = TurnTimes()
for took_ns in (10_000, 40_000, 40_000, 3_000_000, 60_000_000_000):
    TIMES.add(took_ns, 2)
PICTURE = Picture(
    sessions=[SessionFigures("CLIENT44", True, 12, 7, 2)],
    venues={"EXCHANGE": True},
    connections=15,
    last_seq=99,
    open_orders=3,
    unresolved_orders=1,
    trading_state="HALTED",
    kill_switches=1,
    stopped_slices=2,
    levels={"WARNED": 4},
    highest_use={("account,symbol", "long_qty_max"): 0.95},
    stale={"reference": 5},
    quarantined=6,
    undelivered=7,
    notes=Counter({("limit_breached", "error"): 8}),
    log_lines_dropped=9,
    turns=TIMES.buckets(),
    turns_s=TIMES.sum_ns / 1e9,
    inputs=TIMES.inputs,
    webhook={"delivered": 10, "failed_attempts": 11, "given_up": 12, "dropped": 13, "waiting": 14},
)


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_figure_is_told() -> None:
    found = samples(text_of(PICTURE).decode())
    assert found["fixgate_session_logged_on", ("CLIENT44",)] == 1
    assert found["fixgate_session_next_sender_msg_seq_num", ("CLIENT44",)] == 12
    assert found["fixgate_session_next_target_msg_seq_num", ("CLIENT44",)] == 7
    assert found["fixgate_session_generation", ("CLIENT44",)] == 2
    assert found["fixgate_venue_connected", ("EXCHANGE",)] == 1
    assert [found["fixgate_trading_state", (state,)] for state in ("ACTIVE", "REDUCING", "HALTED")] == [0, 0, 1]
    plain = {
        "fixgate_connections": 15, "fixgate_last_fact": 99, "fixgate_open_orders": 3, "fixgate_unresolved_orders": 1,
        "fixgate_kill_switches_engaged": 1, "fixgate_slices_stopped": 2, "fixgate_reports_put_aside_total": 6,
        "fixgate_alerts_undelivered": 7, "fixgate_log_lines_dropped_total": 9, "fixgate_webhook_waiting": 14,
        "fixgate_inputs_total": 10, "fixgate_turn_seconds_count": 5,
    }  # fmt: skip
    assert {name: found[name, ()] for name in plain} == plain
    assert found["fixgate_limits_told", ("WARNED",)] == 4
    assert found["fixgate_limit_use_ratio", ("long_qty_max", "account,symbol")] == 0.95
    assert found["fixgate_sources_stale", ("reference",)] == 5
    assert found["fixgate_notes_total", ("limit_breached", "error")] == 8
    outcomes = {"delivered": 10, "failed_attempts": 11, "given_up": 12, "dropped": 13}
    assert {outcome: found["fixgate_webhook_total", (outcome,)] for outcome in outcomes} == outcomes
    assert found["process_resident_memory_bytes", ()] > 1_000_000


def test_turns_are_counted_by_their_duration() -> None:
    buckets = dict(TIMES.buckets())
    assert buckets["3.2768e-05"] == 1
    assert buckets["6.5536e-05"] == 3
    assert buckets["0.004194304"] == 4
    assert buckets["17.179869184"] == 4
    assert buckets["+Inf"] == 5
    assert list(buckets.values()) == sorted(buckets.values())
    assert (TIMES.sum_ns, TIMES.inputs) == (60_003_090_000, 10)


def test_a_real_get() -> None:
    async def run() -> tuple[int, str, str, int]:
        door = MetricsDoor("127.0.0.1", 0, lambda: PICTURE)
        await door.listen()
        address = f"http://127.0.0.1:{door.port}"
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{address}/metrics") as answer:
                status, kind, text = answer.status, answer.headers["Content-Type"], await answer.text()
            async with http.post(f"{address}/kill/engage", json={}) as other:
                foreign = other.status
        await door.close()
        return status, kind, text, foreign

    status, kind, text, foreign = asyncio.run(run())
    assert (status, kind, foreign) == (200, CONTENT_TYPE, 404)
    assert samples(text)["fixgate_open_orders", ()] == 3
