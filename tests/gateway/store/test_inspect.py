"""`fixgate log` shows no secret, also of a journal that holds some: it may have been written by anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import session_events
from gateway.journal import Journal
from gateway.session_events import encode_event
from gateway.store.inspect import print_journal

HASH = "scrypt$14$8$1$c2FsdA$aGFzaA"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """One with what the gateway itself never puts there."""
    made = Journal.create(tmp_path / "journal", "TEST", 1, 1 << 16)
    turn = made.transaction()
    turn.append_inbound("A", b"8=FIX.4.4\x019=1\x0135=A\x01553=joe\x01554=hunter|2\x01925=next one\x0110=000\x01")
    turn.append_outbound("A", 1, 1, [b"8=FIX.4.4\x019=1\x0135=A\x0195=7\x0196=raw\x01key\x0110=000\x01"])
    turn.append_event(encode_event(session_events.PasswordChanged("A", "digest", HASH)))
    turn.append_fact(b'{"text":"Password=swordfish"}')
    turn.commit(1)
    made.close()
    return tmp_path / "journal"


@pytest.mark.parametrize("session", ["", "A"])
def test_secrets_are_masked(journal: Path, session: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_journal(journal, session)
    told = capsys.readouterr().out
    assert "A < 8=FIX.4.4|9=1|35=A|553=joe|554=***|925=***|10=000|" in told
    assert "A > 1/1 8=FIX.4.4|9=1|35=A|95=7|96=***|10=000|" in told
    assert "PasswordChanged(session='A', replaced='digest', password_hash='***')" in told
    for secret in ("hunter", "next one", "raw", "key", HASH, "swordfish"):
        assert secret not in told, secret
