"""Which venue an order goes to. The choice becomes a fact (OrderRouted); a replay does not choose again."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.instruments import Instrument


def choose_venue(instrument: Instrument, blotter: Blotter) -> str | None:
    """The first connected one of the instrument's venues, which are listed in order of preference."""
    connected = blotter.venues
    for venue in instrument.venues:
        if connected.get(venue):
            return venue
    return None
