"""Certificates, protocols and ciphers at the doors of a real process: good ones pass in TLS 1.2 and 1.3, each bad one
is refused, and its line in the log says who it was, what was wrong and what to do."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.crash.bookkeeper import stamp
from tests.gateway.authority import SERVER, Authority, Identity
from tests.gateway.live_gateway import LiveGateway
from tests.peer import fields_of, framed

TLS_1_1, TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
BOTH = pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3], ids=["TLS 1.2", "TLS 1.3"])


class House(NamedTuple):
    gateway: LiveGateway
    authority: Authority
    identities: dict[str, Identity]

    @property
    def mutual(self) -> int:
        return self.gateway.ports[0]

    @property
    def one_sided(self) -> int:
        return self.gateway.ports[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("tls")
    authority = Authority(directory, "authority")
    identities = {
        "alice": authority.issue("alice", dns="alice.example.com"),
        "bob": authority.issue("bob"),
        "carol": authority.issue("carol", usage=None),
        "expired": authority.issue("alice", days=(-30, -1), file_name="expired"),
        "not yet valid": authority.issue("alice", days=(1, 30), file_name="not-yet-valid"),
        "wrong EKU": authority.issue("alice", usage=SERVER, file_name="wrong-eku"),
        "revoked": authority.issue("alice", file_name="revoked-alice"),
        "wrong CA": Authority(directory, "other").issue("alice", file_name="other-alice"),
        "self-signed": authority.self_signed("alice"),
        "gateway": authority.issue("gateway", usage=SERVER, dns="gateway.example.com", days=(-1, 20)),
    }
    own = identities["gateway"]
    tls = {"certificate_file": str(own.certificate_file), "key_file": str(own.key_file)}
    mutual = tls | {
        "ca_file": str(authority.file),
        "client_certificate": "required",
        "crl_file": str(authority.revoke(identities["revoked"])),
    }
    sessions = [
        session("ALICE", client_certificate="CN=alice"),
        session("BOB", client_certificate=[f"SHA256={identities['bob'].sha256}"]),
        session("CAROL", client_certificate=["SAN=carol.example.com", "CN=carol"]),
        session("OPEN"),
    ]
    with LiveGateway(directory, [{"tls": mutual}, {"tls": tls}], sessions) as gateway:
        yield House(gateway, authority, identities)


def session(name: str, **keys: object) -> dict[str, Any]:
    return {"name": name, "begin_string": "FIX.4.4", "target_comp_id": name, **keys}


def logon(comp_id: str) -> bytes:
    header = b"35=A\x0134=1\x0149=%b\x0152=%b\x0156=FIXGATE\x01" % (comp_id.encode(), stamp())
    return framed(b"FIX.4.4", header + b"98=0\x01108=30\x01141=Y\x01")


def client_context(house: House, identity: str = "", version: ssl.TLSVersion = TLS_1_3) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(house.authority.file))
    if version is TLS_1_1:
        context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that TLS 1.1 is old is the point
        context.minimum_version = context.maximum_version = version
    if identity:
        files = house.identities[identity]
        context.load_cert_chain(files.certificate_file, files.key_file)
    return context


def call(port: int, context: ssl.SSLContext, comp_id: str) -> bytes:
    """Log on, and hear what there is to hear: a Logon, or nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="gateway.example.com") as line:
                line.sendall(logon(comp_id))
                return line.recv(4096)
        except (ssl.SSLError, ConnectionError):
            return b""


def refusal(house: House, port: int, context: ssl.SSLContext, comp_id: str = "ALICE") -> str:
    """Nobody answers; what the log says about it."""
    seen = len(house.gateway.lines("connection_refused"))
    assert call(port, context, comp_id) == b""
    line = house.gateway.next_line("connection_refused", seen)
    assert line["peer"].startswith("127.0.0.1:")
    return str(line["reason"])


@BOTH
@pytest.mark.parametrize("name", ["alice", "bob", "carol"])
def test_the_right_certificate_logs_on(house: House, version: ssl.TLSVersion, name: str) -> None:
    house.gateway.until(
        lambda: (
            fields_of(call(house.mutual, client_context(house, name, version), name.upper()) or b"35=?\x01")[b"35"]
            == b"A"
        ),
        "a Logon, once the session's last connection is gone",
    )


@BOTH
def test_tls_alone_needs_no_client_certificate(house: House, version: ssl.TLSVersion) -> None:
    house.gateway.until(
        lambda: (
            fields_of(call(house.one_sided, client_context(house, "", version), "OPEN") or b"35=?\x01")[b"35"] == b"A"
        ),
        "a Logon",
    )


BAD_CERTIFICATES = {
    "expired": ("certificate has expired", "renewed"),
    "not yet valid": ("not yet valid", "clocks"),
    "wrong CA": ("unable to get local issuer certificate", "ca_file"),
    "self-signed": ("self-signed certificate", "issued"),
    "wrong EKU": ("purpose", "clientAuth"),
    "revoked": ("certificate revoked", "new one issued"),
    "": ("peer did not return a certificate", "configure one at the client"),
}


@BOTH
@pytest.mark.parametrize("identity", BAD_CERTIFICATES, ids=lambda name: name or "missing")
def test_a_bad_certificate_is_refused(house: House, version: ssl.TLSVersion, identity: str) -> None:
    before = house.gateway.journal_hash()
    told = refusal(house, house.mutual, client_context(house, identity, version))
    wrong, remedy = BAD_CERTIFICATES[identity]
    assert wrong in told
    assert remedy in told
    assert house.gateway.journal_hash() == before


@BOTH
@pytest.mark.parametrize(("identity", "comp_id"), [("bob", "ALICE"), ("alice", "BOB"), ("carol", "OPEN")])
def test_a_good_certificate_of_somebody_else_is_refused(
    house: House, version: ssl.TLSVersion, identity: str, comp_id: str
) -> None:
    told = refusal(house, house.mutual, client_context(house, identity, version), comp_id)
    assert f"CN={identity}" in told
    assert "client_certificate" in told
    assert house.gateway.lines("connection_refused")[-1]["session"] == comp_id


def test_a_session_that_is_bound_wants_its_certificate_at_every_door(house: House) -> None:
    assert "wants a client certificate" in refusal(house, house.one_sided, client_context(house))


def test_an_old_protocol_is_refused(house: House) -> None:
    told = refusal(house, house.mutual, client_context(house, "alice", TLS_1_1))
    assert "unsupported protocol" in told
    assert "TLS 1.2 or 1.3" in told


@pytest.mark.parametrize("cipher", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"])
def test_a_weak_cipher_is_refused(house: House, cipher: str) -> None:
    """CBC, and GCM without forward secrecy."""
    context = client_context(house, "alice", TLS_1_2)
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    told = refusal(house, house.mutual, context)
    assert "no shared cipher" in told
    assert "AES-GCM" in told


@pytest.mark.parametrize("data", [logon("ALICE"), b"GET / HTTP/1.1\r\n\r\n"], ids=["FIX", "HTTP"])
def test_what_is_no_tls_is_refused(house: House, data: bytes) -> None:
    seen = len(house.gateway.lines("connection_refused"))
    with socket.create_connection(("127.0.0.1", house.mutual), timeout=10) as plain:
        plain.sendall(data)
        while plain.recv(4096):
            pass
    assert "what it sent is" in house.gateway.next_line("connection_refused", seen)["reason"]


def test_who_hangs_up_in_the_handshake_is_named(house: House) -> None:
    seen = len(house.gateway.lines("connection_refused"))
    with socket.create_connection(("127.0.0.1", house.mutual), timeout=10) as plain:
        plain.sendall(b"\x16\x03\x01\x02")
        me = plain.getsockname()[1]
    line = house.gateway.next_line("connection_refused", seen)
    assert line["peer"] == f"127.0.0.1:{me}"
    assert "hung up" in line["reason"]


def test_a_certificate_that_expires_soon_is_told_at_the_start(house: House) -> None:
    house.gateway.next_line("certificate_expires", len(house.gateway.ports) - 1)
    told = [line["what"] for line in house.gateway.lines("certificate_expires")]
    assert len(told) == len(house.gateway.ports)
    assert "gateway.pem expires on" in told[0]
    assert "in 19 days" in told[0]
