"""The listening door: who may come in at all, and what is settled with them before FIX begins.

    accept -> address permitted? -> places left? -> PROXY header -> the same for the client behind it -> TLS -> pump

A connection that is refused is closed before a byte of it is read. What follows has to be over within HANDSHAKE_S. Each
refusal is a line in the log that says who, why and what to do; a flood of them is counted instead.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from gateway.net.gate import Gate, Visitor
from gateway.net.proxy_header import HEADER_BYTES_MAX, Header, read_header
from gateway.net.pump import Pump
from gateway.net.refusals import Refusals
from gateway.net.socket_terms import DEFAULT_TERMS, SocketTerms
from gateway.net.tls import Certificates, TlsRefused, TlsTerms, explain, server_context, warnings_of
from gateway.networks import Network, host_of, peer_of, permits

BACKLOG = 512
ACCEPTS_A_TURN = 2
HANDSHAKE_S = 5.0
SHUTDOWN_S = 3.0
NO_DESCRIPTORS_PAUSE_S = 1.0
CERTIFICATES_LOOKED_AT_S = 24 * 3600
STRANGERS_MAX = 512
_OUT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

Note = Callable[[str, str, str, Mapping[str, object]], None]
"""Level, session, event, details."""


class DoorTerms(NamedTuple):
    """Where it listens and whom it lets in. Empty networks: everybody for `allowed`, nobody for `balancers`."""

    host: str
    port: int
    tls: TlsTerms | None = None
    allowed: tuple[Network, ...] = ()
    balancers: tuple[Network, ...] = ()
    """Who must, and alone may, say in PROXY protocol whose connection it is."""
    connections_max: int = 10_000
    connections_per_address_max: int = 1_000
    strangers_max: int = STRANGERS_MAX
    logon_timeout_s: int = 5
    socket: SocketTerms = DEFAULT_TERMS


class Acceptor:
    def __init__(self, terms: DoorTerms, make_pump: Callable[[str | None], Pump], note: Note) -> None:
        """Raises TlsRefused when a certificate, key or list cannot be used."""
        self.host = terms.host
        self.port = terms.port
        self._terms = terms
        self._make_pump = make_pump
        self._note = note
        self._context = self.read_certificates()
        self.gate = Gate(terms.connections_max, terms.connections_per_address_max, terms.strangers_max)
        self._listening: list[socket.socket] = []
        self._receiving: dict[asyncio.Task[None], Pump | None] = {}
        self._refusals = Refusals(note)
        self._certificates_timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Listen. Raises OSError when the address is taken or not ours. Port 0 takes a free one: see `port`."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE, proto=socket.IPPROTO_TCP
        )
        try:
            for family, kind, protocol, _, address in dict.fromkeys(found):
                self._listen(socket.socket(family, kind, protocol), (address[0], self.port, *address[2:]))
        except OSError:
            self.close()
            raise
        for listening in self._listening:
            loop.add_reader(listening.fileno(), self._accept, listening)
        self._look_at_certificates()

    def close(self) -> None:
        """Accept nobody any more; open connections stay, those that are not settled yet do not."""
        for listening in self._listening:
            if listening.fileno() >= 0:
                asyncio.get_running_loop().remove_reader(listening.fileno())
                listening.close()
        self._listening.clear()
        for task, pump in self._receiving.items():
            if pump is None or not pump.is_up:
                task.cancel()
        if self._certificates_timer is not None:
            self._certificates_timer.cancel()

    def read_certificates(self) -> Certificates | None:
        """Read the files of certificate, key, authorities and revocations again, for `use_certificates`; may be done in
        another thread. Raises TlsRefused when they cannot be used."""
        return None if self._terms.tls is None else server_context(self._terms.tls)

    def use_certificates(self, read: Certificates | None) -> None:
        """They hold for connections from now on."""
        self._context = read
        self._look_at_certificates()

    # -- listening -------------------------------------------------------------------------------------------------

    def _listen(self, listening: socket.socket, address: tuple[object, ...]) -> None:
        self._listening.append(listening)
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listening.family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._terms.socket.apply_to(listening)
        try:
            listening.bind(address)
        except OSError as error:
            why = error.strerror or "cannot be used"
            raise OSError(error.errno, f"listen {self.host}:{self.port}: {why}") from None
        listening.listen(BACKLOG)
        self.port = listening.getsockname()[1]

    def _accept(self, listening: socket.socket) -> None:
        """Take who waits. Out of file descriptors, the door rests: journal, venues and operators keep theirs."""
        for _ in range(ACCEPTS_A_TURN):
            try:
                given, address = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _OUT_OF:
                    self._rest(listening, error)
                    return
                continue  # whoever it was has gone
            self._greet(given, address[0], address[1])

    def _rest(self, listening: socket.socket, error: OSError) -> None:
        details = {"port": self.port, "why": error.strerror, "connections": len(self.gate)}
        self._note("error", "", "accept_failed", details)
        loop = asyncio.get_running_loop()
        loop.remove_reader(listening.fileno())
        loop.call_later(NO_DESCRIPTORS_PAUSE_S, self._wake, listening)

    def _wake(self, listening: socket.socket) -> None:
        if listening.fileno() >= 0:
            asyncio.get_running_loop().add_reader(listening.fileno(), self._accept, listening)

    # -- receiving -------------------------------------------------------------------------------------------------

    def _greet(self, given: socket.socket, host: str, port: int) -> None:
        peer = peer_of(host, port)
        through_balancer = bool(self._terms.balancers) and permits(self._terms.balancers, host)
        if not through_balancer:
            reason = self._refusal_of(host)
            if reason is not None:
                self._refusals.tell(peer, reason)
                given.close()
                return
        given.setblocking(False)
        self._terms.socket.apply_to(given)
        visitor = None if through_balancer else self._enter(host, lambda: _hang_up(given))
        task = asyncio.get_running_loop().create_task(self._receive(given, peer, visitor))
        self._receiving[task] = None
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._receiving[task]
        if not task.cancelled():
            task.result()  # what it has not foreseen is a bug, and the loop is told

    def _refusal_of(self, host: str) -> str | None:
        if not permits(self._terms.allowed, host):
            return "is in none of the networks of listen.allowed_remote_addresses"
        return self.gate.refusal_of(host)

    def _enter(self, host: str, cut: Callable[[], None]) -> Visitor:
        visitor = self.gate.enter(host, cut)
        crowded_out = self.gate.crowded_out()
        if crowded_out is not None:
            self._refusals.tell(crowded_out.neighbourhood, "was connected without a Logon for longest when others came")
            crowded_out.cut()
            self.gate.leave(crowded_out)
        return visitor

    async def _receive(self, given: socket.socket, peer: str, visitor: Visitor | None) -> None:
        """What is settled before FIX; the connection is closed unless all of it is."""
        is_ours = True  # from the moment on when there is a transport, the socket is the transport's
        is_settled = False
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                if visitor is None:
                    peer = await self._behind_balancer(given, peer)
                    visitor = self._enter(host_of(peer), lambda: _hang_up(given))
                is_ours = False
                await self._start_pump(given, peer, visitor)
                is_settled = True
        except _Refused as refused:
            self._refusals.tell(peer, str(refused))
        except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
            self._refusals.tell(peer, explain(error))
        finally:
            if is_ours:
                given.close()
            if visitor is not None and not is_settled:
                self.gate.leave(visitor)

    async def _start_pump(self, given: socket.socket, peer: str, visitor: Visitor) -> None:
        gate, task = self.gate, asyncio.current_task()
        assert task is not None

        def make() -> Pump:
            pump = self._make_pump(None)
            pump.peer = peer
            pump.logon_timeout_s = self._terms.logon_timeout_s
            pump.when_admitted = lambda: gate.admit(visitor)
            pump.lost.add_done_callback(lambda _: gate.leave(visitor))
            visitor.cut = pump.abort
            self._receiving[task] = pump
            return pump

        loop = asyncio.get_running_loop()
        if self._context is None:
            await loop.connect_accepted_socket(make, given)
        else:
            await loop.connect_accepted_socket(
                make, given, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_S, ssl_shutdown_timeout=SHUTDOWN_S
            )

    async def _behind_balancer(self, given: socket.socket, balancer: str) -> str:
        """The client that the PROXY header names; the balancer itself for its own health checks."""
        header = await _proxy_header(given)
        peer = peer_of(header.host, header.port) if header.host else balancer
        reason = self._refusal_of(host_of(peer))
        if reason is not None:
            raise _Refused(f"{reason} ({peer}, passed on by the balancer)" if header.host else reason)
        return peer

    # -- certificates ----------------------------------------------------------------------------------------------

    def _look_at_certificates(self) -> None:
        """Now and once a day: will they expire soon?"""
        if self._terms.tls is None:
            return
        if self._certificates_timer is not None:
            self._certificates_timer.cancel()
        try:
            warnings = warnings_of(self._terms.tls, datetime.now(UTC))
        except (TlsRefused, ValueError) as error:
            warnings = [str(error)]
        for warning in warnings:
            self._note("warning", "", "certificate_expires", {"listen": f"{self.host}:{self.port}", "what": warning})
        loop = asyncio.get_running_loop()
        self._certificates_timer = loop.call_later(CERTIFICATES_LOOKED_AT_S, self._look_at_certificates)


class _Refused(Exception):
    """Why a connection is closed."""


async def _proxy_header(given: socket.socket) -> Header:
    """Take exactly the header, and leave what is behind it to TLS and FIX: look first, take what was understood."""
    data = b""
    while True:
        await _readable(given)
        seen = given.recv(HEADER_BYTES_MAX, socket.MSG_PEEK)
        if not seen:
            raise _Refused("hung up before its PROXY protocol header was complete")
        try:
            header = read_header(data + seen)
        except ValueError as error:
            raise _Refused(f"{error}; or take it out of listen.proxy_protocol_from") from None
        if header is not None:
            given.recv(header.size - len(data))
            return header
        data += given.recv(len(seen))


async def _readable(given: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(given.fileno(), readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(given.fileno())


def _hang_up(given: socket.socket) -> None:
    """End a connection that has no transport yet: whoever waits for it hears so."""
    try:
        given.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
