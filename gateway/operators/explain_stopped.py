"""`fixgate session explain` for a gateway that is not running: the same answer, from its journal."""

from __future__ import annotations

from pathlib import Path

from config.load import load_gateway
from gateway.clock import read_clock
from gateway.from_config.session_templates import sessions_with_made
from gateway.from_config.sessions import maker_of
from gateway.journal import Journal
from gateway.operators.explain import explain
from gateway.recovery import read_register
from gateway.session.settings import SessionNumbers
from gateway.store.log_records import Numbers
from gateway.translate.engagement import RULES_OF_ENGAGEMENT


def explain_stopped(path: Path, name: str, logon_seq: int | None, next_expected: int | None) -> dict[str, object]:
    """As `gateway.operators.explain.explain`. Raises JournalRefused (also when a process is using the journal) and
    ValueError for a session that there is not."""
    config = load_gateway(path)
    journal = Journal.open(Path(config.journal.directory), config.journal.map_size_gb)
    try:
        register = read_register(journal)
        sessions = {s.name: s for s in sessions_with_made(config.sessions, config.session_templates, register.made)}
        if name not in sessions:
            raise ValueError(f"there is no session {name} in {path}; there are {', '.join(sessions)}")
        numbers = SessionNumbers(*journal.numbers().get(name, Numbers(1, 1, 1)))
        session = maker_of(sessions[name], RULES_OF_ENGAGEMENT)(numbers, register.instances.get(name))
        return explain(session, register.history(name), read_clock(), logon_seq, next_expected)
    finally:
        journal.close()
