"""The door on real sockets: whom it lets in, in whose name, how many, and what it says about the others."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from gateway.inbox import ConnectionClosed, ConnectionOpened
from gateway.net import acceptor as acceptor_module
from gateway.net.acceptor import Acceptor, DoorTerms
from gateway.net.socket_terms import UNACKNOWLEDGED_MS_MAX, SocketTerms
from gateway.net.tls import TlsRefused, TlsTerms
from gateway.networks import network_of
from tests.gateway.authority import SERVER, Authority
from tests.gateway.net.test_pump import House, Run, has, run

__all__ = ["run"]  # the fixture: both loops
WAIT_S = 10
HERE = (network_of("127.0.0.0/8"),)
ELSEWHERE = (network_of("192.0.2.0/24"),)
HEADER = b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 443\r\n"


class Door(House):
    """What an acceptor talks to, and what it has noted."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[tuple[str, dict[str, object]]] = []

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self.notes.append((event, dict(details)))

    def reasons(self) -> list[str]:
        return [str(details["reason"]) for event, details in self.notes if event == "connection_refused"]

    def peers(self) -> list[str]:
        self.seen += self.inbox.drain(1000)
        return [item.peer for item in self.seen if isinstance(item, ConnectionOpened)]

    @contextlib.asynccontextmanager
    async def open(self, host: str = "127.0.0.1", **terms: object) -> AsyncIterator[Acceptor]:
        acceptor = Acceptor(DoorTerms(host, 0, **terms), self.make_pump, self.note)  # type: ignore[arg-type]  # by name
        await acceptor.open()
        try:
            yield acceptor
        finally:
            acceptor.close()
            for pump in list(self.pumps.values()):
                pump.abort()
            await self.until(lambda _: not self.pumps)


async def heard(port: int, data: bytes = b"", host: str = "127.0.0.1") -> bytes | None:
    """All that comes until the other side hangs up; None when it does not."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        if data:
            writer.write(data)
        async with asyncio.timeout(0.3):
            return await reader.read()
    except ConnectionError:
        return b""
    except TimeoutError:
        return None
    finally:
        writer.close()


async def settled(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await asyncio.sleep(0.001)


# -- networks ----------------------------------------------------------------------------------------------------------


def test_who_calls_from_elsewhere_is_closed_before_a_byte_is_read(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(allowed=ELSEWHERE) as acceptor:
            assert await heard(acceptor.port, b"8=FIX.4.4\x01") == b""
            assert "allowed_remote_addresses" in door.reasons()[0]
            assert not door.inbox
            assert len(acceptor.gate) == 0
        async with door.open(allowed=(*ELSEWHERE, *HERE)) as acceptor:
            assert await heard(acceptor.port, b"8=FIX.4.4\x01") is None
            assert len(door.peers()) == 1

    run(scene())


def test_ipv6_has_its_networks(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open("::1", allowed=(network_of("::1"),)) as acceptor:
            assert await heard(acceptor.port, b"8=FIX", "::1") is None
            assert door.peers()[0].startswith("[::1]:")
        async with door.open("::1", allowed=HERE) as acceptor:
            assert await heard(acceptor.port, b"8=FIX", "::1") == b""

    run(scene())


# -- PROXY protocol ----------------------------------------------------------------------------------------------------


def test_a_balancer_says_for_whom_it_calls(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(balancers=HERE, allowed=ELSEWHERE) as acceptor:
            assert await heard(acceptor.port, HEADER + b"8=FIX") is None
            assert door.peers() == ["192.0.2.7:40000"]
            assert door.received() == b"8=FIX", "the header, and no byte more"

    run(scene())


def test_a_header_may_come_byte_by_byte(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(balancers=HERE) as acceptor:
            _, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            for byte in HEADER + b"8=":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0)
            await door.until(lambda _: door.received() == b"8=")
            assert door.peers() == ["192.0.2.7:40000"]
            writer.close()

    run(scene())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"8=FIX.4.4\x019=5\x0135=A\x01", "proxy_protocol_from"),
        (b"PROXY TCP4 198.51.100.1 127.0.0.1 1 2\r\n", "allowed_remote_addresses"),
    ],
)
def test_a_balancer_that_does_not_say_or_says_a_stranger_is_refused(run: Run, data: bytes, told: str) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(balancers=HERE, allowed=ELSEWHERE) as acceptor:
            assert await heard(acceptor.port, data) == b""
            assert told in door.reasons()[0]
            assert not door.peers()
            assert len(acceptor.gate) == 0

    run(scene())


def test_nobody_else_may_say_who_it_is(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(balancers=ELSEWHERE) as acceptor:
            assert await heard(acceptor.port, HEADER) is None
            assert door.peers()[0].startswith("127.0.0.1:")
            assert door.received() == HEADER, "which is no Logon"

    run(scene())


def test_limits_count_the_client_behind_the_balancer(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(balancers=HERE, connections_per_address_max=1) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            writer.write(HEADER)
            await door.until(has(ConnectionOpened))
            assert await heard(acceptor.port, HEADER) == b""
            assert "connections_per_address_max" in door.reasons()[0]
            assert await heard(acceptor.port, HEADER.replace(b"192.0.2.7", b"192.0.2.8")) is None
            writer.close()
            assert await reader.read() == b""

    run(scene())


# -- places ------------------------------------------------------------------------------------------------------------


def test_who_finds_no_place_is_closed_and_who_leaves_makes_one(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(connections_max=2) as acceptor:
            pairs = [await asyncio.open_connection("127.0.0.1", acceptor.port) for _ in range(2)]
            await door.until(lambda seen: sum(isinstance(item, ConnectionOpened) for item in seen) == 2)
            assert await heard(acceptor.port) == b""
            assert "connections_max" in door.reasons()[0]
            pairs[0][1].close()
            await door.until(has(ConnectionClosed))
            await settled(lambda: len(acceptor.gate) == 1)
            assert await heard(acceptor.port) is None
            pairs[1][1].close()

    run(scene())


def test_the_oldest_stranger_goes_when_there_are_too_many(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(strangers_max=2) as acceptor:
            pairs = []
            for _ in range(3):
                pairs.append(await asyncio.open_connection("127.0.0.1", acceptor.port))
                await settled(lambda: len(door.peers()) == len(pairs))
            assert await asyncio.wait_for(pairs[0][0].read(), WAIT_S) == b""
            await settled(lambda: acceptor.gate.strangers == 2)
            door.pumps[2].admitted()
            assert (len(acceptor.gate), acceptor.gate.strangers) == (2, 1)
            for _, writer in pairs:
                writer.close()

    run(scene())


def test_out_of_file_descriptors_the_door_rests_and_wakes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptor_module, "NO_DESCRIPTORS_PAUSE_S", 0.05)

    async def scene() -> None:
        door = Door()
        async with door.open() as acceptor:
            caller = socket.socket()
            caller.setblocking(False)
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            used = caller.fileno() + 1
            taken = []
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (used + 8, hard))
                with contextlib.suppress(OSError):
                    while True:
                        taken.append(socket.socket())
                await asyncio.get_running_loop().sock_connect(caller, ("127.0.0.1", acceptor.port))
                await settled(lambda: any(event == "accept_failed" for event, _ in door.notes))
                assert not door.peers()
            finally:
                for one in taken:
                    one.close()
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            await door.until(has(ConnectionOpened))
            caller.close()

    run(scene())


# -- sockets -----------------------------------------------------------------------------------------------------------


def test_accepted_sockets_find_out_who_is_gone(run: Run) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(socket=SocketTerms(True, 1 << 16, 1 << 15)) as acceptor:
            _, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            await door.until(has(ConnectionOpened))
            transport = door.pumps[1]._transport
            assert transport is not None
            given = transport.get_extra_info("socket")
            assert given.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert given.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED_MS_MAX
            assert given.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            assert given.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 1 << 17  # Linux doubles it
            assert given.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 1 << 16
            writer.close()

    run(scene())


# -- TLS ---------------------------------------------------------------------------------------------------------------


class Certified:
    def __init__(self, directory: Path) -> None:
        self.authority = Authority(directory, "authority")
        self.own = self.authority.issue("gateway", usage=SERVER, dns="localhost")
        self.terms = TlsTerms(str(self.own.certificate_file), str(self.own.key_file))
        self.context = ssl.create_default_context(cafile=str(self.authority.file))

    async def call(self, port: int) -> str:
        """Connect; the serial number of the certificate that was shown."""
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=self.context, server_hostname="localhost")
        serial = writer.get_extra_info("ssl_object").getpeercert()["serialNumber"]
        writer.close()
        return str(serial)


def test_who_stalls_the_handshake_is_cut(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptor_module, "HANDSHAKE_S", 0.1)

    async def scene() -> None:
        door = Door()
        async with door.open(tls=Certified(tmp_path).terms) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            writer.write(b"\x16\x03\x01")
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), WAIT_S) == b""
            await settled(lambda: bool(door.reasons()))
            assert "not complete in time" in door.reasons()[0]
            await settled(lambda: len(acceptor.gate) == 0)
            writer.close()

    run(scene())


def test_tls_begins_behind_the_proxy_header(run: Run, tmp_path: Path) -> None:
    certified = Certified(tmp_path)

    async def scene() -> None:
        door = Door()
        async with door.open(tls=certified.terms, balancers=HERE) as acceptor:
            plain = socket.create_connection(("127.0.0.1", acceptor.port))
            plain.sendall(HEADER)
            plain.setblocking(False)
            _, writer = await asyncio.open_connection(sock=plain, ssl=certified.context, server_hostname="localhost")
            writer.write(b"8=FIX")
            await door.until(lambda _: door.received() == b"8=FIX")
            assert door.peers() == ["192.0.2.7:40000"]
            writer.close()

    run(scene())


def test_certificates_are_renewed_without_a_restart(run: Run, tmp_path: Path) -> None:
    certified = Certified(tmp_path)

    async def scene() -> None:
        door = Door()
        async with door.open(tls=certified.terms) as acceptor:
            first = await certified.call(acceptor.port)
            renewed = certified.authority.issue("gateway", usage=SERVER, dns="localhost", days=(-1, 10))
            assert await certified.call(acceptor.port) == first, "not before it is asked to"
            acceptor.use_certificates(acceptor.read_certificates())
            second = await certified.call(acceptor.port)
            assert int(second, 16) == renewed.certificate.serial_number != int(first, 16)
            assert "in 9 days" in str(door.notes[-1][1]["what"])
            certified.own.certificate_file.write_text("nothing")
            with pytest.raises(TlsRefused, match="cannot be used"):
                acceptor.read_certificates()
            assert await certified.call(acceptor.port) == second, "the old one stays"

    run(scene())


# -- closing -----------------------------------------------------------------------------------------------------------


def test_who_is_not_settled_yet_goes_with_the_door(run: Run, tmp_path: Path) -> None:
    async def scene() -> None:
        door = Door()
        async with door.open(tls=Certified(tmp_path).terms) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            await settled(lambda: len(acceptor.gate) == 1)
            acceptor.close()
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), WAIT_S) == b""
            assert not door.peers()
            writer.close()

    run(scene())
