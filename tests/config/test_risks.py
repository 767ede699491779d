"""What `config check` warns of, one row each, and that a quiet configuration is quiet."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import inspect
from config.risks import is_loopback, risks_of

CONFIG = Path(__file__).parents[2] / "config"
S = "sessions:\n  - name: A\n    begin_string: FIX.4.4\n    target_comp_id: A\n"
V = S + "    kind: venue\n    connect: {CONNECT}\n"
L = "  - name: L\n    kind: drop_copy\n    begin_string: FIX.4.4\n    target_comp_id: L\n"
T = "session_templates: [{name: T, begin_string: FIX.4.4, target_comp_id_pattern: T*, password_hash: env:X}]\n"
VENUES = "venues:\n  - {name: A, adapter: fix_standard, session: A}\n"
HOURS = "    start_time: 08:00:00\n    end_time: 09:00:00\n"
TLS = "tls: {certificate_file: c, key_file: k"


def risks(tmp_path: Path, text: str, exchange: bool = False) -> list[str]:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    return [f"{risk.path}: {risk.why}" for risk in risks_of(*inspect(path, exchange=exchange, secrets=False))]


def venue(keys: str = "", connect: str = "host: localhost") -> str:
    return V.replace("CONNECT", connect) + keys + VENUES


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_what_comes_with_the_product_is_quiet(path: Path) -> None:
    assert risks_of(*inspect(path, exchange=path.name == "exchange.yaml")) == []


QUIET = [
    "",
    S,
    S + HOURS + "    time_zone: Europe/Zurich\n",
    S + "    heart_bt_int_s_min: 0\n    heart_bt_int_override_s: 30\n",
    "listen: {host: '::1'}\n" + S,
    f"listen: {{host: 0.0.0.0, {TLS}, cipher_suite: 'ECDHE+AESGCM:!RC4:!MD5'}}}}\n" + S + "    password_hash: env:X\n",
    f"listen: {{host: 0.0.0.0, {TLS}, ca_file: a, client_certificate: required}}}}\n"
    + S
    + "    client_certificate: CN=a\n",
    S + L + "    throttle: {messages: 5}\n    copies: {accounts: [X], sessions: ['*', A, T.T1]}\n" + T,
    venue(),
    venue(connect="host: venue.example, tls: {}"),
    "session_defaults: {cancel_on_disconnect: both, heart_bt_int_s_min: 5, time_zone: UTC}\n" + venue(),
]


@pytest.mark.parametrize("text", QUIET)
def test_quiet(tmp_path: Path, text: str) -> None:
    assert risks(tmp_path, text) == []


LOUD = [
    ("listen: {host: 0.0.0.0}\n", "listen[0].tls: plain TCP at 0.0.0.0"),
    ("listen: [{}, {host: 10.0.0.1, port: 1}]\n", "listen[1].tls: plain TCP at 10.0.0.1"),
    (f"listen: {{{TLS}, cipher_suite: 'ALL:NULL-SHA:RC4-MD5'}}}}\n", "listen[0].tls.cipher_suite: NULL-SHA, RC4-MD5"),
    ("listen: {allowed_remote_addresses: [0.0.0.0/0]}\n", "listen[0].allowed_remote_addresses: 0.0.0.0/0 is everybody"),
    ("listen: {proxy_protocol_from: ['::/0']}\n", "listen[0].proxy_protocol_from: ::/0 is everybody"),
    (
        f"listen: {{{TLS}, ca_file: a, client_certificate: required}}}}\n" + S,
        "sessions[0] A.client_certificate: is missing: every door asks for a certificate",
    ),
    ("listen: {socket_nodelay: false}\n", "listen[0].socket_nodelay: false: a small message can wait"),
    (
        f"listen: {{host: 0.0.0.0, {TLS}}}}}\n" + S,
        "sessions[0] A.password_hash: no credentials: whoever knows its Comp",
    ),
    (S.replace("sessions", "session_templates").replace("id: A", "id_pattern: A*"), "whoever knows the pattern"),
    (S + "    check_comp_id: false\n", "sessions[0] A.check_comp_id: false: a message of another session"),
    (S + "    check_latency: false\n", "check_latency: false: an old message"),
    (S + "    validate_length_and_checksum: false\n", "a message that was damaged on the way"),
    (S + "    use_data_dictionary: false\n", "use_data_dictionary: false"),
    (S + "    persist_messages: false\n", "a report that was lost on the way is never sent again"),
    (S + "    disable_heart_beat_check: true\n", "which can take hours"),
    (S + "    reset_on_disconnect: true\n", "what the peer missed"),
    (S + "    allow_pos_dup: true\n", "can be handled once more"),
    (S + "    max_latency_s: 3600\n", "max_latency_s: 3600: a clock that is that wrong is wrong"),
    (S + "    ResetOnLogon: Y\n", "reset_on_logon: true: after a loss of the connection reports that it missed"),
    (S + "    heart_bt_int_s_min: 0\n", "heart_bt_int_s_min: 0: a client may do without heartbeats"),
    (S + "    allowed_remote_addresses: [0.0.0.0/0]\n", "allowed_remote_addresses: 0.0.0.0/0 is everybody"),
    (S + "    time_zone: Europe/Zurich\n", "time_zone: has no effect without hours"),
    (
        S + HOURS + "    time_zone: Europe/Zurich\n    non_stop_session: true\n",
        "time_zone: has no effect without hours",
    ),
    (S + "    heart_bt_int_s: 20\n", "heart_bt_int_s: has no effect on a session of kind client"),
    (S + "    reconnect_interval_s: 5\n", "reconnect_interval_s: has no effect on a session of kind client"),
    (S + "    kind: drop_copy\n    accounts: [X]\n", "accounts: has no effect on a session of kind drop_copy"),
    (S + "    copies: {accounts: [X]}\n", "copies: has no effect on a session of kind client"),
    (S + L + "    copies: {sessions: [A, B*]}\n", "sessions[1] L.copies.sessions: B* fits no client's session"),
    (S + L + "    copies: {symbols: [BTC]}\n", "sessions[1] L.copies.symbols: BTC fits no instrument"),
    (venue("    reset_on_logon: true\n"), "reset_on_logon: true: after a loss of the connection fills that we missed"),
    (venue("    heart_bt_int_s_min: 0\n    heart_bt_int_s: 0\n"), "heart_bt_int_s: 0: without heartbeats a dead line"),
    (venue("    cancel_on_disconnect: both\n"), "cancel_on_disconnect: has no effect on a session of kind venue"),
    (
        S + "limits: {raises_need_approval: true}\n",
        "people: are none: whoever reaches the operators' door can approve of it himself",
    ),
    (venue(connect="host: venue.example"), "connect[0].tls: plain TCP to venue.example"),
    (venue(connect="host: v, tls: {cipher_suite: DES-CBC3-SHA}"), "connect[0].tls.cipher_suite: DES-CBC3-SHA: broken"),
]


@pytest.mark.parametrize(("text", "warning"), LOUD, ids=[row[1][:40] for row in LOUD])
def test_loud(tmp_path: Path, text: str, warning: str) -> None:
    assert any(warning in risk for risk in risks(tmp_path, text))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("venue.example", False),
    ],
)  # fmt: skip
def test_who_is_on_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
