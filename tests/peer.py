"""The counterparty that scenarios are played with, for tests that talk to a gateway in their own words."""

from __future__ import annotations

from gateway.certify.counterparty import (
    ADMIN,
    SOH,
    Lie,
    Peer,
    content_of,
    fields_of,
    framed,
    pairs_of,
    show,
    stamp,
)

__all__ = ["ADMIN", "SOH", "Lie", "Peer", "content_of", "fields_of", "framed", "pairs_of", "show", "stamp"]
