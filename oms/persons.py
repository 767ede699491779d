"""Who is who, by name: whether two names that people have typed are one person's."""

from __future__ import annotations

from unicodedata import category, normalize


def person(name: str) -> str:
    """The name as it is compared: without regard to case, to spaces, to accents, and to how its letters were encoded.
    Full-width letters, ligatures and characters that nobody sees make no other person of one."""
    folded = normalize("NFKD", normalize("NFKD", name).casefold())
    seen = "".join(" " if letter.isspace() else letter for letter in folded if not _is_unseen(letter))
    return " ".join(seen.split())


def _is_unseen(letter: str) -> bool:
    return not letter.isspace() and category(letter) in ("Cf", "Cc", "Mn", "Me")


def is_second(approver: str, *others: str) -> bool:
    """There is an approver, and he is none of the others."""
    name = person(approver)
    return bool(name) and all(name != person(other) for other in others)
