"""Reads scenarios: text files in the words of FIX people. One file is a row group of Appendix D, or an idea of ours.

    # what it is about, as comment lines; [R] marks a row that is reconstructed from the rules of the standard
    clients: FIX.4.2 FIX.4.4 FIX.5.0SP2    versions of the client; played once for each (all three when left out)
    venues: FIX.4.4                        versions of the venue, likewise (FIX.4.4 when left out)
    with: limits.max_order_qty=100         the gateway's configuration, where it differs
    begin: nobody                          who is logged on at the beginning: `client venue` when left out
    needs: an operator                     what must be done to the gateway itself: a foreign one is not played so
    other ways: D.2.a D.2.c                the standard lets a gateway go one of these ways: one of them is enough
    not ours: why                          our gateway goes another of them
    deviation: what                        where ours differs from the printed row, and why

    == rejected by the exchange            another way it can go, from the beginning. What stands above the first
                                           section, save the comments and settings, is a section of its own

Rows are those of the standard, for the client and for the venue behind the gateway (`gateway.certify.rows`):

    client > D(X) 10000                    the client sends a NewOrderSingle, ClOrdID X, OrderQty 10000
    venue  < D(X) 10000                    the venue gets it, under whatever ClOrdID the gateway has for it
    venue  > 8(X) | F 1 | 10000 2000 8000 2000 @ 50000
    client < 8(X) | F 1 | 10000 2000 8000 2000 @ 50000
                                           ExecType OrdStatus | OrderQty CumQty LeavesQty LastQty @ LastPx
    client < 9(Y,X) | - 1 | 102=0          further fields as they stand on the wire
    client may < 8(X) | A A | 10000 0 10000 0     a report that the standard lets a gateway leave out

Anything else is said in raw fields, and for what is not messages there are sentences:

    P0                                     Appendix D's common beginning: order X of 10000 is accepted
    client sends 35=D|11=X|38=10000        and `other`, `dropcopy`, `venue`; what need not be said: `spelling.DEFAULTS`
    venue expects 35=D|11=@x|38=10000      the next message it got: the fields named, the others are free
    client expects exactly 35=...          ... and no others in the body
    client logs on | logs out | hangs up   a venue is called by the gateway: `venue logs on`
    together ... apart                     what stands between crosses on the wire: the gateway takes it in one turn
    wait 1.5s                              time passes

`@x` takes its value where it is first expected, and stands for it from then on; the venue's name of order X is `@x`.
`<any>` is some value, `<none>` no field, `<now>` the time; `10000/8000` is either, and ours the first. Whatever a
counterparty got must be expected before anything else happens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.certify.spelling import VERSIONS

P0 = (
    "client > D(X) 10000",
    "venue < D(X) 10000",
    "client may < 8(X) | A A | 10000 0 10000 0",
    "venue > 8(X) | 0 0 | 10000 0 10000 0",
    "client < 8(X) | 0 0 | 10000 0 10000 0",
)


@dataclass
class Scenario:
    file: str
    section: str = ""
    clients: list[str] = field(default_factory=lambda: list(VERSIONS))
    venues: list[str] = field(default_factory=lambda: ["FIX.4.4"])
    begin: list[str] = field(default_factory=lambda: ["client", "venue"])
    changes: dict[str, object] = field(default_factory=dict)
    needs: str = ""
    other_ways: list[str] = field(default_factory=list)
    not_ours: str = ""
    deviation: str = ""
    intent: list[str] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """`A.1.a_Filled`, and its section if it is not the first."""
        stem = self.file.removesuffix(".txt")
        return f"{stem}: {self.section}" if self.section else stem

    @property
    def row_group(self) -> str:
        """`A.1.a`; the name of the file when it is none of Appendix D's."""
        return self.file.removesuffix(".txt").partition("_")[0]


def read_scenarios(file: str, text: str) -> list[Scenario]:
    """All sections of a file."""
    found: list[Scenario] = []
    whole = now = Scenario(file)
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"\s+#\s.*", "", raw).strip()
        key, _, rest = line.partition(": ")
        if line.startswith("== "):
            if now is whole:
                whole = replace(whole, lines=[])
            now = replace(whole, section=line[3:], changes=dict(whole.changes), intent=list(whole.intent), lines=[])
            found.append(now)
        elif line.startswith("#"):
            now.intent.append(line)
        elif key in ("clients", "venues", "begin", "other ways"):
            setattr(now, key.replace(" ", "_"), rest.split() if rest != "nobody" else [])
        elif key == "with":
            now.changes |= dict(map(_change, rest.split()))
        elif key in ("needs", "not ours", "deviation"):
            setattr(now, key.replace(" ", "_"), rest if rest != "nothing" else "")
        elif line:
            if not found:
                found.append(now)
            now.lines.append((number, line))
    return found or [now]


LISTS = (
    "accounts", "sides", "weekdays", "restricted_symbols", "except_accounts", "report_pending", "disconnect_keep",
    "ord_types", "may", "approves",
    "times_in_force", "exec_insts", "symbols", "copies.sessions", "further_gates",
)  # fmt: skip
"""Keys whose value is a list: its items stand with commas between them."""


def _change(text: str) -> tuple[str, object]:
    path, _, value = text.partition("=")
    known: dict[str, Any] = {"none": None, "yes": True, "no": False}
    if value in known:
        return path, known[value]
    if path.endswith(LISTS):
        return path, [word for word in value.split(",") if word]
    is_number = value.isdigit() and not path.endswith(("qty", "price", "size", "percent"))
    return path, int(value) if is_number else value
