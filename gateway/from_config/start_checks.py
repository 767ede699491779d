"""What only a start would find out: settings the engine refuses; dictionaries, rules of engagement and TLS files that
cannot be used; gates that cannot be found."""

from __future__ import annotations

from datetime import datetime

from config.load import ConfigRefused
from config.model import ExchangeConfig, GatewayConfig
from config.session import SessionConfig, SessionKeys, SessionTemplate
from fixspec.rulebook import RulesOfEngagement
from gateway.from_config.doors import door_terms_of, venue_tls_of
from gateway.from_config.further_gates import further_gates_of
from gateway.from_config.sessions import rulebook_of, settings_of
from gateway.net.tls import TlsRefused, server_context, warnings_of
from gateway.translate.engagement import RULES_OF_ENGAGEMENT

SPECIMEN = "X"


def start_faults(config: GatewayConfig | ExchangeConfig) -> list[str]:
    """Why the process would not start, a line each. Reads dictionaries, certificates and keys; changes nothing."""
    found = []
    if isinstance(config, GatewayConfig):
        try:
            further_gates_of(config.risk.further_gates)
        except ConfigRefused as refused:
            found += refused.problems
    terms = RULES_OF_ENGAGEMENT if isinstance(config, GatewayConfig) else None
    for i, door in enumerate(config.listen):
        tls = door_terms_of(door).tls
        if tls is not None:
            try:
                server_context(tls)
            except TlsRefused as refused:
                found.append(f"listen[{i}].{refused}")
    for i, session in enumerate(config.sessions):
        found += [f"sessions[{i}] {session.name}: {fault}" for fault in _session_faults(session, terms)]
    for i, template in enumerate(config.session_templates):
        faults = _session_faults(_specimen(template), terms)
        found += [f"session_templates[{i}] {template.name}: {fault}" for fault in faults]
    return found


def hours_faults(config: GatewayConfig | ExchangeConfig) -> list[str]:
    """The same, of what is found without reading files."""
    sessions = [*config.sessions, *map(_specimen, config.session_templates)]
    return [f"session {session.name}: {fault}" for session in sessions for fault in settings_of(session).faults()]


def tls_warnings(config: GatewayConfig | ExchangeConfig, now: datetime) -> list[str]:
    """Certificates and revocation lists that expire soon, or have expired."""
    doors = [(i, door_terms_of(door).tls) for i, door in enumerate(config.listen)]
    return [f"listen[{i}].tls: {why}" for i, tls in doors if tls is not None for why in warnings_of(tls, now)]


def _session_faults(session: SessionConfig, terms: RulesOfEngagement | None) -> list[str]:
    found = settings_of(session).faults()
    try:
        rulebook_of(session, terms)
    except ConfigRefused as refused:
        found += [f"its rules of engagement cannot be used: {problem}" for problem in refused.problems]
    except (OSError, ValueError) as error:
        found.append(f"its dictionary cannot be used: {error}")
    for i, endpoint in enumerate(session.connect):
        try:
            venue_tls_of(endpoint)
        except TlsRefused as refused:
            found.append(f"connect[{i}].{refused}")
    return found


def _specimen(template: SessionTemplate) -> SessionConfig:
    """A session such as the template makes."""
    shared = {key: getattr(template, key) for key in SessionKeys.__struct_fields__}
    return SessionConfig(name=template.name, target_comp_id=SPECIMEN, **shared)
