"""Reading a configuration again: what reaches the turn, and what does not. Against a process: `test_session_cli`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from config.load import load_gateway
from gateway.calls import Calls
from gateway.from_config.reloader import Reloader
from gateway.from_config.session_templates import Welcome
from gateway.operators.session_commands import ListSessions, ReadConfiguration
from gateway.register import Register
from gateway.steward import ApplyReload
from gateway.telemetry.logs import Logs

SESSION = {"name": "A", "begin_string": "FIX.4.4", "target_comp_id": "ALICE"}


class Scene:
    """A reloader, and everybody whom it talks to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commands: list[object] = []
        self.notes: list[tuple[str, str, Mapping[str, object]]] = []
        self.known: list[str] = []
        self.templates = 0
        self.write(sessions=[SESSION])
        self.reloader = Reloader(
            path,
            load_gateway(path),
            None,
            Register(),
            cast(Welcome, self),
            cast(Logs, self),
            cast(Calls, self),
            self.command,
            lambda sessions: None,
        )

    def write(self, **keys: Any) -> None:
        self.path.write_text(json.dumps(keys))

    async def command(self, command: object) -> object:
        self.commands.append(command)
        return {"changes": ["as planned"]}

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self.notes.append((level, event, details))

    def know(self, session: str, name: str) -> None:
        self.known.append(session)

    def use(self, *templates: object) -> None:
        self.templates += 1


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Scene], Any]], Scene]:
    def run(act: Callable[[Scene], Any]) -> Scene:
        async def main() -> Scene:
            scene = Scene(tmp_path / "gateway.yaml")
            await act(scene)
            return scene

        return asyncio.run(main())

    return run


Play = Callable[[Callable[[Scene], Any]], Scene]


def test_a_change_becomes_one_command(play: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.write(sessions=[SESSION, SESSION | {"name": "B", "target_comp_id": "BOB"}])
        assert await scene.reloader.command(ReadConfiguration("ann")) == {"changes": ["as planned"]}
        assert await scene.reloader.reload("ann") == {"changes": []}  # what is in force is what the file says

    scene = play(act)
    (command,) = scene.commands
    assert isinstance(command, ApplyReload)
    assert (command.operator, set(command.makers), set(command.admissions)) == ("ann", {"B"}, {"B"})
    assert scene.known == ["B"]
    assert scene.notes[0] == ("info", "reloaded", {"operator": "ann", "changes": ["as planned"]})


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"sesions": []}, "unknown key 'sesions'"),
        ({"sessions": [SESSION], "name": "other"}, "name: 'fixgate' -> 'other': cannot be changed by a reload"),
        ({"sessions": [SESSION | {"data_dictionary": "/nowhere.xml"}]}, "/nowhere.xml"),
    ],
)
def test_what_cannot_be_used_reaches_nobody(play: Play, keys: dict[str, Any], told: str) -> None:
    async def act(scene: Scene) -> None:
        scene.write(**keys)
        answer = await scene.reloader.reload("ann")
        assert str(answer["error"]).startswith("nothing was changed: ")
        assert told in str(answer["error"])

    scene = play(act)
    assert (scene.commands, scene.known, scene.templates) == ([], [], 0)
    ((level, event, details),) = scene.notes
    assert (level, event, details["operator"]) == ("error", "reload_refused", "ann")


def test_a_reload_that_has_not_come_to_its_turn_when_the_process_ends_does_not_happen(play: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.write(sessions=[])
        reload = asyncio.create_task(scene.reloader.reload("SIGHUP"))
        await asyncio.sleep(0)
        scene.reloader.stop()
        assert await reload == {"error": "nothing was changed: the gateway is going down"}

    assert play(act).commands == []


def test_other_commands_go_to_the_turn(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.reloader.command(ListSessions())

    assert play(act).commands == [ListSessions()]
