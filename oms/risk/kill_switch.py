"""No switch is engaged for the slice. It is the first gate, and there is no way round it: what a person has stopped is
stopped for new orders and for replaces, also for those that only lower a quantity. Cancels are asked nothing."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.kill_switches import KillSwitch
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import KillScope, Moment


def kill_switch(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    switches = blotter.kill_switches
    if not switches.by_scope:
        return None
    switch = switches.holding(request)
    if switch is None and request.order is not None:
        switch = switches.holding(request.order)
    if switch is None and request.venue is None:
        switch = _of_its_venues(request, blotter)
    return None if switch is None else refuse("KILL_SWITCH", f"slice={switch.name}")


def _of_its_venues(request: OrderRequest, blotter: Blotter) -> KillSwitch | None:
    """Routing passes over venues that are stopped; when none is left, that may be why."""
    instrument, switches = request.instrument, blotter.kill_switches
    if instrument is not None:
        for venue in instrument.venues:
            if blotter.venues.get(venue) and (switch := switches.get(KillScope.VENUE, venue)) is not None:
                return switch
    return None
