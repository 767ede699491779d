"""What a configuration that is read again changes, and what it may not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.model import GatewayConfig, JournalConfig, LimitsConfig, Listen, SessionConfig, SessionTemplate
from config.secret import Secret
from config.session import Connect
from gateway.from_config.reload import COUNT_AT_ONCE, ReloadPlan, differences, plan_reload

A = SessionConfig(name="A", begin_string="FIX.4.4", target_comp_id="CLIENT_A")
B = SessionConfig(name="B", begin_string="FIX.4.2", target_comp_id="CLIENT_B")
OLD = GatewayConfig(sessions=(A, B))


def changed(record: Any, **keys: Any) -> Any:
    return msgspec.structs.replace(record, **keys)


def plan(new: GatewayConfig, old: GatewayConfig = OLD) -> ReloadPlan | list[str]:
    return plan_reload(old, new, old.sessions, new.sessions)


def with_sessions(*sessions: SessionConfig) -> GatewayConfig:
    return GatewayConfig(sessions=sessions)


def test_nothing_has_changed() -> None:
    assert plan(OLD) == ReloadPlan((), (), (), (), ())
    assert plan(with_sessions(B, A)) == ReloadPlan((), (), (), (), ())


def test_sessions_come_and_go() -> None:
    new = SessionConfig(name="C", begin_string="FIX.4.4", target_comp_id="CLIENT_C")
    found = plan(with_sessions(A, new))
    assert found == ReloadPlan(("sessions[B]: removed", "sessions[C]: added"), (new,), ("B",), (), ())


def test_a_key_of_the_engine_restarts_the_session() -> None:
    new = changed(A, max_latency_s=60, heart_bt_int_s=10)
    found = plan(with_sessions(new, B))
    lines = ("sessions[A].heart_bt_int_s: 30 -> 10", "sessions[A].max_latency_s: 120 -> 60")
    assert isinstance(found, ReloadPlan)
    assert sorted(found.changes) == sorted(lines)
    assert (found.restarted, found.retouched) == ((new,), ())


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"accounts": ("X",)}, "sessions[A].accounts: () -> ('X',)"),
        ({"connect": (Connect(port=1),)}, "sessions[A].connect: () -> "),
        (
            {"password_hash": Secret("env:HASH", b"$scrypt$secret")},
            "sessions[A].password_hash: None -> Secret(env:HASH)",
        ),
        ({"allowed_remote_addresses": ("10.0.0.0/8",)}, "sessions[A].allowed_remote_addresses: () -> ('10.0.0.0/8',)"),
    ],
)
def test_a_key_that_the_engine_does_not_know_disturbs_nobody(keys: dict[str, Any], line: str) -> None:
    new = changed(A, **keys)
    found = plan(with_sessions(new, B))
    assert isinstance(found, ReloadPlan)
    assert (found.restarted, found.retouched) == ((), (new,))
    assert found.changes[0].startswith(line)
    assert "scrypt" not in str(found.changes)


def test_keys_that_count_at_once_are_keys_of_a_session() -> None:
    assert set(SessionConfig.__struct_fields__) >= COUNT_AT_ONCE


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"target_comp_id": "OTHER"}, "sessions[A].target_comp_id: 'CLIENT_A' -> 'OTHER'"),
        ({"sender_comp_id": "US"}, "sessions[A].sender_comp_id: 'FIXGATE' -> 'US'"),
        ({"begin_string": "FIX.4.2"}, "sessions[A].begin_string: 'FIX.4.4' -> 'FIX.4.2'"),
        ({"kind": "drop_copy"}, "sessions[A].kind: 'client' -> 'drop_copy'"),
    ],
)
def test_who_a_session_is_cannot_be_changed(keys: dict[str, Any], path: str) -> None:
    """Its stored messages would be sent again to somebody else."""
    assert plan(with_sessions(changed(A, **keys), B)) == [
        f"{path}: this is who it is; remove it, and add another one under another name"
    ]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"journal": JournalConfig(directory="elsewhere")}, "journal.directory: 'run/journal' -> 'elsewhere'"),
        ({"listen": (Listen(port=1),)}, "listen[0].port: 9878 -> 1"),
        ({"listen": (Listen(), Listen(port=1))}, "listen: "),
        ({"limits": LimitsConfig(reference_price_age_ms_max=1)}, "limits.reference_price_age_ms_max: 60000 -> 1"),
        ({"name": "other"}, "name: 'fixgate' -> 'other'"),
    ],
)
def test_what_needs_a_restart_is_refused_by_name_and_all_with_it(keys: dict[str, Any], line: str) -> None:
    refusals = plan(changed(with_sessions(A), **keys))
    assert isinstance(refusals, list)
    assert refusals[0].startswith(line)
    assert refusals[0].endswith(": cannot be changed by a reload; restart for it")


def test_only_sessions_and_templates_can_change() -> None:
    """A key that is new in the model is refused until somebody has thought about it."""
    free = {"sessions", "session_templates"}
    for key in set(GatewayConfig.__struct_fields__) - free:
        assert isinstance(plan(changed(OLD, **{key: object()})), list), key


def test_templates() -> None:
    template = SessionTemplate(name="T", begin_string="FIX.4.4", target_comp_id_pattern="X*")
    old = GatewayConfig(session_templates=(template,))
    for new, lines in (
        ((), ("session_templates[T]: removed",)),
        ((changed(template, sessions_max=5),), ("session_templates[T].sessions_max: 100 -> 5",)),
        ((template, changed(template, name="U")), ("session_templates[U]: added",)),
    ):
        found = plan_reload(old, GatewayConfig(session_templates=new), (), ())
        assert isinstance(found, ReloadPlan)
        assert found.changes == lines


def test_a_long_value_is_cut_short_in_the_record() -> None:
    (line,) = differences("accounts", (), tuple("account" for _ in range(100)))
    assert len(line) < 250
