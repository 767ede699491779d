"""The definitions of FIX 4.2 rewritten for the other versions, by rule: what a version writes differently is written
differently, a message that a version does not have is left out with its answer.

The rules are those of the versions themselves (`gateway.session.version` has ours, this file says them once more in its
own words, so that the two can disagree).
"""

from __future__ import annotations

import re
from typing import NamedTuple

SOH = b"\x01"


class Target(NamedTuple):
    """A version to rewrite for."""

    folder: str
    """As the public definitions name it: fix40 to fix50sp2."""
    begin_string: bytes
    comp_id: bytes
    default_appl_ver_id: bytes
    dictionaries: tuple[str, ...]
    """Stock dictionaries, without `.xml`: of the transport first."""


TARGETS = {
    target.folder: target
    for target in (
        Target("fix40", b"FIX.4.0", b"TW40", b"", ("FIX40",)),
        Target("fix41", b"FIX.4.1", b"TW41", b"", ("FIX41",)),
        Target("fix42", b"FIX.4.2", b"TW42", b"", ("FIX42",)),
        Target("fix43", b"FIX.4.3", b"TW43", b"", ("FIX43",)),
        Target("fix44", b"FIX.4.4", b"TW44", b"", ("FIX44",)),
        Target("fix50", b"FIXT.1.1", b"TW50", b"7", ("FIXT11", "FIX50")),
        Target("fix50sp1", b"FIXT.1.1", b"TW50SP1", b"8", ("FIXT11", "FIX50SP1")),
        Target("fix50sp2", b"FIXT.1.1", b"TW50SP2", b"9", ("FIXT11", "FIX50SP2")),
    )
}

_GROUPS = {"14i_RepeatingGroupCountNotEqual", "21_RepeatingGroupSpecifierWithValueOfZero"}
_EXECUTION = {"2r_UnregisteredMsgType"}
_SYMBOL = {"14b_RequiredFieldMissing", *_EXECUTION, "21_RepeatingGroupSpecifierWithValueOfZero"}
_TRANSPORT = {*_SYMBOL, "14c_TagNotDefinedForMsgType"}
LEFT_OUT: dict[str, set[str]] = {
    # No group of trading sessions and no security definition before 4.2; an execution report needs other fields.
    # 4.0 has neither SecurityType(167) nor locations in the header.
    "fix40": _GROUPS | _EXECUTION | {"14e_IncorrectEnumValue", "ReverseRoute", "ReverseRouteWithEmptyRoutingTags"},
    "fix41": _GROUPS | _EXECUTION,
    # Symbol(55) is no longer required, the execution report and the security definition have other fields, and futures
    # are in another list.
    "fix43": {*_SYMBOL, "14e_IncorrectEnumValue"},
    "fix44": _SYMBOL,
    # Symbol(55) is no field of the transport at all.
    "fix50": _TRANSPORT,
    "fix50sp1": _TRANSPORT,
    "fix50sp2": _TRANSPORT,
}
"""Definitions whose messages a version does not have in this form; `tests/scenarios/session` has their rules."""

_REASON_OF_TEXT = {
    b"Tag appears more than once": b"13",
    b"Tag specified out of required order": b"14",
    b"Incorrect NumInGroup count for repeating group": b"16",
}


def rewrite(definition: bytes, target: Target) -> bytes:
    """A definition of FIX 4.2 as one of another version."""
    return b"\n".join([_line(line.rstrip(b"\r"), target) for line in definition.split(b"\n")])


def _line(line: bytes, target: Target) -> bytes:
    match = re.match(rb"([IE](?:\d,)?)(8=.*)", line, re.DOTALL)
    if match is None:
        return line
    prefix, text = match[1], match[2]
    pairs = [(tag, value) for tag, _, value in (part.partition(b"=") for part in text.split(SOH)) if tag]
    msg_type = next((value for tag, value in pairs if tag == b"35"), b"")
    longer = text.count(b"TW42") * (len(target.comp_id) - len(b"TW42"))
    pairs = [_pair(tag, value, target) for tag, value in pairs]
    if prefix[:1] == b"E":
        pairs = [pair for pair in pairs if pair[0] not in (b"9", b"10")]
        pairs = _answer(pairs, msg_type, target)
    else:
        pairs = [(t, b"%d" % (int(v) + longer) if t == b"9" else v) for t, v in pairs]
    if msg_type == b"D" and target.begin_string < b"FIX.4.2":
        pairs = _old_order(pairs, target)
    if msg_type == b"A" and target.default_appl_ver_id:
        pairs.append((b"1137", target.default_appl_ver_id))
    return prefix + b"".join([b"%b=%b\x01" % pair for pair in pairs])


def _old_order(pairs: list[tuple[bytes, bytes]], target: Target) -> list[tuple[bytes, bytes]]:
    """Before 4.2 an order has no TransactTime(60) and whole shares; in 4.0 it must say how many."""
    pairs = [(t, b"%d" % float(v) if t == b"38" and v[:1].isdigit() else v) for t, v in pairs if t != b"60"]
    if target.begin_string == b"FIX.4.0" and not any(tag == b"38" for tag, _ in pairs):
        place = next((i for i, (tag, _) in enumerate(pairs) if tag == b"10"), len(pairs))
        pairs.insert(place, (b"38", b"100"))
    return pairs


def _pair(tag: bytes, value: bytes, target: Target) -> tuple[bytes, bytes]:
    if tag == b"8":
        if value == b"FIX.4.2":
            return tag, target.begin_string
        if value == target.begin_string:
            return tag, b"FIX.4.2"
    if value == b"TW42":
        return tag, target.comp_id
    if tag == b"16" and value == b"0" and target.begin_string < b"FIX.4.2":
        return tag, b"999999"
    return tag, value


def _answer(pairs: list[tuple[bytes, bytes]], msg_type: bytes, target: Target) -> list[tuple[bytes, bytes]]:
    """What is expected, as the version writes it."""
    fields = dict(pairs)
    old = target.begin_string < b"FIX.4.2"
    if old and msg_type == b"j":
        pairs = [(t, v) for t, v in pairs if t not in (b"372", b"380")]
        return [(t, {b"35": b"3", b"58": b"Unsupported message type"}.get(t, v)) for t, v in pairs]
    if msg_type == b"3" and old:
        text = fields[b"58"] + (b" (%b)" % fields[b"371"] if b"371" in fields else b"")
        pairs = [(t, v) for t, v in pairs if t not in (b"371", b"372", b"373")]
        return [(t, text if t == b"58" else v) for t, v in pairs]
    if msg_type == b"3" and target.begin_string > b"FIX.4.2" and fields.get(b"58") in _REASON_OF_TEXT:
        pairs.append((b"373", _REASON_OF_TEXT[fields[b"58"]]))
    return pairs
