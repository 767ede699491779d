"""No code of a refusal is without a scenario that shows it, and none without a cure that clients can read."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from pathlib import Path

import pytest

from oms.refusals import CODES
from oms.risk.gate import Gate
from oms.risk.pipeline import GATES

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "tests" / "scenarios"
BEHIND_THE_DOOR = {
    "EXPIRE_TIME_MISSING": "BusinessMessageReject, 380=5 (decision 111)",
    "LIST_TOO_LONG": "Reject, 373=5: the group has at most a hundred entries",
    "NO_CONVERSION_RATE": "a configuration without the rate is refused",
    "PRICE_MISSING": "BusinessMessageReject, 380=5",
    "STOP_PX_MISSING": "BusinessMessageReject, 380=5",
}
"""Codes that no message of a client and no configuration leads to, and what comes before them: for operators' orders,
and for mistakes of ours. Each has a test in tests/oms instead."""
OF_OTHER_GATES = ("venue_parts",)
"""It asks others, with their codes."""


@cache
def words(folder: str) -> frozenset[str]:
    """All words in capitals that stand in the scenarios of a folder."""
    texts = (path.read_text() for path in (SCENARIOS / folder).rglob("*.txt"))
    return frozenset(word for text in texts for word in re.findall(r"[A-Z][A-Z0-9_]+", text))


def codes_of(gate: Gate) -> set[str]:
    """The codes that a gate can refuse with, read from its file."""
    module = sys.modules[gate.__module__]
    return {word for word in re.findall(r'"([A-Z][A-Z_]+)"', inspect.getsource(module)) if word in CODES}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_seen_in_a_scenario(code: str) -> None:
    if code in BEHIND_THE_DOOR:
        assert any(code in path.read_text() for path in (ROOT / "tests" / "oms").glob("test_*.py")), code
        return
    assert code in words("."), f"{code}: no scenario under tests/scenarios ends in it"


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.__name__)
def test_every_gate_has_scenarios_of_risk_for_all_its_codes(gate: Gate) -> None:
    codes = codes_of(gate)
    assert codes or gate.__name__ in OF_OTHER_GATES, f"{gate.__name__} refuses with no code of oms.refusals"
    missing = codes - words("risk") - BEHIND_THE_DOOR.keys()
    assert not missing, f"{gate.__name__}: no scenario under tests/scenarios/risk ends in {', '.join(sorted(missing))}"


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_cure_that_clients_can_read(code: str) -> None:
    page = (ROOT / "docs" / "REFUSALS.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page if line.startswith(f"| `{code}` |")]
    assert len(rows) == 1, f"{code}: not in docs/REFUSALS.md; run python -m gateway.generate"
    *_, meaning, cure = rows[0]
    assert len(meaning) > 20
    assert len(cure) > 10
    assert cure.endswith((".", ")"))
