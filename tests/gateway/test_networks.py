"""Addresses: which network holds them, whom they count as."""

from __future__ import annotations

import pytest

from gateway.networks import host_of, neighbourhood, network_of, peer_of, permits


@pytest.mark.parametrize(
    ("host", "port", "peer"),
    [("192.0.2.1", 5, "192.0.2.1:5"), ("::1", 5, "[::1]:5"), ("2001:db8::1", 65535, "[2001:db8::1]:65535")],
)
def test_a_peer_is_an_address_and_a_port(host: str, port: int, peer: str) -> None:
    assert peer_of(host, port) == peer
    assert host_of(peer) == host


@pytest.mark.parametrize("text", ["somebody", "", "unknown", "::1"])
def test_a_peer_without_a_port_is_itself(text: str) -> None:
    assert host_of(text) == text


@pytest.mark.parametrize(
    ("networks", "host", "permitted"),
    [
        ([], "anything", True),
        (["10.0.0.0/8"], "10.255.0.1", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", True),
        (["::/0"], "10.0.0.1", False),
        (["0.0.0.0/0"], "::1", False),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["0.0.0.0/0", "::/0"], "nobody", False),
        (["192.0.2.1"], "192.0.2.1", True),
    ],
)
def test_networks_permit_what_they_hold(networks: list[str], host: str, permitted: bool) -> None:
    assert permits(tuple(network_of(text) for text in networks), host) is permitted


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0", "x", "10.0.0.0/33"])
def test_a_network_is_written_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        network_of(text)


@pytest.mark.parametrize(
    ("host", "counts_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("nobody", "nobody"),
    ],
)
def test_whom_an_address_counts_as(host: str, counts_as: str) -> None:
    assert neighbourhood(host) == counts_as
