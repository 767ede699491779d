"""The only reader of the clock."""

from __future__ import annotations

import time

from gateway.instant import Instant


def read_clock() -> Instant:
    return Instant(time.time_ns(), time.monotonic_ns())
