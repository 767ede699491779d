"""What clients are told of venues: the market identifier of each, its MIC where the configuration has one."""

from __future__ import annotations

from collections.abc import Mapping


class Markets:
    """`mics`: venue -> ISO 10383 code; a venue without one goes by its name."""

    __slots__ = ("_last_mkt", "_mics")

    def __init__(self, mics: Mapping[str, str]) -> None:
        self._mics = mics
        self._last_mkt: dict[str, bytes] = {}

    def of(self, venue: str) -> bytes:
        """As a value of type Exchange: at most 16 characters."""
        return self._mics.get(venue, venue)[:16].encode("latin-1", "replace")

    def last_mkt(self, venue: str) -> bytes:
        """LastMkt(30) as an encoded field, made once for each venue."""
        field = self._last_mkt.get(venue)
        if field is None:
            field = self._last_mkt[venue] = b"30=%b\x01" % self.of(venue)
        return field
