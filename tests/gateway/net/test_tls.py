"""TLS files that cannot be used say which and why; what will expire is told; towards a venue everything is verified."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.net.hosts import Calling, Host
from gateway.net.initiator import Initiator
from gateway.net.tls import TlsRefused, TlsTerms, client_context, explain, server_context, warnings_of
from tests.gateway.authority import SERVER, Authority, Identity
from tests.gateway.net.test_pump import House, Run, run

__all__ = ["run"]  # the fixture: both loops


class Files:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.authority = Authority(directory, "authority")
        self.own = self.authority.issue("gateway", usage=SERVER, dns="venue.example.com")
        self.terms = terms_of(self.own)


def terms_of(identity: Identity, **more: str) -> TlsTerms:
    return TlsTerms(str(identity.certificate_file), str(identity.key_file), **more)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def with_pass_phrase(files: Files) -> TlsTerms:
    path = files.directory / "locked.key"
    path.touch(mode=0o600)
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    return files.terms._replace(key_file=str(path))


def with_wide_mode(files: Files) -> TlsTerms:
    files.own.key_file.chmod(0o640)
    return files.terms


REFUSED: dict[str, tuple[Callable[[Files], TlsTerms], str]] = {
    "no certificate": (lambda f: f.terms._replace(certificate_file="nowhere.pem"), "nowhere.pem: cannot be read"),
    "no key": (lambda f: f.terms._replace(key_file="nowhere.key"), "nowhere.key: cannot be read"),
    "no key named": (lambda f: f.terms._replace(key_file=""), "tls.key_file: is missing"),
    "key of another": (
        lambda f: f.terms._replace(key_file=str(f.authority.issue("other").key_file)),
        "is not the key of",
    ),
    "key that others read": (with_wide_mode, "mode 0640 lets others read it; chmod 0400"),
    "key with a pass phrase": (with_pass_phrase, "without a pass phrase"),
    "certificate that is none": (lambda f: f.terms._replace(certificate_file=str(f.own.key_file)), "cannot be used"),
    "unknown ciphers": (lambda f: f.terms._replace(cipher_suite="NONSENSE"), "leaves no suite"),
    "clients without an authority": (
        lambda f: f.terms._replace(client_certificate="required"),
        "tls.ca_file: is missing",
    ),
    "authority that is none": (
        lambda f: f.terms._replace(client_certificate="optional", ca_file=str(f.own.key_file)),
        "holds nothing that can be used",
    ),
    "list that is not there": (
        lambda f: f.terms._replace(client_certificate="required", ca_file=str(f.authority.file), crl_file="no.crl"),
        "tls.crl_file: no.crl: cannot be read",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_by_its_key(files: Files, case: str) -> None:
    make, told = REFUSED[case]
    with pytest.raises(TlsRefused) as refused:
        server_context(make(files))
    assert told in str(refused.value)
    assert str(refused.value).startswith("tls.")


def test_only_aead_with_forward_secrecy_by_default(files: Files) -> None:
    context = server_context(files.terms)
    for cipher in context.get_ciphers():
        assert cipher["aead"], cipher["name"]
        assert cipher["protocol"] == "TLSv1.3" or cipher["name"].startswith("ECDHE"), cipher["name"]
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert server_context(files.terms._replace(minimum_version="1.3")).minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize(
    ("days", "told"), [(40, []), (29, ["expires on"]), (1, ["in 0 days"]), (-1, ["has expired on"])]
)
def test_what_expires_is_told_thirty_days_before(files: Files, days: float, told: list[str]) -> None:
    identity = files.authority.issue("soon", days=(-100, days), file_name=f"soon{days}")
    found = warnings_of(terms_of(identity), datetime.now(UTC))
    assert len(found) == len(told)
    assert all(words in line for words, line in zip(told, found, strict=True))


def test_a_revocation_list_that_is_old_is_told(files: Files) -> None:
    terms = files.terms._replace(ca_file=str(files.authority.file), crl_file=str(files.authority.revoke(days=(-9, 1))))
    assert warnings_of(terms, datetime.now(UTC)) == []
    (line,) = warnings_of(terms, datetime.now(UTC) + timedelta(days=2))
    assert "every client certificate is refused" in line


def test_errors_are_explained_whatever_they_are() -> None:
    assert "hung up" in explain(ConnectionResetError())
    assert "not complete in time" in explain(TimeoutError())
    assert explain(OSError("something")) == "something"
    assert "what nobody has seen" in explain(ssl.SSLError(1, "[SSL] what nobody has seen"))
    assert "another thing" in explain(ssl.SSLCertVerificationError(1, "another thing"))


# -- towards a venue ---------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def venue(context: ssl.SSLContext) -> AsyncIterator[tuple[int, list[Any]]]:
    shown: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown.append(writer.get_extra_info("ssl_object").getpeercert())
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], shown
    finally:
        server.close()


async def one_call(port: int, context: ssl.SSLContext, server_name: str) -> tuple[House, list[str]]:
    """What an initiator's first call leads to."""
    house, notes = House(), []
    called = asyncio.Event()

    async def once(seconds: float) -> None:
        called.set()
        await asyncio.Event().wait()

    def note(level: str, session: str, event: str, details: object) -> None:
        notes.append(f"{event} {details}")
        if event == "connected":
            called.set()

    calling = Calling((Host("127.0.0.1", port, context, server_name),), 1.0)
    initiator = Initiator("V", calling, house.make_pump, note, sleep=once)
    task = asyncio.create_task(initiator.run())
    await asyncio.wait_for(called.wait(), 10)
    for pump in list(house.pumps.values()):
        pump.abort()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return house, notes


def test_a_venue_is_verified_by_authority_and_name(run: Run, files: Files, tmp_path: Path) -> None:
    async def scene() -> None:
        (tmp_path / "other").mkdir()
        stranger = Authority(tmp_path / "other", "other")
        ours = client_context(TlsTerms(ca_file=str(files.authority.file)))
        async with venue(server_context(files.terms)) as (port, shown):
            _, notes = await one_call(port, ours, "venue.example.com")
            assert notes[0].startswith("connected")
            assert not shown[0]
            _, notes = await one_call(port, ours, "elsewhere.example.com")
            assert "for another name" in notes[0]
            _, notes = await one_call(port, client_context(TlsTerms(ca_file=str(stranger.file))), "venue.example.com")
            assert "its authority is not in ca_file" in notes[0]
            _, notes = await one_call(port, client_context(TlsTerms()), "venue.example.com")
            assert "connect_failed" in notes[0]

    run(scene())


def test_we_show_our_certificate_where_a_venue_asks_for_it(run: Run, files: Files) -> None:
    async def scene() -> None:
        us = files.authority.issue("us")
        mutual = files.terms._replace(client_certificate="required", ca_file=str(files.authority.file))
        async with venue(server_context(mutual)) as (port, shown):
            context = client_context(terms_of(us, ca_file=str(files.authority.file)))
            _, notes = await one_call(port, context, "venue.example.com")
            assert notes[0].startswith("connected")
            for _ in range(1000):
                await asyncio.sleep(0.001)
                if shown:
                    break
            assert shown[0]["subject"] == ((("commonName", "us"),),)

    run(scene())
