"""`fixgate password`: from a password that somebody types to the line that is kept of it."""

from __future__ import annotations

import getpass
import secrets
import sys

from config.password_hash import SALT_BYTES, hash_password
from gateway.session.admission import PASSWORD_BYTES_MAX, password_fault


def print_password_hash() -> int:
    """Ask the terminal twice, or read a line from standard input; print the hash. Raises ValueError, which shows
    nothing of it, when it cannot be a password."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password(554) of the client: ").encode()
        if getpass.getpass("Once more: ").encode() != password:
            raise ValueError("that was not the same again")
    else:
        password = sys.stdin.buffer.readline(PASSWORD_BYTES_MAX + 3).rstrip(b"\r\n")
    fault = password_fault(password)
    if fault:
        raise ValueError(f"a password {fault}")
    print(hash_password(password, secrets.token_bytes(SALT_BYTES)).decode())
    return 0
