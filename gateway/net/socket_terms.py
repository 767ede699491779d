"""How our TCP sockets are set: nothing waits for company, and a peer that is gone is found out.

A connection whose other end has vanished looks healthy for as long as nobody sends. Keepalive asks after 30 s of
silence; TCP_USER_TIMEOUT gives up when what was sent has not been acknowledged for as long. FIX heartbeats find the
same, but not before a Logon, and not with HeartBtInt(108)=0.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

UNACKNOWLEDGED_MS_MAX = 30_000
KEEPALIVE_IDLE_S = 30
KEEPALIVE_INTERVAL_S = 10
KEEPALIVE_PROBES = 3


class SocketTerms(NamedTuple):
    """Sizes in bytes; 0 leaves them to the system."""

    nodelay: bool = True
    send_buffer_bytes: int = 0
    receive_buffer_bytes: int = 0

    def apply_to(self, given: socket.socket) -> None:
        """Set a connected or a listening socket; those that come in by a listening one inherit all of it."""
        if given.family not in (socket.AF_INET, socket.AF_INET6):
            return
        if self.send_buffer_bytes:
            given.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer_bytes)
        if self.receive_buffer_bytes:
            given.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer_bytes)
        given.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(self.nodelay))
        given.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        given.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
        given.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S)
        given.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_PROBES)
        given.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX)


DEFAULT_TERMS = SocketTerms()
