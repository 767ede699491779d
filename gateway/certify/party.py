"""A counterparty on a real line: what it must take from the other side at its first Logon, and how it keeps alive."""

from __future__ import annotations

import re

from gateway.certify.counterparty import Peer, fields_of

_EXPECTING = re.compile(rb"expecting (\d+)", re.IGNORECASE)


class Party(Peer):
    """A client, or a venue, that has no memory of earlier days: it begins with the numbers that the gateway has."""

    heart_bt_int_s = 30
    reset = False
    """Ask for ResetSeqNumFlag(141) at the next Logon."""
    credentials = b""
    """Username(553) and Password(554), encoded."""

    def log_on(self, extra: bytes = b"") -> None:
        reset, self.reset = self.reset, False
        if reset:
            self.next_in = self.next_out = 1
            self.received.clear()
            self.sent.clear()
        self._logon_sent = True
        appl_ver_id = b"1137=9\x01" if self.begin_string == b"FIXT.1.1" else b""
        terms = b"98=0\x01108=%d\x01%b" % (self.heart_bt_int_s, b"141=Y\x01" if reset else b"")
        self.send(b"A", terms + self.credentials + appl_ver_id + extra)

    def say_alive(self) -> None:
        self.send(b"0", b"")

    def ask_back(self, test_req_id: bytes) -> None:
        """TestRequest(1): its answer comes behind everything that was said before."""
        self.send(b"1", b"112=%b\x01" % test_req_id)

    def _receive(self, raw: bytes, fields: dict[bytes, bytes]) -> None:
        if fields[b"35"] == b"A" and not self.received:
            self.next_in = int(fields[b"34"])
            if not self._logon_sent:
                self.heart_bt_int_s = int(fields.get(b"108", b"30"))
                self.reset = fields.get(b"141") == b"Y"
                if self.reset:
                    self.next_in = 1
        super()._receive(raw, fields)
        if fields[b"35"] == b"5" and (too_low := _EXPECTING.search(fields.get(b"58", b""))):
            self.next_out = int(too_low[1])
            self.sent.clear()

    def _receive_logon(self, fields: dict[bytes, bytes]) -> None:
        """As in memory; but an answer to a Logon that asks for a reset begins at 1, too."""
        self.logged_on = True
        if not self._logon_sent:
            reset = self.reset
            self.log_on()
            if reset:
                self.next_in = 1


def comp_ids_of(raw: bytes) -> tuple[str, tuple[str, str]]:
    """The version and CompIDs of the party that this Logon is for: its own first."""
    fields = fields_of(raw)
    begin_string = fields[b"8"].decode()
    version = begin_string if begin_string != "FIXT.1.1" else "FIX.5.0SP2"
    return version, (fields[b"56"].decode(), fields[b"49"].decode())
