"""The command line: what it prints, and with what code it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.operators.config_commands import EXIT_BAD
from gateway.operators.door_client import EXIT_REFUSED
from tests.world import World

ROOT = Path(__file__).parents[2]


def fixgate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal that somebody has traded into, and that nobody uses now."""
    secret = tmp_path / "secret"
    secret.write_text("PASS-WORD")
    secret.chmod(0o400)
    world = World(tmp_path, changes={"venue_session.password": f"file:{secret}"})
    world.log_on(world.client, world.venue)
    world.send(world.client, "35=D|11=X|38=10000|58=hello")
    world.close()
    return tmp_path / "journal"


def test_config_check_says_what_there_would_be() -> None:
    done = fixgate("config", "check", ROOT / "config" / "demo.yaml")
    assert done.exit_code == 0
    assert "  listens on 127.0.0.1:9878, plain TCP" in done.output
    assert "CLIENT50: client, FIXT.1.1 FIX.5.0SP2, FIXGATE <-> CLIENT50" in done.output


def test_config_check_names_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("listen: {port: 70000}\nsesions: []\n")
    done = fixgate("config", "check", path)
    assert done.exit_code == EXIT_BAD
    assert f"{path}:1:16: listen.port" in done.stderr
    assert f"{path}:2:1: sesions" in done.stderr


def test_run_without_a_store_is_refused_and_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(json.dumps({"journal": {"directory": str(tmp_path / "j")}, "listen": {"port": 0}}))
    done = fixgate("run", path)
    assert done.exit_code == EXIT_REFUSED
    assert "--init" in done.stderr
    assert not (tmp_path / "j").exists()


def test_verify_says_that_it_is_whole(journal: Path) -> None:
    before = (journal / "data.mdb").read_bytes()
    done = fixgate("verify", journal)
    assert done.exit_code == 0
    assert f"{journal}: whole. Store TESTA" in done.output
    assert "  client: generation 1, next MsgSeqNum(34) out 2, in 3" in done.output
    assert (journal / "data.mdb").read_bytes() == before


def test_verify_finds_damage_and_leaves_it(journal: Path) -> None:
    data = (journal / "data.mdb").read_bytes()
    at = data.index(b"58=hello")
    damaged = data[:at] + b"58=hallo" + data[at + 8 :]
    (journal / "data.mdb").write_bytes(damaged)
    done = fixgate("verify", journal)
    assert done.exit_code == EXIT_REFUSED
    assert "its checksum is wrong" in done.stderr
    assert (journal / "data.mdb").read_bytes() == damaged


def test_log_prints_everything_but_secrets(journal: Path) -> None:
    done = fixgate("log", journal)
    assert done.exit_code == 0
    assert "client < 8=FIX.4.4" in done.output
    assert "venue > 1/2 8=FIX.4.4" in done.output
    assert "OrderRouted" in done.output
    assert " turn 20231115-12:00:00.000000" in done.output
    assert "PASS-WORD" not in done.output
    only = fixgate("log", journal, "--session", "venue")
    assert "client" not in only.output
    assert "venue > 1/2" in only.output


def test_no_secret_is_in_the_journal(journal: Path) -> None:
    assert b"PASS-WORD" not in (journal / "data.mdb").read_bytes()


@pytest.mark.parametrize("command", [["status"], ["halt", "--reason", "x"], ["resume", "--reason", "x"]])
def test_no_gateway_answers(tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(json.dumps({"admin": {"socket": str(tmp_path / "door")}}))
    done = fixgate(*command, path)
    assert done.exit_code == EXIT_REFUSED
    assert "no gateway answers at" in done.stderr


def test_a_gateway_without_an_operators_door(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(json.dumps({"admin": {"socket": ""}}))
    done = fixgate("status", path)
    assert done.exit_code == EXIT_REFUSED
    assert "has no operators' door" in done.stderr


def test_it_refuses_to_run_without_its_assertions() -> None:
    command = [sys.executable, "-O", "-m", "gateway", "config", "check", "config/demo.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == EXIT_REFUSED
    assert done.stderr == "fixgate: refuses to run under python -O: its assertions guard your orders\n"
