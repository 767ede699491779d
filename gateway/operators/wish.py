"""What somebody wishes at the operators' door, as its JSON has it, and the texts in it."""

from __future__ import annotations

from collections.abc import Mapping

Wish = Mapping[str, object]


def word(wish: Wish, key: str, why: str) -> str:
    """A text that must be there, without blanks around it. Raises ValueError, which says `why`."""
    value = optional_word(wish, key)
    if not value:
        raise ValueError(f"{key}: missing: {why}")
    return value


def optional_word(wish: Wish, key: str) -> str:
    """One that may be left out: '' then. Raises ValueError for what is no text."""
    value = wish.get(key) or ""
    if not isinstance(value, str):
        raise ValueError(f"{key}: {value!r} is no text")
    return value.strip()
