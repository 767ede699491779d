"""From the configuration to the desk: what the operator wrote is what holds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from config.load import load_exchange, load_gateway
from config.model import LimitsConfig, Throttle
from gateway.from_config.setup import desk_of, exchange_settings_of, terms_of
from gateway.trading.client_terms import Client
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2
from oms.copy_terms import CopyTerms
from oms.instruments import Instrument
from oms.limits import Limits, Rate
from tests.world import configuration, memory_directory

ROOT = Path(__file__).parents[3]


def test_the_demonstration() -> None:
    config = load_gateway(ROOT / "config" / "demo.yaml")
    desk = desk_of(config, "TESTA")
    assert {name: client.dialect.name for name, client in desk._clients.items()} == {
        "CLIENT42": "FIX.4.2", "CLIENT44": "FIX.4.4", "CLIENT50": "FIX.5.0SP2", "DROPCOPY": "FIX.4.4",
    }  # fmt: skip
    assert [name for name, client in desk._clients.items() if client.listens_only] == ["DROPCOPY"]
    assert list(desk._venue_of_session) == ["EXCHANGE"]
    assert list(desk._in_process) == ["SIM"]


def test_terms() -> None:
    with memory_directory() as directory:
        changes = {
            "instrument.tick_size": "0.5", "instrument.min_qty": "0.02", "instrument.price_band_percent": "2.5",
            "limits.max_order_qty": "7", "limits.max_notional": "8", "limits.price_band_percent": "12.5",
            "limits.reference_price_age_ms_max": 9, "limits.throttle.messages": 30,
            "limits.throttle.interval_ms": 100, "limits.throttle.cancel_messages": 40,
        }  # fmt: skip
        terms = terms_of(configuration(directory, "FIX.4.4", "FIX.4.4", changes))
    assert terms.instruments[0] == Instrument(
        symbol="BTC-USD",
        min_price_increment=Decimal("0.5"),
        round_lot=Decimal("0.01"),
        min_trade_vol=Decimal("0.02"),
        max_trade_vol=Decimal(1_000_000),
        venues=("VENUE",),
        price_band=Decimal("0.025"),
    )
    assert terms.instruments[1].price_band is None
    assert terms.limits == Limits(Decimal(7), Decimal(8), Decimal("0.125"), 9, Rate(300, 30), Rate(400, 40))
    assert terms.references == {"BTC-USD": ("VENUE", Decimal(50000)), "SIM-USD": ("SIM", Decimal(100))}


@pytest.mark.parametrize(
    ("throttle", "rate"),
    [
        (Throttle(messages=1, interval_ms=1000), Rate(1, 1)),
        (Throttle(messages=1_000_000_000, interval_ms=1), Rate(1_000_000, 1_000_000)),
        (Throttle(messages=60, interval_ms=60_000), Rate(1, 60)),
    ],
)
def test_throttle_lets_something_pass_and_is_bounded(throttle: Throttle, rate: Rate) -> None:
    with memory_directory() as directory:
        config = configuration(directory, "FIX.4.4", "FIX.4.4", {})
        fields = {name: getattr(config, name) for name in config.__struct_fields__}
        changed = type(config)(**fields | {"limits": LimitsConfig(throttle=throttle)})
    assert terms_of(changed).limits.messages == rate


def test_clients() -> None:
    changes = {"client.accounts": ["A1", "A2"], "client.report_pending": ["new"]}
    for version, dialect in (("FIX.4.2", FIX42), ("FIX.4.4", FIX44), ("FIX.5.0SP2", FIX50SP2)):
        with memory_directory() as directory:
            config = configuration(directory, version, "FIX.4.4", changes)
        desk = desk_of(config, "TESTA")
        accounts, pending = frozenset({"A1", "A2"}), frozenset({"new"})
        assert desk._clients["client"] == Client(dialect, False, accounts, pending, comp_id="CLIENT")
        assert desk._clients["other"] == Client(FIX44, comp_id="OTHER")
        assert desk._clients["dropcopy"].hears == CopyTerms("FIX.4.4", "FIXGATE")


def test_the_bundled_exchange() -> None:
    settings = exchange_settings_of(load_exchange(ROOT / "config" / "exchange.yaml"), "STORE")
    assert settings.exchange_id.endswith("-STORE"), "identifiers of another store are others"
    assert settings.market_data_refresh_ns >= settings.market_data_interval_ns > 0
    assert {listed.symbol for listed in settings.instruments} >= {b"BTC-USD", b"ETH-USD"}
