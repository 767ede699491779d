"""The signal and the file: each stops everything, once."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from gateway.inbox import BytesReceived, CommandReceived, Inbox
from gateway.operators import kill_switch_doors
from gateway.operators.kill_switch_doors import KillSwitchDoors
from oms.kill_switch_commands import EngageKillSwitch
from oms.types import KillScope


async def _play(file: Path | None, deeds: list[object]) -> list[EngageKillSwitch]:
    """What is commanded while the deeds are done, each a call and time enough to notice it."""
    heard: list[EngageKillSwitch] = []

    async def command(wish: object) -> object:
        assert isinstance(wish, EngageKillSwitch)
        heard.append(wish)
        return None

    doors = KillSwitchDoors(command, file)
    doors.open()
    await asyncio.sleep(0)
    for deed in deeds:
        deed()  # type: ignore[operator]
        for _ in range(50):
            await asyncio.sleep(0.001)
    doors.close()
    return heard


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kill_switch_doors, "LOOK_S", 0.005)


def test_a_signal_engages_everything() -> None:
    (wish,) = asyncio.run(_play(None, [lambda: os.kill(os.getpid(), signal.SIGUSR1)]))
    assert (wish.scope, wish.value, wish.operator, wish.cancel) == (KillScope.GLOBAL, "", "SIGUSR1", True)


def test_a_file_engages_when_it_appears_and_again_when_it_appears_again(tmp_path: Path) -> None:
    file = tmp_path / "STOP"
    write, remove = lambda: file.write_text("fire in\nthe house"), file.unlink
    heard = asyncio.run(_play(file, [write, lambda: None, remove, write]))
    assert [wish.reason for wish in heard] == ["fire in the house"] * 2
    assert heard[0].operator == f"file {file}"


def test_a_file_that_is_there_at_the_start_engages_before_anybody_is_let_in(tmp_path: Path) -> None:
    file = tmp_path / "STOP"
    file.touch()
    (wish,) = asyncio.run(_play(file, []))
    assert wish.reason == "the file has appeared"


def test_a_directory_in_its_place_is_a_file_that_has_appeared(tmp_path: Path) -> None:
    (wish,) = asyncio.run(_play(tmp_path, []))
    assert wish.reason == "the file has appeared"


def test_in_the_inbox_the_command_stands_before_the_flood() -> None:
    inbox = Inbox()
    for connection in range(300):
        inbox.put(BytesReceived(connection, bytes(1 << 16)))
    inbox.put_first(CommandReceived(1, "stop"))
    assert inbox.drain(256, 300)[0] == CommandReceived(1, "stop")
