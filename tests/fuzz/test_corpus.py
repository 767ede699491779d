"""Every input of the corpus holds: the seeds, and what fuzzing once found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
INPUTS = sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*"))


def test_the_corpus_has_inputs_for_every_target() -> None:
    assert {name.split("/")[0] for name in INPUTS} == TARGETS.keys()


@pytest.mark.parametrize("name", INPUTS)
def test_input_holds(name: str) -> None:
    TARGETS[name.split("/")[0]]((CORPUS / name).read_bytes())
