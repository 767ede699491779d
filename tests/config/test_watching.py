"""Monitor, alerts and metrics: what may be written, what is refused and what is warned of; no address is ever shown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from config.limit_rows import rows_of
from config.load import ConfigRefused, inspect, load_gateway
from config.risks import risks_of
from config.secret import Secret
from config.watching_checks import receiver_of
from oms.slices import Bounds

INSTRUMENT = "venues: [{name: SIM, adapter: simulated}]\ninstruments: [{symbol: BTC-USD, venue: SIM}]\n"
WEBHOOK = "alerts: {webhook: {url: env:FIXGATE_TEST_URL}}\n"


def slices(*rows: str) -> str:
    return INSTRUMENT + "limits:\n  slices:\n" + "".join(f"    - {{{row}}}\n" for row in rows)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    return path


def test_limits_that_the_monitor_judges_by(tmp_path: Path) -> None:
    text = slices(
        'account: "*", loss_max: "1000", drawdown_max: "500", period_s: 60, period_loss_max: "100"',
        'symbol: "*", period_s: 300, period_price_move_percent: "5", period_qty_max: "7"',
        'trader: "*", period_s: 1, period_messages_max: "50", period_notional_max: "1000000"',
    )
    rows = rows_of(load_gateway(written(tmp_path, text)).limits)
    assert [row.bounds for row in rows] == [
        Bounds(
            loss_max=Decimal(1000), drawdown_max=Decimal(500), period_s=Decimal(60), period_loss_max=Decimal(100)
        ),
        Bounds(period_s=Decimal(300), period_price_move=Decimal("0.05"), period_qty_max=Decimal(7)),
        Bounds(period_s=Decimal(1), period_messages_max=Decimal(50), period_notional_max=Decimal(1_000_000)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (slices('account: "*", period_s: 60'), "period_s: 60: with one of period_messages_max, period_qty_max"),
        (slices('account: "*", period_loss_max: "1"'), "period_s: None: with one of period_messages_max"),
        (slices('account: "*", period_s: 0, period_loss_max: "1"'), "'0' is not a whole number from 1 to 86400"),
        (slices('account: "*", period_s: 60, period_qty_max: "1"'), "period_qty_max: 1: quantities of several symbols"),
        (
            slices('account: "*", symbol: "*", period_s: 60, period_price_move_percent: "1"'),
            "period_price_move: 0.01: prices are everybody's: name the symbol alone",
        ),
        (slices('trader: "*", loss_max: "1"'), "loss_max: 1: accounts have results: name account or group alone"),
        (slices('account: "*", symbol: "*", drawdown_max: "1"'), "drawdown_max: 1: accounts have results"),
        ("monitor: {warn_percent: 0}\n", "monitor.warn_percent: '0' is not a whole number from 1 to 100"),
        ("monitor: {warn_percent: 80}\n", "monitor.clear_percent: 85 is above warn_percent 80"),
        ("alerts: {webhook: {}}\n", "alerts.webhook.url: is missing"),
        ("alerts: {webhook: {url: 'http://CANARY'}}\n", "a secret is never written here"),
        (WEBHOOK, "alerts.webhook.url: env:FIXGATE_TEST_URL: is no http:// or https:// URL (not shown)"),
        ("metrics: {port: 99999}\n", "metrics.port: '99999' is not a whole number from 0 to 65535"),
    ],
)
def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str) -> None:
    monkeypatch.setenv("FIXGATE_TEST_URL", "ftp://CANARY")
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(written(tmp_path, text))
    assert told in str(refused.value)
    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("https://alerts.example/x?token=CANARY", "https://alerts.example"),
        ("http://u:CANARY@10.0.0.1:8080/x", "http://10.0.0.1:8080"),
        ("https://", ""),
        ("alerts.example/x", ""),
        ("https://alerts.example:port/x", ""),
        ("https://alérts.example/x", ""),
    ],
)
def test_what_may_be_said_of_an_address(url: str, receiver: str) -> None:
    assert receiver_of(Secret("env:X", url.encode())) == receiver


@pytest.mark.parametrize(
    ("text", "url", "risks"),
    [
        ("", "", []),
        ("metrics: {}\n" + WEBHOOK, "https://alerts.example/CANARY", []),
        (WEBHOOK, "http://127.0.0.1:8080/CANARY", []),
        (WEBHOOK, "http://alerts.example/CANARY", ["alerts.webhook.url"]),
        ("metrics: {host: 0.0.0.0}\n", "", ["metrics.host"]),
    ],
)
def test_what_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, url: str, risks: list[str]
) -> None:  # fmt: skip
    monkeypatch.setenv("FIXGATE_TEST_URL", url)
    found = risks_of(*inspect(written(tmp_path, text)))
    assert [risk.path for risk in found] == risks
    assert "CANARY" not in str(found)
    without = risks_of(*inspect(written(tmp_path, text), secrets=False))
    assert "alerts.webhook.url" not in [risk.path for risk in without]
