"""What is measured: fixgate and its peers, how each is started, and what it must have to run.

Every system gets a fresh directory on the same disk and a fresh process for each measurement.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from bench.processes import ROOT, free_port, running

BENCH = ROOT / "bench"
WORK = ROOT / ".bench"
FIXCORE = "fixcore-engine==0.15.0"
DICTIONARY = ROOT / "fixspec" / "dictionaries" / "FIX44.xml"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the generator connects, and the processes whose use of the processor is reported."""

    port: int
    pid: int
    symbol: str = "BTC-USD"
    price: str = "50000"
    counted: str = "35=8"


@dataclass(frozen=True, slots=True)
class System:
    """One row of the tables.

    `missing` says what to install, or is empty. `start` gets a fresh directory and the number of orders to
    come, warm-up included. `path` is the table it belongs to: "report" or "full"."""

    key: str
    title: str
    durability: str
    path: str
    orders: int
    missing: Callable[[], str]
    start: Callable[[Path, int], AbstractContextManager[Endpoint]]


# ------------------------------------------------------------------------------------------------------ the peers


def quickfix_settings(directory: Path, port: int, *, dictionary: bool = True, log: bool = False) -> Path:
    """QuickFIX settings of an acceptor: FileStore, its default validation, TCP_NODELAY; FileLog if wanted."""
    path = directory / "settings.cfg"
    use = f"UseDataDictionary=Y\nDataDictionary={DICTIONARY}\n" if dictionary else "UseDataDictionary=N\n"
    logs = f"FileLogPath={directory / 'log'}\n" if log else ""
    path.write_text(
        "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nSocketNodelay=Y\n"
        f"SocketReuseAddress=Y\nFileStorePath={directory / 'store'}\n{logs}{use}"
        "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=GATEWAY\nTargetCompID=BENCH\n"
        f"SocketAcceptHost=127.0.0.1\nSocketAcceptPort={port}\n"
    )
    return path


@contextmanager
def start_null(directory: Path, orders: int) -> Iterator[Endpoint]:
    port = free_port()
    command = [sys.executable, "-m", "bench.peers.null_acceptor", "--port", str(port), "--orders", str(orders)]
    with running(command, port, directory, "null") as process:
        yield Endpoint(port, process.pid)


@contextmanager
def start_quickfix_python(style: str, log: bool, directory: Path, orders: int) -> Iterator[Endpoint]:
    port = free_port()
    settings = quickfix_settings(directory, port, log=log)
    command = [sys.executable, "-m", "bench.peers.quickfix_acceptor", style, str(settings)]
    with running(command, port, directory, "quickfix-python") as process:
        yield Endpoint(port, process.pid)


def missing_quickfix_python() -> str:
    return "" if importlib.util.find_spec("quickfix") else "not installed: make interop (or pip install quickfix)"


@cache
def built_executor() -> tuple[Path, str]:
    """The C++ peer, built when its source is newer; or why there is none."""
    source, program = BENCH / "peers" / "executor.cpp", WORK / "executor"
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return program, ""
    if shutil.which("g++") is None:
        return program, "not installed: apt-get install g++ libquickfix-dev"
    WORK.mkdir(exist_ok=True)
    command = ["g++", "-O2", "-std=c++14", "-Wno-deprecated", "-o", str(program), str(source), "-lquickfix"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode == 0:
        return program, ""
    if "quickfix/Application.h" in built.stderr:
        return program, "not installed: apt-get install libquickfix-dev"
    return program, f"does not build: {built.stderr.strip()[-300:]}"


@contextmanager
def start_quickfix_cpp(log: bool, directory: Path, orders: int) -> Iterator[Endpoint]:
    port = free_port()
    settings = quickfix_settings(directory, port, log=log)
    with running([built_executor()[0], settings], port, directory, "quickfix-cpp") as process:
        yield Endpoint(port, process.pid)


@cache
def fixcore_python() -> tuple[Path, str]:
    """The interpreter that has fixcore-engine: this one, or one of an environment made for it; or why there is none."""
    if importlib.util.find_spec("fixcore"):
        return Path(sys.executable), ""
    python = WORK / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(WORK / "venv", with_pip=True)
    if subprocess.run([python, "-c", "import fixcore"], capture_output=True, check=False).returncode:
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", FIXCORE]
        if subprocess.run(install, capture_output=True, check=False).returncode:
            return python, f"not installed: pip install {FIXCORE}"
    return python, ""


@contextmanager
def start_fixcore(directory: Path, orders: int) -> Iterator[Endpoint]:
    port = free_port()
    # Its validation is opt-in and its default is none: measured as it comes.
    settings = quickfix_settings(directory, port, dictionary=False)
    program = BENCH / "peers" / "fixcore_acceptor.py"
    with running([fixcore_python()[0], program, settings], port, directory, "fixcore") as process:
        yield Endpoint(port, process.pid)


NO_LOG = "FileStore, no fsync; no log"
LOG = "FileStore and FileLog, no fsync"
PEERS = (
    System("null", "null acceptor (generator's limit)", "none", "report", 500_000, str, start_null),
    System(
        "quickfix-python-log",
        "QuickFIX 1.16 Python acceptor, typed fields, as in production",
        LOG,
        "report",
        50_000,
        missing_quickfix_python,
        partial(start_quickfix_python, "fields", True),
    ),
    System(
        "quickfix-cpp-log",
        "QuickFIX C++ acceptor (Debian), as in production",
        LOG,
        "report",
        150_000,
        lambda: built_executor()[1],
        partial(start_quickfix_cpp, True),
    ),
    System(
        "quickfix-python",
        "QuickFIX 1.16 Python acceptor, typed fields",
        NO_LOG,
        "report",
        60_000,
        missing_quickfix_python,
        partial(start_quickfix_python, "fields", False),
    ),
    System(
        "quickfix-python-fast",
        "QuickFIX 1.16 Python acceptor, its fastest calls",
        NO_LOG,
        "report",
        100_000,
        missing_quickfix_python,
        partial(start_quickfix_python, "strings", False),
    ),
    System(
        "quickfix-cpp",
        "QuickFIX C++ acceptor (Debian)",
        NO_LOG,
        "report",
        350_000,
        lambda: built_executor()[1],
        partial(start_quickfix_cpp, False),
    ),
    System(
        "fixcore",
        "fixcore-engine 0.15 acceptor",
        "FileStore, fsync; no log",
        "report",
        4_000,
        lambda: fixcore_python()[1],
        start_fixcore,
    ),
)
