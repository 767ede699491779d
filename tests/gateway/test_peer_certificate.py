"""Which certificates a session's `client_certificate` means."""

from __future__ import annotations

import pytest

from gateway.peer_certificate import Certificate, is_bound

CERTIFICATE = Certificate(("alice", "alice2"), ("alice.example.com", "10.0.0.1"), "0f" * 32)


@pytest.mark.parametrize(
    ("binding", "names_it"),
    [
        ("CN=alice", True),
        ("CN=alice2", True),
        ("CN=alice.example.com", False),
        ("CN=alic", False),
        ("CN=Alice", False),
        ("SAN=alice.example.com", True),
        ("SAN=10.0.0.1", True),
        ("SAN=alice", False),
        ("SAN=*.example.com", False),
        ("SHA256=" + "0F" * 32, True),
        ("SHA256=" + ":".join(["0f"] * 32), True),
        ("SHA256=" + "0e" * 32, False),
        ("=alice", False),
        ("", False),
    ],
)
def test_a_binding_names_a_certificate_or_another(binding: str, names_it: bool) -> None:
    assert is_bound(CERTIFICATE, (binding,)) is names_it
    assert is_bound(CERTIFICATE, ("CN=nobody", binding)) is names_it


def test_a_certificate_without_names_is_bound_by_its_digest_alone() -> None:
    nameless = Certificate((), (), "0f" * 32)
    assert not is_bound(nameless, ("CN=", "SAN="))
    assert is_bound(nameless, ("SHA256=" + "0f" * 32,))
