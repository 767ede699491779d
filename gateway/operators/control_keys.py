"""Which way each key of the configuration controls what passes: for `fixgate config diff`.

A key that is in none of the tables is of unknown direction, and a difference in it is told so. A test walks all keys of
the model and finds those that nobody has thought about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from config.limit_slices import AccountConfig, ConversionRate
from config.model import (
    Close,
    FixStandardVenue,
    GatewayConfig,
    InstrumentConfig,
    KillSwitchConfig,
    LimitsConfig,
    Record,
    RiskConfig,
    Routing,
    SessionConfig,
    SessionTemplate,
    SimulatedVenue,
    Supports,
    Throttle,
    TradingDay,
)
from config.people import PersonConfig
from config.risks import SWITCHES
from config.session import SessionKeys, SessionThrottle
from config.trading import Blackout, Hours, MayTrade, SelfMatch
from config.watching import AlertsConfig, MonitorConfig, WebhookConfig

WEAKER: Final = "WEAKER "
PERHAPS: Final = "PERHAPS WEAKER "
STRICTER: Final = ""


class Way(StrEnum):
    """What makes the control by a key weaker."""

    HIGHER = "a higher value, or none"
    LOWER = "a lower value"
    ON = "being switched on"
    OFF = "being switched off"
    MORE_ALLOWED = "more values, or none at all: then all are allowed"
    MORE_EXEMPT = "more values"
    FEWER = "fewer values"
    GONE = "not being there; what is in it has ways of its own"
    INSIDE = "what is in it has ways of its own"
    UNKNOWN = "nobody can say by the key alone"
    NONE = "nothing: it controls nothing that passes"


Ways = Mapping[str, Way]

_SWITCHES: Final[Ways] = {key: Way.ON if risky else Way.OFF for key, risky, _ in SWITCHES}
_OF_SESSIONS: Final[Ways] = {
    **_SWITCHES,
    "kind": Way.UNKNOWN,
    "username": Way.UNKNOWN,
    "password_hash": Way.UNKNOWN,
    "client_certificate": Way.UNKNOWN,
    "allowed_remote_addresses": Way.MORE_ALLOWED,
    "sender_sub_ids": Way.MORE_ALLOWED,
    "target_sub_ids": Way.MORE_ALLOWED,
    "on_behalf_of_comp_ids": Way.MORE_ALLOWED,
    "deliver_to_comp_ids": Way.MORE_ALLOWED,
    "max_latency_s": Way.HIGHER,
    "rules_of_engagement": Way.UNKNOWN,
    "data_dictionary": Way.UNKNOWN,
    "transport_data_dictionary": Way.UNKNOWN,
    "app_data_dictionary": Way.UNKNOWN,
    "validate_fields_out_of_order": Way.OFF,
    "validate_fields_have_values": Way.OFF,
    "validate_user_defined_fields": Way.OFF,
    "allow_unknown_msg_fields": Way.ON,
    "allow_unknown_enum_values": Way.ON,
    "validate_unordered_group_fields": Way.OFF,
    "requires_orig_sending_time": Way.OFF,
    "session_messages_per_s": Way.HIGHER,
    "session_messages_burst": Way.HIGHER,
    "cancel_on_disconnect": Way.UNKNOWN,
    "cancel_on_disconnect_grace_s": Way.HIGHER,
    "cancel_on_disconnect_keep": Way.MORE_EXEMPT,
    "throttle": Way.INSIDE,
    "accounts": Way.MORE_ALLOWED,
    "may_trade": Way.GONE,
    "kill_switch": Way.OFF,
    "copies": Way.UNKNOWN,
    "start_time": Way.UNKNOWN,
    "end_time": Way.UNKNOWN,
    "start_day": Way.UNKNOWN,
    "end_day": Way.UNKNOWN,
    "weekdays": Way.MORE_ALLOWED,
    "time_zone": Way.UNKNOWN,
    "logon_time": Way.UNKNOWN,
    "logout_time": Way.UNKNOWN,
    "logon_day": Way.UNKNOWN,
    "logout_day": Way.UNKNOWN,
    "non_stop_session": Way.ON,
}
SESSION_KEYS_WITHOUT_CONTROL: Final = frozenset({
    "begin_string", "sender_comp_id", "default_appl_ver_id", "password", "reset_seq_time", "reset_on_logon",
    "reset_on_logout", "send_next_expected_msg_seq_num", "enable_last_msg_seq_num_processed",
    "resend_request_chunk_size", "closed_resend_interval", "send_redundant_resend_requests", "resend_requests_max",
    "resend_timeout_s", "first_field_in_group_is_delimiter", "reject_invalid_message", "reject_garbled_message",
    "message_bytes_max", "fields_max", "group_entries_max", "heart_bt_int_s", "heart_bt_int_s_min",
    "heart_bt_int_s_max", "heart_bt_int_override_s", "test_request_delay_multiplier",
    "heart_beat_timeout_multiplier", "logon_timeout_s", "logout_timeout_s", "timestamp_precision", "connect",
    "reconnect_interval_s", "host_selection_policy", "host_selection_policy_priority_start_over_interval_s",
    "slow_consumer_bytes_max", "slow_consumer_timeout_s", "report_pending", "restate_gt_orders", "name",
    "target_comp_id",
})  # fmt: skip
"""They are about the line, not about what may pass on it."""
_SESSION: Final[Ways] = {**_OF_SESSIONS, **dict.fromkeys(SESSION_KEYS_WITHOUT_CONTROL, Way.NONE)}
_OF_TEMPLATES: Final = {key: way for key, way in _SESSION.items() if key != "target_comp_id"}
_VENUE: Final[Ways] = {
    "name": Way.NONE,
    "session": Way.UNKNOWN,
    "mic": Way.NONE,
    "market_data": Way.UNKNOWN,
    "answer_timeout_s": Way.HIGHER,
    "quiet_time_s": Way.LOWER,
    "supports": Way.INSIDE,
    "reference_interval_ms": Way.HIGHER,
}

WAYS: Final[Mapping[type[Record], Ways]] = {
    GatewayConfig: {
        "name": Way.NONE,
        "listen": Way.UNKNOWN,
        "journal": Way.NONE,
        "logs": Way.NONE,
        "admin": Way.NONE,
        "metrics": Way.NONE,
        "replays_max": Way.NONE,
        "sessions": Way.INSIDE,
        "session_templates": Way.INSIDE,
        "venues": Way.INSIDE,
        "instruments": Way.INSIDE,
        "limits": Way.INSIDE,
        "risk": Way.INSIDE,
        "accounts": Way.INSIDE,
        "blackouts": Way.GONE,
        "trading_day": Way.INSIDE,
        "kill_switch": Way.INSIDE,
        "people": Way.INSIDE,
        "monitor": Way.INSIDE,
        "alerts": Way.INSIDE,
    },
    SessionKeys: _SESSION,
    SessionConfig: _SESSION,
    SessionTemplate: {**_OF_TEMPLATES, "target_comp_id_pattern": Way.UNKNOWN, "sessions_max": Way.HIGHER},
    Throttle: {"messages": Way.HIGHER, "interval_ms": Way.LOWER, "cancel_messages": Way.UNKNOWN},
    SessionThrottle: {
        "messages": Way.HIGHER,
        "interval_ms": Way.LOWER,
        "cancel_messages": Way.UNKNOWN,
        "logout_messages": Way.UNKNOWN,
    },
    MayTrade: {"symbols": Way.MORE_ALLOWED, "sides": Way.MORE_ALLOWED, "ord_types": Way.MORE_ALLOWED},
    FixStandardVenue: _VENUE,
    SimulatedVenue: _VENUE,
    Supports: {
        "ord_types": Way.MORE_ALLOWED,
        "times_in_force": Way.MORE_ALLOWED,
        "exec_insts": Way.MORE_EXEMPT,
        "display_qty": Way.ON,
        "replace": Way.ON,
        "symbols": Way.MORE_ALLOWED,
    },
    InstrumentConfig: {
        "symbol": Way.NONE,
        "venue": Way.UNKNOWN,
        "tick_size": Way.UNKNOWN,
        "lot_size": Way.UNKNOWN,
        "min_qty": Way.LOWER,
        "max_qty": Way.HIGHER,
        "reference_price": Way.UNKNOWN,
        "price_band_percent": Way.UNKNOWN,
        "routing": Way.UNKNOWN,
        "hours": Way.GONE,
        "close": Way.UNKNOWN,
        "risk_class": Way.UNKNOWN,
        "currency": Way.UNKNOWN,
        "contract_multiplier": Way.UNKNOWN,
    },
    Routing: {"split": Way.UNKNOWN},
    Hours: {
        "opens": Way.UNKNOWN,
        "closes": Way.UNKNOWN,
        "weekdays": Way.MORE_ALLOWED,
        "time_zone": Way.UNKNOWN,
    },
    Close: {"begins": Way.UNKNOWN, "ends": Way.UNKNOWN},
    LimitsConfig: {
        "max_order_qty": Way.HIGHER,
        "max_notional": Way.HIGHER,
        "price_band_percent": Way.HIGHER,
        "reference_price_age_ms_max": Way.HIGHER,
        "max_unhedged_qty": Way.UNKNOWN,
        "throttle": Way.INSIDE,
        "slices": Way.INSIDE,
        "base_currency": Way.UNKNOWN,
        "conversion_rates": Way.UNKNOWN,
        "conversion_rate_age_s_max": Way.HIGHER,
        "initial_margins": Way.UNKNOWN,
        "raises_need_approval": Way.OFF,
        "restricted_symbols": Way.FEWER,
        "self_match": Way.GONE,
        "duplicate_interval_ms": Way.LOWER,
    },
    ConversionRate: {"currency": Way.UNKNOWN, "rate": Way.UNKNOWN, "as_of": Way.UNKNOWN, "symbol": Way.UNKNOWN},
    RiskConfig: {"further_gates": Way.FEWER},
    SelfMatch: {"by": Way.UNKNOWN, "except_symbols": Way.MORE_EXEMPT, "except_accounts": Way.MORE_EXEMPT},
    AccountConfig: {"name": Way.UNKNOWN, "group": Way.UNKNOWN, "currency": Way.UNKNOWN},
    Blackout: {
        "name": Way.NONE,
        "begins": Way.UNKNOWN,
        "ends": Way.UNKNOWN,
        "date": Way.UNKNOWN,
        "weekdays": Way.UNKNOWN,
        "symbols": Way.UNKNOWN,
        "time_zone": Way.UNKNOWN,
    },
    TradingDay: {"begins": Way.UNKNOWN, "time_zone": Way.UNKNOWN},
    KillSwitchConfig: {"file": Way.UNKNOWN, "deadline_s": Way.HIGHER, "second_person": Way.OFF},
    PersonConfig: {"name": Way.UNKNOWN, "may": Way.MORE_EXEMPT, "approves": Way.MORE_EXEMPT},
    MonitorConfig: {"warn_percent": Way.HIGHER, "clear_percent": Way.UNKNOWN},
    AlertsConfig: {"webhook": Way.GONE},
    WebhookConfig: {
        "url": Way.UNKNOWN,
        "token": Way.UNKNOWN,
        "timeout_s": Way.UNKNOWN,
        "retry_for_s": Way.LOWER,
        "queue_max": Way.LOWER,
    },
}


def mark_of(way: Way, was: object, now: object) -> str:
    """What a line about this difference begins with."""
    judge = _JUDGES.get(way)
    return PERHAPS if judge is None else WEAKER if judge(was, now) else STRICTER


def _higher(was: object, now: object) -> bool:
    return was is not None and (now is None or _number(now) > _number(was))


def _lower(was: object, now: object) -> bool:
    return was is not None and (now is None or _number(now) < _number(was))


def _more_allowed(was: object, now: object) -> bool:
    return bool(was) and not (now and _values(now) <= _values(was))


def _values(value: object) -> frozenset[object]:
    assert isinstance(value, tuple), value
    return frozenset(value)


def _number(value: object) -> Decimal:
    assert isinstance(value, Decimal | int), value
    return Decimal(value)


_JUDGES: Final[Mapping[Way, Callable[[object, object], bool]]] = {
    Way.HIGHER: _higher,
    Way.LOWER: _lower,
    Way.ON: lambda was, now: bool(now),
    Way.OFF: lambda was, now: not now,
    Way.MORE_ALLOWED: _more_allowed,
    Way.MORE_EXEMPT: lambda was, now: not _values(now) <= _values(was),
    Way.FEWER: lambda was, now: not _values(was) <= _values(now),
    Way.GONE: lambda was, now: now is None,
    Way.NONE: lambda was, now: False,
}
