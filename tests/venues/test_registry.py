"""Every adapter that the YAML can name is made, and knows what the YAML says."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from config.model import (
    FixStandardVenue,
    GatewayConfig,
    InstrumentConfig,
    SessionConfig,
    SimulatedVenue,
    VenueConfig,
)
from oms.types import Moment
from oms.venue_reports import ReferencePriceSeen
from venues.fix_standard import FixStandard
from venues.port import Carrier
from venues.registry import ADAPTERS, make_venue
from venues.simulated import SimulatedVenue as SimulatedAdapter

SIMULATED = SimulatedVenue(name="SIM", reference_interval_ms=250)
GATEWAY = GatewayConfig(
    sessions=(
        SessionConfig(name="OUT42", kind="venue", begin_string="FIX.4.2", target_comp_id="X"),
        SessionConfig(
            name="OUT50", kind="venue", begin_string="FIXT.1.1", default_appl_ver_id="FIX.5.0SP2", target_comp_id="Y"
        ),
    ),
    venues=(SIMULATED,),
    instruments=(
        InstrumentConfig(symbol="A", venue="SIM", reference_price=Decimal(5)),
        InstrumentConfig(symbol="B", venue="OUT", reference_price=Decimal(6)),
    ),
)


def test_every_adapter_of_the_configuration_has_a_maker() -> None:
    assert set(ADAPTERS) == set(get_args(VenueConfig))


def test_the_simulated_venue_lists_its_own_instruments() -> None:
    venue = make_venue(SIMULATED, GATEWAY)
    assert isinstance(venue, SimulatedAdapter) and venue.capabilities.carrier is Carrier.IN_PROCESS
    assert venue.name == "SIM" and venue.tick_interval_ns == 250_000_000
    assert venue.tick(Moment(0, 1)) == [ReferencePriceSeen("SIM", "A", Decimal(5))]


@pytest.mark.parametrize(("session", "status_id"), [("OUT42", False), ("OUT50", True)])
def test_a_fix_venue_speaks_the_version_of_its_session(session: str, status_id: bool) -> None:
    venue = make_venue(FixStandardVenue(name="EX", session=session, market_data=False), GATEWAY)
    assert isinstance(venue, FixStandard) and venue.capabilities.carrier is Carrier.FIX
    assert venue.name == "EX" and not venue.capabilities.market_data
    assert venue.uses_ord_status_req_id is status_id
