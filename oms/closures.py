"""What may not be traded now by our own word: restricted symbols, hours of instruments, blackouts.

Hours and blackouts are windows, from an instant up to another: which ones they are, in which time zone and on which
days, is worked out elsewhere and told as a fact for the window that runs or comes next. So a gate needs no calendar, is
exact to the nanosecond, and a window that nobody has told of is closed.
"""

from __future__ import annotations

import msgspec

Window = tuple[int, int]
"""From the first up to the second: UTC, ns."""


class Blackout(msgspec.Struct, frozen=True, gc=False, array_like=True):
    symbols: tuple[str, ...]
    """Empty: all."""
    window: Window


class Closures:
    """Only the blotter writes to it. `restricted` has (source, symbol). `blackouts_of` has the names of those of each
    symbol, and under '' of those of all."""

    __slots__ = ("blackouts", "blackouts_of", "hours", "restricted")

    def __init__(self) -> None:
        self.restricted: dict[tuple[str, str], None] = {}
        self.hours: dict[str, Window] = {}
        self.blackouts: dict[str, Blackout] = {}
        self.blackouts_of: dict[str, tuple[str, ...]] = {}

    def restrict(self, source: str, symbol: str, is_restricted: bool) -> None:
        if is_restricted:
            self.restricted[source, symbol] = None
        else:
            self.restricted.pop((source, symbol), None)

    def set_hours(self, symbol: str, window: Window) -> None:
        if window[1]:
            self.hours[symbol] = window
        else:
            self.hours.pop(symbol, None)

    def set_blackout(self, name: str, symbols: tuple[str, ...], window: Window) -> None:
        if window[1]:
            self.blackouts[name] = Blackout(symbols, window)
        else:
            self.blackouts.pop(name, None)
        names: dict[str, list[str]] = {}
        for known, blackout in self.blackouts.items():
            for symbol in blackout.symbols or ("",):
                names.setdefault(symbol, []).append(known)
        self.blackouts_of = {symbol: tuple(those) for symbol, those in names.items()}

    def content(self) -> list[object]:
        """Everything, as plain values: for the state hash."""
        return [list(self.restricted), list(self.hours.items()), list(self.blackouts.items())]
