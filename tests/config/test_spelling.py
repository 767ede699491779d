"""QuickFIX's spelling of keys: every one is taken where ours is, means the same, and is looked for in its own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_gateway, problems_of
from config.model import GatewayConfig, SessionConfig
from config.quickfix_keys import FILE, REFUSED, SESSION, SETTLED, refusal_of
from config.spelling import SCOPES, aliases_of, owners, spellings_of

# Keys that QuickFIX documents, and those of its kin, that a gateway must or should know: each is an alias, settled or
# refused with what to do instead; none is just unknown.
DOCUMENTED = """
BeginString SenderCompID TargetCompID DefaultApplVerID ConnectionType StartTime EndTime StartDay EndDay LogonTime
LogoutTime LogonDay LogoutDay UseLocalTime MillisecondsInTimeStamp TimestampPrecision SendRedundantResendRequests
ResetOnLogon ResetOnLogout ResetOnDisconnect RefreshOnLogon SendNextExpectedMsgSeqNum NonStopSession
UseDataDictionary DataDictionary TransportDataDictionary AppDataDictionary ValidateLengthAndChecksum
ValidateFieldsOutOfOrder ValidateFieldsHaveValues ValidateUserDefinedFields PreserveMessageFieldsOrder CheckCompID
CheckLatency MaxLatency HttpAcceptPort ReconnectInterval HeartBtInt LogonTimeout LogoutTimeout SocketConnectHost
SocketConnectPort HostSelectionPolicy HostSelectionPolicyPriorityStartOverInterval SocketNodelay SocketSendBufferSize
SocketReceiveBufferSize SocketAcceptPort SocketReuseAddress AllowedRemoteAddresses PersistMessages FileStorePath
FileLogPath FileLogBackupPath ScreenLogShowIncoming ScreenLogShowOutgoing ScreenLogShowEvents SSLProtocol
SSLCipherSuite CertificationAuthoritiesFile CertificationAuthoritiesDirectory ServerCertificateFile
ServerCertificateKeyFile CertificateVerifyLevel CertificateRevocationListFile CertificateRevocationListDirectory
ClientCertificateFile ClientCertificateKeyFile SendResetSeqNumFlag AllowUnknownMsgFields
TimeZone Weekdays ResetSeqTime RejectInvalidMessage RejectGarbledMessage RejectMessageOnUnhandledException
RequiresOrigSendingTime AllowPosDup AllowUnknownEnumValues ValidateUnorderedGroupFields FirstFieldInGroupIsDelimiter
ResendRequestChunkSize ClosedResendInterval EnableLastMsgSeqNumProcessed EnableNextExpectedMsgSeqNum
HeartBtIntOverride TestRequestDelayMultiplier HeartBeatTimeoutMultiplier DisableHeartBeatCheck AcceptorTemplate
DynamicSessions MaxScheduledWriteRequests SocketSynchronousWrites FileStoreSync UseTCPProxy
LogMessageWhenSessionNotFound RedactFieldsInLogs maskedTags maxMessageSize loginWaitTimeout allowedCountOfSimilarRR
""".split()

# QuickFIX's key -> what is written, and the same in our words
SESSION_VALUES: dict[str, tuple[str, str]] = {
    "BeginString": ("FIX.4.2", "FIX.4.2"),
    "SenderCompID": ("ME", "ME"),
    "TargetCompID": ("YOU", "YOU"),
    "ConnectionType": ("acceptor", "client"),
    "AllowedRemoteAddresses": ("10.0.0.1, 10.1.0.0/16", "[10.0.0.1, 10.1.0.0/16]"),
    "TimeZone": ("Europe/Zurich", "Europe/Zurich"),
    "ResetSeqTime": ("17:00:00", "17:00:00"),
    "ResendRequestChunkSize": ("100", "100"),
    "MaxLatency": ("30", "30"),
    "DataDictionary": ("a.xml", "a.xml"),
    "maxMessageSize": ("1000", "1000"),
    "allowedCountOfSimilarRR": ("5", "5"),
    "HeartBtInt": ("20", "20"),
    "HeartBtIntOverride": ("15", "15"),
    "TestRequestDelayMultiplier": ("0.5", "0.5"),
    "HeartBeatTimeoutMultiplier": ("2", "2"),
    "LogonTimeout": ("7", "7"),
    "LogoutTimeout": ("8", "8"),
    "TimestampPrecision": ("MICROS", "6"),
    "TimeStampPrecision": ("9", "9"),
    "MillisecondsInTimeStamp": ("N", "0"),
    "ReconnectInterval": ("11", "11"),
    "HostSelectionPolicy": ("PRIORITY", "priority"),
    "HostSelectionPolicyPriorityStartOverInterval": ("60", "60"),
    "senderMaxBytesInBuffer": ("100000", "100000"),
    "slowConsumerTimeout": ("3000", "3"),
    "slowConsumerTimeoutInMs": ("4000", "4"),
    "SocketSynchronousWriteTimeout": ("30000", "30"),
    "cancelOnDisconnectOption": ("LOGOUT_ONLY", "logout"),
    "cancelOnDisconnectTimeoutWindowInMs": ("60000", "60"),
}
HOURS = "start_time: 08:00:00\nend_time: 09:00:00\n"
HOURS_VALUES: dict[str, tuple[str, str]] = {
    "LogonTime": ("08:10:00", "08:10:00"),
    "LogoutTime": ("08:20:00", "08:20:00"),
    "Weekdays": ("Mo,tuesday,FRI", "[monday, tuesday, friday]"),
}
SWITCHES = {name: alias.path for name, alias in SESSION.items() if alias.takes.rule == "Y or N"}


def load(tmp_path: Path, text: str) -> GatewayConfig:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    return load_gateway(path)


def session(tmp_path: Path, lines: str) -> SessionConfig:
    keys = {line.split(":")[0] for line in lines.splitlines()}
    needed = {"begin_string": "FIX.4.4", "target_comp_id": "A"}
    if keys & {"BeginString", "begin_string"}:
        del needed["begin_string"]
    if keys & {"TargetCompID", "target_comp_id"}:
        del needed["target_comp_id"]
    text = "sessions:\n  - name: A\n" + "".join(f"    {key}: {value}\n" for key, value in needed.items())
    return load(tmp_path, text + "".join(f"    {line}\n" for line in lines.splitlines())).sessions[0]


@pytest.mark.parametrize("key", DOCUMENTED)
def test_every_documented_key_is_known(key: str) -> None:
    assert key in SESSION or key in FILE or key in SETTLED or refusal_of(key) is not None


@pytest.mark.parametrize("key", [*SESSION_VALUES, *HOURS_VALUES])
def test_a_key_of_a_session_means_ours(tmp_path: Path, key: str) -> None:
    written, meant = {**SESSION_VALUES, **HOURS_VALUES}[key]
    more = HOURS if key in HOURS_VALUES else ""
    ours = SESSION[key].path
    theirs = session(tmp_path, f"{more}{key}: {written}\n")
    assert theirs == session(tmp_path, f"{more}{ours}: {meant}\n")
    assert key in ("BeginString", "TargetCompID", "ConnectionType") or theirs != session(tmp_path, more)


@pytest.mark.parametrize("key", [name for name, alias in SESSION.items() if alias.path not in ("connect.host",)])
def test_no_alias_is_forgotten(key: str) -> None:
    weekly = {"StartTime", "EndTime", "StartDay", "EndDay", "LogonDay", "LogoutDay"}
    fixt = {"DefaultApplVerID", "TransportDataDictionary", "AppDataDictionary"}
    calls = {name for name, alias in SESSION.items() if alias.path.startswith("connect.")}
    tested = {*SESSION_VALUES, *HOURS_VALUES, *SWITCHES, *MILLISECONDS_SWITCH, *weekly, *fixt, *calls}
    assert key in tested


MILLISECONDS_SWITCH = {"MillisecondsInTimeStamp"}
NEEDS = {"FirstFieldInGroupIsDelimiter": "validate_unordered_group_fields: false\n"}
VENUES_ONLY = {"RejectInvalidMessage"}


@pytest.mark.parametrize("key", sorted(SWITCHES.keys() - MILLISECONDS_SWITCH - VENUES_ONLY))
@pytest.mark.parametrize(("written", "meant"), [("Y", True), ("N", False), ("y", True), ("n", False)])
def test_switches_are_y_and_n(tmp_path: Path, key: str, written: str, meant: bool) -> None:
    config = session(tmp_path, f"{NEEDS.get(key, '')}{key}: {written}\n")
    assert getattr(config, SWITCHES[key]) is meant


def test_a_session_of_a_week(tmp_path: Path) -> None:
    theirs = (
        "StartTime: 18:00:00\nEndTime: 17:00:00\nStartDay: Su\nEndDay: FRIDAY\n"
        "LogonTime: 18:30:00\nLogoutTime: 16:00:00\nLogonDay: Sun\nLogoutDay: fri\n"
    )
    ours = (
        "start_time: 18:00:00\nend_time: 17:00:00\nstart_day: sunday\nend_day: friday\n"
        "logon_time: 18:30:00\nlogout_time: 16:00:00\nlogon_day: sunday\nlogout_day: friday\n"
    )
    assert session(tmp_path, theirs) == session(tmp_path, ours)


@pytest.mark.parametrize("version", ["9", "FIX.5.0SP2"])
def test_a_session_of_fixt(tmp_path: Path, version: str) -> None:
    keys = f"BeginString: FIXT.1.1\nDefaultApplVerID: {version}\nTransportDataDictionary: t\nAppDataDictionary: a\n"
    config = session(tmp_path, keys)
    assert (config.default_appl_ver_id, config.transport_data_dictionary) == ("FIX.5.0SP2", "t")
    assert config.app_data_dictionary == "a"


VENUE = "ConnectionType: initiator\n"
VENUES = "venues:\n  - {name: A, adapter: fix_standard, session: A}\n"


def called(tmp_path: Path, lines: str, defaults: str = "") -> SessionConfig:
    text = f"session_defaults: {{{defaults}}}\n" if defaults else ""
    text += "sessions:\n  - name: A\n    begin_string: FIX.4.4\n    target_comp_id: A\n    ConnectionType: initiator\n"
    return load(tmp_path, text + "".join(f"    {line}\n" for line in lines.splitlines()) + VENUES).sessions[0]


def test_hosts_to_call_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    config = called(
        tmp_path,
        "SocketConnectPort2: 3\nSocketConnectHost: a\nSocketConnectPort: 1\nSocketConnectHost2: c\n"
        "SocketConnectHost1: b\nSocketConnectPort1: 2\nReconnectInterval: 5\nRejectInvalidMessage: N\n",
    )
    assert [(endpoint.host, endpoint.port) for endpoint in config.connect] == [("a", 1), ("b", 2), ("c", 3)]
    assert (config.kind, config.reconnect_interval_s, config.reject_invalid_message) == ("venue", 5, False)


def test_tls_towards_a_venue_is_for_all_its_hosts_also_from_the_defaults(tmp_path: Path) -> None:
    hosts = "SocketConnectHost: a\nSocketConnectHost1: b\n"
    own = called(tmp_path, hosts + "ClientCertificateFile: c\nClientCertificateKeyFile: k\nSSLProtocol: TLSv1_3\n")
    shared = called(tmp_path, hosts, "ClientCertificateFile: c, ClientCertificateKeyFile: k, SSLProtocol: TLSv1_3")
    assert own == shared
    for endpoint in own.connect:
        assert endpoint.tls is not None
        assert (endpoint.tls.certificate_file, endpoint.tls.key_file) == ("c", "k")
        assert endpoint.tls.minimum_version == "1.3"


def test_an_alias_is_taken_in_the_record_itself(tmp_path: Path) -> None:
    config = called(tmp_path, "connect: {SocketConnectHost: a, SocketConnectPort: 7, tls: {SocketServerName: n}}\n")
    (endpoint,) = config.connect
    assert (endpoint.host, endpoint.port) == ("a", 7)
    assert endpoint.tls is not None
    assert endpoint.tls.server_name == "n"


def test_the_process_in_quickfix_words(tmp_path: Path) -> None:
    theirs = load(
        tmp_path,
        "SocketAcceptPort: 5001\nSocketAcceptAddress: 0.0.0.0\nSocketNodelay: N\nSocketSendBufferSize: 1000\n"
        "SocketReceiveBufferSize: 2000\nAllowedRemoteAddresses: 10.0.0.0/8\nloginWaitTimeout: 9000\n"
        "ServerCertificateFile: c\nServerCertificateKeyFile: k\nCertificationAuthoritiesFile: a\n"
        "CertificateVerifyLevel: 1\nCertificateRevocationListFile: l\nSSLProtocol: ALL -SSLv3 -TLSv1_2\n"
        "SSLCipherSuite: ECDHE+AESGCM\nFileStorePath: s\nFileLogPath: g\n",
    )
    ours = load(
        tmp_path,
        "listen: {port: 5001, host: 0.0.0.0, socket_nodelay: false, socket_send_buffer_bytes: 1000,\n"
        "  socket_receive_buffer_bytes: 2000, allowed_remote_addresses: [10.0.0.0/8], logon_timeout_s: 9,\n"
        "  tls: {certificate_file: c, key_file: k, ca_file: a, client_certificate: required, crl_file: l,\n"
        "    minimum_version: '1.3', cipher_suite: ECDHE+AESGCM}}\n"
        "journal: {directory: s}\nlogs: {directory: g}\n",
    )
    assert theirs == ours


def test_theirs_and_ours_may_stand_together(tmp_path: Path) -> None:
    config = load(tmp_path, "FileStorePath: s\njournal: {map_size_gb: 2}\nlisten: {port: 1}\nSocketNodelay: N\n")
    assert (config.journal.directory, config.journal.map_size_gb) == ("s", 2)
    assert (config.listen[0].port, config.listen[0].socket_nodelay) == (1, False)


def test_what_a_default_says_in_one_spelling_a_session_overrules_in_the_other(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "session_defaults: {ResetOnLogon: Y, heart_bt_int_s: 5}\n"
        "sessions:\n"
        "  - {name: A, begin_string: FIX.4.4, target_comp_id: A, reset_on_logon: false}\n"
        "  - {name: B, begin_string: FIX.4.4, target_comp_id: B, HeartBtInt: 6}\n",
    )
    a, b = config.sessions
    assert (a.reset_on_logon, b.reset_on_logon) == (False, True)
    assert (a.heart_bt_int_s, b.heart_bt_int_s) == (5, 6)


def test_a_rule_between_keys_names_the_key_as_it_was_written() -> None:
    text = "session_defaults: {HeartBtInt: 5000}\nsessions: [{name: A, BeginString: FIX.4.4, TargetCompID: A}]\n"
    (problem,) = problems_of(text, "f")
    assert problem.startswith("f:1:20: sessions[0].HeartBtInt: 5000 is not from 1 to 3600")


def test_a_template_takes_no_comp_id_from_the_defaults(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "session_defaults: {TargetCompID: A, ResetOnLogon: Y, BeginString: FIX.4.4}\n"
        "sessions: [{name: S}]\nsession_templates: [{name: T, target_comp_id_pattern: B*}]\n",
    )
    assert (config.sessions[0].target_comp_id, config.session_templates[0].target_comp_id_pattern) == ("A", "B*")
    assert config.session_templates[0].reset_on_logon


def test_doors_at_any_free_port_are_no_two_of_the_same(tmp_path: Path) -> None:
    assert len(load(tmp_path, "listen: [{port: 0}, {port: 0}]\n").listen) == 2


@pytest.mark.parametrize(("written", "meant"), [("N", 0), ("n", 0), ("Y", 20), ("y", 20), ("7", 7)])
def test_the_override_of_quickfix_go_takes_heart_bt_int(tmp_path: Path, written: str, meant: int) -> None:
    for lines in (
        f"HeartBtIntOverride: {written}\nHeartBtInt: 20\n",
        f"heart_bt_int_s: 20\nHeartBtIntOverride: {written}\n",
    ):
        config = session(tmp_path, lines)
        assert (config.heart_bt_int_s, config.heart_bt_int_override_s) == (20, meant)


@pytest.mark.parametrize("key", sorted(SETTLED))
def test_what_is_so_anyway_may_be_said_anywhere_and_changes_nothing(tmp_path: Path, key: str) -> None:
    value = min(SETTLED[key].values)
    assert session(tmp_path, f"{key}: '{value}'\n") == session(tmp_path, "")
    assert load(tmp_path, f"{key}: '{value}'\n") == GatewayConfig()
    (problem,) = problems_of(f"{key}: other\n", "f")
    assert f"{key}: 'other' can have no effect here: {SETTLED[key].why}" in problem


@pytest.mark.parametrize("key", sorted(REFUSED))
def test_what_is_refused_says_what_to_do_instead(key: str) -> None:
    (problem,) = problems_of(f"{key}: hunter2\n", "f")
    assert problem == f"f:1:1: {key}: can have no effect here: {REFUSED[key]}"


def test_the_tables_are_apart() -> None:
    names = [*SETTLED, *REFUSED, *{*SESSION, *FILE}]
    assert len(names) == len(set(names))
    assert len({name.upper() for name in names} - {"TIMESTAMPPRECISION"}) == len(names) - 2
    assert not [name for name in {*SESSION, *FILE, *SETTLED} if refusal_of(name) is not None]


def test_every_alias_leads_to_a_key(tmp_path: Path) -> None:
    for record in SCOPES:
        for name, alias in aliases_of(record).items():
            key = alias.path.rsplit(".", 1)[-1]
            if (key, record.__name__) != ("target_comp_id", "SessionTemplate"):
                assert key in owners(), name
    assert spellings_of(SessionConfig, "reset_on_logon") == ["ResetOnLogon", "SendResetSeqNumFlag"]
