"""Hashes of passwords: made, read, checked."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.password_hash import SALT_BYTES, hash_password, read_password_hash

SALT = bytes(range(SALT_BYTES))
LINE = hash_password(b"correct horse battery", SALT)
OF_SCRYPT = (  # RFC 7914, section 12: the third vector, whose n is 2^14
    b"pleaseletmein", b"SodiumChloride00",
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
)  # fmt: skip


def test_it_is_scrypt() -> None:
    """The RFC's vector has a salt of 14 bytes; ours have 16, so its 64 bytes are taken through hashlib's own door."""
    import hashlib

    password, _, digest = OF_SCRYPT
    found = hashlib.scrypt(password, salt=b"SodiumChloride", n=1 << 14, r=8, p=1, dklen=64, maxmem=1 << 26)
    assert found.hex().startswith(digest)
    line = hash_password(password, OF_SCRYPT[1])
    kept = base64.b64decode(line.rsplit(b"$", 1)[1])
    assert kept == hashlib.scrypt(password, salt=OF_SCRYPT[1], n=1 << 14, r=8, p=1, dklen=32, maxmem=1 << 26)


def test_the_line_is_of_its_password_and_of_no_other() -> None:
    kept = read_password_hash(LINE)
    assert kept.is_of(b"correct horse battery")
    assert not kept.is_of(b"correct horse batterz")
    assert not kept.is_of(b"")
    assert b"correct" not in LINE
    assert LINE.startswith(b"$scrypt$ln=14,r=8,p=1$")


def test_salt_makes_equal_passwords_different() -> None:
    assert hash_password(b"the same one", SALT) != hash_password(b"the same one", bytes(SALT_BYTES))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"correct horse battery",
        LINE[:-1],
        LINE + b"\n",
        LINE.replace(b"ln=14", b"ln=10"),
        LINE.replace(b"ln=14", b"ln=30"),
        LINE.replace(b"r=8", b"r=0"),
        LINE.replace(b"r=8", b"r=99"),
        LINE.replace(b"p=1", b"p=9"),
        LINE.replace(b"$scrypt$", b"$argon2$"),
        b"$scrypt$ln=14,r=8,p=1$AAAA$" + LINE.rsplit(b"$", 1)[1],
        LINE.rsplit(b"$", 1)[0] + b"$AAAA",
    ],
)
def test_what_is_no_such_line_is_refused_without_being_shown(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"fixgate password|ln must|wants a salt") as refused:
        read_password_hash(line)
    assert not line or line.decode().strip() not in str(refused.value)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_reading_raises_nothing_else(line: bytes) -> None:
    try:
        read_password_hash(line)
    except ValueError:
        pass
