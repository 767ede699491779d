from __future__ import annotations

import pytest

from gateway.session.session import Session
from gateway.session.settings import Role, SessionNumbers
from tests.gateway.session.messages import settings
from tests.gateway.session.rulebooks import rulebook


def test_defaults_can_be_used() -> None:
    assert settings().faults() == []
    assert settings(begin_string=b"FIXT.1.1").faults() == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"begin_string": b"FIX.5.0"}, "begin_string: b'FIX.5.0'"),
        ({"begin_string": b"FIXT.1.1", "default_appl_ver_id": b""}, "default_appl_ver_id"),
        ({"sender_comp_id": b""}, "sender_comp_id"),
        ({"target_comp_id": b"A\x01B"}, "target_comp_id"),
        ({"password": b"a\x01554=b"}, "password: must not"),
        ({"heart_bt_int_s": 0}, "heart_bt_int_s: 0"),
        ({"heart_bt_int_s_min": 50, "heart_bt_int_s_max": 40, "heart_bt_int_s": 45}, "heart_bt_int_s_max: 40"),
        ({"timestamp_digits": 10}, "timestamp_digits: 10"),
        ({"logon_timeout_s": 0}, "logon_timeout_s: 0"),
        ({"message_bytes_max": 10}, "message_bytes_max: 10"),
    ],
)
def test_settings_that_cannot_be_used_are_named(changed: dict[str, object], named: str) -> None:
    wrong = settings(**changed)
    assert any(fault.startswith(named) for fault in wrong.faults())
    with pytest.raises(ValueError, match="session test:"):
        Session(wrong, rulebook("FIX.4.4"), SessionNumbers())


def test_password_is_in_no_representation_and_no_fault() -> None:
    secret = settings(role=Role.INITIATOR, password=b"hunter2\x01")
    assert "hunter2" not in repr(secret)
    assert "hunter2" not in "".join(secret.faults())
