"""What follows when it is said who hears what. What stands so already leads to no event."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.copy_commands import SetCopyTerms, SetReporting
from oms.events import CopyTermsSet, Event, ReportingSet
from oms.types import Moment


def set_copy_terms(blotter: Blotter, command: SetCopyTerms, at: Moment) -> list[Event]:
    if blotter.copies.get(command.session) == command.terms:
        return []
    return [CopyTermsSet(at.seq, at.utc_ns, command.session, command.terms)]


def set_reporting(blotter: Blotter, command: SetReporting, at: Moment) -> list[Event]:
    """Nobody needs to know it where there are no copies."""
    if not blotter.copies or blotter.reporting.get(command.session) == command.reporting:
        return []
    return [ReportingSet(at.seq, at.utc_ns, command.session, command.reporting)]
