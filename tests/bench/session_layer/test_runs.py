"""Each scenario in small, against a gateway as it is run: figures come, and they are of what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.session_layer import runs
from bench.session_layer.runs import BUILDS, Gateway, Size, run_scenarios
from bench.session_layer.tables import tables
from bench.session_layer.together import session_names

TINY = Size(300, 400, 40, 0.2, 1)


@pytest.fixture(autouse=True)
def few_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "WORK", tmp_path)
    monkeypatch.setattr(runs, "SESSIONS", 4)
    monkeypatch.setattr(runs, "STORM_SESSIONS", 8)
    monkeypatch.setattr(runs, "STORM_ORDERS", 3)


def figures_of(name: str) -> Mapping[str, object]:
    results = run_scenarios([name], BUILDS[:1], TINY)
    ((_, figures),) = results[name]
    assert "failed" not in figures, figures
    assert "| **fixgate** |" in tables(results)
    return figures


def test_replay() -> None:
    figures = figures_of("replay")
    assert figures["messages"] == 300
    assert isinstance(figures["without_replay_us"], dict)
    assert figures["without_replay_us"]["count"] == 200


def test_together() -> None:
    figures = figures_of("together")
    assert list(figures) == ["1", "4"]


def test_stalled() -> None:
    figures = figures_of("stalled")
    assert isinstance(figures["cut_s"], float)
    assert figures["cut_s"] >= 0.75  # an age is found too small by at most a look
    assert isinstance(figures["missed"], int)
    assert figures["missed"] > 0


def test_storm() -> None:
    figures = figures_of("storm")
    assert (figures["sessions"], figures["missing"]) == (8, 3)


def test_a_gateway_that_does_not_start_is_a_failure(tmp_path: Path) -> None:
    gateway = Gateway(BUILDS[0], tmp_path, session_names(1), {"no_such_key": 1})
    assert "no_such_key" in str(gateway.ask("together")["failed"])


def test_a_check_that_fails_is_a_failure_with_no_figure(tmp_path: Path) -> None:
    gateway = Gateway(BUILDS[0], tmp_path, session_names(1))
    assert gateway.ask("storm", sessions=2, orders=1).keys() == {"failed"}  # the second CompID is nobody's


def test_what_cannot_be_built_is_absent(tmp_path: Path) -> None:
    build = BUILDS[1]._replace(missing=lambda: "no compiler")
    assert run_scenarios(["storm"], [build], TINY) == {"storm": [(build.title, {"absent": "no compiler"})]}
