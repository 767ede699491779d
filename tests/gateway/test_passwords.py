"""Usernames and passwords at a real process: wrong ones change nothing on disk, new ones survive a restart."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.password_hash import SALT_BYTES, hash_password
from tests.crash.bookkeeper import stamp
from tests.gateway.live_gateway import LiveGateway
from tests.peer import SOH, fields_of, framed

WAIT_S = 60  # checking a password is work that stands back behind all other work of the machine
OLD, NEW = "correct horse battery", "staple of another horse"
SALT = bytes(range(SALT_BYTES))


def guarded(directory: Path, name: str, begin_string: str = "FIX.4.4", **keys: object) -> dict[str, Any]:
    kept = directory / f"{name}.password"
    kept.touch(mode=0o600)
    kept.write_bytes(hash_password(OLD.encode(), SALT) + b"\n")
    return {
        "name": name, "begin_string": begin_string, "target_comp_id": name,
        "username": name.lower(), "password_hash": f"file:{kept}", **keys,
    }  # fmt: skip


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[LiveGateway]:
    sessions = [
        guarded(tmp_path, "ALICE", reset_on_logon=True),
        guarded(tmp_path, "BOB", "FIXT.1.1", default_appl_ver_id="FIX.5.0SP2"),
    ]
    with LiveGateway(tmp_path, [{}], sessions) as made:
        yield made


def logon(
    name: str, password: str, *, number: int = 1, user: str | None = None, begin_string: str = "FIX.4.4", more: str = ""
) -> bytes:
    """`more` are fields as `141=Y|`."""
    body = f"98=0|108=30|553={name.lower() if user is None else user}|554={password}|{more}"
    if begin_string == "FIXT.1.1":
        body += "1137=9|"
    header = b"35=A\x0134=%d\x0149=%b\x0152=%b\x0156=FIXGATE\x01" % (number, name.encode(), stamp())
    return framed(begin_string.encode(), header + body.replace("|", "\x01").encode())


def bobs(password: str, number: int = 1, more: str = "") -> bytes:
    return logon("BOB", password, number=number, begin_string="FIXT.1.1", more=more)


def answer(gateway: LiveGateway, data: bytes) -> dict[bytes, bytes]:
    """The first message that comes back; {} when the connection is closed instead."""
    with socket.create_connection(("127.0.0.1", gateway.ports[0]), timeout=WAIT_S) as line:
        line.sendall(data)
        received = b""
        while b"\x0110=" not in received or not received.endswith(SOH):
            more = line.recv(4096)
            if not more:
                return {}
            received += more
        first = received[: received.index(b"\x0110=") + 8]
        # In good order, so that the next Logon finds the session free.
        number = int(fields_of(data)[b"34"]) + 1
        fields = fields_of(data)
        header = b"35=5\x0134=%d\x0149=%b\x0152=%b\x0156=FIXGATE\x01" % (number, fields[b"49"], stamp())
        line.sendall(framed(fields[b"8"], header))
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
        return fields_of(first)


HOSTILE = {  # of no session as many as lock out
    "wrong password": logon("ALICE", "guess"),
    "wrong password and a reset": logon("ALICE", "guess", more="141=Y|"),
    "no password and a reset": logon("ALICE", "", more="141=Y|").replace(b"554=\x01", b""),
    "wrong user and a reset": logon("ALICE", OLD, user="mallory", more="141=Y|"),
    "unknown session and a reset": logon("CAROL", OLD, more="141=Y|"),
    "wrong version and a reset": logon("BOB", OLD, more="141=Y|"),
    "new password with a wrong old one": logon("BOB", "guess", begin_string="FIXT.1.1", more=f"925={NEW}|141=Y|"),
}


def test_nothing_changes_on_disk_before_a_logon_is_authenticated(gateway: LiveGateway) -> None:
    assert answer(gateway, logon("BOB", OLD, begin_string="FIXT.1.1"))[b"35"] == b"A"
    assert answer(gateway, logon("ALICE", OLD))[b"35"] == b"A"
    before = settled_hash(gateway)
    for name, data in HOSTILE.items():
        fields = fields_of(data)
        content = data[data.index(b"35=") : data.index(b"10=", len(data) - 7)]
        fresh = content.replace(b"52=" + fields[b"52"], b"52=" + stamp())
        assert answer(gateway, framed(fields[b"8"], fresh)) == {}, name
    assert gateway.journal_hash() == before
    gateway.next_line("connection_refused", len(HOSTILE) - 1)
    assert answer(gateway, logon("ALICE", OLD))[b"34"] == b"1"
    assert answer(gateway, logon("BOB", OLD, number=3, begin_string="FIXT.1.1"))[b"34"] == b"3", "numbers went on"
    assert gateway.journal_hash() != before


def settled_hash(gateway: LiveGateway) -> str:
    """When what was said is also in its place."""
    found: list[str] = []

    def is_settled() -> bool:
        found.append(gateway.journal_hash())
        return len(found) >= 5 and len(set(found[-5:])) == 1

    gateway.until(is_settled, "the journal is at rest")
    return found[-1]


def test_a_new_password_is_durable_and_never_in_clear_text(gateway: LiveGateway) -> None:
    told = answer(gateway, bobs(OLD, more=f"925={NEW}|"))
    assert (told[b"35"], told[b"1409"]) == (b"A", b"1")
    assert answer(gateway, bobs(OLD, 3)) == {}
    assert answer(gateway, bobs(NEW, 3))[b"1409"] == b"0"
    gateway.stop()
    gateway.start()
    assert answer(gateway, bobs(OLD, 5)) == {}
    assert answer(gateway, bobs(NEW, 5))[b"1409"] == b"0"
    gateway.stop()
    for path in gateway.directory.rglob("*"):
        if path.is_file():
            assert OLD.encode() not in path.read_bytes(), path
            assert NEW.encode() not in path.read_bytes(), path
    assert "password" in gateway.ask("log", str(gateway.directory / "journal"))

    kept = Path(str(gateway.config["sessions"][1]["password_hash"]).removeprefix("file:"))
    kept.write_bytes(hash_password(b"given by the operator", SALT[::-1]))
    gateway.start()
    assert answer(gateway, bobs(NEW, 7)) == {}, "the operator's word is the last one"
    assert answer(gateway, bobs("given by the operator", 7))[b"35"] == b"A"


def test_who_guesses_is_locked_out_with_an_alarm(gateway: LiveGateway) -> None:
    for _ in range(5):
        assert answer(gateway, logon("ALICE", "guess")) == {}
    alarm = gateway.next_line("connection_refused", 4)
    assert alarm["level"] == "error"
    assert alarm["session"] == "ALICE"
    assert "127.0.0.1 is locked out of this session for 60 s" in alarm["reason"]
    assert answer(gateway, logon("ALICE", OLD)) == {}
    assert answer(gateway, logon("BOB", OLD, begin_string="FIXT.1.1"))[b"35"] == b"A"


def test_what_fixgate_password_prints_is_what_is_kept(gateway: LiveGateway) -> None:
    gateway.stop()
    line = gateway.ask("password", given="a password for alice\n")
    assert line.startswith("$scrypt$ln=14,r=8,p=1$")
    assert gateway.ask("password", given="too short\n").startswith("fixgate: a password must have 12 to 256")
    kept = Path(str(gateway.config["sessions"][0]["password_hash"]).removeprefix("file:"))
    kept.write_text(line)
    gateway.start()
    assert answer(gateway, logon("ALICE", OLD)) == {}
    assert answer(gateway, logon("ALICE", "a password for alice"))[b"35"] == b"A"
