"""Plays every text scenario in every role and version that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.session.rulebooks import rulebook
from tests.gateway.session.scenario import Scenario, Stage, read_scenario, settings_of

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios" / "session").glob("*.txt"))
CASES = [
    pytest.param(scenario, role, version, id=f"{scenario.path.stem}-{role}-{version}")
    for scenario in map(read_scenario, SCENARIOS)
    for role in scenario.roles
    for version in scenario.versions
]


@pytest.mark.parametrize(("scenario", "role", "version"), CASES)
def test_scenario(scenario: Scenario, role: str, version: str) -> None:
    Stage(
        settings_of(scenario, role, version), rulebook(version, scenario.agreed), scenario.application
    ).play(scenario)
