"""The state machine of a limit that is watched: its table, and what holds whatever the use of the limit does."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.limit_levels import NEXT, Level, Thresholds, Zone, zone_of

DRAWN = """
                  LOW        NEAR       HIGH       OVER
    OK            OK         OK         WARNED     BREACHED
    WARNED        OK         WARNED     WARNED     BREACHED
    BREACHED      OK         BREACHED   BREACHED   BREACHED
    RELEASED      OK         WARNED     WARNED     RELEASED
"""
ZONES = st.lists(st.sampled_from(Zone), max_size=60)


def test_the_table_is_whole_and_as_drawn() -> None:
    heads, *rows = [line.split() for line in DRAWN.strip().splitlines()]
    drawn = {
        (Level(row[0]), Zone(zone)): Level(level) for row in rows for zone, level in zip(heads, row[1:], strict=True)
    }
    assert drawn == NEXT
    assert set(NEXT) == set(product(Level, Zone))


@pytest.mark.parametrize(("level", "zone"), list(product(Level, Zone)))
def test_each_level_settles_at_once(level: Level, zone: Zone) -> None:
    """The same zone again says nothing more: an alert is told once."""
    then = NEXT[level, zone]
    assert NEXT[then, zone] is then


@pytest.mark.parametrize("level", list(Level))
def test_above_the_limit_it_is_told_or_known_to_a_person(level: Level) -> None:
    assert NEXT[level, Zone.OVER] in (Level.BREACHED, Level.RELEASED)
    assert (NEXT[level, Zone.OVER] is Level.RELEASED) == (level is Level.RELEASED)


def levels(zones: Sequence[Zone], began: Level = Level.OK) -> list[Level]:
    found = [began]
    for zone in zones:
        found.append(NEXT[found[-1], zone])
    return found


@given(ZONES, st.sampled_from(Level))
def test_no_warning_is_repeated_without_a_clear_end_between(zones: list[Zone], began: Level) -> None:
    told = [then for before, then in pairwise(levels(zones, began)) if then is not before]
    for before, then in pairwise(told):
        assert before is not then
        if then is Level.WARNED:
            assert before is Level.OK
        if then is Level.BREACHED:
            assert before in (Level.OK, Level.WARNED)


@given(ZONES, ZONES)
def test_between_two_words_of_a_person_there_is_one_breach_at_most_while_it_stays_near(
    zones: list[Zone], more: list[Zone]
) -> None:  # fmt: skip
    high = [zone for zone in (*zones, *more) if zone is not Zone.LOW]
    assert levels(high).count(Level.BREACHED) <= len(high)
    told = [then for before, then in pairwise(levels(high)) if then is not before]
    assert told.count(Level.BREACHED) <= 1
    after = [then for before, then in pairwise(levels(high, Level.RELEASED)) if then is not before]
    assert after.count(Level.BREACHED) <= 1


NUMBERS = st.decimals("-1000", "1000", places=4)


@given(NUMBERS, st.decimals("0", "1000", places=4), st.decimals("0.01", "0.99", places=2))
def test_zones_follow_each_other(used: Decimal, limit: Decimal, clear: Decimal) -> None:
    thresholds = Thresholds(warn=clear + Decimal("0.01"), clear=clear)
    zone = zone_of(used, limit, thresholds)
    assert (zone is Zone.OVER) == (used > limit and used > 0)
    order = list(Zone)
    assert order.index(zone_of(used + 1, limit, thresholds)) >= order.index(zone)
    if zone is Zone.LOW:
        assert used <= 0 or used < limit * clear


@pytest.mark.parametrize(
    ("used", "zone"),
    [("0", "LOW"), ("8.49", "LOW"), ("8.5", "NEAR"), ("8.99", "NEAR"), ("9", "HIGH"), ("10", "HIGH"), ("10.1", "OVER")],
)
def test_a_limit_of_ten(used: str, zone: str) -> None:
    assert zone_of(Decimal(used), Decimal(10), Thresholds()) == zone


def test_a_limit_of_nothing_is_kept_by_nothing() -> None:
    assert zone_of(Decimal(0), Decimal(0), Thresholds()) is Zone.LOW
    assert zone_of(Decimal("0.1"), Decimal(0), Thresholds()) is Zone.OVER
