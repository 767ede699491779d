"""How QuickFIX and its kin write values, and the same value in our words. Pure: text in, text (or a list) out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, get_args

from config.records import Day

DAYS: tuple[str, ...] = get_args(Day)
APPL_VER_IDS = {
    "2": "FIX.4.0", "3": "FIX.4.1", "4": "FIX.4.2", "5": "FIX.4.3", "6": "FIX.4.4",
    "7": "FIX.5.0", "8": "FIX.5.0SP1", "9": "FIX.5.0SP2",
}  # fmt: skip
_PRECISIONS = {"SECONDS": "0", "MILLIS": "3", "MICROS": "6", "NANOS": "9"}
_PROTOCOLS = {"TLSV1_2": "1.2", "TLSV1.2": "1.2", "TLSV1_3": "1.3", "TLSV1.3": "1.3"}
_OLD_PROTOCOLS = frozenset("SSLV2 SSLV3 TLSV1 TLSV1_1 TLSV1.0 TLSV1.1".split())
_CANCEL_ON_DISCONNECT = {
    "NONE": "none", "DO_NOT_CANCEL_ON_DISCONNECT_OR_LOGOUT": "none",
    "LOGOUT_ONLY": "logout", "CANCEL_ON_LOGOUT_ONLY": "logout",
    "DISCONNECT_ONLY": "disconnect", "CANCEL_ON_DISCONNECT_ONLY": "disconnect",
    "BOTH": "both", "CANCEL_ON_DISCONNECT_OR_LOGOUT": "both",
}  # fmt: skip


class Takes(NamedTuple):
    """What a key of QuickFIX takes."""

    rule: str
    """In words, for who wrote something else."""
    read: Callable[[str], str | list[str] | None]
    """The value in our words; None when it is none of theirs."""


def _one_of(values: dict[str, str]) -> Callable[[str], str | None]:
    return lambda text: values.get(text.upper())


def _items(text: str) -> list[str] | None:
    items = [item.strip() for item in text.split(",")]
    return None if "" in items else items


def _day(text: str) -> str | None:
    """A day by any abbreviation of at least two letters."""
    found = [day for day in DAYS if len(text) >= 2 and day.startswith(text.lower())]
    return found[0] if len(found) == 1 else None


def _days(text: str) -> list[str] | None:
    days = [_day(item) for item in _items(text) or [""]]
    return None if None in days else [day for day in days if day is not None]


def _seconds(text: str) -> str | None:
    return str(int(text) // 1000) if re.fullmatch(r"[0-9]{1,12}", text) and int(text) % 1000 == 0 else None


def _least_protocol(text: str) -> str | None:
    """The older of TLS 1.2 and 1.3 that a list such as `ALL -SSLv3 -TLSv1` leaves; what is older is never spoken."""
    chosen: set[str] = set()
    for word in re.split(r"[\s,:]+", text.strip()):
        name = word.lstrip("+-").upper()
        versions = {"1.2", "1.3"} if name == "ALL" else {_PROTOCOLS[name]} if name in _PROTOCOLS else set()
        if not versions and name not in _OLD_PROTOCOLS:
            return None
        chosen = chosen - versions if word.startswith("-") else chosen | versions
    return min(chosen) if chosen else None


AS_IT_IS = Takes("a value", lambda text: text)
YES_NO = Takes("Y or N", _one_of({"Y": "true", "N": "false", "TRUE": "true", "FALSE": "false"}))
DAY = Takes("a day of the week, or at least two letters of one", _day)
DAY_LIST = Takes("days of the week separated by commas", _days)
LIST = Takes("values separated by commas", _items)
MILLISECONDS = Takes("milliseconds that are whole seconds", _seconds)
MILLISECONDS_ON = Takes("Y or N", _one_of({"Y": "3", "N": "0"}))
PRECISION = Takes(
    "0 to 9, or SECONDS, MILLIS, MICROS, NANOS", lambda text: _PRECISIONS.get(text.upper(), text if text else None)
)
CONNECTION_TYPE = Takes("acceptor or initiator", _one_of({"ACCEPTOR": "client", "INITIATOR": "venue"}))
HOST_SELECTION = Takes("ROUNDROBIN or PRIORITY", _one_of({"ROUNDROBIN": "round_robin", "PRIORITY": "priority"}))
APPL_VER_ID = Takes("2 to 9, or a version such as FIX.5.0SP2", lambda text: APPL_VER_IDS.get(text, text or None))
VERIFY_LEVEL = Takes("0 (none) or 1 (required)", _one_of({"0": "none", "1": "required"}))
CLIENT_AUTH = Takes("Y or N", _one_of({"Y": "required", "N": "none"}))
PROTOCOLS = Takes("a list of protocols that leaves TLSv1_2 or TLSv1_3", _least_protocol)
CANCEL_ON_DISCONNECT = Takes(f"one of {', '.join(_CANCEL_ON_DISCONNECT)}", _one_of(_CANCEL_ON_DISCONNECT))
