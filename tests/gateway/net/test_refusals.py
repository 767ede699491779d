"""Of a flood of refusals, some lines and a count."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from gateway.net.refusals import LINES_A_SECOND, Refusals


def test_each_second_has_so_many_lines_and_the_rest_is_counted() -> None:
    async def scene() -> None:
        notes: list[tuple[str, dict[str, object]]] = []

        def note(level: str, session: str, event: str, details: Mapping[str, object]) -> None:
            notes.append((event, dict(details)))

        refusals = Refusals(note)
        for number in range(LINES_A_SECOND + 7):
            refusals.tell(f"peer {number}", "a reason")
        assert notes[-1] == ("connection_refused", {"peer": f"peer {LINES_A_SECOND - 1}", "reason": "a reason"})
        assert len(notes) == LINES_A_SECOND
        refusals._next_second()
        assert notes[-1] == ("connections_refused", {"more": 7})
        refusals.tell("another", "a reason")
        assert notes[-1][1]["peer"] == "another"
        refusals._next_second()
        assert len(notes) == LINES_A_SECOND + 2, "nothing was left out this time"

    asyncio.run(scene())
