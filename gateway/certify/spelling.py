"""What stands in a scenario, as a version of FIX says it; and what a line need not say.

Lines are written as FIX 5.0 SP2 has them. An older version has fewer reject codes (the nearest stands for another), and
FIX 4.2 tells executions by ExecTransType(20) instead of ExecType(150) F, G, H and I. (FIX volumes 1 and 4 of each.)
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

Pairs = list[tuple[str, str]]

VERSIONS: Final = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


def _codes(last: int, *more: int) -> frozenset[str]:
    return frozenset(str(code) for code in (*range(last + 1), *more))


_BEFORE_TRIGGERED: Final = frozenset("0123456789ABCDEFGHI")
"""ExecType(150) before L, Triggered: a restatement stands for that."""

KNOWN_CODES: Final[dict[str, dict[str, tuple[frozenset[str], str]]]] = {
    "FIX.4.2": {
        "103": (_codes(8), "0"),
        "102": (_codes(3), "2"),
        "380": (_codes(5), "0"),
        "378": (_codes(5), "4"),
        "150": (_BEFORE_TRIGGERED, "D"),
        "636": (frozenset(), "<none>"),
    },
    "FIX.4.4": {
        "103": (_codes(15, 99), "0"),
        "102": (_codes(6, 99), "2"),
        "380": (_codes(7), "0"),
        "378": (_codes(10, 99), "4"),
        "150": (_BEFORE_TRIGGERED, "D"),
    },
    "FIX.5.0SP2": {},
}
"""Version -> tag -> the codes it knows, and what stands for another."""

HEADER_FIELDS: Final = ("43", "97", "122", "50", "115", "128")
"""Fields of a line that belong to the header, wherever the line has them."""
ONLY_IN_FIX42: Final = frozenset({"20", "21"})
PRICED: Final = frozenset({"2", "4"})
"""OrdTypes(40) that have a Price(44)."""

DEFAULTS: Final[dict[tuple[str, str], dict[str, str]]] = {
    ("client", "D"): {"21": "1", "55": "BTC-USD", "54": "1", "60": "<now>", "40": "2", "44": "50000"},
    ("client", "G"): {"21": "1", "55": "BTC-USD", "54": "1", "60": "<now>", "40": "2", "44": "50000"},
    ("client", "F"): {"55": "BTC-USD", "54": "1", "60": "<now>", "38": "10000"},
    ("client", "H"): {"55": "BTC-USD", "54": "1"},
    ("venue", "8"): {
        "37": "V-1", "17": "<new>", "20": "0", "39": "0", "55": "BTC-USD", "54": "1", "14": "0", "151": "0", "6": "0",
    },
    ("venue", "9"): {"37": "V-1", "39": "0", "434": "1"},
}  # fmt: skip
"""Fields that a line need not say, by who says it. `<new>` is an ExecID(17) never used before, `<now>` the time."""


class NotAsExpected(AssertionError):
    """Something else came than the scenario says, or nothing, or too much; or a line that cannot be read."""


def split(text: str) -> Pairs:
    """`35=D|11=A` as pairs, in their order: a repeating group repeats its tags."""
    found = [part.partition("=") for part in text.split("|") if part.strip()]
    return [(tag.strip(), value) for tag, _, value in found]


def joined(pairs: Sequence[tuple[str, str]]) -> str:
    return "|".join(f"{tag}={value}" for tag, value in pairs)


def completed(role: str, version: str, given: Pairs) -> Pairs:
    """The fields of a message as `role` ("client" or "venue") sends it, MsgType(35) first: header fields, then what the
    line did not need to say, then what it says. A field that stands there as `<none>` is left out."""
    named = {tag for tag, _ in given}
    msg_type = next(value for tag, value in given if tag == "35")
    ord_type = next((value for tag, value in given if tag == "40"), "2")
    silent = [
        (tag, value)
        for tag, value in DEFAULTS.get((role, msg_type), {}).items()
        if tag not in named
        and not (tag in ONLY_IN_FIX42 and version != "FIX.4.2")
        and not (tag == "44" and ord_type not in PRICED)
        and not (tag == "38" and "152" in named)
    ]
    header = [pair for pair in given if pair[0] in HEADER_FIELDS]
    body = [pair for pair in given if pair[0] not in HEADER_FIELDS and pair[0] != "35"]
    return [("35", msg_type), *(pair for pair in (*header, *silent, *body) if pair[1] != "<none>")]


def spelled(version: str, pairs: Pairs) -> Pairs:
    """What stands in a line, as this version says it."""
    known = KNOWN_CODES[version]
    out = [(tag, _code(known.get(tag), value)) for tag, value in pairs]
    first = dict(reversed(out))
    if version != "FIX.4.2" or first.get("35") != "8":
        return out
    exec_type = first.get("150")
    if exec_type is None:
        return out
    trans_type = first.get("20", {"H": "1", "G": "2", "I": "3"}.get(exec_type, "0"))
    if exec_type in ("F", "G", "H"):
        exec_type = _by_quantities(first)
    elif exec_type == "I":
        exec_type = first["39"]
    out = [(tag, exec_type if tag == "150" else value) for tag, value in out if tag != "20"]
    return [*out, ("20", trans_type)]


def _code(known: tuple[frozenset[str], str] | None, value: str) -> str:
    return value if known is None or value[:1] in ("<", "@") or value in known[0] else known[1]


def _by_quantities(fields: dict[str, str]) -> str:
    """ExecType(150) of an execution in FIX 4.2: 2 Fill when the order is complete, else 1 Partial Fill."""
    if not {"14", "38"} <= set(fields):
        raise NotAsExpected("FIX.4.2 tells a trade by its quantities: name 14 and 38")
    return "2" if Decimal(fields["14"]) >= Decimal(fields["38"]) else "1"
