"""`fixgate config`: exit codes for CI, and what is printed where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.generate import ROOT
from gateway.cli import app

CFG = ROOT / "tests" / "config" / "quickfix" / "acceptor.cfg"
SESSION = "sessions:\n  - name: A\n    begin_string: FIX.4.4\n    target_comp_id: A\n"


def fixgate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["config", *(str(argument) for argument in arguments)])


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "code"),
    [("", (0, 0)), (SESSION, (0, 0)), ("listen: {host: 0.0.0.0}\n", (0, 1)), ("listen: {port: x}\n", (2, 2))],
    ids=["nothing", "fine", "a_warning", "bad"],
)
def test_exit_codes_for_ci(tmp_path: Path, text: str, code: tuple[int, int]) -> None:
    path = written(tmp_path, text)
    assert (fixgate("check", path).exit_code, fixgate("check", path, "--strict").exit_code) == code


def test_warnings_are_printed_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "listen: {host: 0.0.0.0}\n" + SESSION)
    output = fixgate("check", path).output
    assert "warning: listen[0].tls: plain TCP at 0.0.0.0" in output
    assert "warning: sessions[0] A.password_hash: no credentials" in output
    assert f"{path} can be used, 2 warnings" in output


def test_one_session_and_no_defaults() -> None:
    demo = ROOT / "config" / "demo.yaml"
    output = fixgate("check", demo, "--session", "EXCHANGE", "--brief").output
    assert "EXCHANGE: venue, FIX.4.4" in output
    assert "reconnect_interval_s" in output
    assert "CLIENT44" not in output
    assert "max_latency_s" not in output
    unknown = fixgate("check", demo, "--session", "NOBODY")
    assert unknown.exit_code == 2
    assert "no session is called NOBODY; known are CLIENT42, CLIENT44" in unknown.stderr


def test_the_exchange_has_a_file_too() -> None:
    assert fixgate("check", ROOT / "config" / "exchange.yaml", "--exchange").exit_code == 0
    assert fixgate("check", ROOT / "config" / "exchange.yaml").exit_code == 2


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("    data_dictionary: none.xml\n", "sessions[0] A: its dictionary cannot be used: "),
        ("    rules_of_engagement: none.yaml\n", "sessions[0] A: its rules of engagement cannot be used: "),
        (
            "    start_time: 08:00:00\n    end_time: 09:00:00\n    logon_time: 10:00:00\n    logout_time: 11:00:00\n",
            "sessions[0] A: logon_time: the time for Logons is never within the session",
        ),
    ],
    ids=["dictionary", "rules_of_engagement", "logon_time"],
)
def test_what_a_start_would_find(tmp_path: Path, keys: str, why: str) -> None:
    done = fixgate("check", written(tmp_path, SESSION + keys))
    assert done.exit_code == 2
    assert why in done.stderr


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    text = "listen: {tls: {certificate_file: none.pem, key_file: none.key}}\n"
    venue = SESSION + "    kind: venue\n    connect: {tls: {ca_file: none.pem}}\n"
    text += venue + "venues:\n  - {name: A, adapter: fix_standard, session: A}\n"
    done = fixgate("check", written(tmp_path, text))
    assert done.exit_code == 2
    assert "listen[0].tls.certificate_file: none.pem: cannot be read" in done.stderr
    assert "sessions[0] A: connect[0].tls.ca_file: none.pem: cannot be read" in done.stderr


def test_elsewhere_there_are_no_secrets_and_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIXGATE_NOT_SET", raising=False)
    path = written(tmp_path, SESSION + "    data_dictionary: none.xml\n    password_hash: env:FIXGATE_NOT_SET\n")
    assert fixgate("check", path).exit_code == 2
    done = fixgate("check", path, "--elsewhere", "--strict")
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_dictionary_of_a_template_is_looked_at(tmp_path: Path) -> None:
    template = (
        "session_templates:\n  - {name: T, begin_string: FIX.4.4, target_comp_id_pattern: A*, data_dictionary: x}\n"
    )
    done = fixgate("check", written(tmp_path, template))
    assert done.exit_code == 2
    assert "session_templates[0] T: its dictionary cannot be used" in done.stderr


# -- import ------------------------------------------------------------------------------------------------------------


def test_import_prints_and_notes(tmp_path: Path) -> None:
    done = fixgate("import", CFG)
    assert done.exit_code == 0
    assert done.stdout.startswith("# Made from acceptor.cfg by `fixgate config import`.")
    assert "note: SessionQualifier ([SESSION] in line 46): has no counterpart" in done.stderr
    output = tmp_path / "made.yaml"
    assert fixgate("import", CFG, "--output", output).exit_code == 0
    assert output.read_text() == done.stdout
    assert fixgate("check", output).exit_code == 0


def test_import_overwrites_nothing(tmp_path: Path) -> None:
    output = tmp_path / "made.yaml"
    output.write_text("mine")
    done = fixgate("import", CFG, "--output", output)
    assert done.exit_code == 2
    assert f"{output}: cannot be written: File exists" in done.stderr
    assert output.read_text() == "mine"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"\xff\xfe", "not UTF-8"), (b"x", "line 1: stands before any"), (b"[SESSION]\n", "has no ConnectionType")],
)
def test_import_of_what_is_none(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "quickfix.cfg"
    path.write_bytes(data)
    done = fixgate("import", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert why in done.stderr
    assert fixgate("import", tmp_path / "none.cfg").exit_code == 2


def test_import_whose_result_would_not_start_says_so(tmp_path: Path) -> None:
    path = tmp_path / "quickfix.cfg"
    path.write_text(CFG.read_text().replace("EndTime=00:00:00", "EndTime=00:00:00\nStartDay=Monday"))
    done = fixgate("import", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "end_day: is missing beside start_day" in done.stderr


def test_import_with_the_zone_of_the_old_host(tmp_path: Path) -> None:
    path = tmp_path / "quickfix.cfg"
    path.write_text(CFG.read_text().replace("[DEFAULT]", "[DEFAULT]\nUseLocalTime=Y"))
    assert fixgate("import", path).exit_code == 2
    done = fixgate("import", path, "--time-zone", "Europe/Paris")
    assert done.exit_code == 0
    assert "time_zone: Europe/Paris  # UseLocalTime=Y" in done.stdout
    assert fixgate("import", path, "--time-zone", "Mars/Base").exit_code == 2


# -- schema ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("process", ["gateway", "exchange"])
def test_schema(process: str) -> None:
    done = fixgate("schema", process)
    assert done.exit_code == 0
    assert done.stdout == (ROOT / "config" / f"{process}.schema.json").read_text()
    assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/")
    assert fixgate("schema").stdout == (ROOT / "config" / "gateway.schema.json").read_text()
    assert fixgate("schema", "client").exit_code == 2
