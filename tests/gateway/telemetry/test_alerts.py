"""What is an alert, in which words, and that each goes to the log, is counted, and to its receiver."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal

import pytest

from gateway.instant import Instant
from gateway.operators.limit_wishes import READERS
from gateway.telemetry.alerts import ALERT, Alert, told
from gateway.telemetry.watched_record import WatchedRecord
from oms.events import Event, LimitBreached, LimitWarned
from oms.limit_commands import SetLimitRow
from oms.monitor import ALERTS
from oms.slices import Bounds
from oms.weaker_limits import weaker_limits
from tests.oms.test_codec import ALL
from tests.oms.test_monitor import row


def name_of(kind: type[Event]) -> str:
    return kind.__name__


KINDS = sorted(ALERTS, key=name_of)


@pytest.mark.parametrize("kind", KINDS, ids=map(name_of, KINDS))
def test_every_alert_has_words_and_the_id_of_its_fact(kind: type[Event]) -> None:
    event = next(event for event in ALL if type(event) is kind)
    if kind.__name__ == "ReportQuarantined":
        event = type(event)(**{name: getattr(event, name) for name in event.__struct_fields__} | {"why": "UNREADABLE"})
    level, name, details = told(event, "TESTA")
    assert level in ("info", "warning", "error")
    assert name
    assert details.pop(ALERT) == f"TESTA-{event.seq}"
    assert all(isinstance(value, str) for value in details.values())


def test_figures_of_a_limit() -> None:
    slice_of = ("account", ("A1",), "account=A1", "loss_max")
    _, _, details = told(LimitWarned(7, 0, *slice_of, Decimal("91.50"), Decimal(100)), "TESTA")
    assert details == {
        "slice": "account=A1", "bound": "loss_max", "used": "91.5", "limit": "100", "percent": "91.5",
        "alert": "TESTA-7",
    }  # fmt: skip
    _, _, details = told(LimitBreached(8, 0, *slice_of, Decimal(1), Decimal(0), True), "TESTA")
    assert details["percent"] == "all"
    assert "limits resume" in details["cure"]


class Sink:
    """A log and a receiver."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.alerts: list[Alert] = []

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self.lines.append((level, event))

    def messages(self, session: str, utc_ns: int, raws: list[bytes]) -> None:
        self.lines.append(("messages", session))

    def put(self, alert: Alert) -> None:
        self.alerts.append(alert)


def test_what_is_noted_is_logged_counted_and_if_it_is_an_alert_delivered() -> None:
    sink, clock = Sink(), itertools.count(255)
    record = WatchedRecord(sink, "TESTA", lambda: Instant(next(clock), 0))
    record.note("error", "", "too_early", {})
    record.receiver = sink
    record.note("info", "A", "connected", {})
    record.note("info", "", "limit_cleared", {"slice": "account=A1", ALERT: "TESTA-12"})
    record.note("error", "A", "turn_took_long", {"took_ms": 200})
    record.note("error", "", "webhook_fails", {})
    record.note("error", "A", "turn_took_long", {"took_ms": 300})
    record.messages("A", 1, [])
    assert [event for _, event in sink.lines] == [
        "too_early", "connected", "limit_cleared", "turn_took_long", "webhook_fails", "turn_took_long", "A",
    ]  # fmt: skip
    assert record.counts["turn_took_long", "error"] == 2
    assert [(alert.id, alert.seq, alert.event, alert.session, dict(alert.details)) for alert in sink.alerts] == [
        ("TESTA-12", 12, "limit_cleared", "", {"slice": "account=A1"}),
        ("TESTA-ff-1", None, "turn_took_long", "A", {"took_ms": 200}),
        ("TESTA-ff-2", None, "turn_took_long", "A", {"took_ms": 300}),
    ]


def test_limits_of_the_monitor_as_an_operator_writes_them() -> None:
    text = "symbol=BTC-USD period_s=60 period_price_move_percent=5"
    wish = READERS["limits_set"]({"row": text, "operator": "ann", "reason": "news"})
    assert isinstance(wish, SetLimitRow)
    assert wish.row.bounds == Bounds(period_s=Decimal(60), period_price_move=Decimal("0.05"))
    with pytest.raises(ValueError, match="period_s: None: with one of"):
        READERS["limits_set"]({"row": "symbol=BTC-USD period_qty_max=5", "operator": "ann", "reason": "news"})


@pytest.mark.parametrize(
    ("after", "weaker"),
    [
        ({"period_s": 60, "period_qty_max": 10}, []),
        ({"period_s": 61, "period_qty_max": 10}, []),
        ({"period_s": 59, "period_qty_max": 10}, ["period_s"]),
        ({"period_s": 60, "period_qty_max": 11}, ["period_qty_max"]),
        ({"order_qty_max": 1}, ["period_qty_max", "period_s"]),
    ],
)
def test_a_shorter_period_is_a_weaker_limit(after: dict[str, object], weaker: list[str]) -> None:
    from oms.slices import Dimension

    of = [(Dimension.SYMBOL, "*")]
    before = row(of, period_s=60, period_qty_max=10)
    assert [it.bound for it in weaker_limits([before], [row(of, **after)])] == weaker
