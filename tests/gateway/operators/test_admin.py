"""The operators' door: who may come in, what is asked, what is answered."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from gateway.operators.admin import BODY_MAX, Admin
from gateway.operators.operator import Status, command_of
from gateway.operators.session_commands import LogOutSession
from oms.commands import SetTradingState
from oms.types import TradingState


class Desk:
    """Answers every command with its number, and remembers it."""

    def __init__(self) -> None:
        self.commands: list[object] = []

    async def command(self, command: object) -> object:
        self.commands.append(command)
        return {"number": len(self.commands)}


@contextlib.asynccontextmanager
async def door(path: Path, desk: Desk) -> AsyncIterator[aiohttp.ClientSession]:
    admin = Admin(path, desk.command, command_of)
    await admin.open()
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=str(path))) as http:
        yield http
    await admin.close()


def test_questions_and_wishes_become_commands(tmp_path: Path) -> None:
    async def scene() -> None:
        desk = Desk()
        async with door(tmp_path / "door", desk) as http:
            async with http.get("http://x/status") as answer:
                assert (answer.status, await answer.json()) == (200, {"number": 1})
            wish = {"state": "HALTED", "operator": "ann", "reason": "runaway"}
            async with http.post("http://x/trading-state", json=wish) as answer:
                assert (answer.status, await answer.json()) == (200, {"number": 2})
        assert isinstance(desk.commands[0], Status)
        assert desk.commands[1] == SetTradingState(TradingState.HALTED, "ann", "runaway")

    asyncio.run(scene())


def test_a_wish_for_a_session_keeps_to_its_path(tmp_path: Path) -> None:
    """What the body asks for does not count."""

    async def scene() -> None:
        desk = Desk()
        async with door(tmp_path / "door", desk) as http:
            wish = {"session": "C", "ask": "trading_state", "operator": "ann", "reason": "their wish"}
            async with http.post("http://x/session/logout", json=wish) as answer:
                assert answer.status == 200
        assert desk.commands == [LogOutSession("C", "ann", "their wish")]

    asyncio.run(scene())


def test_a_wish_that_cannot_be_met_is_a_conflict(tmp_path: Path) -> None:
    async def refuse(command: object) -> object:
        return {"error": "there is no session C"}

    async def scene() -> None:
        desk = Desk()
        desk.command = refuse  # type: ignore[method-assign]  # what the steward answers
        wish = {"session": "C"}
        async with door(tmp_path / "door", desk) as http, http.post("http://x/session/explain", json=wish) as answer:
            assert (answer.status, await answer.json()) == (409, {"error": "there is no session C"})

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("data", "code", "why"),
    [
        (b"{", 400, "the body is not JSON"),
        (b"", 400, "the body is not JSON"),
        (b"\xff\xfe", 400, "the body is not JSON"),
        (b"[]", 400, "the body is not a JSON object"),
        (b"{}", 400, "state: None is not one of ACTIVE, REDUCING, HALTED"),
        (b'{"state": "HALTED"}', 400, "operator: missing"),
        (b'{"state": "HALTED", "operator": "a"}', 400, "reason: missing"),
        (b'{"x": "' + b"y" * BODY_MAX + b'"}', 413, ""),
    ],
)
def test_bad_wishes_are_answered_and_commit_nothing(tmp_path: Path, data: bytes, code: int, why: str) -> None:
    async def scene() -> None:
        desk = Desk()
        async with door(tmp_path / "door", desk) as http:
            headers = {"Content-Type": "application/json"}
            async with http.post("http://x/trading-state", data=BytesIO(data), headers=headers) as answer:
                assert answer.status == code
                assert why in await answer.text()
        assert not desk.commands

    asyncio.run(scene())


def test_there_is_nothing_else_to_be_asked(tmp_path: Path) -> None:
    async def scene() -> None:
        async with door(tmp_path / "door", Desk()) as http:
            for method, path in (("GET", "/"), ("POST", "/status"), ("GET", "/trading-state"), ("GET", "/../etc")):
                async with http.request(method, f"http://x{path}") as answer:
                    assert answer.status in (404, 405)

    asyncio.run(scene())


def test_the_door_is_for_its_owner_only_and_goes_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "run" / "door"

    async def scene() -> None:
        async with door(path, Desk()):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    umask = os.umask(0o022)
    try:
        asyncio.run(scene())
    finally:
        os.umask(umask)
    assert not path.exists()


def test_what_a_crash_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "door"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))

    async def scene() -> None:
        desk = Desk()
        async with door(path, desk) as http, http.get("http://x/status") as answer:
            assert answer.status == 200

    asyncio.run(scene())
