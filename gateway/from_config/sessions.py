"""From the configuration to session engines: settings, dictionary, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from config.load import ConfigRefused
from config.model import SessionConfig
from config.session import SessionKeys
from fixspec.dictionary import Dictionary, DictionaryError, join_dictionaries, load_dictionary, own_dictionary
from fixspec.rulebook import Rulebook, RulesOfEngagement, ValidationOptions
from gateway.from_config.rules_of_engagement import agreed
from gateway.from_config.session_hours import schedule_of
from gateway.session.schedule import Window
from gateway.session.session import Session
from gateway.session.settings import Role, SessionNumbers, SessionSettings
from gateway.store.log_records import Numbers

Maker = Callable[[SessionNumbers, Window | None], Session]
"""Makes a session engine of numbers and the instance they belong to."""

_OWN_DICTIONARIES = {"FIX.4.2": "FIX42", "FIX.4.4": "FIX44", "FIX.5.0SP2": "FIX50SP2"}


def sessions_of(
    configs: Iterable[SessionConfig],
    numbers: Mapping[str, Numbers],
    client_terms: RulesOfEngagement | None = None,
    instances: Mapping[str, Window] = MappingProxyType({}),
) -> list[Session]:
    """A session engine for each configured session, with the numbers the journal has for it and the instance of its
    schedule that they belong to. `client_terms` are the rules of engagement of sessions of kind client."""
    return [
        maker_of(config, client_terms)(
            SessionNumbers(*numbers.get(config.name, Numbers(1, 1, 1))), instances.get(config.name)
        )
        for config in configs
    ]


def maker_of(config: SessionConfig, client_terms: RulesOfEngagement | None = None) -> Maker:
    """All that takes long (dictionaries, rulebook) is done here; what comes back only puts the parts together.
    Raises ConfigRefused when they cannot be used."""
    settings = settings_of(config)
    faults = settings.faults()
    if faults:
        raise ConfigRefused([f"session {config.name}: {fault}" for fault in faults])
    try:
        rulebook = rulebook_of(config, client_terms)
    except DictionaryError as error:
        raise ConfigRefused([f"session {config.name}: its dictionary cannot be used: {error}"]) from None

    def make(numbers: SessionNumbers, instance: Window | None) -> Session:
        return Session(settings, rulebook, numbers, instance=instance)

    return make


def settings_of(config: SessionConfig) -> SessionSettings:
    return SessionSettings(
        name=config.name,
        role=Role.INITIATOR if config.kind == "venue" else Role.ACCEPTOR,
        begin_string=config.begin_string.encode(),
        sender_comp_id=config.sender_comp_id.encode(),
        target_comp_id=config.target_comp_id.encode(),
        default_appl_ver_id=config.default_appl_ver_id_value,
        heart_bt_int_s=config.heart_bt_int_s,
        heart_bt_int_s_min=config.heart_bt_int_s_min,
        heart_bt_int_s_max=config.heart_bt_int_s_max,
        heart_bt_int_override_s=config.heart_bt_int_override_s,
        test_request_delay_multiplier=float(config.test_request_delay_multiplier),
        heart_beat_timeout_multiplier=float(config.heart_beat_timeout_multiplier),
        disable_heart_beat_check=config.disable_heart_beat_check,
        reset_on_logon=config.reset_on_logon,
        reset_on_logout=config.reset_on_logout,
        reset_on_disconnect=config.reset_on_disconnect,
        persist_messages=config.persist_messages,
        enable_last_msg_seq_num_processed=config.enable_last_msg_seq_num_processed,
        send_next_expected_msg_seq_num=config.send_next_expected_msg_seq_num,
        check_comp_id=config.check_comp_id,
        on_behalf_of_comp_ids=_agreed(config.on_behalf_of_comp_ids),
        deliver_to_comp_ids=_agreed(config.deliver_to_comp_ids),
        sender_sub_ids=_agreed(config.sender_sub_ids),
        target_sub_ids=_agreed(config.target_sub_ids),
        check_latency=config.check_latency,
        max_latency_s=config.max_latency_s,
        logon_timeout_s=config.logon_timeout_s,
        logout_timeout_s=config.logout_timeout_s,
        timestamp_digits=config.timestamp_precision,
        message_bytes_max=config.message_bytes_max,
        requires_orig_sending_time=config.requires_orig_sending_time,
        allow_pos_dup=config.allow_pos_dup,
        reject_garbled_message=config.reject_garbled_message,
        reject_invalid_message=config.reject_invalid_message,
        resend_timeout_s=config.resend_timeout_s,
        session_messages_per_s=config.session_messages_per_s,
        session_messages_burst=config.session_messages_burst,
        slow_consumer_bytes_max=config.slow_consumer_bytes_max,
        slow_consumer_timeout_s=config.slow_consumer_timeout_s,
        resend_requests_max=config.resend_requests_max,
        resend_request_chunk_size=config.resend_request_chunk_size,
        closed_resend_interval=config.closed_resend_interval,
        send_redundant_resend_requests=config.send_redundant_resend_requests,
        schedule=schedule_of(config),
        username=(config.username.encode() or None) if config.kind == "venue" else None,
        password=config.password.reveal() if config.password is not None else None,
    )


def _agreed(comp_ids: tuple[str, ...]) -> frozenset[bytes] | None:
    """None where none are named: any will do."""
    return frozenset(comp_id.encode() for comp_id in comp_ids) or None


def rulebook_of(config: SessionKeys, client_terms: RulesOfEngagement | None = None) -> Rulebook:
    options = ValidationOptions(
        fields_out_of_order=config.validate_fields_out_of_order,
        fields_have_values=config.validate_fields_have_values,
        user_defined_fields=config.validate_user_defined_fields,
        unknown_msg_fields=config.allow_unknown_msg_fields,
        unknown_enum_values=config.allow_unknown_enum_values,
        unordered_group_fields=config.validate_unordered_group_fields,
        first_field_in_group_is_delimiter=config.first_field_in_group_is_delimiter,
        group_entries_max=config.group_entries_max,
        fields_max=config.fields_max,
        length_and_checksum=config.validate_length_and_checksum,
        use_data_dictionary=config.use_data_dictionary,
    )
    dictionary = _dictionary_of(config)
    if client_terms is None or config.kind != "client":
        return Rulebook(dictionary, options)
    terms = agreed(config.rules_of_engagement, client_terms).within(dictionary)
    try:
        return Rulebook(dictionary, options, terms)
    except ValueError as error:
        raise DictionaryError(str(error)) from None


def _dictionary_of(config: SessionKeys) -> Dictionary:
    if config.begin_string == "FIXT.1.1":
        transport = _loaded(config.transport_data_dictionary, "FIXT11")
        application = _loaded(config.app_data_dictionary, _OWN_DICTIONARIES.get(config.default_appl_ver_id, ""))
        return join_dictionaries(transport, application)
    return _loaded(config.data_dictionary, _OWN_DICTIONARIES.get(config.begin_string, ""))


@lru_cache
def _loaded(path: str, own: str) -> Dictionary:
    return load_dictionary(Path(path)) if path else own_dictionary(own)
