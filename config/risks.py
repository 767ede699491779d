"""Choices that are allowed and that somebody may regret: what `config check` warns of. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from config.listen import Listen
from config.load import Origins
from config.model import ExchangeConfig, GatewayConfig
from config.session import SessionConfig, SessionKeys, SessionTemplate
from config.watching_checks import receiver_of

FOR_VENUES_ONLY = (
    "connect", "reconnect_interval_s", "host_selection_policy", "host_selection_policy_priority_start_over_interval_s",
    "logon_timeout_s",
)  # fmt: skip
FOR_CLIENTS_ONLY = (
    "accounts", "may_trade", "report_pending", "throttle", "cancel_on_disconnect", "cancel_on_disconnect_grace_s",
    "cancel_on_disconnect_keep", "restate_gt_orders", "kill_switch",
)  # fmt: skip
FOR_LISTENERS_ONLY = ("copies",)
FOR_CALLERS_ONLY = ("heart_bt_int_s_min", "heart_bt_int_s_max", "heart_bt_int_override_s", "allowed_remote_addresses")
LATENCY_MAX_S = 600
WEAK_CIPHERS = ("NULL", "EXPORT", "RC4", "DES", "MD5", "ADH", "LOW", "ANON")

SWITCHES: tuple[tuple[str, bool, str], ...] = (
    ("check_comp_id", False, "a message of another session is taken for one of this"),
    ("check_latency", False, "an old message that is played to us again is not noticed by its time"),
    ("validate_length_and_checksum", False, "a message that was damaged on the way is taken as it is"),
    ("use_data_dictionary", False, "a message without what it must have is not rejected at the door"),
    ("persist_messages", False, "a report that was lost on the way is never sent again"),
    ("disable_heart_beat_check", True, "a peer that is gone is found by TCP alone, which can take hours"),
    ("reset_on_disconnect", True, "what the peer missed when the connection broke is not sent again"),
    ("allow_pos_dup", True, "a message that has been handled already can be handled once more"),
)
"""Switches of a session whose other position costs something, and what."""


class Risk(NamedTuple):
    path: str
    why: str


def risks_of(config: GatewayConfig | ExchangeConfig, origins: Origins) -> list[Risk]:
    """All warnings, in the order of the file."""
    beyond = any(not is_loopback(door.host) for door in config.listen)
    found = [risk for i, door in enumerate(config.listen) for risk in _door(f"listen[{i}]", door)]
    for i, session in enumerate(config.sessions):
        found += _session(f"sessions[{i}] {session.name}", session, beyond, origins.sessions[i])
    for i, template in enumerate(config.session_templates):
        found += _session(f"session_templates[{i}] {template.name}", template, beyond, origins.templates[i])
    if isinstance(config, GatewayConfig):
        found += [*_watching(config), *_people(config), *_scopes(config)]
    return found + _unbound(config)


def _people(config: GatewayConfig) -> Iterator[Risk]:
    if config.limits.raises_need_approval and not config.people:
        yield Risk("people", "are none: whoever reaches the operators' door can approve of it himself, by another name")


def _scopes(config: GatewayConfig) -> Iterator[Risk]:
    """Patterns of drop copies that nothing fits: who is to watch over others and hears nothing notices nothing."""
    symbols = [instrument.symbol for instrument in config.instruments]
    clients = [session.name for session in config.sessions if session.kind == "client"]
    made = [f"{template.name}." for template in config.session_templates if template.kind == "client"]
    for i, session in enumerate(config.sessions):
        for key, there, what in (("sessions", clients, "client's session"), ("symbols", symbols, "instrument")):
            for pattern in getattr(session.copies, key):
                known = any(fnmatchcase(name, pattern) for name in there)
                if not known and not (key == "sessions" and pattern.startswith(tuple(made))):
                    yield Risk(f"sessions[{i}] {session.name}.copies.{key}", f"{pattern} fits no {what}")


def _watching(config: GatewayConfig) -> Iterator[Risk]:
    if config.metrics is not None and not is_loopback(config.metrics.host):
        why = f"{config.metrics.host}: whoever reaches it reads the names of sessions and all figures"
        yield Risk("metrics.host", why)
    webhook = config.alerts.webhook
    if webhook is not None:
        receiver = receiver_of(webhook.url)
        if receiver.startswith("http://") and not is_loopback(urlsplit(receiver).hostname or ""):
            yield Risk("alerts.webhook.url", "plain http: whoever is on the way reads alerts and the token along")


def _unbound(config: GatewayConfig | ExchangeConfig) -> list[Risk]:
    """A certificate that is shown must be the session's own: without one, and with no other way in, nobody can log on.
    No fault, since QuickFIX knows no such binding and an imported file cannot have it yet."""
    if not all(door.tls is not None and door.tls.client_certificate == "required" for door in config.listen):
        return []
    why = "is missing: every door asks for a certificate, and nobody can log on here before it is said whose it must be"
    return [
        Risk(f"sessions[{i}] {session.name}.client_certificate", why)
        for i, session in enumerate(config.sessions)
        if session.kind != "venue" and not session.client_certificate
    ]


def is_loopback(host: str) -> bool:
    """Whether only this machine can be there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _door(where: str, door: Listen) -> Iterator[Risk]:
    if door.tls is None and not is_loopback(door.host):
        yield Risk(f"{where}.tls", f"plain TCP at {door.host}: whoever is on the way reads and writes along")
    if door.tls is not None:
        yield from _ciphers(f"{where}.tls", door.tls.cipher_suite)
    for key in ("allowed_remote_addresses", "proxy_protocol_from"):
        for network in getattr(door, key):
            if ip_network(network).prefixlen == 0:
                yield Risk(f"{where}.{key}", f"{network} is everybody")
    if not door.socket_nodelay:
        yield Risk(f"{where}.socket_nodelay", "false: a small message can wait 40 ms and more for the one before it")


def _session(where: str, session: SessionConfig | SessionTemplate, beyond: bool, own: frozenset[str]) -> Iterator[Risk]:
    for key, risky, why in SWITCHES:
        if getattr(session, key) is risky:
            yield Risk(f"{where}.{key}", f"{str(risky).lower()}: {why}")
    if session.max_latency_s > LATENCY_MAX_S:
        yield Risk(f"{where}.max_latency_s", f"{session.max_latency_s}: a clock that is that wrong is wrong")
    yield from _reset(where, session)
    if session.kind == "venue":
        yield from _venue(where, session)
    else:
        yield from _caller(where, session, beyond)
    yield from _without_effect(where, session, own)


def _reset(where: str, session: SessionKeys) -> Iterator[Risk]:
    if session.reset_on_logon:
        lost = "fills that we missed are lost" if session.kind == "venue" else "reports that it missed are lost to it"
        yield Risk(f"{where}.reset_on_logon", f"true: after a loss of the connection {lost}")


def _venue(where: str, session: SessionKeys) -> Iterator[Risk]:
    if session.heart_bt_int_s == 0:
        yield Risk(f"{where}.heart_bt_int_s", "0: without heartbeats a dead line to the venue is not noticed")
    for i, endpoint in enumerate(session.connect):
        if endpoint.tls is None and not is_loopback(endpoint.host):
            yield Risk(f"{where}.connect[{i}].tls", f"plain TCP to {endpoint.host}: whoever is on the way reads along")
        if endpoint.tls is not None:
            yield from _ciphers(f"{where}.connect[{i}].tls", endpoint.tls.cipher_suite)


def _caller(where: str, session: SessionConfig | SessionTemplate, beyond: bool) -> Iterator[Risk]:
    if session.heart_bt_int_s_min == 0 and not session.heart_bt_int_override_s:
        yield Risk(
            f"{where}.heart_bt_int_s_min", "0: a client may do without heartbeats, and is not found when it dies"
        )
    proves = session.password_hash is not None or session.client_certificate
    if not proves and (beyond or isinstance(session, SessionTemplate)):
        what = "whoever knows the pattern" if isinstance(session, SessionTemplate) else "whoever knows its CompIDs"
        yield Risk(f"{where}.password_hash", f"no credentials: {what} can trade here; set it, or client_certificate")
    for network in session.allowed_remote_addresses:
        if ip_network(network).prefixlen == 0:
            yield Risk(f"{where}.allowed_remote_addresses", f"{network} is everybody")


def _without_effect(where: str, session: SessionKeys, own: frozenset[str]) -> Iterator[Risk]:
    """Keys that were written for this very session and mean nothing for one of its kind."""
    useless = {
        "venue": (*FOR_CLIENTS_ONLY, *FOR_CALLERS_ONLY, *FOR_LISTENERS_ONLY),
        "client": (*FOR_VENUES_ONLY, *FOR_LISTENERS_ONLY, "heart_bt_int_s"),
        "drop_copy": (*FOR_VENUES_ONLY, *(key for key in FOR_CLIENTS_ONLY if key != "throttle"), "heart_bt_int_s"),
    }[session.kind]
    for key in sorted(own.intersection(useless)):
        yield Risk(f"{where}.{key}", f"has no effect on a session of kind {session.kind}")
    hours = session.start_time is not None or session.reset_seq_time is not None
    if "time_zone" in own and not (hours and not session.non_stop_session):
        yield Risk(f"{where}.time_zone", "has no effect without hours")


def _ciphers(where: str, suite: str) -> Iterator[Risk]:
    wanted = [word for word in suite.upper().replace(":", " ").replace(",", " ").split() if word[0] not in "!-"]
    weak = [word for word in wanted if any(name in word for name in WEAK_CIPHERS)]
    if weak:
        yield Risk(f"{where}.cipher_suite", f"{', '.join(weak)}: broken, or without encryption at all")
