"""The client's memory on disk: one small JSON file for each session, replaced as a whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

from gateway.client.orders import Orders
from gateway.client.session import SessionMemory


class MemoryDamaged(Exception):
    """The file is there but is not ours or not whole; the text says what to do."""


class MemoryFile:
    """Where a session's numbers, sent messages and orders survive a restart of the client."""

    def __init__(self, directory: Path, session: str) -> None:
        self.path = directory / f"{_file_name(session)}.json"

    def load(self) -> tuple[SessionMemory, Orders]:
        """What was saved last; a fresh memory if there is no file. Raises MemoryDamaged."""
        try:
            text = self.path.read_text(encoding="ascii")
        except FileNotFoundError:
            return SessionMemory(), Orders()
        try:
            saved = json.loads(text)
            memory = SessionMemory(
                next_sender_msg_seq_num=int(saved["next_sender_msg_seq_num"]),
                next_target_msg_seq_num=int(saved["next_target_msg_seq_num"]),
                sent={int(seq): raw.encode("latin-1") for seq, raw in saved["sent"].items()},
            )
            return memory, Orders(saved["orders"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MemoryDamaged(
                f"{self.path} cannot be understood ({type(error).__name__}: {error}): delete it and start with --reset"
            ) from None

    def save(self, memory: SessionMemory, orders: Orders) -> None:
        """Atomic: a crash leaves the old file or the new one. To be called before the bytes of a message leave."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = {
            "next_sender_msg_seq_num": memory.next_sender_msg_seq_num,
            "next_target_msg_seq_num": memory.next_target_msg_seq_num,
            "sent": {str(seq): raw.decode("latin-1") for seq, raw in memory.sent.items()},
            "orders": orders.records(),
        }
        beside = self.path.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(content, indent=1), encoding="ascii")
        os.replace(beside, self.path)


def _file_name(session: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in session)
