"""The doors that FIX clients come in by: address, TLS, limits on connections."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from config.records import Network, Port, Record, TlsVersion


class ListenTls(Record, frozen=True, kw_only=True):
    """TLS of a listening door. Files are PEM."""

    certificate_file: Annotated[str, Meta(min_length=1, description="our certificate and its chain")]
    key_file: Annotated[str, Meta(min_length=1, description="its private key; readable by the gateway's user only")]
    ca_file: Annotated[str, Meta(description="authorities that clients' certificates must come from")] = ""
    client_certificate: Annotated[
        Literal["none", "optional", "required"], Meta(description="whether a client shows a certificate of its own")
    ] = "none"
    crl_file: Annotated[str, Meta(description="revoked certificates of clients; empty to look none up")] = ""
    minimum_version: Annotated[TlsVersion, Meta(description="an older protocol is refused")] = "1.2"
    cipher_suite: Annotated[
        str, Meta(max_length=1024, description="OpenSSL's list for TLS 1.2; empty for the strong ones it knows")
    ] = ""


class Listen(Record, frozen=True, kw_only=True):
    """Where FIX clients connect. `listen` may be one of these or a list: a TLS port beside a plain one."""

    host: Annotated[str, Meta(min_length=1, description="address of this machine to listen on; 0.0.0.0 for all")] = (
        "127.0.0.1"
    )
    port: Annotated[Port, Meta(description="TCP port; 0 takes a free one, for tests")] = 9878
    tls: Annotated[ListenTls | None, Meta(description="without it the door is plain TCP")] = None
    allowed_remote_addresses: Annotated[
        tuple[Network, ...], Meta(description="networks that may connect, before a byte is read; empty for all")
    ] = ()
    proxy_protocol_from: Annotated[
        tuple[Network, ...], Meta(description="balancers that say in PROXY protocol whom they pass on; nobody else may")
    ] = ()
    connections_max: Annotated[
        int, Meta(ge=1, le=1_000_000, description="open connections at this door; what is above it is closed at once")
    ] = 10_000
    connections_per_address_max: Annotated[
        int, Meta(ge=1, le=1_000_000, description="open connections from one address")
    ] = 1000
    unauthenticated_connections_max: Annotated[
        int, Meta(ge=1, le=100_000, description="open connections without a Logon yet; above it the oldest are closed")
    ] = 512
    logon_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="a connection that has not brought a Logon(A) by then is closed")
    ] = 5
    socket_nodelay: Annotated[bool, Meta(description="TCP_NODELAY: small messages leave at once")] = True
    socket_send_buffer_bytes: Annotated[
        int, Meta(ge=0, le=1 << 30, description="SO_SNDBUF; 0 leaves it to the system")
    ] = 0
    socket_receive_buffer_bytes: Annotated[
        int, Meta(ge=0, le=1 << 30, description="SO_RCVBUF; 0 leaves it to the system")
    ] = 0
