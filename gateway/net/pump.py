"""One TCP connection: bytes from the socket into the inbox, bytes from the turn into the socket. Nothing else.

A peer that does not read is cut: when there is more to send and too much waits for it already, or when what waits has
waited for too long (`gateway.net.backlog`). It loses nothing, since every message is in the journal and its next Logon
fetches them. A single turn may send more than the limit: what one turn has to say must arrive.

The transport has no room of its own (its limit is 1 byte), so "paused" means that the kernel takes no more. Then the
clock of a slow reader starts; and until it has passed, a replay sends no further piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Inbox, RoomToSend
from gateway.net.backlog import Backlog
from gateway.net.certificate import certificate_of
from gateway.net.socket_terms import DEFAULT_TERMS
from gateway.networks import peer_of

UNSENT_BYTES_MAX = 4 << 20
UNSENT_TIMEOUT_S = 10.0


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
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self.peer = ""
        """`address:port` of who is behind it, where that is not whom the socket names: a balancer stands between."""
        self.logon_timeout_s = 0
        self.when_admitted: Callable[[], None] = lambda: None
        """Called when the turn has found out that this is no stranger."""
        self._backlog = Backlog(UNSENT_BYTES_MAX, UNSENT_TIMEOUT_S)
        self._is_full = False
        self._wants_room = False
        self._look: asyncio.TimerHandle | None = None
        self._cut = ""
        self.lost = self._loop.create_future()

    # -- the transport speaks --------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none of asyncio's classes
        self._transport.set_write_buffer_limits(1, 0)  # TLS would be full at 0 bytes already
        raw_socket = transport.get_extra_info("socket")
        if raw_socket is not None and self._session is not None:
            DEFAULT_TERMS.apply_to(raw_socket)  # those who called us have been seen to by their acceptor
        name = transport.get_extra_info("peername")
        peer = self.peer or (peer_of(name[0], name[1]) if name else "unknown")
        certificate = certificate_of(transport.get_extra_info("ssl_object"))
        self._pumps[self.connection] = self
        self._inbox.put(ConnectionOpened(self.connection, peer, self._session, certificate, self.logon_timeout_s))
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._inbox.put(BytesReceived(self.connection, data))
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._stop_looking()
        self._pumps.pop(self.connection, None)
        self._inbox.put(ConnectionClosed(self.connection, self._cut))
        self._wake()
        if not self.lost.done():
            self.lost.set_result(None)

    def pause_writing(self) -> None:
        self._is_full = True
        self._look_at_backlog()

    def resume_writing(self) -> None:
        self._is_full = False
        self._stop_looking()
        self._backlog.forget()
        if self._wants_room:
            self.tell_room()

    # -- the turn speaks -------------------------------------------------------------------------------------------

    def limit(self, bytes_max: int, timeout_s: float) -> None:
        """How much may wait for this peer, and for how long."""
        self._backlog.bytes_max, self._backlog.timeout_s = bytes_max, timeout_s

    def send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._is_full:
            too_much = self._backlog.is_above(transport.get_write_buffer_size())
            if too_much:
                self._cut_off(too_much)
                return
        self._backlog.given += len(data)
        try:
            transport.write(data)
        except RuntimeError:
            self._is_closed_already()

    def tell_room(self) -> None:
        """Put a RoomToSend into the inbox: now, or as soon as everything that was sent before is with the kernel."""
        self._wants_room = self._is_full
        if not self._is_full and self._transport is not None:
            self._inbox.put(RoomToSend(self.connection))
            self._wake()

    def pause_reading(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            try:
                self._transport.pause_reading()
            except RuntimeError:
                self._is_closed_already()

    def resume_reading(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            try:
                self._transport.resume_reading()
            except RuntimeError:
                self._is_closed_already()

    def _is_closed_already(self) -> None:
        """uvloop closes the handle of a connection that was reset before it says so to anybody (`connection_lost` is on
        its way, `is_closing` is still False), and raises for whatever is done with it until then. To us it is a lost
        connection: the peer finds what it misses by resend."""
        self._transport = None

    def abort(self) -> None:
        """Close without sending what is left."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def is_up(self) -> bool:
        return self._transport is not None

    def admitted(self) -> None:
        self.when_admitted()

    def close(self) -> None:
        """Once what was sent before has been handed to the kernel."""
        if self._transport is not None:
            self._transport.close()

    # -- a peer that does not read -----------------------------------------------------------------------------------

    def _look_at_backlog(self) -> None:
        transport = self._transport
        if transport is None:
            return
        too_old = self._backlog.look(transport.get_write_buffer_size(), self._loop.time())
        if too_old:
            self._cut_off(too_old)
        else:
            self._look = self._loop.call_later(self._backlog.look_interval_s, self._look_at_backlog)

    def _stop_looking(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _cut_off(self, why: str) -> None:
        assert self._transport is not None
        self._cut = why
        self._stop_looking()
        self._transport.abort()
