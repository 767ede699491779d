"""What may be shown to a reader of logs: no secrets, no control characters, nothing endless. Pure.

Secrets of FIX are the values of Password(554), NewPassword(925), RawData(96), EncryptedPassword(1402),
EncryptedNewPassword(1404) and Signature(89); elsewhere it is the key that tells. All become `***`, whatever their
length, and are known by their surroundings alone, so that a message nobody could parse gives nothing away either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MASK = "***"
SECRET_TAGS = (b"554", b"925", b"96", b"1402", b"1404")
"""What a message for the journal must not carry; a Signature(89) may be what it is kept for."""
TEXT_MAX = 1024
TRACE_MAX = 8192
READ_MAX = 16384
DEPTH_MAX = 4
ITEMS_MAX = 64

_TRACES = frozenset({"why", "exception", "exc_info"})
_SECRET_KEY = re.compile(r"passw|passphrase|secret|api.?key|token|authorization|signature|credential", re.IGNORECASE)

# A secret tag=value stands behind a delimiter (SOH, one of its escapes, "|") and goes to the next with a tag behind it:
# a password may well have a "|" in it, and raw data a SOH.
_TAGS = r"(?:554|925|96|1402|1404|89)"
_BEHIND = r"(?:(?<![0-9A-Za-z.])|(?<=\\x01)|(?<=\\u0001)|(?<=\^A))"
_WITH_SOH = re.compile(_BEHIND + rf"({_TAGS})=.*?(?=\x01[0-9]{{1,5}}=|\x01?\Z)", re.DOTALL)
_WITH_OTHER = re.compile(
    _BEHIND + rf"({_TAGS})=.*?(?=(?:\\x01|\\u0001|\^A|\|)[0-9]{{1,5}}=|(?:\\x01|\\u0001|\^A|\|)?\Z)", re.DOTALL
)
_NAMED = re.compile(
    r"""((?:passw(?:or)?d|passphrase|secret|api[_-]?key|token|signature)["']?\s*(?:=|(?<=["'])\s*:)\s*["']?)"""
    r"""[^\s,;&"'|\x01}]+""",
    re.IGNORECASE,
)
_HEADER = re.compile(r"((?:authorization|x-[a-z-]*(?:key|token|sign(?:ature)?))\s*[:=]\s*)[^\r\n\x01|]+", re.IGNORECASE)
# As Python shows the fields of a message: {b'554': b'...'} or (b'554', b'...').
_SHOWN_PAIR = r"""(b?(?P<q>['"])%s(?P=q)\s*[:,]\s*b?)(?P<v>['"])(?:\\.|(?!(?P=v)).)*(?:(?P=v)|\Z)"""
_SHOWN = re.compile(_SHOWN_PAIR % _TAGS, re.DOTALL)
_HINT = re.compile(r"[=:']")

_LENGTH_AND_DATA = re.compile(rb"\x01(95|1401|1403|93)=([0-9]{1,7})\x01(96|1402|1404|89)=")
_SECRET_FIELD = re.compile(rb"(\x01(?:554|925|96|1402|1404|89)=).*?(?=\x01[0-9]{1,5}=|\x01?\Z)", re.DOTALL)
_NEXT_FIELD = re.compile(rb"\x01(?:[0-9]{1,5}=|\Z)")


def redact_fix(raw: bytes) -> bytes:
    """A FIX message as it was on the wire, without its secrets. A data field goes for its whole stated length, and
    always to the beginning of another field."""
    parts: list[bytes] = []
    start = 0
    while (found := _LENGTH_AND_DATA.search(raw, start)) is not None:
        parts += raw[start : found.start()], b"\x01%b=3\x01%b=***" % (found[1], found[3])
        stated = found.end() + int(found[2])
        following = _NEXT_FIELD.search(raw, min(stated, len(raw)))
        start = len(raw) if following is None else following.start()
    parts.append(raw[start:])
    return _SECRET_FIELD.sub(rb"\1***", b"".join(parts))


def redact_text(text: str) -> str:
    """Any text, FIX messages inside it included (SOH, `|`, `^A` or an escape between the fields), without secrets."""
    if _HINT.search(text) is None:
        return text
    text = (_WITH_SOH if "\x01" in text else _WITH_OTHER).sub(rf"\1={MASK}", text)
    text = _SHOWN.sub(rf"\1{MASK}", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    return _NAMED.sub(rf"\1{MASK}", text)


def escape(text: str) -> str:
    """One line of visible characters: SOH becomes `|`, any other control, format or bidi character its escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else "|" if char == "\x01" else char.encode("unicode_escape").decode()
        for char in text
    )


def presentable(key: str, value: object, depth: int = 0) -> object:
    """A value for a log line: numbers as they are, anything else as safe text."""
    if _SECRET_KEY.search(key):
        return MASK
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth < DEPTH_MAX and isinstance(value, Mapping):
        pairs = list(value.items())[:ITEMS_MAX]
        return {escape(str(k)[:TEXT_MAX]): presentable(str(k), v, depth + 1) for k, v in pairs}
    if depth < DEPTH_MAX and isinstance(value, (list, tuple, set, frozenset)):
        return [presentable("", item, depth + 1) for item in list(value)[:ITEMS_MAX]]
    if isinstance(value, (bytes, bytearray)):
        text = redact_fix(b"\x01" + bytes(value[:READ_MAX]))[1:].decode("latin-1")
    else:
        text = text_of(value)[:READ_MAX]
    text = escape(redact_text(text))
    most = TRACE_MAX if key in _TRACES else TEXT_MAX
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


class Masker:
    """Masks what else an operator does not want to read in a log: the values of these tags. Secrets need no naming."""

    __slots__ = ("_in_messages", "_in_text", "_keys", "_shown_pairs")

    def __init__(self, tags: Iterable[int]) -> None:
        self._keys = frozenset(map(str, tags))
        named = "|".join(sorted(self._keys))
        self._in_messages = re.compile(rb"(\x01(?:%b)=)[^\x01]+" % named.encode())
        self._in_text = re.compile(rf"(?<![0-9A-Za-z.=])((?:{named})=).*?(?=\|[0-9]{{1,5}}=|\|?\Z)")
        self._shown_pairs = re.compile(_SHOWN_PAIR % f"(?:{named})")

    def messages(self, lines: bytes) -> bytes:
        """Lines of whole FIX messages, as on the wire."""
        return self._in_messages.sub(rb"\1***", lines)

    def shown(self, key: str, value: object) -> object:
        """What `presentable` has made of a value."""
        if key in self._keys:
            return MASK
        if isinstance(value, str):
            return self._shown_pairs.sub(rf"\1{MASK}", self._in_text.sub(rf"\1{MASK}", value))
        if isinstance(value, dict):
            return {each: self.shown(each, item) for each, item in value.items()}
        return [self.shown("", item) for item in value] if isinstance(value, list) else value


def text_of(value: object) -> str:
    """What the value says of itself; never raises."""
    try:
        return str(value)
    except Exception as error:
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
