"""From the configuration to the doors: who may come in, what a Logon has to prove, and TLS both ways."""

from __future__ import annotations

from config.listen import Listen
from config.session import Connect, SessionConfig
from gateway.net.acceptor import DoorTerms
from gateway.net.socket_terms import SocketTerms
from gateway.net.tls import Certificates, TlsTerms, client_context
from gateway.networks import network_of
from gateway.process_limits import WANTED_DESCRIPTORS
from gateway.session.admission import Admission


def door_terms_of(listen: Listen, connections_max: int = WANTED_DESCRIPTORS) -> DoorTerms:
    """A listening door. `connections_max` is what the process has file descriptors for."""
    tls = listen.tls
    return DoorTerms(
        host=listen.host,
        port=listen.port,
        tls=None
        if tls is None
        else TlsTerms(
            certificate_file=tls.certificate_file,
            key_file=tls.key_file,
            ca_file=tls.ca_file,
            client_certificate=tls.client_certificate,
            crl_file=tls.crl_file,
            minimum_version=tls.minimum_version,
            cipher_suite=tls.cipher_suite,
        ),
        allowed=tuple(network_of(text) for text in listen.allowed_remote_addresses),
        balancers=tuple(network_of(text) for text in listen.proxy_protocol_from),
        connections_max=min(listen.connections_max, connections_max),
        connections_per_address_max=listen.connections_per_address_max,
        strangers_max=listen.unauthenticated_connections_max,
        logon_timeout_s=listen.logon_timeout_s,
        socket=SocketTerms(
            nodelay=listen.socket_nodelay,
            send_buffer_bytes=listen.socket_send_buffer_bytes,
            receive_buffer_bytes=listen.socket_receive_buffer_bytes,
        ),
    )


def admission_of(session: SessionConfig) -> Admission:
    """What the peer of a session, or of a template's sessions, has to prove."""
    return Admission(
        networks=tuple(network_of(text) for text in session.allowed_remote_addresses),
        certificates=session.client_certificate,
        username=session.username.encode() or None,
        password_hash=None if session.password_hash is None else session.password_hash.reveal(),
    )


def venue_tls_of(connect: Connect) -> Certificates | None:
    """TLS towards a venue. Raises TlsRefused when a file cannot be used."""
    tls = connect.tls
    if tls is None:
        return None
    return client_context(
        TlsTerms(
            certificate_file=tls.certificate_file,
            key_file=tls.key_file,
            ca_file=tls.ca_file,
            minimum_version=tls.minimum_version,
            cipher_suite=tls.cipher_suite,
        )
    )
