"""What a peer's TLS certificate says of it, and whether that is what a session is bound to. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_BINDING = re.compile(r"(CN|SAN|SHA256)=(.+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Certificate(NamedTuple):
    """A certificate whose chain the TLS layer has verified."""

    common_names: tuple[str, ...]
    """CN of the subject."""
    alternative_names: tuple[str, ...]
    """subjectAltName of any kind: names, addresses, URIs."""
    sha256: str
    """Digest of the certificate itself, in small hexadecimal digits."""

    def __str__(self) -> str:
        names = [f"CN={name}" for name in self.common_names] + [f"SAN={name}" for name in self.alternative_names]
        return " ".join([*names, f"SHA256={self.sha256}"])


def binding_fault(binding: str) -> str | None:
    """Why this cannot bind a certificate; None for `CN=name`, `SAN=name` and `SHA256=64 hexadecimal digits`."""
    found = _BINDING.fullmatch(binding)
    if found is None:
        return f"{binding!r} is none of CN=name, SAN=name, SHA256=digest"
    if found[1] == "SHA256" and not _DIGEST.fullmatch(_plain(found[2])):
        return "SHA256 is of 64 hexadecimal digits (colons may stand between them)"
    return None


def is_bound(certificate: Certificate, bindings: tuple[str, ...]) -> bool:
    """Whether one of the bindings names this certificate."""
    for binding in bindings:
        kind, _, value = binding.partition("=")
        if kind == "CN" and value in certificate.common_names:
            return True
        if kind == "SAN" and value in certificate.alternative_names:
            return True
        if kind == "SHA256" and _plain(value) == certificate.sha256:
            return True
    return False


def _plain(digest: str) -> str:
    return digest.replace(":", "").lower()
