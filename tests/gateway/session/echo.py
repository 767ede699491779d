"""The echo application that the public acceptance definitions are written against."""

from __future__ import annotations

from fixspec.faults import BusinessFault
from fixspec.message import Message
from gateway.session.reject import refusal_of
from tests.gateway.session.host import Host

_HEADER = frozenset(b"8 9 35 34 43 49 52 56 122 10".split())


class Echo:
    """Returns orders, mails and security definitions; refuses all else; knows the orders it has seen."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def __call__(self, host: Host, message: Message) -> None:
        if message.msg_type not in (b"C", b"D", b"d"):
            fault = BusinessFault(3, None, "Unsupported Message Type")
            refusal = refusal_of(host.session.settings.version, message, int(message.fields[b"34"]), fault)
            host.session.send(*refusal, host.clock.now)
            return
        if message.msg_type == b"D":
            identity = message.fields[b"11"]
            if message.fields.get(b"97") == b"Y" and identity in self._seen:
                return
            self._seen.add(identity)
        pairs = [(tag, value) for tag, value in message.pairs if tag not in _HEADER]
        body = b"".join([b"%b=%b\x01" % pair for pair in pairs])
        host.session.send(message.msg_type, body, host.clock.now)
