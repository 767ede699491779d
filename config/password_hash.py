"""Passwords of clients as they are kept: scrypt hashes, one line each, made by `fixgate password`.

    $scrypt$ln=14,r=8,p=1$<salt>$<hash>          salt and hash in base64, ln is the logarithm of n

Guessing at one costs its thief 16 MiB and some 50 ms a try; so does checking one, which is why the gateway does that
beside its event loop.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from typing import NamedTuple

LN = 14
R = 8
P = 1
SALT_BYTES = 16
HASH_BYTES = 32
LN_MIN, LN_MAX = 14, 17
R_MAX, P_MAX = 16, 4
_FORM = re.compile(rb"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)")


class PasswordHash(NamedTuple):
    ln: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def is_of(self, password: bytes) -> bool:
        """Whether this is the password. Takes its time, and the same for every answer."""
        return hmac.compare_digest(_scrypt(password, self.ln, self.r, self.p, self.salt), self.digest)


def hash_password(password: bytes, salt: bytes) -> bytes:
    """The line to keep. `salt` is SALT_BYTES of chance."""
    assert len(salt) == SALT_BYTES
    digest = _scrypt(password, LN, R, P, salt)
    return b"$scrypt$ln=%d,r=%d,p=%d$%b$%b" % (LN, R, P, b64encode(salt), b64encode(digest))


def read_password_hash(line: bytes) -> PasswordHash:
    """Raises ValueError, which shows nothing of it, for what `hash_password` would not write."""
    found = _FORM.fullmatch(line)
    if found is None:
        raise ValueError("is no line that fixgate password has printed ($scrypt$...)")
    ln, r, p = int(found[1]), int(found[2]), int(found[3])
    if not (LN_MIN <= ln <= LN_MAX and 1 <= r <= R_MAX and 1 <= p <= P_MAX):
        raise ValueError(f"ln must be {LN_MIN} to {LN_MAX}, r 1 to {R_MAX}, p 1 to {P_MAX}")
    try:
        salt, digest = b64decode(found[4]), b64decode(found[5])
    except ValueError:
        salt = digest = b""
    if len(salt) < SALT_BYTES or len(digest) != HASH_BYTES:
        raise ValueError(
            f"wants a salt of at least {SALT_BYTES} bytes and a hash of {HASH_BYTES}: part of it is missing"
        )
    return PasswordHash(ln, r, p, salt, digest)


def _scrypt(password: bytes, ln: int, r: int, p: int, salt: bytes) -> bytes:
    n = 1 << ln
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r + (1 << 20), dklen=HASH_BYTES)
