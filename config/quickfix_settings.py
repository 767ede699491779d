"""QuickFIX's settings file as text: sections, keys, values and their lines. What they mean is not known here.

[DEFAULT] holds what all sessions share, each [SESSION] is one. Keys are the same in small and capital letters; the last
of two equal keys counts, as in QuickFIX. `#` begins a comment line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SECTION = re.compile(r"\[\s*([A-Za-z]+)\s*\]\s*(?:#.*)?")
LINE_LENGTH_MAX = 4096


class Setting(NamedTuple):
    key: str
    """As it was written."""
    value: str
    line: int


class Settings(NamedTuple):
    defaults: dict[str, Setting]
    """By key in capitals, as in the sessions below."""
    sessions: list[dict[str, Setting]]
    lines: list[int]
    """Where each session begins."""
    faults: list[str]
    """What is not QuickFIX's format, each with its line."""
    notes: list[str]
    """What was read in one of two ways that it could have been."""


def read_settings(text: str) -> Settings:
    """A settings file; never raises."""
    found = Settings({}, [], [], [], [])
    section: dict[str, Setting] | None = None
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", "//", ";")):
            continue
        header = _SECTION.fullmatch(line)
        if header is not None:
            section = _open(found, header[1].upper(), number)
            continue
        key, equals, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if section is None:
            found.faults.append(f"line {number}: stands before any [DEFAULT] or [SESSION]")
        elif not equals or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", key) or len(line) > LINE_LENGTH_MAX:
            found.faults.append(f"line {number}: is not Key=Value")
        else:
            earlier = section.get(key.upper())
            if earlier is not None:
                found.notes.append(f"{key}: said in line {earlier.line} and in line {number}; the last one counts")
            section[key.upper()] = Setting(key, value, number)
    if not found.sessions and not found.faults:
        found.faults.append("there is no [SESSION]")
    return found


def _open(found: Settings, name: str, line: int) -> dict[str, Setting]:
    if name == "DEFAULT":
        return found.defaults
    if name != "SESSION":
        found.faults.append(f"line {line}: [{name[:40]}] is neither [DEFAULT] nor [SESSION]")
    section: dict[str, Setting] = {}
    found.sessions.append(section)
    found.lines.append(line)
    return section
