"""What is compiled, when it is compiled again, and what is said where it cannot be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fast import build
from fast.modules import PACKAGES, hot_modules


def test_records_and_constants_stay_as_they_are() -> None:
    hot = hot_modules(build.ROOT)
    assert {"fixspec/codec.py", "oms/decide.py", "oms/risk/price_band.py", "gateway/transact.py"} <= set(hot)
    assert not {"oms/events.py", "oms/commands.py", "fixspec/tags.py", "gateway/app.py"} & set(hot)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for package in (*PACKAGES, "fast"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "one.py").write_text("ONE = 1\n")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "TREE", tmp_path / ".fast")
    monkeypatch.setattr(build, "__file__", str(tmp_path / "fast" / "build.py"))
    return tmp_path


def test_a_tree_is_made_once_and_again_when_a_source_is_another(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(made_from: str) -> None:
        made.append(made_from)
        (checkout / ".fast").mkdir(exist_ok=True)
        (checkout / ".fast" / build.MADE_FROM).write_text(made_from)

    monkeypatch.setattr(build, "_build", make)
    monkeypatch.setattr(build, "missing", str)
    assert build.ensure() == build.ensure() == checkout / ".fast"
    assert len(made) == 1
    (checkout / "oms" / "one.py").write_text("ONE = 2\n")
    build.ensure()
    (checkout / "fast" / "one.py").write_text("ONE = 2\n")
    build.ensure()
    (checkout / "oms" / "one.py").rename(checkout / "oms" / "two.py")
    build.ensure()
    assert len(set(made)) == len(made) == 4


def test_a_failed_build_leaves_the_former_tree_and_nothing_else(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / ".fast").mkdir()

    def refuse(*arguments: object) -> None:
        raise build.BuildFailed("one.py:1: error")

    monkeypatch.setattr(build, "_run", refuse)
    with pytest.raises(build.BuildFailed):
        build._build("new")
    assert sorted(path.name for path in checkout.iterdir()) == sorted([".fast", *PACKAGES, "fast"])


def test_what_is_missing_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("sysconfig.get_paths", lambda: {"include": "/nowhere"})
    assert build.missing().endswith("apt-get install gcc python3-dev")
    assert build.ensure() is None
