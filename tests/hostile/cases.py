"""The corpus of hostile clients: text files of cases, and what their lines mean.

    # a comment
    price with an underscore                 a case begins at the margin, with its name
        order 44=1_000                       what the attacker does, line by line
        -> 35=3|45=#|371=44|373=6            what it is answered: each answer in order, fields that it must have
        unchanged                            the store is what it was, byte for byte

An attacker is logged on when its case begins, unless its first line is `connect`. Without a line `-> closed` the
connection is still open at the end, and what the attacker asks next is answered as if nothing had been. Without a line
`trades` no order has been taken. `-> ...` first means that only the last answers are named. `unchanged` is checked
where a case says so, and in all cases of a file that says `! unchanged`.

    order FIELDS           a good NewOrderSingle but for these fields; those of the header (`attacker.HEADER`) go there,
                           a value `none` leaves one out, a tag that comes twice is added twice
    send TYPE|FIELDS       a message of this type behind a good header, with the same exceptions
    frame CONTENT          this between the right BodyLength(9) and CheckSum(10)
    bytes TEXT             this, as it is
    length TEXT            a good order with another BodyLength(9): a text, or `@+1` for one more; its sum is right
    sum TEXT               a good order with another CheckSum(10), likewise
    wait SECONDS           time passes
    hang up                and what is behind it comes on a new connection; `log on FIELDS` says a Logon there
    12 times LINE          the line, so often

In every text `|` is SOH; `#` after a `=` or a blank is the MsgSeqNum(34) that is expected of the attacker when the case
begins, `#+2` two more; `@now` is the time, `@id` a ClOrdID(11) not used before, `@order` a whole good order, `@content`
what a good order has between 9 and 10; `\\x00` is a byte; `<ab*3>` is ababab, and a `;` within is a `|`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Case(NamedTuple):
    name: str
    deeds: tuple[str, ...]
    answers: tuple[str, ...]
    closed: bool
    unchanged: bool
    trades: bool


def read(path: Path) -> list[Case]:
    """Raises AssertionError for a line that nobody can mean."""
    found: list[Case] = []
    block: list[str] = []
    unchanged = False
    for line in [*path.read_text(encoding="ascii").splitlines(), "end"]:
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("! "):
            assert line == "! unchanged", line
            unchanged = True
        elif line.startswith(" "):
            block.append(line.strip())
        else:
            if block:
                found.append(_case(block, unchanged))
            block = [line.strip()]
    names = [case.name for case in found]
    assert len(names) == len(set(names)), f"{path.name}: a name comes twice"
    return found


def _case(block: list[str], unchanged: bool) -> Case:
    name, *lines = block
    answers = [line.removeprefix("->").strip() for line in lines if line.startswith("->")]
    deeds = [line for line in lines if not line.startswith("->") and line not in ("unchanged", "trades")]
    assert deeds, name
    assert "unchanged" not in lines or "trades" not in lines, name
    closed = "closed" in answers
    said = tuple(answer for answer in answers if answer not in ("closed", "nothing"))
    assert answers, f"{name}: no word on what it is answered"
    return Case(name, tuple(deeds), said, closed, unchanged or "unchanged" in lines, "trades" in lines)


def files() -> list[Path]:
    return sorted(HERE.glob("*.txt"))


_REPEATED = re.compile(r"<([^<>]*)\*(\d+)>")
_BYTE = re.compile(r"\\x([0-9a-f]{2})")


def expand(text: str) -> str:
    """Repetitions and bytes written out, `|` as SOH; latin-1."""
    text = _REPEATED.sub(lambda found: found[1].replace(";", "|") * int(found[2]), text)
    text = _BYTE.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("|", "\x01")
