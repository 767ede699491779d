"""Holds what a drop copy session hears against what the clients hear, report by report, by reading both from the wire.

It knows nothing of how copies are made: each ExecutionReport(8) of a client that states a fact of an order must have
exactly one copy, with the same identifiers and quantities, in the order of their numbers; each OrderCancelReject(9) on
an order, too; and nothing else may be copied but reports on orders that have no client.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.auditor import kind_of
from tests.peer import Peer, fields_of, show
from tests.world import World

SAME = ("11", "37", "41", "55", "54", "38", "14", "151", "39", "6", "32", "31", "1")
Fields = dict[str, str]


class Listener:
    def __init__(self, world: World, clients: Sequence[Peer], peer: Peer) -> None:
        self.world = world
        self.clients = clients
        self.peer = peer
        self.read: dict[str, int] = {}
        self.reports: dict[str, Fields] = {}
        """What clients were told, by ExecID(17)."""
        self.rejects: list[tuple[str, str]] = []
        self.copied_rejects: list[tuple[str, str]] = []
        self.copies: dict[str, Fields] = {}
        self.newest = 0

    def hold(self) -> None:
        """Read on in what the gateway has said; everything said has its copy by then, and no copy came twice."""
        for client in self.clients:
            for fields in self._news(client):
                if fields["35"] == "9":
                    self.rejects.append((client.name.upper(), fields["11"]))
                elif kind_of(fields) != "I":
                    self.reports[fields["17"]] = fields | {"115": client.name.upper()}
        for fields in self._news(self.peer):
            if fields["35"] == "9":
                self.copied_rejects.append((fields["115"], fields["11"]))
                continue
            exec_id = fields["17"]
            number = int(exec_id.rpartition("-")[2])
            assert number > self.newest, f"{exec_id} stands behind a newer copy"
            self.newest = number
            assert exec_id in self.reports or "115" not in fields, f"nobody was told of {exec_id}"
            self.copies[exec_id] = fields
        missing = self.reports.keys() - self.copies.keys()
        assert not missing, f"without a copy: {sorted(missing)}"
        assert sorted(self.copied_rejects) == sorted(self.rejects)
        for exec_id, told in self.reports.items():
            copy = self.copies[exec_id]
            assert copy["115"] == told["115"]
            assert kind_of(copy).replace("L", "D") == kind_of(told).replace("L", "D"), exec_id
            assert [copy.get(tag) for tag in SAME] == [told.get(tag) for tag in SAME], exec_id
        self.reports.clear()
        self.copies.clear()

    def has_all(self) -> None:
        """In the evening: what was said has been heard, under its number."""
        said = self.world.book.outbound(self.peer.name)
        for number, raw in said.items():
            if fields_of(raw)[b"35"] in (b"8", b"9"):
                assert number in self.peer.received, f"{self.peer.name} never got {show(raw)}"

    def _news(self, peer: Peer) -> list[Fields]:
        """Reports on orders that were said since, whether or not anybody was there."""
        said = self.world.book.outbound(peer.name)
        begin = self.read.get(peer.name, 1)
        self.read[peer.name] = len(said) + 1
        found = [
            {tag.decode(): value.decode("latin-1") for tag, value in fields_of(said[number]).items()}
            for number in range(begin, len(said) + 1)
        ]
        return [fields for fields in found if fields["35"] in ("8", "9") and fields["37"] != "NONE"]


def listener_version(version: str) -> dict[str, object]:
    """The configuration of a drop copy session that speaks this version."""
    if version == "FIX.5.0SP2":
        return {"dropcopy.begin_string": "FIXT.1.1", "dropcopy.default_appl_ver_id": version}
    return {"dropcopy.begin_string": version}
