"""kill -9 at every named point of a turn, and at random under load: nothing is lost, nothing is doubled.

A story is a few dozen rounds on one journal, then the audit of all books. `FIXGATE_CRASH_ROUNDS` sets the rounds of the
whole suite (240 by default), `FIXGATE_CRASH_SEED` the seed. 0 failures in n rounds bound the rate of failure by 3/n.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.crash.bookkeeper import Broken, Lie
from tests.crash.points import reachable
from tests.crash.rig import Stage, stage

ROUNDS = int(os.environ.get("FIXGATE_CRASH_ROUNDS", "240"))
SEED = int(os.environ.get("FIXGATE_CRASH_SEED", "42"))
STORIES = 4
ROUNDS_A_STORY = ROUNDS // STORIES


def live_and_die(scene: Stage, point: str, occurrence: int, mutant: str | None = None) -> int:
    """One round: a life with a chosen death. Returns how the process ended."""
    scene.bear(point, occurrence, mutant)
    try:
        scene.connect()
        for _ in range(4):
            scene.trade(4)
            scene.client.listen(0.01)
    except Broken:
        pass
    return scene.kill()


def die_under_load(scene: Stage) -> int:
    """One round: a life that ends at a random moment while orders stream in."""
    scene.bear()
    end = time.monotonic() + scene.random.uniform(0.005, 0.12)
    try:
        scene.connect()
        while time.monotonic() < end:
            scene.trade(3)
            scene.client.listen(0.002)
    except Broken:
        pass
    return scene.kill()


@pytest.mark.parametrize("story", range(STORIES))
def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path, story: int) -> None:
    names = reachable()
    deaths = 0
    with stage(tmp_path, SEED + story) as scene:
        for round_ in range(ROUNDS_A_STORY):
            if round_ % 4 == 3:
                deaths += die_under_load(scene) == -signal.SIGKILL
            else:
                point = names[(story * ROUNDS_A_STORY + round_) % len(names)]
                deaths += live_and_die(scene, point, scene.random.choice([1, 1, 2, 3, 5, 8, 13, 40])) == -signal.SIGKILL
        blotter = scene.live_to_tell()
    assert deaths == ROUNDS_A_STORY
    assert len(blotter.orders) > 2 * ROUNDS_A_STORY


def test_a_gateway_that_sends_before_it_commits_is_found_out(tmp_path: Path) -> None:
    """The suite must be able to fail: the wrong order of commit and effects is caught within a few rounds."""
    with stage(tmp_path, SEED) as scene, pytest.raises((Lie, AssertionError)) as caught:
        for _ in range(100):  # two to four do, but for a machine that is very busy
            live_and_die(scene, "before commit", scene.random.randint(4, 15), mutant="send before commit")
        scene.live_to_tell()
    assert "I" in str(caught.value) or "MsgSeqNum" in str(caught.value) or "changed" in str(caught.value)
