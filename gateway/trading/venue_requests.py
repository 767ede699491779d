"""What is asked of venues: an event of an order that wants something of its venue becomes the venue's request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.trading.unresolved_watch import UnresolvedWatch
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.events import OrderQueried
from oms.types import Moment
from oms.venue_reports import AnyVenueReport
from venues.port import FixVenue, InProcessVenue


class VenueRequests:
    """`take` decides on what a venue inside the process answers. `fix_venues` is by the name of the session."""

    def __init__(
        self,
        blotter: Blotter,
        fix_venues: Mapping[str, FixVenue],
        in_process: Mapping[str, InProcessVenue],
        take: Callable[[AnyVenueReport, Turn], None],
        watch: UnresolvedWatch,
    ) -> None:
        self._blotter = blotter
        self._carriers = {venue.name: (session, venue) for session, venue in fix_venues.items()}
        self._in_process = in_process
        self._take = take
        self._watch = watch

    def ask(self, event: Any, turn: Turn) -> None:
        """Ask the venue of the event's order, behind what was told before. An order that is worked in parts has none:
        its parts have, and are asked about by facts of their own."""
        order = self._blotter.order(event.order_seq)
        if not order.venue:
            return
        if type(event) is not OrderQueried:
            self._watch.sent(event, turn)
        in_process = self._in_process.get(order.venue)
        moment = Moment(turn.now.utc_ns, turn.next_seq())
        if in_process is not None:
            for report in in_process.answer(event, order, moment):
                self._take(report, turn)
            return
        session, venue = self._carriers[order.venue]
        for request in venue.requests(event, order, moment):
            turn.send(session, request.msg_type, request.body)
