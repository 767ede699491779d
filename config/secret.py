"""A secret: known by where it is kept, never by its value."""

from __future__ import annotations

UNREAD = b"not read"
"""Stands for a value whose reference was not followed: a file can be looked at on a machine without its secrets."""


class Secret:
    """What a reference such as `env:VENUE_PASSWORD` or `file:secrets/venue` led to. Prints as the reference."""

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: bytes) -> None:
        self.reference = reference
        self._value = value

    def reveal(self) -> bytes:
        """The value itself: for the Logon or the signature, never for a log, an error or a display."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self.reference, self._value) == (other.reference, other._value)

    def __hash__(self) -> int:
        return hash(self.reference)

    def __reduce__(self) -> str:
        raise TypeError(f"{self!r} cannot be copied to a file or another process")
