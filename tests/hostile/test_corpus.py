"""Every case of the corpus, against the whole house in memory, beside a client that trades. See `cases`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.hostile.attacker import Scene
from tests.hostile.cases import files, read

CASES = {f"{path.stem}: {case.name}": case for path in files() for case in read(path)}


class Stage:
    """One scene after the other: a case that spoils it leaves it to nobody."""

    scene: Scene | None = None

    def play(self, how: Callable[[Scene], None]) -> None:
        if self.scene is None:
            self.scene = Scene()
        played, self.scene = self.scene, None
        try:
            how(played)
            if not played.is_spent:
                self.scene = played
        finally:
            if self.scene is None:
                played.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    if made.scene is not None:
        made.scene.close()


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 300


@pytest.mark.parametrize("name", CASES)
def test_case(stage: Stage, name: str) -> None:
    stage.play(lambda scene: scene.play(CASES[name]))


FRAMING = [name for name in CASES if name.startswith("framing: ")]


@pytest.mark.parametrize("name", FRAMING)
def test_case_in_twenty_pieces(stage: Stage, name: str) -> None:
    stage.play(lambda scene: scene.play(CASES[name], pieces=20))


@pytest.mark.parametrize("name", FRAMING)
def test_case_before_a_logon(stage: Stage, name: str) -> None:
    stage.play(lambda scene: scene.play_as_stranger(CASES[name]))
