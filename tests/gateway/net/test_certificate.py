"""When certificates and revocation lists expire, held against a library that knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.net.certificate import next_update_of, validities_of, validity_of
from tests.gateway.authority import Authority


@pytest.mark.parametrize("days", [(-1, 20), (-3000, -2), (-1, 12_000)])
def test_validity_is_what_the_certificate_says(tmp_path: Path, days: tuple[float, float]) -> None:
    """The last one lies behind 2050, where the format of times changes."""
    authority = Authority(tmp_path, "authority")
    identity = authority.issue("somebody", days=days)
    pem = identity.certificate_file.read_bytes()
    (found,) = validities_of(b"text before\n" + pem)
    assert found.not_before == identity.certificate.not_valid_before_utc
    assert found.not_after == identity.certificate.not_valid_after_utc
    assert len(validities_of(pem + authority.file.read_bytes())) == 2
    assert validities_of(identity.key_file.read_bytes()) == []


def test_next_update_of_a_revocation_list(tmp_path: Path) -> None:
    path = Authority(tmp_path, "authority").revoke(days=(-2, 3))
    found = next_update_of(path.read_bytes())
    assert found is not None
    assert abs(found - datetime.now(UTC) - timedelta(days=3)) < timedelta(minutes=1)
    assert next_update_of(b"") is None


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    der = Authority(tmp_path, "authority").issue("somebody").certificate.public_bytes(Encoding.DER)
    for size in range(160):
        with pytest.raises(ValueError, match=r"no X.509 certificate"):
            validity_of(der[:size])
    with pytest.raises(ValueError, match=r"no X.509 certificate"):
        validity_of(b"\x31" + der[1:])
