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
from gateway.trading.recovering import Recovering
from gateway.turn import Turn
from oms.codec import encode_event
from oms.commands import Command
from oms.decide import decide
from oms.events import Event
from oms.quarantine import quarantine
from oms.types import Moment
from oms.venue_reports import AnyVenueReport, VenueReport


class Deciding(Recovering):
    """The part of the desk that changes the blotter."""

    def __init__(self) -> None:
        super().__init__()
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
        blotter, tellers, utc_ns = self.blotter, self._tellers, turn.now.utc_ns
        failure: Exception | None = None
        while waiting:
            try:
                events = decide(blotter, waiting[0], Moment(utc_ns, turn.next_seq()))
                payloads = list(map(encode_event, events))
            except Exception as error:
                failure = self._not_taken(waiting.popleft(), error, turn) or failure
                continue
            for index, event in enumerate(events):
                payload = payloads[index]
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
                        failure = self._not_told(waiting[0], payload, error, turn) or failure
            waiting.popleft()
        if failure is not None:
            raise failure

    def _not_taken(self, item: Command | AnyVenueReport, error: Exception, turn: Turn) -> Exception | None:
        """It led to nothing. Returns the error if whoever wished for `item` must hear of it."""
        if not isinstance(item, VenueReport):
            return error
        turn.note("error", "", "venue_report_failed", {"report": repr(item), "exception": traceback_of(error)})
        event = quarantine(item, "HANDLER_FAILED", None, Moment(turn.now.utc_ns, turn.next_seq()))
        try:
            payload = encode_event(event)
        except Exception:
            return error  # then the message as it was on the wire: see `Desk.message_failed`
        self._state(event, payload, turn)
        return None

    def _not_told(
        self, item: Command | AnyVenueReport, payload: bytes, error: Exception, turn: Turn
    ) -> Exception | None:
        """The fact in `payload` stands, and somebody has not heard of it. Returns the error as `_not_taken` does."""
        details = {"fact": payload.decode("utf-8", "replace"), "exception": traceback_of(error)}
        turn.note("error", "", "fact_not_told", details)
        return None if isinstance(item, VenueReport) else error

    def _state(self, event: Event, payload: bytes, turn: Turn) -> None:
        """The one step that changes memory. Half of it is nothing that we could go on from."""
        try:
            turn.append(payload)
            self.blotter.apply(event)
        except Exception as error:
            raise MemoryUnknown(f"{type(event).__name__} {event.seq} was not applied whole") from error
