"""How long turns take, as a histogram that costs an addition a turn: powers of two of a nanosecond."""

from __future__ import annotations

from typing import Final

LEAST: Final = 15
"""2^15 ns are 33 us; what is shorter is counted there."""
MOST: Final = 34
"""2^34 ns are 17 s."""


class TurnTimes:
    __slots__ = ("counts", "inputs", "sum_ns")

    def __init__(self) -> None:
        self.counts = [0] * 65
        """By the number of bits of the time in ns."""
        self.sum_ns = 0
        self.inputs = 0

    def add(self, took_ns: int, inputs: int) -> None:
        self.counts[took_ns.bit_length()] += 1
        self.sum_ns += took_ns
        self.inputs += inputs

    def buckets(self) -> list[tuple[str, int]]:
        """Upper bound in seconds and turns up to it, as Prometheus has histograms."""
        found, total = [], sum(self.counts[:LEAST])
        for bits in range(LEAST, MOST + 1):
            total += self.counts[bits]
            found.append((repr((1 << bits) / 1e9), total))
        return [*found, ("+Inf", sum(self.counts))]
