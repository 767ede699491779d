"""No session test case without a scenario, in each role that it has."""

from __future__ import annotations

import pytest

from tests.conformance.cases import CASES, Case
from tests.gateway.session.scenario import read_scenarios


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_shown_in_each_of_its_roles(case: Case) -> None:
    shown = {role for scenario in read_scenarios() if case.name in scenario.cases for role in scenario.roles}
    assert shown >= set(case.roles)


def test_no_scenario_names_a_case_that_is_none() -> None:
    known = {case.name for case in CASES}
    for scenario in read_scenarios():
        named = {name for name in scenario.cases if name[:1].isdigit()}
        assert named <= known, f"{scenario.path.name}: {named - known}"
