"""Which modules are compiled. What no order passes on its way is left alone, and so is what mypyc cannot compile."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGES: Final = ("fixspec", "oms", "config", "venues", "gateway")

_HOT: Final = (
    "fixspec/*.py",
    "oms/*.py",
    "oms/risk/*.py",
    "venues/fix_price_reader.py",
    "venues/fix_report_reader.py",
    "venues/fix_standard.py",
    "venues/matching.py",
    "venues/port.py",
    "venues/simulated.py",
    "gateway/deadlines.py",
    "gateway/instant.py",
    "gateway/journal.py",
    "gateway/session/*.py",
    "gateway/store/log_records.py",
    "gateway/store/log_walk.py",
    "gateway/store/stored_log.py",
    "gateway/trading/client_requests.py",
    "gateway/trading/deciding.py",
    "gateway/trading/desk.py",
    "gateway/trading/recovering.py",
    "gateway/trading/reporter.py",
    "gateway/trading/tellers.py",
    "gateway/trading/venue_requests.py",
    "gateway/transact.py",
    "gateway/translate/*.py",
    "gateway/turn.py",
)
_LEFT: Final = {
    "__init__.py": "empty",
    "tags.py": "constants only, and thousands of them",
    "generate.py": "runs for developers only",
    "names.py": "for people's eyes only",
}
# msgspec builds its records from annotations, which compiled classes do not keep. They are C already.
_RECORDS: Final = ("msgspec.Struct", "array_like=True")


def hot_modules(tree: Path) -> list[str]:
    """The files to compile, as paths below `tree`, sorted."""
    files = {path for pattern in _HOT for path in tree.glob(pattern)}
    return sorted(
        path.relative_to(tree).as_posix() for path in files if path.name not in _LEFT and not _has_records(path)
    )


def _has_records(path: Path) -> bool:
    text = path.read_text()
    return any(mark in text for mark in _RECORDS)


def dotted(file: str) -> str:
    """oms/risk/gate.py -> oms.risk.gate"""
    return file.removesuffix(".py").replace("/", ".")
