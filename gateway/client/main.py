"""`fixgate client`: the connection, the prompt and scripts. Beside memory.py the one file of the client with I/O."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console

from gateway.client.commands import TIME_IN_FORCE, VERBS, Command, Logout, Mistake, parse
from gateway.client.display import Display
from gateway.client.memory import MemoryDamaged, MemoryFile
from gateway.client.session import LOGON_TIMEOUT_S, ClientSession
from gateway.client.target import ClientOptions, Target, TargetUnknown, find_target
from gateway.client.trader import DONE, Trader
from gateway.clock import read_clock

TICK_S = 0.1
READ_BYTES = 65536

EXIT_DONE = 0
EXIT_EXPECTATION_FAILED = 1
EXIT_MISTAKE = 2  # options, script or memory file
EXIT_NOT_CONNECTED = 3
EXIT_INTERRUPTED = 130


class Step(NamedTuple):
    """A line of a script."""

    number: int
    text: str
    command: Command


def run_client(options: ClientOptions) -> int:
    """Run the client to its end. Returns the exit code; everything the user must know has been printed."""
    display = Display(Console(highlight=False), show_admin=options.show_admin)
    try:
        target = find_target(options)
        steps = _read_script(options)
        memory_file = MemoryFile(options.memory_directory, target.name)
        memory, orders = memory_file.load()
    except (TargetUnknown, MemoryDamaged, ScriptWrong, OSError) as error:
        display.say(f"fixgate client: {error}", "bold red")
        return EXIT_MISTAKE

    async def run() -> int:
        trader = Trader(ClientSession(target.identity, memory), orders, memory_file, display, read_clock)
        async with Connection(target, trader) as connection:
            failure = await connection.open(reset=options.reset)
            if failure:
                display.say(failure, "bold red")
                return EXIT_NOT_CONNECTED
            if steps is not None:
                return await _run_script(str(options.script or "stdin"), steps, trader, display)
            return await _interact(target, trader, display, memory_file.path.with_suffix(".history"))

    try:
        return asyncio.run(run())
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


class Connection:
    """The TCP connection of a Trader, opened again as often as it wants."""

    def __init__(self, target: Target, trader: Trader) -> None:
        self._target = target
        self._trader = trader
        self._tasks: set[asyncio.Task[None]] = set()
        self._reader: asyncio.StreamReader | None = None
        trader.dial = self.open

    async def __aenter__(self) -> Connection:
        self._start(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def open(self, *, reset: bool = False) -> str:
        """Connect and log on. Returns DONE, or why it failed."""
        host, port = self._target.host, self._target.port
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except ConnectionRefusedError:
            return f"nothing listens on {host}:{port}: start it with make run"
        except OSError as error:
            return f"{host}:{port} cannot be reached: {error.strerror or error}"
        self._reader = reader
        self._trader.connected(writer.write, writer.close, reset=reset)
        self._start(self._read(reader))
        await self._trader.until(lambda: self._trader.is_logged_on or self._trader.is_over, LOGON_TIMEOUT_S + 1)
        return DONE if self._trader.is_logged_on else "not logged on"

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(READ_BYTES):
                self._trader.data_received(data)
        if self._reader is reader:  # else its end was noticed before, and there is a new connection by now
            self._trader.connection_lost()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._trader.tick()


# -- scripts -----------------------------------------------------------------------------------------------------------


class ScriptWrong(Exception):
    """A script has lines that are no commands; the text lists them all."""


def _read_script(options: ClientOptions) -> list[Step] | None:
    """The steps of the script, or of standard input where that is no terminal; None: a person is at the keyboard."""
    if options.script is not None:
        return _steps(str(options.script), options.script.read_text(encoding="utf-8").splitlines())
    if not sys.stdin.isatty():
        return _steps("stdin", sys.stdin)
    return None


def _steps(name: str, lines: Iterable[str]) -> list[Step]:
    """All lines are read before anything is sent: a script with a slip in its last line does nothing."""
    steps, wrong = [], []
    for number, line in enumerate(lines, start=1):
        command = parse(line)
        if isinstance(command, Mistake):
            wrong.append(f"{name}:{number}: {line.strip()}: {command.text}")
        elif line.strip():
            steps.append(Step(number, line.strip(), command))
    if wrong:
        raise ScriptWrong("\n".join(wrong))
    return steps


async def _run_script(name: str, steps: list[Step], trader: Trader, display: Display) -> int:
    for step in steps:
        display.say(f"> {step.text}", "bold")
        failure = await trader.perform(step.command)
        if failure:
            display.say(f"{name}:{step.number}: FAILED: {step.text}: {failure}", "bold red")
            await trader.perform(Logout())
            return EXIT_EXPECTATION_FAILED
    await trader.perform(Logout())
    return EXIT_DONE


# -- a person ----------------------------------------------------------------------------------------------------------


async def _interact(target: Target, trader: Trader, display: Display, history: Path) -> int:
    prompt: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)),
        completer=WordCompleter([*VERBS, *target.symbols, *TIME_IN_FORCE], ignore_case=True, sentence=False),
    )
    display.say("`help` lists the commands; a first order: buy 1.5 BTC-USD @ 50000", "cyan")
    with patch_stdout(raw=True):
        while True:
            command = await _next_command(prompt.prompt_async, f"{target.name}> ")
            if isinstance(command, Mistake):
                display.say(command.text, "red")
                continue
            failure = await trader.perform(command)
            if failure:
                display.say(failure, "red")
            if isinstance(command, Logout):
                return EXIT_DONE


async def _next_command(ask: Callable[[str], Awaitable[str]], prompt: str) -> Command | Mistake:
    """What the user typed; Ctrl-C and Ctrl-D mean logout."""
    try:
        return parse(await ask(prompt))
    except (EOFError, KeyboardInterrupt):
        return Logout()
