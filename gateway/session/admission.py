"""What a Logon(A) has to prove before it may become a session: where it comes from, its certificate, its password.

Nothing here changes anything. A refusal is for our log and names what to do; the peer hears none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

from fixspec.message import Message
from fixspec.tags import NEW_PASSWORD, PASSWORD, RAW_DATA, USERNAME
from gateway.networks import Network, permits
from gateway.peer_certificate import Certificate, is_bound

PASSWORD_BYTES_MAX = 256
PASSWORD_LENGTH_MIN = 12
"""Of a new password, in characters."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The demands of one session, or of a template for sessions. Without any, the CompIDs alone tell who is who."""

    networks: tuple[Network, ...] = ()
    """Where its peer may call from; empty for anywhere."""
    certificates: tuple[str, ...] = ()
    """`CN=..`, `SAN=..` or `SHA256=..`: one of them must be the peer's TLS certificate."""
    username: bytes | None = None
    """Username(553) that goes with the password; None takes any, or none."""
    password_hash: bytes | None = field(default=None, repr=False)
    """As `fixgate password` prints it; None asks for no password."""

    def refusal_of(self, host: str, certificate: Certificate | None) -> str | None:
        """Why nobody may log on from there, with that certificate."""
        if not permits(self.networks, host):
            return f"{host} is in none of its allowed_remote_addresses"
        if certificate is None:
            if self.certificates:
                return "it wants a client certificate and the connection has none: let it call the port with TLS"
            return None
        if not self.certificates:
            return f"its client_certificate is not configured, and the connection came with {certificate}"
        if not is_bound(certificate, self.certificates):
            return f"the connection's certificate is another one ({certificate}): see client_certificate"
        return None


OPEN = Admission()


class NewPassword(NamedTuple):
    """`text` replaces the password once the old one has been found right, unless there is an `objection`."""

    text: bytes
    objection: str


class Offer(NamedTuple):
    """Credentials as a Logon brings them. Never to be shown."""

    username: bytes
    password: bytes
    new_password: NewPassword | None

    def __repr__(self) -> str:
        return "Offer(***)"


def offer_of(logon: Message) -> Offer:
    """Password(554), or in versions without it what customarily stands for it, RawData(96)."""
    fields = logon.fields
    password = fields.get(PASSWORD) or fields.get(RAW_DATA) or b""
    new = fields.get(NEW_PASSWORD)
    return Offer(
        fields.get(USERNAME, b""),
        password[: PASSWORD_BYTES_MAX + 1],
        None if new is None else NewPassword(new, _objection(new, password)),
    )


def is_user(username: bytes, wanted: bytes | None) -> bool:
    """Whether this is the user that the session wants, in a time that does not tell."""
    return wanted is None or compare_digest(sha256(username).digest(), sha256(wanted).digest())


def digest_of(password_hash: bytes) -> str:
    """Names a configured hash: a changed password holds for as long as the one it replaced stays configured."""
    return sha256(password_hash).hexdigest()


def password_fault(password: bytes) -> str:
    """Why this cannot be a password; empty when it can."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_BYTES_MAX:
        return f"must have {PASSWORD_LENGTH_MIN} to {PASSWORD_BYTES_MAX} characters"
    if any(byte < 0x20 or byte > 0x7E for byte in password):
        return "must be printable ASCII"
    return ""


def _objection(new: bytes, old: bytes) -> str:
    fault = password_fault(new) or ("must be another one" if new == old else "")
    return f"NewPassword(925) {fault}" if fault else ""
