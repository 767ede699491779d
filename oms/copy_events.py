"""Events of drop copies. All since schema 3."""

from __future__ import annotations

from oms.copy_terms import CopyTerms, Reporting
from oms.event import Event


class CopyTermsSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What `session` hears from here on; None: it hears nothing more."""

    session: str
    terms: CopyTerms | None


class ReportingSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """How the client `session` is reported to from here on. Told only where there are copies."""

    session: str
    reporting: Reporting
