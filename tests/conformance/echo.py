"""The echo application on a session engine alone, without spine and journal."""

from __future__ import annotations

from fixspec.message import Message
from tests.conformance.echo_application import ECHOED, echo_of, refusal
from tests.gateway.session.host import Host


class Echo:
    """What `EchoApplication` does, for a `Host`."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def __call__(self, host: Host, message: Message) -> None:
        if message.msg_type not in ECHOED:
            host.session.send(*refusal(message, host.session.settings), host.clock.now)
            return
        if message.msg_type == b"D":
            cl_ord_id = message.fields.get(b"11", b"")
            if message.fields.get(b"97") == b"Y" and cl_ord_id in self._seen:
                return
            self._seen.add(cl_ord_id)
        host.session.send(message.msg_type, echo_of(message), host.clock.now)
