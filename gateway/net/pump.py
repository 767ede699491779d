"""One TCP connection: bytes from the socket into the inbox, bytes from the turn into the socket. Nothing else.

A peer that does not read is cut when there is more to send and UNSENT_BYTES_MAX wait for it already: it loses nothing,
since every message is in the journal and its next Logon fetches them. A single turn may send more than that: the replay
for somebody who was away for long must arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Inbox
from gateway.net.certificate import certificate_of
from gateway.net.socket_terms import DEFAULT_TERMS
from gateway.networks import peer_of

UNSENT_BYTES_MAX = 4 << 20


class Pump(asyncio.Protocol):
    """`connection` is the number under which the turn knows this transport; while it is up it stands in `pumps`."""

    def __init__(
        self, connection: int, inbox: Inbox, wake: Callable[[], None], pumps: dict[int, Pump], session: str | None
    ) -> None:
        self.connection = connection
        self._inbox = inbox
        self._wake = wake
        self._pumps = pumps
        self._session = session
        self._transport: asyncio.Transport | None = None
        self.peer = ""
        """`address:port` of who is behind it, where that is not whom the socket names: a balancer stands between."""
        self.when_admitted: Callable[[], None] = lambda: None
        """Called when the turn has found out that this is no stranger."""
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none of asyncio's classes
        raw_socket = transport.get_extra_info("socket")
        if raw_socket is not None and self._session is not None:
            DEFAULT_TERMS.apply_to(raw_socket)  # those who called us have been seen to by their acceptor
        name = transport.get_extra_info("peername")
        peer = self.peer or (peer_of(name[0], name[1]) if name else "unknown")
        certificate = certificate_of(transport.get_extra_info("ssl_object"))
        self._pumps[self.connection] = self
        self._inbox.put(ConnectionOpened(self.connection, peer, self._session, certificate))
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._inbox.put(BytesReceived(self.connection, data))
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._pumps.pop(self.connection, None)
        self._inbox.put(ConnectionClosed(self.connection))
        self._wake()
        if not self.lost.done():
            self.lost.set_result(None)

    def send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            transport.abort()
        else:
            transport.write(data)

    def admitted(self) -> None:
        self.when_admitted()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
