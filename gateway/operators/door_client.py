"""The other side of the operators' door: asks the gateway that runs on a configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import typer

EXIT_REFUSED = 78  # EX_CONFIG of sysexits.h: configuration, store or address cannot be used
ANSWER_TIMEOUT_S = 60


class NobodyAnswers(Exception):
    """No gateway is behind this door."""


def refuse(why: str) -> NoReturn:
    print(f"fixgate: {why}", file=sys.stderr)
    raise typer.Exit(EXIT_REFUSED)


def login_name(given: str = "") -> str:
    """Who asks: what is given, else the login name."""
    return given or os.environ.get("USER", "") or str(os.getuid())


def door_of(config: Path) -> str:
    """The operators' socket of the gateway that runs on this file. Ends the command when there is none."""
    from config.load import ConfigRefused, load_gateway

    try:
        door = load_gateway(config).admin.socket
    except ConfigRefused as refused:
        refuse(str(refused))
    if not door:
        refuse(f"{config}: admin.socket is empty: this gateway has no operators' door")
    return door


def ask(door: str, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, object]:
    """One question at a door: HTTP status and answer. Raises NobodyAnswers."""
    import asyncio

    import aiohttp

    async def question() -> tuple[int, object]:
        connector = aiohttp.UnixConnector(path=door)
        patience = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=patience) as http,
            http.request(method, f"http://fixgate{path}", json=body) as response,
        ):
            return response.status, await response.json()

    try:
        return asyncio.run(question())
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise NobodyAnswers(f"no gateway answers at {door} ({error})") from error


def answer_of(config: Path, method: str, path: str, body: Mapping[str, object] | None = None, door: str = "") -> object:
    """The answer of the gateway that runs on this configuration; ends the command with what it refuses."""
    try:
        code, answer = ask(door or door_of(config), method, path, body)
    except NobodyAnswers as nobody:
        refuse(f"{nobody}; is it running on {config}?")
    if code != 200:
        refuse(str(answer.get("error", answer)) if isinstance(answer, dict) else str(answer))
    return answer
