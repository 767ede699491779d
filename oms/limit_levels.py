"""How close a slice is to one of its limits, as the monitor tells it: a state machine of four levels.

Every second the use of a limit falls into a zone, and the zone into the table below. What is said is said when a level
is reached and not again while it stands: a limit that is used at 95% for an hour is one alert, not 3,600.

                  LOW        NEAR       HIGH       OVER
    OK            .          .          WARNED !   BREACHED !
    WARNED        OK !       .          .          BREACHED !
    BREACHED      OK !       .          .          .
    RELEASED      OK !       WARNED !   WARNED !   .

Between the two percentages (`clear` and `warn`, 85% and 90% unless configured) is NEAR, where nothing changes: a use
that goes to and fro around 90% is told once, and that it is over only when it is clearly over. OVER is above the limit:
a limit that is used in full is one that is kept.

A breach stops its slice until a named person lets it go on. That is RELEASED: the limit is still broken, a person knows
it, and there is nothing to tell. Below the limit it is watched again: coming back above it stops the slice once more.
So between two words of a person there is at most one breach, and none goes untold.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from oms.exact import multiply


class Level(StrEnum):
    """What was said last of a limit and a slice. OK is not kept: it is what has no other level."""

    OK = "OK"
    WARNED = "WARNED"
    BREACHED = "BREACHED"
    RELEASED = "RELEASED"


class Zone(StrEnum):
    """Where the use of a limit is."""

    LOW = "LOW"
    NEAR = "NEAR"
    HIGH = "HIGH"
    OVER = "OVER"


NEXT: Final[Mapping[tuple[Level, Zone], Level]] = {
    (Level.OK, Zone.LOW): Level.OK,
    (Level.OK, Zone.NEAR): Level.OK,
    (Level.OK, Zone.HIGH): Level.WARNED,
    (Level.OK, Zone.OVER): Level.BREACHED,
    (Level.WARNED, Zone.LOW): Level.OK,
    (Level.WARNED, Zone.NEAR): Level.WARNED,
    (Level.WARNED, Zone.HIGH): Level.WARNED,
    (Level.WARNED, Zone.OVER): Level.BREACHED,
    (Level.BREACHED, Zone.LOW): Level.OK,
    (Level.BREACHED, Zone.NEAR): Level.BREACHED,
    (Level.BREACHED, Zone.HIGH): Level.BREACHED,
    (Level.BREACHED, Zone.OVER): Level.BREACHED,
    (Level.RELEASED, Zone.LOW): Level.OK,
    (Level.RELEASED, Zone.NEAR): Level.WARNED,
    (Level.RELEASED, Zone.HIGH): Level.WARNED,
    (Level.RELEASED, Zone.OVER): Level.RELEASED,
}
"""Another level is an event: LimitWarned, LimitBreached, LimitCleared for OK. The same level is nothing."""


class Thresholds(NamedTuple):
    """Fractions of a limit."""

    warn: Decimal = Decimal("0.90")
    """From here on it is HIGH."""
    clear: Decimal = Decimal("0.85")
    """Below this it is LOW; not above `warn`."""


def zone_of(used: Decimal, limit: Decimal, thresholds: Thresholds) -> Zone:
    """What is not used at all is LOW, also where the limit is 0."""
    if used <= 0 or used < multiply(limit, thresholds.clear):
        return Zone.LOW
    if used > limit:
        return Zone.OVER
    return Zone.HIGH if used >= multiply(limit, thresholds.warn) else Zone.NEAR
