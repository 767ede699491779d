"""From the configuration to session engines: no key is forgotten on the way."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.model import Connect, SessionConfig
from config.secret import Secret
from fixspec.dictionary import own_dictionary
from fixspec.judge import ValidationOptions
from gateway.from_config.sessions import rulebook_of, sessions_of, settings_of
from gateway.session.settings import Role, SessionSettings
from gateway.store.log_records import Numbers
from gateway.translate.engagement import RULES_OF_ENGAGEMENT

PLAIN = SessionConfig(name="A", begin_string="FIX.4.4", target_comp_id="T")

# key of the YAML -> another value, and where it must arrive
KEYS: dict[str, tuple[Any, str, Any]] = {
    "name": ("B", "name", "B"),
    "sender_comp_id": ("S", "sender_comp_id", b"S"),
    "target_comp_id": ("U", "target_comp_id", b"U"),
    "begin_string": ("FIX.4.2", "begin_string", b"FIX.4.2"),
    "kind": ("venue", "role", Role.INITIATOR),
    "password": (Secret("env:P", b"p"), "password", b"p"),
    "heart_bt_int_s": (31, "heart_bt_int_s", 31),
    "heart_bt_int_s_min": (2, "heart_bt_int_s_min", 2),
    "heart_bt_int_s_max": (60, "heart_bt_int_s_max", 60),
    "heart_bt_int_override_s": (7, "heart_bt_int_override_s", 7),
    "test_request_delay_multiplier": (Decimal("0.5"), "test_request_delay_multiplier", 0.5),
    "heart_beat_timeout_multiplier": (Decimal(2), "heart_beat_timeout_multiplier", 2.0),
    "disable_heart_beat_check": (True, "disable_heart_beat_check", True),
    "logon_timeout_s": (11, "logon_timeout_s", 11),
    "logout_timeout_s": (3, "logout_timeout_s", 3),
    "resend_timeout_s": (33, "resend_timeout_s", 33),
    "resend_requests_max": (5, "resend_requests_max", 5),
    "resend_request_chunk_size": (500, "resend_request_chunk_size", 500),
    "closed_resend_interval": (True, "closed_resend_interval", True),
    "send_redundant_resend_requests": (True, "send_redundant_resend_requests", True),
    "persist_messages": (False, "persist_messages", False),
    "enable_last_msg_seq_num_processed": (True, "enable_last_msg_seq_num_processed", True),
    "send_next_expected_msg_seq_num": (True, "send_next_expected_msg_seq_num", True),
    "reset_on_logon": (True, "reset_on_logon", True),
    "reset_on_logout": (True, "reset_on_logout", True),
    "reset_on_disconnect": (True, "reset_on_disconnect", True),
    "check_comp_id": (False, "check_comp_id", False),
    "on_behalf_of_comp_ids": (("FUND",), "on_behalf_of_comp_ids", frozenset({b"FUND"})),
    "deliver_to_comp_ids": (("BROKER",), "deliver_to_comp_ids", frozenset({b"BROKER"})),
    "sender_sub_ids": (("DESK",), "sender_sub_ids", frozenset({b"DESK"})),
    "target_sub_ids": (("ORDERS",), "target_sub_ids", frozenset({b"ORDERS"})),
    "check_latency": (False, "check_latency", False),
    "max_latency_s": (121, "max_latency_s", 121),
    "requires_orig_sending_time": (False, "requires_orig_sending_time", False),
    "allow_pos_dup": (True, "allow_pos_dup", True),
    "reject_garbled_message": (True, "reject_garbled_message", True),
    "timestamp_precision": (6, "timestamp_digits", 6),
    "message_bytes_max": (70000, "message_bytes_max", 70000),
    "reject_invalid_message": (False, "reject_invalid_message", False),
    "session_messages_per_s": (0, "session_messages_per_s", 0),
    "session_messages_burst": (1000, "session_messages_burst", 1000),
}
ELSEWHERE = {
    "default_appl_ver_id", "data_dictionary", "transport_data_dictionary", "app_data_dictionary",
    "validate_fields_out_of_order", "validate_fields_have_values", "validate_user_defined_fields",
    "allow_unknown_msg_fields", "allow_unknown_enum_values", "validate_unordered_group_fields",
    "first_field_in_group_is_delimiter", "group_entries_max", "fields_max", "validate_length_and_checksum",
    "use_data_dictionary", "rules_of_engagement",  # these make the rulebook
    "start_time", "end_time", "start_day", "end_day", "weekdays", "time_zone", "logon_time", "logout_time", "logon_day",
    "logout_day", "non_stop_session", "reset_seq_time",  # the schedule: tests/gateway/from_config/test_session_hours.py
    "password_hash", "client_certificate", "allowed_remote_addresses", "username",  # the lobby; a venue's Logon
    "connect", "reconnect_interval_s", "host_selection_policy",
    "host_selection_policy_priority_start_over_interval_s",  # the initiator
    "slow_consumer_bytes_max", "slow_consumer_timeout_s",  # the pump
    "throttle", "cancel_on_disconnect", "cancel_on_disconnect_grace_s", "cancel_on_disconnect_keep",
    "accounts", "may_trade", "report_pending", "restate_gt_orders", "kill_switch", "copies",  # the desk
}  # fmt: skip


def changed(**changes: object) -> SessionConfig:
    return msgspec.structs.replace(PLAIN, **changes)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_arrives_and_changes_nothing_else(key: str) -> None:
    value, setting, arrived = KEYS[key]
    plain, other = settings_of(PLAIN), settings_of(changed(**{key: value}))
    assert getattr(plain, setting) != arrived
    assert getattr(other, setting) == arrived
    differing = {name for name in SessionSettings.__dataclass_fields__ if getattr(plain, name) != getattr(other, name)}
    assert differing == {setting}


def test_every_key_is_in_the_table() -> None:
    assert set(KEYS) | ELSEWHERE == set(SessionConfig.__struct_fields__)


def test_defaults_are_those_of_the_engine() -> None:
    """What an operator does not say is what the engine does by itself."""
    bare = SessionSettings("A", Role.ACCEPTOR, b"FIX.4.4", b"FIXGATE", b"T")
    assert settings_of(PLAIN) == bare


def test_fixt_states_the_version_of_its_messages() -> None:
    config = changed(begin_string="FIXT.1.1", default_appl_ver_id="FIX.5.0SP2")
    assert settings_of(config).default_appl_ver_id == b"9"
    assert {b"A", b"D"} <= set(rulebook_of(config).dictionary.messages)


@pytest.mark.parametrize(
    ("key", "value", "option", "is_on"),
    [
        ("validate_fields_out_of_order", False, "fields_out_of_order", False),
        ("validate_fields_have_values", False, "fields_have_values", False),
        ("validate_user_defined_fields", False, "user_defined_fields", False),
        ("allow_unknown_msg_fields", True, "unknown_msg_fields", True),
        ("allow_unknown_enum_values", True, "unknown_enum_values", True),
        ("validate_unordered_group_fields", False, "unordered_group_fields", False),
        ("first_field_in_group_is_delimiter", True, "first_field_in_group_is_delimiter", True),
        ("validate_length_and_checksum", False, "length_and_checksum", False),
        ("use_data_dictionary", False, "use_data_dictionary", False),
    ],
)
def test_options_of_validation_arrive(key: str, value: bool, option: str, is_on: bool) -> None:
    assert getattr(rulebook_of(PLAIN).options, option) is not is_on
    assert getattr(rulebook_of(changed(**{key: value})).options, option) is is_on


def test_bounds_of_messages_arrive() -> None:
    options = rulebook_of(changed(fields_max=77, group_entries_max=9)).options
    assert (options.fields_max, options.group_entries_max) == (77, 9)
    assert rulebook_of(PLAIN).options == ValidationOptions()


def test_the_username_of_a_client_is_what_it_must_say_and_not_what_we_say() -> None:
    assert settings_of(changed(username="bob")).username is None
    assert settings_of(changed(username="bob", kind="venue")).username == b"bob"


def test_a_dictionary_of_the_operators_own(tmp_path: Path) -> None:
    own = (Path(__file__).parents[3] / "fixspec" / "dictionaries" / "FIX44.xml").read_text()
    path = tmp_path / "mine.xml"
    path.write_text(own.replace('name="Text"', 'name="Remark"'))
    dictionary = rulebook_of(changed(data_dictionary=str(path))).dictionary
    assert dictionary.messages[b"D"].fields[b"58"].name == "Remark"


def test_only_clients_are_held_to_the_rules_of_engagement_and_all_go_on_where_they_were() -> None:
    configs = [
        PLAIN,
        changed(name="D", kind="drop_copy", target_comp_id="D"),
        changed(name="V", kind="venue", target_comp_id="V", connect=(Connect(),)),
    ]
    made = sessions_of(configs, {"V": Numbers(3, 5, 7)}, RULES_OF_ENGAGEMENT)
    terms = RULES_OF_ENGAGEMENT.within(own_dictionary("FIX44"))
    assert [session._rulebook.roe for session in made] == [terms, None, None]
    numbers = [(n.generation, n.next_sender_msg_seq_num, n.next_target_msg_seq_num) for n in (s.numbers for s in made)]
    assert numbers == [(1, 1, 1), (1, 1, 1), (3, 5, 7)]
