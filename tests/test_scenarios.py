"""Plays every order scenario on each version of client and venue that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario import Player, Scenario, read_scenario
from tests.world import World, memory_directory

FOLDERS = ("orders", "risk", "venue")
SCENARIOS = [
    read_scenario(path)
    for folder in FOLDERS
    for path in sorted((Path(__file__).parent / "scenarios" / folder).glob("*.txt"))
]
CASES = [
    pytest.param(scenario, client, venue, id=f"{scenario.path.parent.name}/{scenario.path.stem}-{client}-{venue}")
    for scenario in SCENARIOS
    for client in scenario.clients
    for venue in scenario.venues
]


@pytest.mark.parametrize(("scenario", "client", "venue"), CASES)
def test_scenario(scenario: Scenario, client: str, venue: str) -> None:
    with memory_directory() as directory:
        world = World(directory, client, venue, scenario.changes)
        try:
            Player(world).play(scenario)
        finally:
            world.close()


def test_every_scenario_says_what_it_is_about() -> None:
    assert not [scenario.path.name for scenario in SCENARIOS if not scenario.intent]
