"""Plays the suite of `gateway/certify/orders` in memory and writes docs/CERTIFICATION.md from what came out.

    python -m tests.certification_page

Exit status 0 when everything passed.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from gateway.certify.scenario import Scenario
from gateway.certify.spelling import VERSIONS
from gateway.certify.suite import suite
from tests.scenario import play
from tests.world import World, memory_directory

PAGE = Path(__file__).parents[1] / "docs" / "CERTIFICATION.md"
INTRODUCTION = """# Order state changes, row by row

Written by `make certification` from the results of its run; not edited by hand.

FIX 4.4 volume 4, Appendix D ("Order State Changes", groups A to L) and the races behind it, group R, as text files in
`gateway/certify/orders`: each row is checked with ClOrdID, OrigClOrdID, OrderID, ExecID, ExecType, OrdStatus, OrderQty,
CumQty, LeavesQty, LastQty, LastPx, AvgPx, ExecRefID, reject codes, and the quantities of the day where the row has
them. What follows was played against the whole gateway in memory, with a scripted venue, on fake time. The same files
are played against any gateway, over sockets, as its client and as its venue:

    fixgate certify orders --host H --port P --sender-comp-id CLIENT --target-comp-id GATEWAY --venue-port V \\
        --version FIX.4.4 [--only A.1.a] [--symbol S] [--field 1=ACCOUNT] [--report FILE.json|FILE.md]

The gateway must let the client log on, and call the venue at port V of this machine. A scenario that needs an operator,
a clock that can be moved or a setting of the gateway is skipped and says so; `--configured` plays those that need
settings. Orders are for 10000 and more of one symbol near 50000. Exit status 0: nothing failed; 1: something did; 2: no
connection. Numbers are compared as numbers, Text(58) not at all, and what the standard lets a gateway leave out it may.

"[R]": the row was not at hand word for word and is written from the rules of precedence and quantities.
"""
CHOSEN = """
## Chosen on purpose

- **Optional reports.** PendingCancel and PendingReplace are sent unless the session says otherwise (`report_pending`),
  PendingNew only if it wishes it. DoneForDay, Suspended and the restatement of orders that outlive the day are sent
  (the last unless `restate_gt_orders: false`).
- **"Rejected by the salesperson"** stands for a request that the gateway itself refuses; the files use one that names
  the wrong side. CxlRejReason is ours to choose there and is not compared.
- **C.1.b to C.3.c, the two ways to cross.** A fill can meet a request on the line to the client or behind the gateway.
  Both are played; behind it the order is PendingReplace until the venue has answered.
- **OrderID** is constant through the chain. **ExecID** is ours, also in ExecRefID.
- **FIX 4.2** has no Triggered (L): it is told by a restatement (D), also in 4.4. It has no WorkingIndicator and no
  ExecInst J and K: group K is played from 4.4 on. A trade is ExecType 1 or 2 by its quantities, also when it is taken
  back (ExecTransType 1) or put right (2).
- **A fill on a rejected order** is told with OrdStatus PartiallyFilled and LeavesQty 0: the precedence list puts
  PartiallyFilled above Rejected, and nothing is left of the order.
- **Errata of the printed rows** that are not followed: LeavesQty 0 in the acknowledgement of E.1.a and in the first
  restatement of E.1.c in FIX 4.2; ClOrdID Y on the last rows of J.1.b in FIX 4.2.
"""

Results = dict[tuple[str, str], str]
"""By name of the scenario and version of the client: '' or why it failed."""


def played() -> Results:
    results: Results = {}
    for scenario in suite():
        if scenario.not_ours:
            continue
        for version in scenario.clients:
            failures = [_failure(scenario, version, venue) for venue in scenario.venues]
            results[scenario.name, version] = next(filter(None, failures), "")
    return results


def _failure(scenario: Scenario, version: str, venue: str) -> str:
    with memory_directory() as directory:
        world = World(directory, version, venue, scenario.changes)
        try:
            play(world, scenario)
        except AssertionError as failure:
            return str(failure) or "an assertion"
        finally:
            world.close()
    return ""


def page(results: Results) -> str:
    scenarios = suite()
    counts = Counter(version for _, version in results)
    rows = [f"| {' | '.join(cells)} |" for cells in _rows(scenarios, results)]
    total = f"{len({s.file for s in scenarios})} files, {len(scenarios)} scenarios; played: " + ", ".join(
        f"{counts[version]} in {version}" for version in VERSIONS
    )
    failed = sum(map(bool, results.values()))
    head = ["| row group | what | " + " | ".join(VERSIONS) + " | |", "| --- | --- | --- | --- | --- | --- |"]
    deviations = [f"- **{s.row_group}**: {s.deviation}." for s in scenarios if s.deviation]
    deviations += [
        f"- **{s.row_group}** is not the way of this gateway: {s.not_ours} Its way: {', '.join(s.other_ways)}."
        for s in scenarios
        if s.not_ours
    ]
    text = f"{INTRODUCTION}\n{total}. {failed} failed.\n\n" + "\n".join([*head, *rows]) + "\n"
    return text + CHOSEN + "\n".join(deviations) + "\n"


def _rows(scenarios: Iterable[Scenario], results: Results) -> Iterable[list[str]]:
    for row_group, of_group in groupby(scenarios, lambda scenario: scenario.row_group):
        for number, scenario in enumerate(of_group):
            what = _about(scenario) if number == 0 or not scenario.section else f"... {scenario.section}"
            cells = [_cell(scenario, version, results) for version in VERSIONS]
            needs = f"needs {scenario.needs}" if scenario.needs else ""
            yield [row_group if number == 0 else "", what, *cells, needs]


def _about(scenario: Scenario) -> str:
    """The first sentence of what the file says of itself, without its number."""
    text = " ".join(line.lstrip("# ") for line in scenario.intent)
    text = re.sub(rf"^{re.escape(scenario.row_group)}(, what follows from it)?:?\s*", "", text)
    first = re.split(r"(?<=[^.])\. |: ", text, maxsplit=1)[0].rstrip(".")
    return first.replace("|", "\\|")


def _cell(scenario: Scenario, version: str, results: Results) -> str:
    if scenario.not_ours:
        return "not ours"
    if version not in scenario.clients:
        return ""
    return "**fails**" if results[scenario.name, version] else "passes"


def main() -> int:
    results = played()
    for (name, version), why in results.items():
        if why:
            print(f"FAIL {name} {version} {why}")
    PAGE.write_text(page(results))
    failed = sum(map(bool, results.values()))
    print(f"{len(results)} played, {failed} failed; docs/{PAGE.name} is written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
