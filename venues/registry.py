"""From the adapter's name in the YAML to the adapter. A new venue is a line here and a folder beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from config.model import FixStandardVenue, GatewayConfig, VenueConfig
from config.model import SimulatedVenue as SimulatedVenueConfig
from oms.types import ExecInst, OrdType, TimeInForce
from oms.venue_capabilities import VenueCapabilities
from venues.fix_standard import FixStandard, FixStandardSettings
from venues.port import FixVenue, InProcessVenue
from venues.simulated import SimulatedInstrument, SimulatedSettings, SimulatedVenue

NS_PER_MS: Final = 1_000_000


def make_venue(config: VenueConfig, gateway: GatewayConfig) -> FixVenue | InProcessVenue:
    """The adapter of a venue of that gateway; `capabilities.carrier` says which of the two it is.

    The configuration is a checked one: a session that it names exists."""
    return ADAPTERS[type(config)](config, gateway)


def _fix_standard(config: FixStandardVenue, gateway: GatewayConfig) -> FixVenue:
    session = next(session for session in gateway.sessions if session.name == config.session)
    version = session.default_appl_ver_id if session.begin_string == "FIXT.1.1" else session.begin_string
    supports = config.supports
    takes = VenueCapabilities(
        tuple(OrdType(name) for name in supports.ord_types),
        tuple(TimeInForce(name) for name in supports.times_in_force),
        tuple(ExecInst(name) for name in supports.exec_insts),
        supports.display_qty,
        supports.replace,
        supports.symbols,
    )
    return FixStandard(FixStandardSettings(config.name, version, config.market_data, takes))


def _simulated(config: SimulatedVenueConfig, gateway: GatewayConfig) -> InProcessVenue:
    instruments = tuple(
        SimulatedInstrument(instrument.symbol, instrument.reference_price, instrument.lot_size)
        for instrument in gateway.instruments
        if instrument.venue == config.name
    )
    return SimulatedVenue(SimulatedSettings(config.name, instruments, config.reference_interval_ms * NS_PER_MS))


ADAPTERS: Final[Mapping[type[VenueConfig], Callable[[Any, GatewayConfig], FixVenue | InProcessVenue]]] = {
    FixStandardVenue: _fix_standard,
    SimulatedVenueConfig: _simulated,
}
"""The configuration record of each adapter, whose `adapter:` in the YAML is its tag, and who makes it."""
