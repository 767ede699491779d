"""Messages of a peer, for tests that need bytes: the peer is PEER, we are GATE, unless said otherwise."""

from __future__ import annotations

from fixspec.codec import decode, encode
from fixspec.message import Message
from fixspec.numbers import format_utc_timestamp
from gateway.session.settings import Role, SessionSettings
from tests.gateway.session.host import NOON_NS

US, PEER = b"GATE", b"PEER"
NEWS = b"148=%b\x0133=1\x0158=x\x01"
ORDER = b"11=A\x0121=1\x0155=BTC-USD\x0154=1\x0160=20231115-12:00:00\x0138=1\x0140=2\x0144=5\x01"


def settings(**changed: object) -> SessionSettings:
    """An acceptor's, for FIX.4.4, but for what is given."""
    given: dict[str, object] = {
        "name": "test",
        "role": Role.ACCEPTOR,
        "begin_string": b"FIX.4.4",
        "sender_comp_id": US,
        "target_comp_id": PEER,
        "default_appl_ver_id": b"9" if changed.get("begin_string") == b"FIXT.1.1" else b"",
    }
    return SessionSettings(**{**given, **changed})  # type: ignore[arg-type]  # any setting by its name


def message(
    msg_type: bytes,
    msg_seq_num: int,
    body: bytes = b"",
    *,
    begin_string: bytes = b"FIX.4.4",
    utc_ns: int = NOON_NS,
) -> bytes:
    stamp = format_utc_timestamp(utc_ns)
    head = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=%b\x01" % (msg_type, msg_seq_num, PEER, stamp, US)
    return encode(begin_string, head + body)


def logon(msg_seq_num: int = 1, extra: bytes = b"", *, begin_string: bytes = b"FIX.4.4") -> bytes:
    if begin_string == b"FIXT.1.1":
        extra += b"1137=9\x01"
    return message(b"A", msg_seq_num, b"98=0\x01108=30\x01" + extra, begin_string=begin_string)


def decoded(raw: bytes) -> Message:
    found = decode(raw)
    assert isinstance(found, Message), found
    return found


def fields_of(raw: bytes) -> list[tuple[bytes, bytes]]:
    return decoded(raw).pairs
