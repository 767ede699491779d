"""Rates: so many requests a second, as limits have them."""

from __future__ import annotations

from typing import Final

import msgspec

RATE_MAX: Final = 1_000_000


class Rate(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """So many requests a second for ever, and so many at once after a pause (a token bucket)."""

    per_s: int
    """Refill, requests per second; 0 lets nothing pass. At most 1,000,000."""
    burst: int
    """Size of the bucket, requests; 0 lets nothing pass. At most 1,000,000."""


def rate_faults(name: str, rate: Rate) -> list[str]:
    """What is wrong with the rate, each as `field: value: rule`; `name` says whose it is."""
    return [
        f"{name}.{part}: {number}: 0 to {RATE_MAX}"
        for part, number in (("per_s", rate.per_s), ("burst", rate.burst))
        if not 0 <= number <= RATE_MAX
    ]
