"""QuickFIX's settings as our YAML: what comes out loads, means the same, and says what it could not take over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import load_gateway, problems_of
from config.model import Connect, ConnectTls, GatewayConfig
from config.quickfix_import import Imported, import_quickfix
from config.quickfix_keys import FILE, REFUSED, SESSION, SETTLED

FILES = Path(__file__).parent / "quickfix"
ONE = "[SESSION]\nConnectionType=acceptor\nBeginString=FIX.4.4\nSenderCompID=S\nTargetCompID=T\n"


def imported(name: str) -> Imported:
    return import_quickfix((FILES / name).read_text(), name)


def loaded(tmp_path: Path, result: Imported) -> GatewayConfig:
    assert result.faults == ()
    assert problems_of(result.text, "made") == []
    path = tmp_path / "gateway.yaml"
    path.write_text(result.text)
    return load_gateway(path)


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*.cfg")))
def test_it_loads_is_the_same_each_time_and_gives_no_secret_away(tmp_path: Path, name: str) -> None:
    result = imported(name)
    assert loaded(tmp_path, result).sessions
    assert imported(name) == result
    assert "hunter" not in result.text + "".join(result.notes)
    assert result.text.isprintable() or all(c.isprintable() or c == "\n" for c in result.text)
    assert all(note.split(" ")[0] in result.text for note in result.notes)
    longest = max(len(line) for line in result.text.splitlines() if line.startswith("#"))
    assert longest <= 116


def test_an_acceptor(tmp_path: Path) -> None:
    config = loaded(tmp_path, imported("acceptor.cfg"))
    assert [(door.host, door.port) for door in config.listen] == [("0.0.0.0", 5001), ("0.0.0.0", 5002)]
    assert (config.journal.directory, config.logs.directory) == ("store/journal", "log")
    assert config.listen[0].allowed_remote_addresses == ()
    alpha, beta, gamma = config.sessions
    assert [(s.name, s.kind, s.begin_string, s.sender_comp_id) for s in config.sessions] == [
        ("ALPHA", "client", "FIX.4.4", "DESK"),
        ("BETA", "client", "FIX.4.2", "DESK"),
        ("GAMMA", "client", "FIXT.1.1", "DESK"),
    ]
    assert (alpha.start_time, alpha.end_time, alpha.time_zone) == ("00:00:00", "00:00:00", "UTC")
    assert (alpha.reset_on_logon, alpha.allowed_remote_addresses) == (True, ("10.0.0.1", "10.0.0.2"))
    assert (alpha.check_latency, alpha.validate_user_defined_fields, alpha.timestamp_precision) == (False, False, 6)
    assert (beta.start_time, beta.end_time, beta.time_zone) == ("08:00:00", "17:00:00", "Europe/Zurich")
    assert (beta.weekdays, beta.logon_time) == (("monday", "tuesday", "wednesday", "thursday", "friday"), "08:15:00")
    assert (gamma.default_appl_ver_id, gamma.non_stop_session) == ("FIX.5.0SP2", True)


def test_what_an_acceptor_has_and_we_have_not_is_said() -> None:
    notes = imported("acceptor.cfg").notes
    for said in (
        "ScreenLogShowIncoming ([DEFAULT]): has no counterpart: the terminal shows",
        "MillisecondsInTimeStamp ([DEFAULT]): left out, TimestampPrecision says otherwise",
        "[SESSION] in line 42: left out: orders are taken in FIX.4.2, FIX.4.4, FIX.5.0SP2, not in FIX.4.0",
        "SessionQualifier ([SESSION] in line 46): has no counterpart",
        "[SESSION] in line 46: left out: its BeginString and CompIDs are those of an earlier session",
    ):
        assert any(note.startswith(said) for note in notes), said
    assert len(notes) == 6


def test_an_initiator(tmp_path: Path) -> None:
    result = imported("initiator.cfg")
    config = loaded(tmp_path, result)
    cme, eurex = config.sessions
    tls = ConnectTls(ca_file="certs/cme-ca.pem", certificate_file="certs/house.pem", key_file="certs/house.key")
    assert cme.connect == (
        Connect(host="primary.cme.example", port=9001, tls=tls),
        Connect(host="backup.cme.example", port=9002, tls=tls),
    )
    assert (cme.host_selection_policy, cme.host_selection_policy_priority_start_over_interval_s) == ("priority", 60)
    assert (cme.start_day, cme.end_day, cme.start_time, cme.end_time) == ("sunday", "friday", "22:00:00", "21:55:00")
    assert eurex.connect == (Connect(host="eurex.example", port=7000),)
    assert (eurex.heart_bt_int_s, eurex.heart_bt_int_s_min, eurex.logon_timeout_s) == (0, 0, 20)
    assert (eurex.reset_on_logon, eurex.reject_invalid_message) == (True, False)
    assert [venue.name for venue in config.venues] == ["CME", "EUREX"]
    assert config.journal.directory == "/var/lib/quickfix/store/journal"
    assert "listen:" not in result.text
    assert any(note.startswith("Password ([DEFAULT]): not copied; for a venue write") for note in result.notes)
    assert any(note.startswith("MySQLStorePassword ([DEFAULT]): has no counterpart") for note in result.notes)
    assert any(note.startswith("MyOwnKey ([SESSION] in line 31): is no key of QuickFIX") for note in result.notes)
    assert any(note == "HeartBtInt: said in line 36 and in line 41; the last one counts" for note in result.notes)


def test_both_in_one_file(tmp_path: Path) -> None:
    result = imported("both.cfg")
    config = loaded(tmp_path, result)
    fund, nyse = config.sessions
    (template,) = config.session_templates
    assert [(door.host, door.port) for door in config.listen] == [("10.1.1.1", 9880), ("10.1.1.1", 9881)]
    tls = config.listen[0].tls
    assert tls is not None
    assert (tls.certificate_file, tls.client_certificate, tls.ca_file) == ("hub.pem", "required", "clients-ca.pem")
    assert (fund.name, fund.target_comp_id, fund.kind) == ("FUND_A", "FUND A", "client")
    assert (fund.transport_data_dictionary, fund.app_data_dictionary) == ("spec/FIXT11.xml", "spec/FIX50SP2.xml")
    assert (fund.data_dictionary, nyse.data_dictionary) == ("", "spec/FIX44.xml")
    assert (fund.heart_bt_int_override_s, fund.reject_garbled_message, fund.reject_invalid_message) == (45, True, True)
    assert (fund.send_next_expected_msg_seq_num, fund.enable_last_msg_seq_num_processed) == (True, True)
    assert (fund.resend_request_chunk_size, fund.timestamp_precision) == (500, 6)
    assert (template.target_comp_id_pattern, template.time_zone, template.start_time) == (
        "*",
        "Europe/London",
        "08:00:00",
    )
    assert (nyse.kind, nyse.connect) == ("venue", (Connect(host="nyse.example", port=4000),))
    assert (nyse.first_field_in_group_is_delimiter, nyse.validate_unordered_group_fields) == (True, False)
    assert (nyse.slow_consumer_timeout_s, nyse.time_zone) == (15, "America/New_York")
    assert any(note.startswith("SocketSynchronousWrites=Y") for note in result.notes)


def test_whom_we_trust_as_a_venue_is_not_let_in_as_a_client(tmp_path: Path) -> None:
    door = "[DEFAULT]\nServerCertificateFile=c\nServerCertificateKeyFile=k\n"
    calls = ONE.replace("acceptor", "initiator").replace("=T", "=V") + "SocketConnectHost=h\nSocketConnectPort=1\n"
    config = loaded(
        tmp_path, import_quickfix(door + calls + "CertificationAuthoritiesFile=venues.pem\n" + ONE, "f.cfg")
    )
    tls, towards = config.listen[0].tls, config.sessions[0].connect[0].tls
    assert tls is not None
    assert towards is not None
    assert (tls.ca_file, towards.ca_file) == ("", "venues.pem")


def test_local_time_needs_a_zone() -> None:
    text = ONE + "UseLocalTime=Y\nStartTime=08:00:00\nEndTime=17:00:00\n"
    refused = import_quickfix(text, "f.cfg")
    assert refused.text == ""
    why = "the times are of the host's zone, which is not in the file; say it: --time-zone Europe/Zurich"
    assert refused.faults == (f"f.cfg: line 6: UseLocalTime=Y: {why}",)
    assert "time_zone: Europe/Zurich  # UseLocalTime=Y" in import_quickfix(text, "f.cfg", "Europe/Zurich").text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "there is no [SESSION]"),
        ("[DEFAULT]\nHeartBtInt=3\n", "there is no [SESSION]"),
        ("HeartBtInt=3\n", "line 1: stands before any [DEFAULT] or [SESSION]"),
        ("[SESSION]\nnonsense\n", "line 2: is not Key=Value"),
        ("[SESSION]\n=x\n", "line 2: is not Key=Value"),
        ("[SESSIONS]\n", "line 1: [SESSIONS] is neither [DEFAULT] nor [SESSION]"),
        ("[SESSION]\nBeginString=FIX.4.4\n", "has no ConnectionType, SenderCompID, TargetCompID"),
        (ONE + "ResetOnLogon=maybe\n", "line 6: ResetOnLogon=maybe is not Y or N"),
        (ONE + "StartDay=X\n", "line 6: StartDay=X is not a day of the week"),
    ],
)
def test_what_is_no_settings_file(text: str, fault: str) -> None:
    result = import_quickfix(text, "f.cfg")
    assert result.text == ""
    assert any(fault in told and told.startswith("f.cfg: ") for told in result.faults)


@pytest.mark.parametrize(
    "value", ["yes", "no", "a: b", "a #b", "'x'", '"', "ä", "010", "12:30", "- x", "*", "&a", "!b", "%"]
)
def test_a_value_is_never_misread(tmp_path: Path, value: str) -> None:
    result = import_quickfix(ONE + f"DataDictionary={value}\n", "f.cfg")
    assert loaded(tmp_path, result).sessions[0].data_dictionary == value


def test_names_are_unique_and_say_whose_they_are(tmp_path: Path) -> None:
    other = ONE.replace("SenderCompID=S", "SenderCompID=R")
    older = ONE.replace("FIX.4.4", "FIX.4.2")
    config = loaded(tmp_path, import_quickfix(ONE + other + older, "f.cfg"))
    assert [session.name for session in config.sessions] == ["T", "T-R", "T-S"]


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    assert loaded(tmp_path, import_quickfix("\ufeff" + ONE.replace("\n", "\r\n"), "f.cfg")).sessions[0].name == "T"


KEYS = sorted(
    {*SESSION, *FILE, *SETTLED, *REFUSED, "Password", "Unknown", "SocketConnectHost3", "AppDataDictionary.FIX.4.2"}
)
VALUES = [
    "Y",
    "N",
    "",
    "0",
    "5",
    "hunter2",
    "08:00:00",
    "Mon",
    "FIX.4.4",
    "a,b",
    "acceptor",
    "initiator",
    "9",
    "-1",
    "UTC",
]


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=12), st.booleans())
def test_any_settings_give_a_text_or_a_fault(settings: list[tuple[str, str]], shared: bool) -> None:
    lines = "".join(f"{key}={value}\n" for key, value in settings)
    text = f"[DEFAULT]\n{lines}{ONE}" if shared else ONE + lines
    result = import_quickfix(text, "f.cfg")
    assert bool(result.text) is not bool(result.faults)
    assert "# Made from f.cfg" in result.text or result.faults
    assert not any("not YAML" in problem or "unknown key" in problem for problem in problems_of(result.text, "f"))


@given(st.text(max_size=200))
def test_any_text_is_settings_or_not(text: str) -> None:
    import_quickfix(text, "f.cfg")
    import_quickfix(ONE + text, "f.cfg")
