"""What an operator writes about doors and demands arrives where it counts."""

from __future__ import annotations

from config.listen import Listen, ListenTls
from config.secret import Secret
from config.session import Connect, SessionConfig
from gateway.from_config.doors import admission_of, door_terms_of, venue_tls_of
from gateway.net.acceptor import DoorTerms
from gateway.net.socket_terms import SocketTerms
from gateway.net.tls import TlsTerms
from gateway.networks import network_of
from gateway.session.admission import OPEN, Admission


def test_a_door_is_as_it_is_written() -> None:
    listen = Listen(
        host="::", port=1, connections_max=7, connections_per_address_max=6, unauthenticated_connections_max=5,
        logon_timeout_s=4, allowed_remote_addresses=("10.0.0.0/8",), proxy_protocol_from=("192.0.2.1",),
        socket_nodelay=False, socket_send_buffer_bytes=3, socket_receive_buffer_bytes=2,
        tls=ListenTls(certificate_file="c", key_file="k", ca_file="a", client_certificate="optional", crl_file="r",
                      minimum_version="1.3", cipher_suite="s"),
    )  # fmt: skip
    assert door_terms_of(listen) == DoorTerms(
        "::", 1, TlsTerms("c", "k", "a", "optional", "r", "1.3", "s"), (network_of("10.0.0.0/8"),),
        (network_of("192.0.2.1"),), 7, 6, 5, 4, SocketTerms(False, 3, 2),
    )  # fmt: skip
    assert door_terms_of(listen, 2).connections_max == 2
    plain = door_terms_of(Listen())
    assert plain == DoorTerms("127.0.0.1", 9878, strangers_max=512)


def test_demands_are_as_they_are_written() -> None:
    bare = SessionConfig(name="A", begin_string="FIX.4.4", target_comp_id="A")
    assert admission_of(bare) == OPEN
    full = SessionConfig(
        name="A", begin_string="FIX.4.4", target_comp_id="A", username="u", password_hash=Secret("env:X", b"h"),
        client_certificate=("CN=a",), allowed_remote_addresses=("::1",),
    )  # fmt: skip
    assert admission_of(full) == Admission((network_of("::1"),), ("CN=a",), b"u", b"h")
    assert "h'" not in repr(admission_of(full))


def test_a_venue_without_tls_has_none() -> None:
    assert venue_tls_of(Connect()) is None
