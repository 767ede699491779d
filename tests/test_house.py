"""The rules of the house, as tests: who may touch the world, what things are called, how long they are."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("fixspec", "oms", "config", "venues", "gateway")
GENERATED = {"fixspec/tags.py"}


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the project as git knows them, new ones included, ignored ones not."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


SOURCES = python_files(*PACKAGES)
ALL_PYTHON = python_files(*PACKAGES, "tests", "bench", "fast")

# -- who may touch the world -------------------------------------------------------------------------------------------

WORLD = {
    "asyncio", "socket", "ssl", "select", "selectors", "uvloop", "aiohttp", "prompt_toolkit",
    "time", "random", "secrets", "uuid",
    "os", "sys", "signal", "fcntl", "subprocess", "threading", "multiprocessing", "concurrent",
    "lmdb", "sqlite3", "shutil", "tempfile", "logging", "structlog",
}  # fmt: skip
FILE_CALLS = {
    "open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "rename", "touch", "chmod",
    "exists", "iterdir", "glob", "rglob", "stat",
}  # fmt: skip
CLOCK_CALLS = {"now", "utcnow", "today"}

TOUCHES: dict[str, set[str]] = {
    "fixspec/dictionary.py": {"files"},  # reads XML at start
    "fixspec/generate.py": {"files"},  # run by hand, writes tags.py
    "config/generate.py": {"files"},  # run by hand, writes the schemas and docs/CONFIGURATION.md
    "config/load.py": {"files", "os"},  # reads YAML and secrets at start
    "gateway/generate.py": {"files"},  # run by hand, writes docs/REFUSALS.md
    "gateway/clock.py": {"time"},  # the only reader of the clock that a turn sees
    "gateway/journal.py": {"concurrent", "files", "lmdb", "os"},
    "gateway/store/store_files.py": {"fcntl", "files", "os"},
    "gateway/store/snapshots.py": {"files", "os"},
    "gateway/store/snapshot_maker.py": {"os"},
    "gateway/store/snapshot_starter.py": {
        "asyncio",
        "subprocess",
        "sys",
        "time",
    },  # starts a process beside the gateway
    "gateway/store/write_ahead.py": {"files", "os"},
    "gateway/crank.py": {"asyncio", "os", "sys", "print"},
    "gateway/app.py": {"asyncio", "files", "secrets", "signal", "time", "uvloop"},
    "gateway/operators/admin.py": {"aiohttp", "files", "os"},
    "gateway/calls.py": {"asyncio", "random"},
    "gateway/from_config/reloader.py": {"asyncio"},
    "gateway/operators/door_client.py": {"aiohttp", "asyncio", "os", "print", "sys"},
    "gateway/operators/session_cli.py": {"print"},
    "gateway/operators/order_cli.py": {"print"},
    "gateway/operators/kill_switch_cli.py": {"print"},
    "gateway/operators/limits_cli.py": {"print"},
    "gateway/operators/risk_cli.py": {"print"},
    "gateway/operators/position_cli.py": {"print"},
    "gateway/operators/position_file.py": {"files"},  # read by the command, not by the gateway
    "gateway/operators/monitor_cli.py": {"print"},
    "gateway/telemetry/webhook.py": {"aiohttp", "asyncio"},  # alerts, beside trading
    "gateway/telemetry/metrics_door.py": {"aiohttp", "asyncio"},
    "gateway/drill/command.py": {"clock", "files", "print", "tempfile"},  # a drill is its own program, and so are these
    "gateway/drill/kill_switch.py": {"threading", "time"},
    "gateway/drill/stage.py": {"files", "os", "signal", "socket", "subprocess", "sys", "time"},
    "gateway/drill/trader.py": {"clock", "select", "socket", "time"},
    "gateway/operators/kill_switch_doors.py": {"asyncio", "files", "signal"},  # looks for a file every second
    "gateway/__main__.py": {"sys"},
    "gateway/early_stop.py": {"os", "signal"},
    "gateway/cli.py": {"print", "signal", "socket", "subprocess", "sys", "time"},
    "gateway/operators/config_commands.py": {"files", "print", "sys"},
    "gateway/store/inspect.py": {"os", "print"},
    "gateway/telemetry/logs.py": {"logging", "os", "structlog", "sys", "time"},
    "gateway/telemetry/log_writer.py": {"files", "os", "threading"},
    "gateway/telemetry/raw_message_log.py": {"time"},
    "gateway/net/acceptor.py": {"asyncio", "clock", "socket"},  # the clock: do certificates expire soon?
    "gateway/certify/suite.py": {"files"},  # reads its scenarios at start
    "gateway/certify/command.py": {"files", "print", "sys", "time"},  # the certification is its own program
    "gateway/certify/sockets.py": {"select", "socket", "time"},
    "gateway/operators/password_entry.py": {"print", "secrets", "sys"},
    "gateway/net/refusals.py": {"asyncio"},
    "gateway/net/tls.py": {"files", "ssl"},
    "gateway/net/hosts.py": {"ssl"},  # holds what `initiator` hands on
    "gateway/net/initiator.py": {"asyncio"},
    "gateway/net/pump.py": {"asyncio"},
    "gateway/net/socket_terms.py": {"socket"},
    "gateway/password_check.py": {"asyncio", "concurrent", "os", "secrets", "sys", "threading"},  # beside the loop
    "gateway/client/main.py": {"asyncio", "files", "prompt_toolkit", "sys"},  # the trading client is its own program
    "gateway/client/memory.py": {"files", "os"},
    "gateway/client/trader.py": {"asyncio"},
}
"""The files that do something in the world, and with what. All others are plain functions and data."""


@cache
def touched(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} & WORLD
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module.split(".")[0]} & WORLD
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                if called.id in ("print", "input"):
                    found.add("print")
                if called.id in ("eval", "exec", "compile", "__import__"):
                    found.add("eval")
                if called.id == "open":
                    found.add("files")
            elif isinstance(called, ast.Attribute) and called.attr in FILE_CALLS | CLOCK_CALLS:
                where = ast.unparse(called.value)
                if called.attr in FILE_CALLS and where not in ("Journal", "self", "logs", "acceptor", "admin"):
                    found.add("files")
                if called.attr in CLOCK_CALLS and where in ("datetime", "datetime.datetime", "date", "datetime.date"):
                    found.add("clock")
    return found


def test_only_the_named_files_touch_the_world() -> None:
    more = {name_of(path): touched(path) - TOUCHES.get(name_of(path), set()) for path in SOURCES}
    assert not {name: uses for name, uses in more.items() if uses}, "who may is listed in tests/test_house.py"


def test_the_list_of_who_touches_the_world_is_no_longer_than_it_must_be() -> None:
    stale = {
        name: sorted(allowed - touched(ROOT / name)) if (ROOT / name).exists() else "no such file"
        for name, allowed in TOUCHES.items()
    }
    assert not {name: left for name, left in stale.items() if left}


def test_net_moves_bytes_and_sees_nothing_else() -> None:
    allowed = {"gateway.inbox", "gateway.effects", "gateway.clock", "gateway.instant"}
    allowed |= {"gateway.networks", "gateway.peer_certificate"}
    for path in (ROOT / "gateway" / "net").glob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
                assert node.module in allowed or node.module.startswith("gateway.net."), f"{path.name}: {node.module}"


# -- sizes -------------------------------------------------------------------------------------------------------------

FILE_LINES_MAX = 600
FILE_LINES_MEDIAN_MAX = 200
FUNCTION_LINES_MAX = 70


def line_count(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_a_file_has_one_idea_and_a_function_one_thought() -> None:
    long = [name_of(path) for path in SOURCES if name_of(path) not in GENERATED and line_count(path) > FILE_LINES_MAX]
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    long.append(f"{name_of(path)}: {node.name} has {length} lines")
    assert not long


def test_the_median_file_is_short() -> None:
    sizes = [line_count(path) for path in SOURCES if path.name != "__init__.py" and name_of(path) not in GENERATED]
    assert statistics.median(sizes) <= FILE_LINES_MEDIAN_MAX


def test_a_file_says_what_it_is_for() -> None:
    sources = [path for path in SOURCES if tree_of(path).body and path.name != "__main__.py"]
    assert not [name_of(path) for path in sources if not ast.get_docstring(tree_of(path))]


# -- names -------------------------------------------------------------------------------------------------------------

EMPTY_WORDS = {"util", "utils", "common", "helper", "helpers", "manager", "base", "misc", "stuff", "lib", "core"}
ENGLISH = {"checksum"}  # words that happen to have a field's letters
WITHOUT_UNIT = re.compile(r"(?:^|_)(?:timeout|interval|delay|latency|duration|elapsed)$")


def test_a_file_name_says_something() -> None:
    names = {name_of(path): set(re.split(r"[/_.]", name_of(path))) for path in ALL_PYTHON}
    assert not [name for name, words in names.items() if words & EMPTY_WORDS]


@cache
def fix_spellings() -> dict[str, str]:
    """How a name that is a FIX field must be written, by its letters alone: clordid -> cl_ord_id."""
    spellings: dict[str, set[str]] = {}
    for node in tree_of(ROOT / "fixspec" / "tags.py").body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id.lower()
            spellings.setdefault(name.replace("_", ""), set()).add(name)
    return {letters: min(names) for letters, names in spellings.items() if len(names) == 1}


def names_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names that this file gives: functions, arguments, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def test_names_of_fix_are_written_as_fix_writes_them() -> None:
    wrong = []
    for path in SOURCES:
        for line, name in names_in(tree_of(path)):
            plain = name.lower().strip("_")
            right = fix_spellings().get(plain.replace("_", ""), plain)
            if plain != right and name == name.lower() and plain not in ENGLISH:
                wrong.append(f"{name_of(path)}:{line}: {name} is {right}")
    assert not wrong


def test_names_of_durations_end_in_their_unit() -> None:
    switches = {"check_latency", "closed_resend_interval"}  # QuickFIX's names of switches
    wrong = []
    for path in (path for path in SOURCES if name_of(path) not in GENERATED):
        functions = {node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)}
        for line, name in names_in(tree_of(path)):
            if WITHOUT_UNIT.search(name.lower()) and name not in functions | switches:
                wrong.append(f"{name_of(path)}:{line}: {name} has no unit")
    assert not wrong


# -- tests are tests ---------------------------------------------------------------------------------------------------


def test_no_test_is_switched_off() -> None:
    switches = ("skip", "skipif", "xfail", "importorskip")
    off = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("tests")
        if any(switch in path.read_text() for switch in switches)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr in switches
        and ast.unparse(node.value) in ("pytest", "pytest.mark", "unittest")
    ]
    assert not off


def test_nothing_is_left_for_later_and_no_check_is_silenced_without_a_reason() -> None:
    later = re.compile(r"#.*\b(?:TODO|FIXME|XXX|HACK)\b")
    silenced = re.compile(r"#\s*type:\s*ignore(?!\[[a-z-, ]+\]\s+# \S)")
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if later.search(line) or silenced.search(line)
    ]
    assert not found, "do it now; say the code and the reason of an ignore"


# -- the tree ----------------------------------------------------------------------------------------------------------

SLASH = "/"
NOT_FOR_THE_TREE = re.compile(
    "|".join(
        [
            rf"(?<![\w.~-]){SLASH}(?:root|home|work|Users){SLASH}\w",
            rf"(?<![\w.~-]){SLASH}tmp{SLASH}\w",
            r"pypi\." + "org",
            r"pythonhosted\." + "org",
            r"BEGIN (?:RSA |EC |OPENSSH )?PRIVATE" + " KEY",
        ]
    )
)


def test_no_path_of_a_machine_and_no_host_of_a_registry_is_in_the_tree() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:120]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if NOT_FOR_THE_TREE.search(line)
    ]
    assert not found


def test_docs_name_every_package() -> None:
    hacking = (ROOT / "docs" / "HACKING.md").read_text()
    for package in project()["tool"]["setuptools"]["packages"]:
        assert f"`{package.replace('.', '/')}/`" in hacking, f"docs/HACKING.md does not say what {package} is for"


def test_docs_name_every_make_target() -> None:
    hacking = (ROOT / "docs" / "HACKING.md").read_text()
    for target in re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE):
        assert f"make {target}" in hacking


# -- packaging ---------------------------------------------------------------------------------------------------------


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_package_is_in_the_distribution() -> None:
    packages = {".".join(path.relative_to(ROOT).parts[:-1]) for path in SOURCES}
    assert set(project()["tool"]["setuptools"]["packages"]) == packages


def test_every_data_file_is_in_the_distribution() -> None:
    patterns = project()["tool"]["setuptools"]["package-data"]
    data = {path for path in tracked() if path.relative_to(ROOT).parts[0] in PACKAGES and path.suffix != ".py"}
    folders = {ROOT / package.replace(".", "/"): globs for package, globs in patterns.items()}
    packed = {found for folder, globs in folders.items() for glob in globs for found in folder.glob(glob)}
    assert {name_of(path) for path in data - packed} <= {"fixspec/dictionaries/README.md"}


@pytest.mark.parametrize("extra", ["interop", "bench"])
def test_extras_are_what_their_locks_are_made_from(extra: str) -> None:
    stated = project()["project"]["optional-dependencies"][extra]
    assert (ROOT / "requirements" / f"{extra}.in").read_text().split() == stated


@pytest.mark.parametrize("lock", ["runtime", "dev", "interop", "bench"])
def test_locks_are_exact_and_hashed(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    entries = re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]* \\\n", entry), entry[:80]
        hashes = re.findall(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$", entry, re.MULTILINE)
        assert hashes, entry[:80]
        assert len(hashes) == entry.count("--hash"), entry[:80]
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_locks_agree_with_each_other() -> None:
    pins: dict[str, str] = {}
    for lock in ("runtime", "dev", "interop", "bench"):
        for name, version in re.findall(
            r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / "requirements" / f"{lock}.lock").read_text(), re.MULTILINE
        ):
            assert pins.setdefault(name, version) == version, f"{name} in {lock}.lock"
    assert pins["lmdb"] == "3.0.0"
