"""The keys of QuickFIX's settings and of its kin (QuickFIX/J, /Go, /N, FIX Antenna, Artio), and ours for each.

A key of theirs is one of three: an *alias* of a key of ours, taken wherever that one is; *settled*, when one value of
it is how things always are here, so that saying so is allowed and changes nothing; or *refused*, because it can have no
effect here, with what to do instead.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from config.quickfix_values import (
    APPL_VER_ID,
    AS_IT_IS,
    CANCEL_ON_DISCONNECT,
    CLIENT_AUTH,
    CONNECTION_TYPE,
    DAY,
    DAY_LIST,
    HOST_SELECTION,
    LIST,
    MILLISECONDS,
    MILLISECONDS_ON,
    PRECISION,
    PROTOCOLS,
    VERIFY_LEVEL,
    YES_NO,
    Takes,
)


class Alias(NamedTuple):
    path: str
    """Our key, from the session or from the top of the file."""
    takes: Takes = AS_IT_IS


SESSION: dict[str, Alias] = {
    "BeginString": Alias("begin_string"),
    "SenderCompID": Alias("sender_comp_id"),
    "TargetCompID": Alias("target_comp_id"),
    "DefaultApplVerID": Alias("default_appl_ver_id", APPL_VER_ID),
    "ConnectionType": Alias("kind", CONNECTION_TYPE),
    "AllowedRemoteAddresses": Alias("allowed_remote_addresses", LIST),
    # hours
    "StartTime": Alias("start_time"),
    "EndTime": Alias("end_time"),
    "StartDay": Alias("start_day", DAY),
    "EndDay": Alias("end_day", DAY),
    "Weekdays": Alias("weekdays", DAY_LIST),
    "TimeZone": Alias("time_zone"),
    "LogonTime": Alias("logon_time"),
    "LogoutTime": Alias("logout_time"),
    "LogonDay": Alias("logon_day", DAY),
    "LogoutDay": Alias("logout_day", DAY),
    "NonStopSession": Alias("non_stop_session", YES_NO),
    "ResetSeqTime": Alias("reset_seq_time"),
    # numbers
    "ResetOnLogon": Alias("reset_on_logon", YES_NO),
    "SendResetSeqNumFlag": Alias("reset_on_logon", YES_NO),
    "ResetOnLogout": Alias("reset_on_logout", YES_NO),
    "ResetOnDisconnect": Alias("reset_on_disconnect", YES_NO),
    "SendNextExpectedMsgSeqNum": Alias("send_next_expected_msg_seq_num", YES_NO),
    "EnableNextExpectedMsgSeqNum": Alias("send_next_expected_msg_seq_num", YES_NO),
    "EnableLastMsgSeqNumProcessed": Alias("enable_last_msg_seq_num_processed", YES_NO),
    "ResendRequestChunkSize": Alias("resend_request_chunk_size"),
    "ClosedResendInterval": Alias("closed_resend_interval", YES_NO),
    "SendRedundantResendRequests": Alias("send_redundant_resend_requests", YES_NO),
    "PersistMessages": Alias("persist_messages", YES_NO),
    "allowedCountOfSimilarRR": Alias("resend_requests_max"),
    # what is checked
    "CheckCompID": Alias("check_comp_id", YES_NO),
    "CheckLatency": Alias("check_latency", YES_NO),
    "MaxLatency": Alias("max_latency_s"),
    "RequiresOrigSendingTime": Alias("requires_orig_sending_time", YES_NO),
    "AllowPosDup": Alias("allow_pos_dup", YES_NO),
    "UseDataDictionary": Alias("use_data_dictionary", YES_NO),
    "DataDictionary": Alias("data_dictionary"),
    "TransportDataDictionary": Alias("transport_data_dictionary"),
    "AppDataDictionary": Alias("app_data_dictionary"),
    "ValidateLengthAndChecksum": Alias("validate_length_and_checksum", YES_NO),
    "ValidateChecksum": Alias("validate_length_and_checksum", YES_NO),
    "ValidateFieldsOutOfOrder": Alias("validate_fields_out_of_order", YES_NO),
    "ValidateFieldsHaveValues": Alias("validate_fields_have_values", YES_NO),
    "ValidateUserDefinedFields": Alias("validate_user_defined_fields", YES_NO),
    "AllowUnknownMsgFields": Alias("allow_unknown_msg_fields", YES_NO),
    "AllowUnknownEnumValues": Alias("allow_unknown_enum_values", YES_NO),
    "ValidateUnorderedGroupFields": Alias("validate_unordered_group_fields", YES_NO),
    "FirstFieldInGroupIsDelimiter": Alias("first_field_in_group_is_delimiter", YES_NO),
    "RejectInvalidMessage": Alias("reject_invalid_message", YES_NO),
    "RejectGarbledMessage": Alias("reject_garbled_message", YES_NO),
    "maxMessageSize": Alias("message_bytes_max"),
    # time
    "HeartBtInt": Alias("heart_bt_int_s"),
    "HeartBtIntOverride": Alias("heart_bt_int_override_s"),
    "TestRequestDelayMultiplier": Alias("test_request_delay_multiplier"),
    "HeartBeatTimeoutMultiplier": Alias("heart_beat_timeout_multiplier"),
    "DisableHeartBeatCheck": Alias("disable_heart_beat_check", YES_NO),
    "LogonTimeout": Alias("logon_timeout_s"),
    "LogoutTimeout": Alias("logout_timeout_s"),
    "TimestampPrecision": Alias("timestamp_precision", PRECISION),
    "TimeStampPrecision": Alias("timestamp_precision", PRECISION),
    "MillisecondsInTimeStamp": Alias("timestamp_precision", MILLISECONDS_ON),
    # towards a venue
    "SocketConnectHost": Alias("connect.host"),
    "SocketConnectPort": Alias("connect.port"),
    "ReconnectInterval": Alias("reconnect_interval_s"),
    "HostSelectionPolicy": Alias("host_selection_policy", HOST_SELECTION),
    "HostSelectionPolicyPriorityStartOverInterval": Alias("host_selection_policy_priority_start_over_interval_s"),
    "ClientCertificateFile": Alias("connect.tls.certificate_file"),
    "ClientCertificateKeyFile": Alias("connect.tls.key_file"),
    "CertificationAuthoritiesFile": Alias("connect.tls.ca_file"),
    "SSLProtocol": Alias("connect.tls.minimum_version", PROTOCOLS),
    "SSLCipherSuite": Alias("connect.tls.cipher_suite"),
    "SocketCertificateFile": Alias("connect.tls.certificate_file"),
    "SocketPrivateKeyFile": Alias("connect.tls.key_file"),
    "SocketCAFile": Alias("connect.tls.ca_file"),
    "SocketServerName": Alias("connect.tls.server_name"),
    # slow, gone or too fast
    "senderMaxBytesInBuffer": Alias("slow_consumer_bytes_max"),
    "slowConsumerTimeout": Alias("slow_consumer_timeout_s", MILLISECONDS),
    "slowConsumerTimeoutInMs": Alias("slow_consumer_timeout_s", MILLISECONDS),
    "SocketSynchronousWriteTimeout": Alias("slow_consumer_timeout_s", MILLISECONDS),
    "cancelOnDisconnectOption": Alias("cancel_on_disconnect", CANCEL_ON_DISCONNECT),
    "cancelOnDisconnectTimeoutWindowInMs": Alias("cancel_on_disconnect_grace_s", MILLISECONDS),
}
"""Keys of a [SESSION] (or of what sessions share) that have one of ours."""

FILE: dict[str, Alias] = {
    "SocketAcceptPort": Alias("listen.port"),
    "SocketAcceptAddress": Alias("listen.host"),
    "SocketAcceptHost": Alias("listen.host"),
    "SocketNodelay": Alias("listen.socket_nodelay", YES_NO),
    "SocketTcpNoDelay": Alias("listen.socket_nodelay", YES_NO),
    "SocketSendBufferSize": Alias("listen.socket_send_buffer_bytes"),
    "SocketReceiveBufferSize": Alias("listen.socket_receive_buffer_bytes"),
    "AllowedRemoteAddresses": Alias("listen.allowed_remote_addresses", LIST),
    "loginWaitTimeout": Alias("listen.logon_timeout_s", MILLISECONDS),
    "ServerCertificateFile": Alias("listen.tls.certificate_file"),
    "ServerCertificateKeyFile": Alias("listen.tls.key_file"),
    "CertificationAuthoritiesFile": Alias("listen.tls.ca_file"),
    "CertificateVerifyLevel": Alias("listen.tls.client_certificate", VERIFY_LEVEL),
    "NeedClientAuth": Alias("listen.tls.client_certificate", CLIENT_AUTH),
    "CertificateRevocationListFile": Alias("listen.tls.crl_file"),
    "SSLProtocol": Alias("listen.tls.minimum_version", PROTOCOLS),
    "EnabledProtocols": Alias("listen.tls.minimum_version", PROTOCOLS),
    "SSLCipherSuite": Alias("listen.tls.cipher_suite"),
    "FileStorePath": Alias("journal.directory"),
    "FileLogPath": Alias("logs.directory"),
}
"""Keys of the whole process that have one of ours."""

NUMBERED = re.compile(r"(SocketConnectHost|SocketConnectPort)([0-9]{1,2})")
"""Further hosts of an initiator: SocketConnectHost1, SocketConnectPort1 and so on."""


class Settled(NamedTuple):
    values: frozenset[str]
    """What may be said: it is so anyway. Compared in capitals."""
    why: str
    """What to do, for who says something else."""


def _settled(values: str, why: str) -> Settled:
    return Settled(frozenset(values.split()), why)


_MASKED = "passwords, raw data and signatures are always masked; others: logs.masked_tags"

SETTLED: dict[str, Settled] = {
    "RefreshOnLogon": _settled("N", "one process writes the journal, there is nothing to read again; leave it out"),
    "FileStoreSync": _settled("Y", "nothing is sent before it is synced, and that cannot be turned off; leave it out"),
    "SocketReuseAddress": _settled("Y", "a restart must be able to listen at once; leave it out"),
    "UseLocalTime": _settled("N", "the host's zone may change; name one: time_zone: Europe/Zurich"),
    "PreserveMessageFieldsOrder": _settled("Y", "messages leave in the order they were written; leave it out"),
    "RejectMessageOnUnhandledException": _settled("Y", "what cannot be handled is always answered; leave it out"),
    "LogMessageWhenSessionNotFound": _settled("N", "a stranger's Logon may hold a password; leave it out"),
    "SocketSynchronousWrites": _settled("N", "a slow peer must not stop others; see slow_consumer_timeout_s"),
    "MaxScheduledWriteRequests": _settled("0", "what waits for a peer is limited in bytes: slow_consumer_bytes_max"),
    "UseTCPProxy": _settled("N", "say which balancers may speak it: listen: proxy_protocol_from: [10.0.0.0/8]"),
    "EnableResetSeqTime": _settled("Y", "leave reset_seq_time out"),
    "ContinueInitializationOnError": _settled("N", "a configuration is used whole or not at all; leave it out"),
    "ValidateIncomingMessage": _settled("Y", "turn off what you mean: use_data_dictionary, reject_invalid_message"),
    "ValidateSequenceNumbers": _settled("Y", "a session without numbers is none; leave it out"),
    "SocketInsecureSkipVerify": _settled("N", "a venue's certificate is always verified: connect: tls: ca_file"),
    "SocketUseSSL": _settled("N", "write tls: with the files, in listen or in connect"),
    "RedactFieldsInLogs": _settled("554 925 554,925 925,554", _MASKED),
    "maskedTags": _settled("554 925 554,925 925,554", _MASKED),
}
"""Keys of which one value is how it always is."""

_ONE_JOURNAL = "there is one store, the journal, which is synced and replayable; set journal: directory"
_ONE_LOG = "logs are files in logs: directory, JSON and QuickFIX's message format; a collector can read both"
_PEM = "keys and certificates are PEM files: tls: certificate_file, key_file, ca_file"

REFUSED: dict[str, str] = {
    "HttpAcceptPort": "that panel has no authentication; operators use the socket of admin: socket (fixgate status)",
    "SessionQualifier": "sessions are told apart by CompIDs; give the session another SenderCompID, and a name",
    "FileLogBackupPath": "closed log files stay in logs: directory; move them from there with your own tool",
    "FileStoreMaxCachedMsgs": _ONE_JOURNAL,
    "AcceptorTemplate": "write it under session_templates: with a target_comp_id_pattern",
    "DynamicSessions": "write what they share under session_templates: with a target_comp_id_pattern",
    "DynamicQualifier": "sessions are told apart by CompIDs; write session_templates: with a target_comp_id_pattern",
    "AcceptorRepository": "write it under session_templates: with a target_comp_id_pattern",
    "SocketAcceptProtocol": "sessions run over TCP; leave it out",
    "SocketConnectProtocol": "sessions run over TCP; leave it out",
    "SocketConnectSourceHost": "the system's routing table chooses the address we call from",
    "SocketConnectSourcePort": "the system chooses the port we call from",
    "SocketLocalHost": "the system's routing table chooses the address we call from",
    "SocketLocalPort": "the system chooses the port we call from",
    "SocketTimeout": "a call is given up after 10 s; see reconnect_interval_s for the next one",
    "CertificationAuthoritiesDirectory": "one file holds them all: concatenate the PEM files and set ca_file",
    "CertificateRevocationListDirectory": "one file holds them all: concatenate the PEM files and set crl_file",
    "CipherSuites": "these are Java's names; set tls: cipher_suite in OpenSSL's",
}
"""Keys that can have no effect here, and why, and what to do instead."""

REFUSED_FAMILIES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "MySQLStore..., PostgreSQLStore..., OdbcStore..., Jdbc..., Sleepycat..., CachedFileStore..., MongoStore...",
        re.compile(r"(?:MySQL|PostgreSQL|Odbc|SQL|Mongo|CachedFile)Store.*|Sleepycat.*|Jdbc.*"),
        _ONE_JOURNAL,
    ),
    (
        "MySQLLog..., PostgreSQLLog..., OdbcLog..., MongoLog..., SLF4JLog...",
        re.compile(r"(?:MySQL|PostgreSQL|PostgresSQL|Odbc|SQL|Mongo|SLF4J)Log.*"),
        _ONE_LOG,
    ),
    (
        "ScreenLog..., ScreenInclude...",
        re.compile(r"ScreenLog.*|ScreenInclude.*"),
        f"the terminal shows the gateway's own events; {_ONE_LOG}",
    ),
    ("FileLogHeartbeats, FileInclude...", re.compile(r"FileLogHeartbeats|FileInclude.*|LogHeartbeats"), _ONE_LOG),
    (
        "SocketKeyStore..., SocketTrustStore..., KeyStore..., TrustStore...",
        re.compile(r"(?:SocketKey|SocketTrust|Key|Trust)(?:Store|Manager).*"),
        _PEM,
    ),
    (
        "AppDataDictionary.VERSION",
        re.compile(r"AppDataDictionary\..+"),
        "a session has one application version; set app_data_dictionary for it",
    ),
    (
        "ProxyType, ProxyHost, ProxyPort, ...",
        re.compile(r"Proxy(?:Type|Version|Host|Port|User|Password|Domain|Workstation)"),
        "venues are called directly",
    ),
)
"""The same for keys that begin alike: in words, as a pattern, and what instead."""


def refusal_of(written: str) -> str | None:
    """Why a key of QuickFIX's can have no effect here, and what to do instead; None when it is no such key."""
    known = REFUSED.get(written)
    if known is not None:
        return known
    return next((why for _, family, why in REFUSED_FAMILIES if family.fullmatch(written)), None)
