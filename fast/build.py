"""Build the compiled tree: `python -m fast.build`.

The five packages are copied to .fast/ and the hot modules compiled there, beside their sources. Whoever puts .fast/ in
front of PYTHONPATH runs them; the checkout itself never holds an extension module that could shadow an edited source.
A tree is made from certain bytes by a certain Python and mypy, and says so; when any of it has changed it is made anew.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from fast.modules import PACKAGES, dotted, hot_modules

ROOT: Final = Path(__file__).resolve().parent.parent
TREE: Final = ROOT / ".fast"
MADE_FROM: Final = "made-from"
COMPILERS: Final = ("mypy", "setuptools")
MYPYC: Final = {"MYPYC_OPT_LEVEL": "2", "MYPYC_DEBUG_LEVEL": "0"}

_IMPORT_ALL: Final = """
import sys, importlib
for name in sys.argv[1:]:
    file = importlib.import_module(name).__file__
    assert not file.endswith(".py"), file
"""


class BuildFailed(Exception):
    """The compiler refused. The text holds the end of what it said."""


def missing() -> str:
    """What must be installed before anything can be compiled here; empty when nothing is missing."""
    wanted = []
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(os.environ.get("CC", compiler)) is None:
        wanted.append("gcc")
    if not Path(sysconfig.get_paths()["include"], "Python.h").exists():
        wanted.append("python3-dev")
    if wanted:
        return f"no C compiler or no Python headers: apt-get install {' '.join(wanted)}"
    absent = [name for name in COMPILERS if _version_of(name) is None]
    return f"not installed: {', '.join(absent)} (make test installs them)" if absent else ""


def ensure() -> Path | None:
    """The compiled tree of the sources as they are now, built if need be (about five minutes); None where it cannot be.

    Raises BuildFailed when everything is there and it does not compile: that is a bug."""
    if missing():
        return None
    made_from = _fingerprint()
    stamp = TREE / MADE_FROM
    if not stamp.exists() or stamp.read_text() != made_from:
        print("fixgate: compiling the hot path, about five minutes", file=sys.stderr)
        _build(made_from)
    return TREE


def environment(tree: Path) -> dict[str, str]:
    """Variables under which any Python process runs on the compiled tree, wherever it is started."""
    # Without PYTHONSAFEPATH `python -m` looks in the working directory first, and that may be the checkout.
    return dict(os.environ) | {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join((str(tree), str(ROOT)))}


def _version_of(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _sources() -> list[Path]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    return sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts)


def _fingerprint() -> str:
    total = hashlib.sha256(repr([sys.version, *map(_version_of, COMPILERS)]).encode())
    for path in (*_sources(), *sorted(Path(__file__).parent.glob("*.py"))):
        content = path.read_bytes()
        total.update(b"%b %d\n" % (path.relative_to(ROOT).as_posix().encode(), len(content)))
        total.update(content)
    return total.hexdigest()


def _build(made_from: str) -> None:
    """Make the tree under another name, import it, and only then put it in its place."""
    making = ROOT / f".fast.{os.getpid()}"
    try:
        for package in PACKAGES:
            shutil.copytree(ROOT / package, making / package, ignore=shutil.ignore_patterns("__pycache__"))
        files = hot_modules(making)
        settings = f"--config-file={ROOT / 'pyproject.toml'}", f"--cache-dir={ROOT / '.mypy_cache' / 'fast'}"
        _run(["-m", "mypyc", *settings, *files], making, dict(os.environ) | MYPYC)
        _run(["-c", _IMPORT_ALL, *map(dotted, files)], making, environment(making))
        shutil.rmtree(making / "build")
        (making / MADE_FROM).write_text(made_from)
        if TREE.exists():
            former = TREE.rename(f"{making}.former")
            making.rename(TREE)
            shutil.rmtree(former)
        else:
            making.rename(TREE)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _run(arguments: Sequence[str], directory: Path, variables: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=variables,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(done.stdout[-4000:])


def main() -> int:
    why_not = missing()
    if why_not:
        print(f"fixgate: nothing is compiled: {why_not}", file=sys.stderr)
        return 1
    try:
        tree = ensure()
    except BuildFailed as failure:
        print(f"fixgate: does not compile:\n{failure}", file=sys.stderr)
        return 1
    print(
        f"fixgate: compiled; to run on it: PYTHONPATH={tree} {Path(sys.executable).parent}/fixgate ...", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
