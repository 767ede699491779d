"""Gates of the installation's own, from the configuration to the alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import ConfigRefused, load_gateway
from gateway.from_config.further_gates import further_gates_of
from gateway.from_config.start_checks import start_faults
from tests.world import World

GATES = ["tests.installation:value_at_risk", "tests.installation:breaks_on_eleven"]


def test_they_are_found_in_their_order() -> None:
    assert [gate.name for gate in further_gates_of(GATES)] == GATES


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tests.nowhere:gate", "cannot be imported: ModuleNotFoundError: No module named 'tests.nowhere'"),
        ("tests.installation:gate", "is not there: tests.installation has no gate"),
        ("tests.installation:NO_FUNCTION", "cannot be called"),
        ("tests.installation:takes_too_little", "does not take a request, the blotter and a moment: too many"),
    ],
)
def test_what_is_no_gate_is_refused_at_the_start(name: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigRefused) as refused:
        further_gates_of([GATES[0], name])
    (problem,) = refused.value.problems
    assert problem.startswith(f"risk.further_gates[1]: '{name}' {told}")
    file = tmp_path / "gateway.yaml"
    file.write_text(f"listen: {{}}\nrisk: {{further_gates: ['{GATES[0]}', '{name}']}}\n")
    assert start_faults(load_gateway(file)) == [problem]


def test_the_example_of_the_documentation_is_the_one_that_is_tested() -> None:
    root = Path(__file__).parents[3]
    _, _, rest = (root / "docs" / "HACKING.md").read_text().partition("```python\n")
    example, _, _ = rest.partition("\n```\n")
    assert "def value_at_risk" in example
    assert example in (root / "tests" / "installation.py").read_text()


def test_a_name_has_a_module_and_a_function(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text("listen: {}\nrisk: {further_gates: ['os.system']}\n")
    with pytest.raises(ConfigRefused, match=r"risk.further_gates\[0\]: 'os.system' is not package.module:function"):
        load_gateway(file)


def test_what_breaks_is_told_with_its_traceback(tmp_path: Path) -> None:
    world = World(tmp_path, changes={"risk.further_gates": GATES})
    world.log_on(world.client, world.venue)
    world.send(world.client, "35=D|11=X|38=11")
    (note,) = [note for note in world.notes if note.event == "further_gate_failed"]
    assert note.level == "error"
    assert note.details["gate"] == GATES[1]
    assert "breaks_on_eleven" in str(note.details["traceback"])
    assert "what a model does on its worst day" in str(note.details["traceback"])
    assert note.details["alert"]
