"""Runs commands of fixgate quickly: each is a fork of one process that has imported what commands import.

That process (`python -m tests.gateway.command_line SOCKET`) takes a connection for each command, with one JSON object
in it: arguments, directory, environment, what is given on standard input. What the command prints, on both channels,
comes back over the connection, whose end is the end of the command. It ends when its own standard input is closed.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path
from threading import Lock

from typer.main import get_command

ROOT = Path(__file__).parents[2]
CALLS_MAX = 64
STARTING = Lock()


def said_by(arguments: tuple[str, ...], directory: Path, environment: dict[str, str], given: str, wait_s: float) -> str:
    """All that `fixgate ARGUMENTS` prints. Raises TimeoutError."""
    call = {"arguments": arguments, "directory": str(directory), "environment": environment, "given": given}
    said = b""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(wait_s)
        with STARTING:
            door = _nursery()
        line.connect(door)
        line.sendall(json.dumps(call).encode())
        line.shutdown(socket.SHUT_WR)
        while more := line.recv(1 << 16):
            said += more
    return said.decode()


@cache
def _nursery() -> str:
    """Starts the process, once for all tests of this one; where it is reached."""
    place = tempfile.TemporaryDirectory()
    door = f"{place.name}/door"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.gateway.command_line", door], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()

    def end() -> None:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        place.cleanup()

    atexit.register(end)
    return door


def _serve(door: str) -> None:
    """Returns in the forked child only, when it is to run its command."""
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(door)
        listener.listen(CALLS_MAX)
        selector.register(listener, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        print("ready", flush=True)
        while [key.fileobj for key, _ in selector.select()] == [listener]:
            line, _ = listener.accept()
            with line:
                if not os.fork():
                    _become(line)
                    return
            while _is_anyone_dead():
                pass
    sys.exit()


def _is_anyone_dead() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _become(line: socket.socket) -> None:
    call = json.loads(line.makefile("rb").read())
    gives, given = os.pipe()
    os.write(given, call["given"].encode())
    os.close(given)
    os.dup2(gives, 0)
    os.dup2(line.fileno(), 1)
    os.dup2(line.fileno(), 2)
    os.chdir(call["directory"])
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = ["fixgate", *call["arguments"]]


if __name__ == "__main__":
    from gateway.cli import app, main

    for name in (
        "aiohttp",
        "config.load",
        "gateway.app",
        "gateway.client.main",
        "gateway.store.inspect",
        "gateway.operators.operator",
    ):
        import_module(name)  # what commands import when they run
    with redirect_stdout(StringIO()):
        get_command(app).main(["certify", "list"], standalone_mode=False)  # and what the first one of all imports
    gc.freeze()
    _serve(sys.argv[1])
    main()
