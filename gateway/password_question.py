"""Is this the password? Asked by the lobby, answered beside the event loop."""

from __future__ import annotations

from typing import NamedTuple


class PasswordQuestion(NamedTuple):
    """For whoever can answer it without keeping the world waiting. Never to be shown."""

    session: str
    offered: bytes
    password_hash: bytes
    new_password: bytes | None
    """To be hashed, too, when the answer is yes."""

    def __repr__(self) -> str:
        return f"PasswordQuestion({self.session})"
