"""From a wish or a claim to facts: decided, logged, applied and told, one after the other.

The rule by which a fault of ours costs one message (`gateway.failures`) is kept here. Deciding and encoding change
nothing, so what raises there leaves nothing behind. Then each fact is appended and applied, in one step that must not
fail. Telling changes no memory of ours, so what raises there leaves the fact standing and somebody untold; the other
facts of the decision stand and are told all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from gateway.failures import MemoryUnknown, traceback_of
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.codec import encode_event
from oms.commands import Command
from oms.decide import decide
from oms.events import Event
from oms.quarantine import quarantine
from oms.types import Moment
from oms.venue_reports import AnyVenueReport, VenueReport


class NotTold(Exception):
    """A fact stands, and telling somebody of it has failed."""


class Deciding:
    """The part of the desk that changes the blotter."""

    def __init__(self) -> None:
        self.blotter = Blotter()
        self._waiting: deque[Command | AnyVenueReport] = deque()
        self._tellers: dict[type[Event], Callable[[Any, Turn], None]] = {}

    def _moment(self, turn: Turn) -> Moment:
        return Moment(turn.now.utc_ns, turn.next_seq())

    def _take(self, item: Command | AnyVenueReport, turn: Turn) -> None:
        """Decide, and for each fact in turn: log it, apply it, tell it. What a venue inside the process answers to a
        fact is taken once all facts of the decision stand: nothing but the decision uses up numbers in between.

        Raises what a client's or operator's command has raised, once everything else is done. A report that raises is
        put aside whole, and everything else is done."""
        waiting = self._waiting
        waiting.append(item)
        if len(waiting) > 1:
            return
        failure: Exception | None = None
        while waiting:
            try:
                self._decide_and_tell(waiting[0], turn)
            except Exception as error:
                failure = self._not_taken(waiting[0], error, turn) or failure
            waiting.popleft()
        if failure is not None:
            raise failure

    def _decide_and_tell(self, item: Command | AnyVenueReport, turn: Turn) -> None:
        """The facts of a decision are applied all or none: nothing is logged before all can be. Raises NotTold when
        they stand and somebody has not heard of one."""
        blotter, tellers = self.blotter, self._tellers
        events_ = decide(blotter, item, Moment(turn.now.utc_ns, turn.next_seq()))
        payloads = [encode_event(event) for event in events_]
        failure: Exception | None = None
        for event, payload in zip(events_, payloads, strict=True):
            try:  # as in `_state`
                turn.append(payload)
                blotter.apply(event)
            except Exception as error:
                raise MemoryUnknown(f"{type(event).__name__} {event.seq} was not applied whole") from error
            tell = tellers.get(type(event))
            if tell is not None:
                try:
                    tell(event, turn)
                except Exception as error:
                    failure = error
                    details = {"fact": payload.decode("utf-8", "replace"), "exception": traceback_of(error)}
                    turn.note("error", "", "fact_not_told", details)
        if failure is not None:
            raise NotTold from failure

    def _not_taken(self, item: Command | AnyVenueReport, error: Exception, turn: Turn) -> Exception | None:
        """Returns the error if whoever wished for `item` must hear of it."""
        if not isinstance(item, VenueReport):
            return error
        if not isinstance(error, NotTold):
            details = {"report": repr(item), "exception": traceback_of(error)}
            turn.note("error", "", "venue_report_failed", details)
            event = quarantine(item, "HANDLER_FAILED", None, self._moment(turn))
            try:
                payload = encode_event(event)
            except Exception:
                return error  # then the message as it was on the wire: see `message_failed`
            self._state(event, payload, turn)
        return None

    def _state(self, event: Event, payload: bytes, turn: Turn) -> None:
        """The one step that changes memory. Half of it is nothing that we could go on from."""
        try:
            turn.append(payload)
            self.blotter.apply(event)
        except Exception as error:
            raise MemoryUnknown(f"{type(event).__name__} {event.seq} was not applied whole") from error
