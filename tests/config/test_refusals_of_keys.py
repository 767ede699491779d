"""Bad configurations, continued: keys of hours, doors, venues, templates and credentials, and QuickFIX's spelling of
keys and values. One row each; the message names the place and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import ConfigRefused, load_gateway
from tests.config.test_refusals import DECIMAL, WHOLE, S, V, check

DIGEST = "SHA256=" + "ab" * 32
T = "session_templates:\n  - name: T\n    begin_string: FIX.4.4\n    target_comp_id_pattern: 'A*'\n"
TIME = "is not a time of day HH:MM:SS, from 00:00:00 to 23:59:59"
DAY = "is not one of friday, monday, saturday, sunday, thursday, tuesday, wednesday"
NETWORK = "is not an address or a network such as 10.0.0.0/8"
NO_EFFECT = "can have no effect here: "


def venue(keys: str) -> str:
    return V.replace("connect:", f"{keys}, connect:", 1)


ROWS: list[tuple[str, str, str, list[str]]] = [
    # what, the file, line that is named, fragments of the message
    # -- hours ---------------------------------------------------------------------------------------------------------
    ("time_without_seconds", S + "    start_time: 12:30\n", ":5", [f"start_time: '12:30' {TIME}"]),
    ("time_24", S + "    start_time: 24:00:00\n", ":5", [f"'24:00:00' {TIME}"]),
    ("time_60", S + "    start_time: 23:60:00\n", ":5", [TIME]),
    ("time_leap_second", S + "    start_time: 23:59:60\n", ":5", [TIME]),
    ("time_one_digit", S + "    start_time: 8:00:00\n", ":5", [f"'8:00:00' {TIME}"]),
    ("time_am", S + "    start_time: 08:00:00 AM\n", ":5", [TIME]),
    ("time_with_zone", S + "    StartTime: 08:00:00 Europe/Zurich\n", ":5", ["[0].StartTime: ", TIME]),
    ("time_seconds_of_a_day", S + "    start_time: 28800\n", ":5", [f"'28800' {TIME}"]),
    ("time_null", S + "    start_time: [08, 00]\n", ":5", ["start_time: a list, where one value belongs"]),
    ("day_short", S + "    start_day: mon\n", ":5", [f"'mon' {DAY}"]),
    ("day_capital", S + "    start_day: Monday\n", ":5", [f"'Monday' {DAY}"]),
    ("day_number", S + "    start_day: 1\n", ":5", [f"'1' {DAY}"]),
    ("weekdays_text", S + "    weekdays: monday\n", ":5", ["weekdays: 'monday' is not a list"]),
    ("weekday_unknown", S + "    weekdays: [monday, funday]\n", ":5", [f"weekdays[1]: 'funday' {DAY}"]),
    ("start_without_end", S + "    start_time: 08:00:00\n", ":2", ["[0].end_time: is missing beside start_time"]),
    ("end_without_start", S + "    end_time: 08:00:00\n", ":2", ["[0].start_time: is missing beside end_time"]),
    (
        "start_day_without_end_day",
        S + "    start_time: 08:00:00\n    end_time: 09:00:00\n    start_day: monday\n",
        ":2",
        ["end_day: is missing beside start_day"],
    ),
    ("days_without_times", S + "    weekdays: [monday]\n", ":2", ["weekdays alone says nothing; name start_time"]),
    ("logon_time_alone", S + "    logon_time: 08:00:00\n", ":2", ["logon_time alone says nothing"]),
    (
        "weekdays_and_start_day",
        S + "    start_time: 08:00:00\n    end_time: 09:00:00\n    start_day: monday\n    end_day: friday\n"
        "    weekdays: [monday]\n",
        ":9",
        ["weekdays: cannot stand beside start_day"],
    ),
    (
        "weekday_twice",
        S + "    start_time: 08:00:00\n    end_time: 09:00:00\n    weekdays: [monday, friday, monday]\n",
        ":7",
        ["weekdays[2]: monday is said twice"],
    ),
    (
        "logon_day_in_a_day",
        S + "    start_time: 08:00:00\n    end_time: 09:00:00\n    logon_day: monday\n",
        ":7",
        ["logon_day: is for a session of a week"],
    ),
    (
        "reset_seq_time_and_hours",
        S + "    start_time: 08:00:00\n    end_time: 09:00:00\n    reset_seq_time: 10:00:00\n",
        ":7",
        ["reset_seq_time: is for a session that never ends; it cannot stand beside start_time"],
    ),
    ("zone_unknown", S + "    time_zone: Europe/Zurigo\n", ":5", ["'Europe/Zurigo' is not a zone"]),
    ("zone_path", S + "    time_zone: ../../etc/passwd\n", ":5", ["is not a zone of this machine's database"]),
    ("zone_offset", S + "    time_zone: UTC+01:00\n", ":5", ["'UTC+01:00' is not a zone", "Europe/Zurich"]),
    ("zone_empty", S + '    time_zone: ""\n', ":5", ["time_zone: ''", "at least one character"]),
    ("non_stop_word", S + "    non_stop_session: always\n", ":5", ["'always' is not true or false"]),
    # -- numbers and time ----------------------------------------------------------------------------------------------
    ("chunk_negative", S + "    resend_request_chunk_size: -1\n", ":5", [WHOLE, "0 to 1000000"]),
    ("resend_requests_zero", S + "    resend_requests_max: 0\n", ":5", [WHOLE, "1 to 100"]),
    ("fields_few", S + "    fields_max: 3\n", ":5", [WHOLE, "16 to 1000"]),
    ("entries_many", S + "    group_entries_max: 5000\n", ":5", [WHOLE]),
    ("message_small", S + "    message_bytes_max: 10\n", ":5", [WHOLE, "256 to 16777216"]),
    ("precision", S + "    timestamp_precision: 12\n", ":5", [WHOLE, "0 to 9"]),
    ("precision_word", S + "    timestamp_precision: MILLIS\n", ":5", [WHOLE]),
    ("multiplier_zero", S + "    test_request_delay_multiplier: 0\n", ":5", [DECIMAL]),
    ("multiplier_comma", S + "    heart_beat_timeout_multiplier: 1,4\n", ":5", ["'1,4'", DECIMAL]),
    ("multiplier_great", S + "    heart_beat_timeout_multiplier: 11\n", ":5", ["11 is above 10"]),
    (
        "given_up_before_it_is_asked",
        S + "    heart_beat_timeout_multiplier: 0.2\n",
        ":5",
        ["0.2 is not above test_request_delay_multiplier 0.2"],
    ),
    ("override_negative", S + "    heart_bt_int_override_s: -5\n", ":5", [WHOLE]),
    ("max_latency_fraction", S + "    max_latency_s: 0.5\n", ":5", [WHOLE]),
    ("delimiter_alone", S + "    first_field_in_group_is_delimiter: true\n", ":5", ["needs validate_unordered_group_"]),
    # -- credentials ---------------------------------------------------------------------------------------------------
    ("password_of_client", S + "    password: env:HOME\n", ":5", ["password: is for kind venue", "set password_hash"]),
    ("hash_literal", S + "    password_hash: $scrypt$ln=14\n", ":5", ["never written here", "value not shown"]),
    ("hash_of_venue", venue("password_hash: env:HOME"), ":2", ["password_hash: is for who calls us"]),
    ("certificate_of_venue", venue("client_certificate: CN=x"), ":2", ["client_certificate: is for who calls us"]),
    ("certificate_without_a_door", S + "    client_certificate: CN=x\n", ":5", ["no door asks for one"]),
    ("certificate_form", S + "    client_certificate: bob\n", ":5", ["'bob' is not CN=name, SAN=name or SHA256="]),
    ("certificate_digest", S + "    client_certificate: SHA256=abcd\n", ":5", ["64 hexadecimal digits"]),
    ("certificate_empty", S + "    client_certificate: CN=\n", ":5", ["'CN=' is not CN=name"]),
    ("certificate_in_list", S + f"    client_certificate: [{DIGEST}, OU=x]\n", ":5", ["client_certificate[1]: 'OU=x'"]),
    ("certificate_mapping", S + "    client_certificate: {CN: x}\n", ":5", ["a mapping, where one value belongs"]),
    ("username_alone", S + "    username: bob\n", ":5", ["username: needs password_hash beside it"]),
    ("network_host_bits", S + "    allowed_remote_addresses: [10.0.0.1/8]\n", ":5", [NETWORK, "has host bits set"]),
    ("network_name", S + "    allowed_remote_addresses: [client.example]\n", ":5", [NETWORK]),
    ("network_range", S + "    allowed_remote_addresses: [10.0.0.1-10.0.0.9]\n", ":5", [NETWORK]),
    ("network_octal", S + "    allowed_remote_addresses: [010.0.0.1]\n", ":5", [NETWORK]),
    ("network_text", S + "    allowed_remote_addresses: 10.0.0.1\n", ":5", ["'10.0.0.1' is not a list"]),
    ("network_empty", S + '    allowed_remote_addresses: [""]\n', ":5", ["allowed_remote_addresses[0]: ''"]),
    # -- doors ---------------------------------------------------------------------------------------------------------
    ("no_door", "listen: []\n", ":1", ["listen: an empty list: where should anybody connect?"]),
    ("door_twice", "listen:\n  - {port: 1}\n  - {port: 1}\n", ":3", ["listen[1].port: 127.0.0.1:1 is said twice"]),
    ("door_number", "listen: [9878]\n", ":1", ["listen[0]: '9878' is not a mapping"]),
    ("door_key_twice", "listen:\n  - {port: 1, SocketAcceptPort: 2}\n", ":2", ["is said twice, also as port in line"]),
    ("tls_word", "listen: {tls: yes}\n", ":1", ["listen.tls: 'yes' is not a mapping"]),
    ("tls_without_key", "listen: {tls: {certificate_file: c.pem}}\n", ":1", ["listen.tls.key_file: is missing"]),
    ("tls_old", "listen: {tls: {certificate_file: c, key_file: k, minimum_version: 1.1}}\n", ":1", ["one of 1.2, 1.3"]),
    (
        "tls_clients_without_ca",
        "listen: {tls: {certificate_file: c, key_file: k, client_certificate: required}}\n",
        ":1",
        ["tls.ca_file: is missing: client_certificate required is verified against it"],
    ),
    (
        "tls_crl_without_ca",
        "listen: {tls: {certificate_file: c, key_file: k, crl_file: l}}\n",
        ":1",
        ["crl_file: is for certificates of clients: it needs ca_file"],
    ),
    (
        "tls_of_connect_in_listen",
        "listen: {tls: {certificate_file: c, key_file: k, server_name: x}}\n",
        ":1",
        ["listen.tls.server_name: is no key here; it is one of connect.tls"],
    ),
    ("balancer_name", "listen: {proxy_protocol_from: [lb.example]}\n", ":1", ["proxy_protocol_from[0]", NETWORK]),
    ("more_than_all", "listen: {connections_max: 5}\n", ":1", ["connections_per_address_max: 1000 is above conn"]),
    ("no_connections", "listen: {connections_max: 0}\n", ":1", [WHOLE]),
    ("buffer_unit", "listen: {socket_send_buffer_bytes: 64k}\n", ":1", ["'64k'", WHOLE]),
    ("door_timeout_unit", "listen: {logon_timeout_s: 5s}\n", ":1", ["'5s'", WHOLE]),
    ("replays", "replays_max: 0\n", ":1", [WHOLE, "1 to 1000"]),
    # -- towards a venue -----------------------------------------------------------------------------------------------
    ("connect_empty", V.replace("{host: h, port: 1}", "[]"), ":2", ["connect: is missing: host and port"]),
    ("connect_twice", V.replace("{host: h, port: 1}", "[{host: h}, {host: h}]"), ":2", ["connect[1]: h:9879 is said"]),
    ("connect_port_zero", V.replace("port: 1", "port: 0"), ":2", [WHOLE, "1 to 65535"]),
    ("connect_url", V.replace("{host: h, port: 1}", "tcp://h:1"), ":2", ["'tcp://h:1' is not a mapping"]),
    (
        "connect_certificate_alone",
        V.replace("port: 1", "port: 1, tls: {certificate_file: c}"),
        ":2",
        ["tls.key_file: is missing beside certificate_file"],
    ),
    ("policy", venue("host_selection_policy: random"), ":2", ["'random' is not one of priority, round_robin"]),
    ("policy_capital", venue("host_selection_policy: PRIORITY"), ":2", ["'PRIORITY' is not one of priority"]),
    ("drop_copy_connects", S + "    kind: drop_copy\n    connect: {}\n", ":6", ["a session of kind drop_copy is call"]),
    # -- slow, gone, too fast ------------------------------------------------------------------------------------------
    ("slow_bytes", S + "    slow_consumer_bytes_max: 1\n", ":5", [WHOLE, "65536 to"]),
    ("slow_unit", S + "    slow_consumer_bytes_max: 4MiB\n", ":5", ["'4MiB'", WHOLE]),
    ("cancel_word", S + "    cancel_on_disconnect: true\n", ":5", ["one of both, disconnect, logout, none"]),
    ("cancel_keep", S + "    cancel_on_disconnect_keep: [GTC]\n", ":5", ["'GTC' is not one of DAY, GOOD_TILL_CANCEL"]),
    ("grace", S + "    cancel_on_disconnect_grace_s: 9999\n", ":5", [WHOLE, "0 to 3600"]),
    ("throttle_number", S + "    throttle: 100\n", ":5", ["throttle: '100' is not a mapping"]),
    ("throttle_key", S + "    throttle: {message: 1}\n", ":5", ["throttle.message: unknown key", "nearest", "message"]),
    ("throttle_nothing", S + "    throttle: {messages: 1, interval_ms: 5000}\n", ":5", ["less than one a second"]),
    # -- templates -----------------------------------------------------------------------------------------------------
    ("template_without_pattern", T.replace("    target_comp_id_pattern: 'A*'\n", ""), ":2", ["_pattern: is missing"]),
    ("template_comp_id", T + "    target_comp_id: A\n", ":5", ["target_comp_id: is no key here; it is one of a sessi"]),
    ("template_pattern", T.replace("A*", "A[bc]"), ":4", ["'A[bc]' is not a CompID in letters, digits"]),
    ("template_pattern_regex", T.replace("A*", "^A.+$"), ":4", ["* for any letters"]),
    ("template_venue", T + "    kind: venue\n    connect: {}\n", ":5", ["a template is for who calls us"]),
    ("template_twice", T + T.split("\n", 1)[1], ":5", ["session_templates[1].name: 'T' is already"]),
    ("template_and_session", S.replace("name: A", "name: T.A") + T, ":6", ["'T' begins the name of session T.A"]),
    ("template_none", T + "    sessions_max: 0\n", ":5", [WHOLE, "1 to 100000"]),
    ("template_hours", T + "    start_time: 08:00:00\n", ":2", ["session_templates[0].end_time: is missing beside"]),
    ("pattern_in_session", S + "    target_comp_id_pattern: A*\n", ":5", ["is no key here; it is one of a template"]),
    # -- keys in the wrong place ---------------------------------------------------------------------------------------
    ("port_in_session", S + "    port: 1\n", ":5", ["port: is no key here; it is one of connect, listen"]),
    ("session_key_at_top", "reset_on_logon: true\n", ":1", ["is no key here; it is one of a session, a template"]),
    ("directory_at_top", "directory: run\n", ":1", ["directory: is no key here; it is one of journal, logs"]),
    ("sender_in_venue", V.replace("session: V", "session: V, sender_comp_id: X"), ":4", ["unknown key 'sender_comp_i"]),
    ("theirs_at_top", "ResetOnLogon: Y\n", ":1", ["in a session, or in session_defaults, it is reset_on_logon"]),
    ("theirs_in_session", S + "    SocketAcceptPort: 1\n", ":5", ["at the top of the file it is listen.port"]),
    ("theirs_in_journal", "journal: {ResetOnLogon: Y}\n", ":1", ["it is reset_on_logon"]),
    ("theirs_small", S + "    resetonlogon: Y\n", ":5", ["unknown key 'resetonlogon'; the nearest known key is reset"]),
    ("theirs_misspelt_at_top", "SocketAcceptPrt: 1\n", ":1", ["unknown key 'SocketAcceptPrt'"]),
    # -- QuickFIX's spelling: values -----------------------------------------------------------------------------------
    ("q_bool", S + "    ResetOnLogon: yes\n", ":5", ["[0].ResetOnLogon: 'yes' is not Y or N"]),
    ("q_bool_one", S + "    ResetOnLogon: 1\n", ":5", ["'1' is not Y or N"]),
    ("q_bool_list", S + "    ResetOnLogon: [Y]\n", ":5", ["ResetOnLogon: a list is not Y or N"]),
    ("q_bool_empty", S + "    ResetOnLogon:\n", ":5", ["ResetOnLogon: '' is not Y or N"]),
    ("q_day", S + "    StartDay: M\n", ":5", ["'M' is not a day of the week, or at least two letters of one"]),
    ("q_day_list", S + "    Weekdays: Mon,Xyz\n", ":5", ["'Mon,Xyz' is not days of the week separated by commas"]),
    ("q_days_hole", S + "    Weekdays: Mon,,Tue\n", ":5", ["days of the week separated by commas"]),
    ("q_latency", S + "    MaxLatency: 2m\n", ":5", ["sessions[0].MaxLatency: '2m'", WHOLE]),
    ("q_range", S + "    MaxLatency: 0\n", ":5", ["[0].MaxLatency: '0'", "from 1 to 86400"]),
    ("q_precision", S + "    TimestampPrecision: PICOS\n", ":5", ["[0].TimestampPrecision: 'PICOS'", WHOLE]),
    ("q_version", S + "    DefaultApplVerID: 12\n", ":5", ["DefaultApplVerID: '12' is not one of"]),
    ("q_connection", S + "    ConnectionType: server\n", ":5", ["'server' is not acceptor or initiator"]),
    ("q_policy", venue("HostSelectionPolicy: RANDOM"), ":2", ["'RANDOM' is not ROUNDROBIN or PRIORITY"]),
    ("q_milliseconds", S + "    SocketSynchronousWriteTimeout: 1500\n", ":5", ["'1500' is not milliseconds that are"]),
    ("q_addresses", S + "    AllowedRemoteAddresses: 10.0.0.1,,10.0.0.2\n", ":5", ["is not values separated by comma"]),
    ("q_protocol", "listen: {tls: {SSLProtocol: TLSv1 SSLv3}}\n", ":1", ["'TLSv1 SSLv3' is not a list of protocols t"]),
    ("q_verify", "CertificateVerifyLevel: 2\n", ":1", ["'2' is not 0 (none) or 1 (required)"]),
    ("q_cancel", S + "    cancelOnDisconnectOption: MAYBE\n", ":5", ["'MAYBE' is not one of NONE, DO_NOT_CANCEL"]),
    ("q_override", S + "    HeartBtIntOverride: Y\n", ":5", ["Y needs HeartBtInt beside it"]),
    ("q_override_word", S + "    HeartBtIntOverride: maybe\n", ":5", ["HeartBtIntOverride: 'maybe'", WHOLE]),
    # -- QuickFIX's spelling: said twice -------------------------------------------------------------------------------
    ("q_both", S + "    ResetOnLogon: Y\n    reset_on_logon: true\n", ":5", ["also as reset_on_logon in line 6"]),
    ("q_both_other", S + "    reset_on_logon: true\n    ResetOnLogon: Y\n", ":6", ["also as reset_on_logon in line 5"]),
    (
        "q_two_of_theirs",
        S + "    SendResetSeqNumFlag: Y\n    ResetOnLogon: N\n",
        ":6",
        ["ResetOnLogon: is said twice, also as SendResetSeqNumFlag in line 5"],
    ),
    (
        "q_precision_twice",
        S + "    MillisecondsInTimeStamp: Y\n    TimestampPrecision: 6\n",
        ":6",
        ["also as MillisecondsInTimeStamp in line 5"],
    ),
    ("q_port_twice", "listen: {port: 1}\nSocketAcceptPort: 1\n", ":2", ["is said twice, also as port in line 1"]),
    ("q_port_of_list", "listen: [{port: 1}]\nSocketAcceptPort: 1\n", ":2", ["write it as port into listen, which is"]),
    ("q_hosts_and_connect", venue("SocketConnectHost: x"), ":2", ["SocketConnectHost: stands beside connect"]),
    # -- QuickFIX's spelling: without effect ---------------------------------------------------------------------------
    ("q_refresh", S + "    RefreshOnLogon: Y\n", ":5", [f"RefreshOnLogon: 'Y' {NO_EFFECT}", "leave it out"]),
    ("q_sync", "FileStoreSync: N\n", ":1", [f"'N' {NO_EFFECT}nothing is sent before it is synced"]),
    ("q_local_time", S + "    UseLocalTime: Y\n", ":5", ["name one: time_zone: Europe/Zurich"]),
    ("q_proxy", S + "    UseTCPProxy: Y\n", ":5", ["proxy_protocol_from"]),
    ("q_unhandled", S + "    RejectMessageOnUnhandledException: N\n", ":5", ["is always answered"]),
    ("q_not_found", "LogMessageWhenSessionNotFound: Y\n", ":1", ["may hold a password"]),
    ("q_scheduled", S + "    MaxScheduledWriteRequests: 100\n", ":5", ["slow_consumer_bytes_max"]),
    ("q_redact", "RedactFieldsInLogs: 58\n", ":1", ["always masked"]),
    ("q_order", S + "    PreserveMessageFieldsOrder: N\n", ":5", ["in the order they were written"]),
    ("q_http", "HttpAcceptPort: 9911\n", ":1", [f"HttpAcceptPort: {NO_EFFECT}that panel has no authentication"]),
    ("q_http_in_session", S + "    HttpAcceptPort: 9911\n", ":5", ["fixgate status"]),
    ("q_mysql", S + "    MySQLStoreDatabase: quickfix\n", ":5", [NO_EFFECT, "set journal: directory"]),
    ("q_mysql_password", S + "    MySQLStorePassword: hunter2\n", ":5", [NO_EFFECT]),
    ("q_postgres", S + "    PostgreSQLStoreHost: h\n", ":5", [NO_EFFECT]),
    ("q_postgres_log", S + "    PostgresSQLLogIncomingTable: t\n", ":5", [NO_EFFECT, "logs: directory"]),
    ("q_odbc", S + "    OdbcLogConnectionString: x\n", ":5", [NO_EFFECT]),
    ("q_jdbc", S + "    JdbcDriver: x\n", ":5", [NO_EFFECT]),
    ("q_screen", "ScreenLogShowIncoming: N\n", ":1", [NO_EFFECT, "the terminal shows"]),
    ("q_screen_events", S + "    ScreenLogEvents: Y\n", ":5", [NO_EFFECT]),
    ("q_keystore", S + "    SocketKeyStore: k.jks\n", ":5", [NO_EFFECT, "PEM"]),
    ("q_ca_directory", "CertificationAuthoritiesDirectory: ca\n", ":1", ["concatenate the PEM files and set ca_file"]),
    ("q_qualifier", S + "    SessionQualifier: B\n", ":5", ["another SenderCompID"]),
    ("q_template", S + "    AcceptorTemplate: Y\n", ":5", ["write it under session_templates"]),
    ("q_dynamic", "DynamicSessions: Y\n", ":1", ["session_templates"]),
    ("q_more_versions", S + "    AppDataDictionary.FIX.4.4: x\n", ":5", ["one application version"]),
    ("q_source", venue("SocketConnectSourceHost: x"), ":2", ["routing table"]),
    ("q_backup", "FileLogBackupPath: x\n", ":1", ["logs: directory"]),
    # -- YAML ----------------------------------------------------------------------------------------------------------
    ("yaml_float_key", "1.5: a\n", ":1", ["unknown key '1.5'"]),
    ("yaml_null_key", "~: a\n", ":1", ["unknown key '~'"]),
    ("yaml_empty_key", "'': a\n", ":1", ["unknown key ''"]),
    ("yaml_merge", "<<: {name: a}\n", ":1", ["unknown key '<<'"]),
    ("yaml_block_text", "name: |\n  a\n  b\n", ":1", ["is not a name"]),
    ("yaml_missing_blank", "name:a\n", ":1", ["'name:a' is not a mapping"]),
    ("yaml_set", "? a\n? b\n", ":1", ["unknown key 'a'"]),
    ("yaml_directive", "%YAML 9.9\n---\nname: a\n", ":1", ["not YAML"]),
    ("yaml_duplicate_of_quoted", "name: a\n'name': b\n", ":2", ["key name is said twice, first in line 1"]),
    ("yaml_duplicate_theirs", "FileStorePath: a\nFileStorePath: b\n", ":2", ["said twice, first in line 1"]),
    ("yaml_comma_in_braces", "listen: {port: 1,, host: a}\n", ":1", ["not YAML"]),
    ("yaml_date", S + "    start_time: 2026-01-02\n", ":5", [TIME]),
    ("yaml_binary", "listen: {port: 0b11}\n", ":1", ["'0b11'", WHOLE]),
    ("yaml_octal_o", "listen: {port: 0o17}\n", ":1", ["'0o17'", WHOLE]),
    ("yaml_on", S + "    reset_on_logon: on\n", ":5", ["'on' is not true or false"]),
    ("yaml_off", S + "    reset_on_logon: off\n", ":5", ["'off' is not true or false"]),
    ("yaml_no", S + "    reset_on_logon: no\n", ":5", ["'no' is not true or false"]),
    ("yaml_norway", S + "    kind: no\n", ":5", ["'no' is not one of client, drop_copy, venue"]),
    ("yaml_blank_around", "listen: {port: ' 1'}\n", ":1", ["' 1'", WHOLE]),
    ("yaml_utf16", "name: \x00a\n", "", ["control characters are not allowed"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "fragments"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_refusal(tmp_path: Path, text: str, line: str, fragments: list[str]) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(path)
    check(refused.value, path, line, fragments)
    assert "hunter2" not in str(refused.value)


def test_there_are_many() -> None:
    from tests.config import test_refusals

    assert len(ROWS) + len(test_refusals.ROWS) + len(test_refusals.EXCHANGE_ROWS) >= 250
