"""X.509 certificates, as far as we look into them: who a verified peer is, and when one of ours expires."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from gateway.peer_certificate import Certificate

_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----\s+([A-Za-z0-9+/=\s]+?)-----END")
_INTEGER, _SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x02, 0x30, 0x17, 0x18, 0xA0


def certificate_of(ssl_object: Any) -> Certificate | None:
    """What the other end of a TLS connection has shown and we have verified; None for nothing."""
    if ssl_object is None:
        return None
    der = ssl_object.getpeercert(True)
    fields = ssl_object.getpeercert()
    if not der or not fields:
        return None
    subject = [(key, value) for part in fields.get("subject", ()) for key, value in part]
    return Certificate(
        tuple(value for key, value in subject if key == "commonName"),
        tuple(value for _, value in fields.get("subjectAltName", ()) if isinstance(value, str)),
        sha256(der).hexdigest(),
    )


class Validity(NamedTuple):
    not_before: datetime
    not_after: datetime


def validities_of(pem: bytes) -> list[Validity]:
    """Of each certificate in a PEM file, in their order. Raises ValueError for what is no certificate."""
    return [validity_of(b64decode(found[2])) for found in _PEM.finditer(pem) if found[1] == b"CERTIFICATE"]


def next_update_of(pem: bytes) -> datetime | None:
    """When the first of the revocation lists of a PEM file must have been renewed (RFC 5280, 5.1); None for never."""
    moments = [_next_update(b64decode(found[2])) for found in _PEM.finditer(pem) if found[1] == b"X509 CRL"]
    return min((moment for moment in moments if moment is not None), default=None)


def _next_update(der: bytes) -> datetime | None:
    """CertificateList > TBSCertList > [version], signature, issuer, thisUpdate, [nextUpdate]."""
    try:
        tbs, _ = _element(_element(der, 0, _SEQUENCE)[0], 0, _SEQUENCE)
        at = 0
        if tbs[0] == _INTEGER:
            _, at = _element(tbs, at)
        for _skipped in ("signature", "issuer", "thisUpdate"):
            _, at = _element(tbs, at)
        if at == len(tbs) or tbs[at] not in (_UTC_TIME, _GENERALIZED_TIME):
            return None
        return _time(tbs, at)[0]
    except IndexError:
        raise ValueError("is no X.509 revocation list: it ends too early") from None


def validity_of(der: bytes) -> Validity:
    """Certificate > TBSCertificate > [version], serialNumber, signature, issuer, validity (RFC 5280, 4.1)."""
    try:
        certificate, _ = _element(der, 0, _SEQUENCE)
        tbs, _ = _element(certificate, 0, _SEQUENCE)
        at = 0
        if tbs[0] == _VERSION:
            _, at = _element(tbs, at)
        for _skipped in ("serialNumber", "signature", "issuer"):
            _, at = _element(tbs, at)
        validity, _ = _element(tbs, at, _SEQUENCE)
        not_before, at = _time(validity, 0)
        not_after, _ = _time(validity, at)
    except IndexError:
        raise ValueError("is no X.509 certificate: it ends too early") from None
    return Validity(not_before, not_after)


def _element(der: bytes, at: int, wanted: int | None = None) -> tuple[bytes, int]:
    """Content of the element at `at`, and where the next one begins."""
    tag, length, at = der[at], der[at + 1], at + 2
    if wanted is not None and tag != wanted:
        raise ValueError(f"is no X.509 certificate: element {tag:#x} where {wanted:#x} belongs")
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(der[at : at + size], "big")
        at += size
    if at + length > len(der):
        raise ValueError("is no X.509 certificate: it ends too early")
    return der[at : at + length], at + length


def _time(der: bytes, at: int) -> tuple[datetime, int]:
    tag = der[at]
    content, following = _element(der, at)
    text = content.decode("ascii", "replace")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError(f"is no X.509 certificate: element {tag:#x} where a time belongs")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC), following
