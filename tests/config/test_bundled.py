"""Every YAML file that comes with the product loads, and says what the demonstration promises."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from config.load import load_exchange, load_gateway
from config.model import FixStandardVenue, SimulatedVenue

CONFIG = Path(__file__).parents[2] / "config"
EXCHANGES = ["exchange.yaml"]


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_bundled_file_loads(path: Path) -> None:
    config = load_exchange(path) if path.name in EXCHANGES else load_gateway(path)
    assert config.sessions


def test_demo_and_exchange_meet() -> None:
    demo, exchange = load_gateway(CONFIG / "demo.yaml"), load_exchange(CONFIG / "exchange.yaml")
    ours = next(session for session in demo.sessions if session.kind == "venue")
    theirs = next(session for session in exchange.sessions if session.target_comp_id == ours.sender_comp_id)
    assert (ours.sender_comp_id, ours.target_comp_id) == (theirs.target_comp_id, theirs.sender_comp_id)
    assert ours.begin_string == theirs.begin_string
    (called,) = ours.connect
    assert (called.host, called.port) == (exchange.listen[0].host, exchange.listen[0].port)
    fix_venue, simulated = demo.venues
    assert isinstance(fix_venue, FixStandardVenue)
    assert fix_venue.session == ours.name
    assert isinstance(simulated, SimulatedVenue)
    routed = {instrument.symbol: instrument for instrument in demo.instruments if instrument.venue == fix_venue.name}
    listed = {symbol.symbol: symbol for symbol in exchange.symbols}
    assert routed.keys() == listed.keys()
    for symbol, instrument in routed.items():
        assert (instrument.tick_size, instrument.lot_size) == (listed[symbol].tick_size, listed[symbol].lot_size)


def test_demo_speaks_three_versions_on_one_port() -> None:
    demo = load_gateway(CONFIG / "demo.yaml")
    clients = {session.name: session for session in demo.sessions if session.kind == "client"}
    assert {client.begin_string for client in clients.values()} == {"FIX.4.2", "FIX.4.4", "FIXT.1.1"}
    assert clients["CLIENT50"].default_appl_ver_id_value == b"9"
    assert {instrument.reference_price for instrument in demo.instruments} >= {Decimal(50000), Decimal(2500)}
    assert [session.name for session in demo.sessions if session.kind == "drop_copy"] == ["DROPCOPY"]


def test_gateway_and_exchange_keep_apart() -> None:
    demo, exchange = load_gateway(CONFIG / "demo.yaml"), load_exchange(CONFIG / "exchange.yaml")
    assert demo.journal.directory != exchange.journal.directory
    assert demo.logs.directory != exchange.logs.directory
    assert demo.listen[0].port != exchange.listen[0].port
