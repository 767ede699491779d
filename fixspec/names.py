"""What a field or a value is called, for people: logs, the client, error texts."""

from __future__ import annotations

from functools import cache

from fixspec import tags

# Fields that hold a value of another field's list, which the standard states in words only.
_VALUES_OF = {
    tags.REF_MSG_TYPE: tags.MSG_TYPE,
    tags.DEFAULT_APPL_VER_ID: tags.APPL_VER_ID,
    tags.REF_APPL_VER_ID: tags.APPL_VER_ID,
}


def field_name(tag: bytes) -> str:
    """ClOrdID of b"11"; the number itself for a field that our dictionaries do not have."""
    return tags.FIELD_NAMES.get(tag) or tag.decode("ascii", "replace")


def field_tag(name: str) -> bytes | None:
    """b"11" of "ClOrdID", under the field's name in any version; None for a name that is no field's."""
    return tags.FIELD_NUMBERS.get(name)


def enum_name(tag: bytes, value: bytes) -> str | None:
    """FILLED of (b"39", b"2"); None if the field is not enumerated or the value is not one of its values."""
    return _value_names(_VALUES_OF.get(tag, tag)).get(value)


@cache
def _value_names(tag: bytes) -> dict[bytes, str]:
    names: dict[bytes, str] = {}
    for field, number in tags.FIELD_NUMBERS.items():
        if number == tag:
            for name, value in vars(getattr(tags, field, object)).items():
                if isinstance(value, bytes):
                    names.setdefault(value, name)
    return names
