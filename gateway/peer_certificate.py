"""What a peer's TLS certificate says of it, and whether that is what a session is bound to. Pure."""

from __future__ import annotations

from typing import NamedTuple


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


def is_bound(certificate: Certificate, bindings: tuple[str, ...]) -> bool:
    """Whether one of the bindings (`CN=name`, `SAN=name`, `SHA256=digest`) names this certificate."""
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
