"""Plays every text scenario in every role and version that it names."""

from __future__ import annotations

import pytest

from tests.gateway.session.scenario import Scenario, play, read_scenarios

CASES = [
    pytest.param(scenario, role, version, id=f"{scenario.path.stem}-{role}-{version}")
    for scenario in read_scenarios()
    for role in scenario.roles
    for version in scenario.versions
]


@pytest.mark.parametrize(("scenario", "role", "version"), CASES)
def test_scenario(scenario: Scenario, role: str, version: str) -> None:
    play(scenario, role, version)
