"""`config diff`: no key of the model is without a verdict, and what weakens a control is told as that."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest

from config.limit_slices import AccountConfig, ConversionRate, SliceConfig
from config.model import FixStandardVenue, GatewayConfig, InstrumentConfig, LimitsConfig, Record, SessionConfig
from config.session import SessionThrottle
from config.trading import Blackout, Hours, MayTrade, SelfMatch, Supports
from gateway.operators.control_keys import PERHAPS, WAYS, WEAKER, Way
from gateway.operators.limits_diff import limits_diff
from oms.rates import Rate
from oms.slices import Bounds, Dimension, LimitRow
from oms.weaker_limits import weaker_limits

BY_SLICES = (SliceConfig,)
"""Judged by `oms.weaker_limits`: see below."""


def records_in(kind: object) -> Iterator[type[Record]]:
    if isinstance(kind, type) and issubclass(kind, Record):
        yield kind
    for part in typing.get_args(kind):
        yield from records_in(part)


def walked() -> dict[type[Record], list[str]]:
    """Every record that a gateway's configuration can hold, as long as it is about what passes; with its keys."""
    found: dict[type[Record], list[str]] = {}
    waiting: list[type[Record]] = [GatewayConfig]
    while waiting:
        kind = waiting.pop()
        if kind in found or kind in BY_SLICES:
            continue
        found[kind] = list(kind.__struct_fields__)
        for key, hint in typing.get_type_hints(kind).items():
            if WAYS.get(kind, {}).get(key) not in (Way.NONE, Way.UNKNOWN):
                waiting += records_in(hint)
    return found


@pytest.mark.parametrize(("kind", "keys"), walked().items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_key_has_a_verdict(kind: type[Record], keys: list[str]) -> None:
    missing = [key for key in keys if key not in WAYS.get(kind, {})]
    assert not missing, (
        f"{kind.__name__}: {', '.join(missing)}: say in gateway.operators.control_keys what makes them weaker"
    )


def test_the_tables_name_no_key_that_is_not_there() -> None:
    for kind, ways in WAYS.items():
        known = {key for other in WAYS if issubclass(other, kind) or issubclass(kind, other) for key in _fields(other)}
        if kind in (FixStandardVenue, type(None)) or kind.__name__ == "SimulatedVenue":
            continue  # one table for both kinds of venue
        assert ways.keys() <= known, kind


def _fields(kind: type[Record]) -> tuple[str, ...]:
    return kind.__struct_fields__


CLIENT = SessionConfig(name="C", target_comp_id="C", begin_string="FIX.4.4", kind="client", throttle=SessionThrottle())
RIGHTS = MayTrade(symbols=("A",), sides=("BUY",), ord_types=("LIMIT",))
HOURS = Hours(opens="08:00:00", closes="16:00:00", weekdays=("monday",))
BASE = GatewayConfig(
    sessions=(
        msgspec.structs.replace(CLIENT, may_trade=MayTrade(symbols=("A",), sides=("BUY",), ord_types=("LIMIT",))),
    ),
    venues=(FixStandardVenue(name="V", session="v"),),
    instruments=(InstrumentConfig(symbol="A", venue="V", hours=HOURS, price_band_percent=Decimal(5)),),
    accounts=(AccountConfig(name="A1", group="F"),),
    blackouts=(Blackout(name="CPI", begins="12:00:00", ends="13:00:00"),),
    limits=LimitsConfig(
        self_match=SelfMatch(),
        restricted_symbols=("X", "Y"),
        duplicate_interval_ms=100,
        raises_need_approval=True,
        max_unhedged_qty=Decimal(5),
        conversion_rate_age_s_max=60,
        conversion_rates=(ConversionRate(currency="EUR", rate=Decimal(1)),),
        slices=(
            SliceConfig(
                account="*",
                order_qty_max=Decimal(5),
                messages_per_s=5,
                executions_per_s=5,
                order_to_trade_max=Decimal(5),
            ),
        ),
    ),
)


def changed(config: GatewayConfig, path: str, value: object) -> GatewayConfig:
    def at(node: typing.Any, way: list[str]) -> typing.Any:
        if not way:
            return value
        if isinstance(node, tuple):
            return (*node[: int(way[0])], at(node[int(way[0])], way[1:]), *node[int(way[0]) + 1 :])
        return msgspec.structs.replace(node, **{way[0]: at(getattr(node, way[0]), way[1:])})

    made: GatewayConfig = at(config, path.split("."))
    return made


@pytest.mark.parametrize(
    ("path", "value", "mark"),
    [
        ("limits.max_order_qty", Decimal(10_001), WEAKER),
        ("limits.max_order_qty", Decimal(9_999), ""),
        ("limits.max_notional", Decimal(10_000_001), WEAKER),
        ("limits.price_band_percent", Decimal(11), WEAKER),
        ("limits.reference_price_age_ms_max", 60_001, WEAKER),
        ("limits.reference_price_age_ms_max", 59_999, ""),
        ("limits.conversion_rate_age_s_max", 61, WEAKER),
        ("limits.conversion_rate_age_s_max", None, WEAKER),
        ("limits.conversion_rates", (), PERHAPS),
        ("limits.base_currency", "EUR", PERHAPS),
        ("limits.max_unhedged_qty", Decimal(6), WEAKER),
        ("limits.max_unhedged_qty", None, ""),
        ("limits.self_match", None, WEAKER),
        ("limits.self_match.by", "group", PERHAPS),
        ("limits.self_match.except_symbols", ("A",), WEAKER),
        ("limits.self_match.except_accounts", ("A1",), WEAKER),
        ("limits.restricted_symbols", ("X",), WEAKER),
        ("limits.restricted_symbols", ("X", "Y", "Z"), ""),
        ("limits.restricted_symbols", ("X", "Z"), WEAKER),
        ("limits.duplicate_interval_ms", 99, WEAKER),
        ("limits.duplicate_interval_ms", 0, WEAKER),
        ("limits.raises_need_approval", False, WEAKER),
        ("limits.throttle.messages", 2000, WEAKER),
        ("limits.throttle.interval_ms", 500, WEAKER),
        ("limits.slices.0.messages_per_s", None, WEAKER),
        ("limits.slices.0.messages_per_s", 6, WEAKER),
        ("limits.slices.0.executions_per_s", 6, WEAKER),
        ("limits.slices.0.executions_per_s", 4, ""),
        ("limits.slices.0.order_to_trade_max", Decimal(6), WEAKER),
        ("limits.slices.0.order_to_trade_max", None, WEAKER),
        ("sessions.0.may_trade", None, WEAKER),
        ("sessions.0.may_trade.symbols", ("A", "B"), WEAKER),
        ("sessions.0.may_trade.symbols", (), WEAKER),
        ("sessions.0.may_trade.symbols", ("B",), WEAKER),
        ("sessions.0.may_trade.sides", (), WEAKER),
        ("sessions.0.may_trade.ord_types", ("LIMIT", "MARKET"), WEAKER),
        ("sessions.0.accounts", ("A1",), ""),
        ("sessions.0.throttle.messages", 1001, WEAKER),
        ("sessions.0.throttle", None, PERHAPS),
        ("sessions.0.kill_switch", True, ""),
        ("sessions.0.cancel_on_disconnect", "both", PERHAPS),
        ("sessions.0.check_latency", False, WEAKER),
        ("sessions.0.heart_bt_int_s_max", 100, ""),
        ("sessions.0.rules_of_engagement", "other.yaml", PERHAPS),
        ("sessions", (), PERHAPS),
        ("instruments.0.hours", None, WEAKER),
        ("instruments.0.hours.closes", "17:00:00", PERHAPS),
        ("instruments.0.hours.weekdays", ("monday", "tuesday"), WEAKER),
        ("instruments.0.max_qty", Decimal(2_000_000), WEAKER),
        ("instruments.0.min_qty", Decimal("0.001"), WEAKER),
        ("instruments.0.reference_price", Decimal(5), PERHAPS),
        ("instruments.0.currency", "EUR", PERHAPS),
        ("blackouts", (), WEAKER),
        ("blackouts.0.ends", "12:30:00", PERHAPS),
        ("accounts.0.group", "G", PERHAPS),
        ("venues.0.supports", Supports(ord_types=("MARKET", "LIMIT", "STOP")), WEAKER),
        ("venues.0.supports.replace", False, ""),
        ("trading_day.begins", "17:00:00", PERHAPS),
        ("kill_switch.second_person", False, WEAKER),
        ("kill_switch.file", "stop", PERHAPS),
        ("kill_switch.deadline_s", 6, WEAKER),
        ("name", "other", ""),
        ("logs.level", "debug", ""),
    ],
)  # fmt: skip
def test_what_a_difference_is_called(path: str, value: object, mark: str) -> None:
    lines = list(limits_diff(BASE, changed(BASE, path, value)))
    assert lines, "the difference is told"
    found = WEAKER if any(line.startswith(WEAKER) for line in lines) else PERHAPS if _perhaps(lines) else ""
    assert found == mark, lines


def _perhaps(lines: list[str]) -> bool:
    return any(line.startswith(PERHAPS) for line in lines)


def test_a_blackout_more_forbids_more() -> None:
    more = (*BASE.blackouts, Blackout(name="FOMC", begins="18:00:00", ends="19:00:00"))
    assert list(limits_diff(BASE, changed(BASE, "blackouts", more))) == ["blackouts[FOMC]: added"]


@pytest.mark.parametrize("bound", Bounds.__struct_fields__)
def test_every_bound_of_a_row_that_goes_is_weaker(bound: str) -> None:
    """A row that says another thing besides, so that it stays a row."""
    hint = typing.get_type_hints(Bounds)[bound]
    kinds = hint.__args__ if isinstance(hint, types.UnionType) else typing.get_args(hint)
    value: object = Rate(5, 5) if Rate in kinds else 5 if int in kinds else Decimal(5)
    besides = "order_qty_max" if bound != "order_qty_max" else "order_notional_max"
    of = ((Dimension.ACCOUNT, "*"), (Dimension.SYMBOL, "*"))
    left = msgspec.structs.replace(Bounds(), **{besides: Decimal(5)})
    if bound == "period_s":  # it limits nothing by itself: it is how long the others look back
        with_it = msgspec.structs.replace(left, period_s=60, period_qty_max=Decimal(5))
        shorter = msgspec.structs.replace(with_it, period_s=30)
        assert weaker_limits((LimitRow(of, with_it),), (LimitRow(of, shorter),))
        return
    before = msgspec.structs.replace(left, **{bound: value})
    weaker = weaker_limits((LimitRow(of, before),), (LimitRow(of, left),))
    assert [found.bound for found in weaker] == [bound]
