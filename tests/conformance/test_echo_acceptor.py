"""What the echo acceptor makes of a file by somebody who knows the gateway's configuration and nothing of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import ConfigRefused
from fixspec import dictionary
from gateway.from_config.sessions import rulebook_of, settings_of
from tests.conformance.echo_acceptor import settled

OWN = Path(dictionary.__file__).parent / "dictionaries"
SESSIONS = """
session_defaults:
  sender_comp_id: ISLD
  reset_on_logon: true
sessions:
  - {{name: old, begin_string: FIX.4.0, target_comp_id: TW, data_dictionary: {dictionaries}/FIX42.xml}}
  - {{name: new, begin_string: FIX.4.4, target_comp_id: TW, data_dictionary: {dictionaries}/FIX44.xml}}
  - name: fixt
    begin_string: FIXT.1.1
    target_comp_id: TW
    default_appl_ver_id: FIX.5.0SP1
    transport_data_dictionary: {dictionaries}/FIXT11.xml
    app_data_dictionary: {dictionaries}/FIX50SP2.xml
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "acceptor.yaml"
    path.write_text(text)
    return path


def test_sessions_are_enough_and_may_be_of_any_version(tmp_path: Path) -> None:
    config = settled(written(tmp_path, SESSIONS.format(dictionaries=OWN)), 4711, tmp_path)
    assert [session.begin_string for session in config.sessions] == ["FIX.4.0", "FIX.4.4", "FIXT.1.1"]
    assert [door.port for door in config.listen] == [4711]
    assert Path(config.journal.directory).parent == tmp_path
    assert Path(config.logs.directory).parent == tmp_path
    for session in config.sessions:
        settings = settings_of(session)
        assert settings.reset_on_logon
        assert settings.sender_comp_id == b"ISLD"
        assert rulebook_of(session).knows(b"D")


def test_dictionaries_are_looked_for_beside_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "xml").symlink_to(OWN)
    config = settled(written(tmp_path, SESSIONS.format(dictionaries="xml")), None, tmp_path)
    assert config.sessions[0].data_dictionary == str(tmp_path / "xml" / "FIX42.xml")
    assert config.sessions[2].app_data_dictionary == str(tmp_path / "xml" / "FIX50SP2.xml")


def test_words_of_quickfix_are_read(tmp_path: Path) -> None:
    text = f"""
    session_defaults: {{SenderCompID: ISLD, ResetOnLogon: Y, ConnectionType: acceptor}}
    sessions:
      - {{name: a, BeginString: FIX.4.2, TargetCompID: TW42, DataDictionary: {OWN}/FIX42.xml, CheckLatency: N}}
    """
    (session,) = settled(written(tmp_path, text), None, tmp_path).sessions
    assert (session.target_comp_id, session.reset_on_logon, session.check_latency) == ("TW42", True, False)


def test_directories_and_doors_that_are_named_are_used(tmp_path: Path) -> None:
    text = f"""
    listen: {{host: 127.0.0.1, port: 9880}}
    journal: {{directory: {tmp_path}/store}}
    logs: {{directory: {tmp_path}/told}}
    {SESSIONS.format(dictionaries=OWN).replace(chr(10), chr(10) + "    ")}
    """
    config = settled(written(tmp_path, text), None, tmp_path / "scratch")
    assert config.listen[0].port == 9880
    assert config.journal.directory == f"{tmp_path}/store"
    assert config.logs.directory == f"{tmp_path}/told"


def test_venues_and_instruments_are_not_looked_at(tmp_path: Path) -> None:
    text = f"""
    venues: [{{name: EXCH, adapter: fix_standard, session: venue}}]
    instruments: [{{symbol: BTC-USD, venue: ELSEWHERE}}]
    {SESSIONS.format(dictionaries=OWN).replace(chr(10), chr(10) + "    ")}
      - {{name: venue, kind: venue, begin_string: FIX.4.4, target_comp_id: EXCH, connect: {{port: 9879}}}}
    """
    config = settled(written(tmp_path, text), None, tmp_path)
    assert [session.name for session in config.sessions] == ["old", "new", "fixt"]


@pytest.mark.parametrize("text", ["sessions: []", "sessions: [{name: a}]", "session: []"])
def test_a_file_without_a_session_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigRefused):
        settled(written(tmp_path, text), None, tmp_path)
