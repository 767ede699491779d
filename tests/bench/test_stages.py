"""The table of stages keeps up with the code: each seam that it times is one that an order passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import stages


def test_every_stage_is_entered_by_every_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "WORK", tmp_path)
    orders, batch = 40, 10
    found = stages.stages(orders, batch)
    per_turn = ("commit", "spine")
    assert [stage.name for stage in found if stage.calls < (1 / batch if stage.name.startswith(per_turn) else 1)] == []
    assert {stage.name for stage in found} == {stage for stage, _, _ in stages.SEAMS}


def test_the_seams_are_whole_again_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fixspec.rulebook import Rulebook

    monkeypatch.setattr(stages, "WORK", tmp_path)
    before = Rulebook.validate
    stages.stages(2, 1)
    assert Rulebook.validate is before


def test_own_time_is_without_the_time_of_what_is_called() -> None:
    charges = stages.Charges()
    inner = charges.wrap("inner", lambda: sum(range(20_000)))
    outer = charges.wrap("outer", lambda: [inner() for _ in range(5)])
    outer()
    assert charges.calls == {"inner": 5, "outer": 1}
    assert charges.ns["outer"] < charges.ns["inner"]
