"""Commands about drop copies: what is configured, on its way to be a fact."""

from __future__ import annotations

import msgspec

from oms.copy_terms import CopyTerms, Reporting


class SetCopyTerms(msgspec.Struct, frozen=True, gc=False):
    session: str
    terms: CopyTerms | None


class SetReporting(msgspec.Struct, frozen=True, gc=False):
    session: str
    reporting: Reporting


CopyCommand = SetCopyTerms | SetReporting
