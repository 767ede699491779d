"""Rows of Appendix D as messages: `client < 8(Y,X) | 5 1 | 12000 1100 10900 0` names every field that the row is about.

    > D(X) 10000 @ 49990 | 59=1          requests: ClOrdID[,OrigClOrdID] OrderQty, Price, further fields
    8(Y,X) | ET OS | OrderQty CumQty LeavesQty LastQty @ LastPx avg AvgPx | further fields | exec C | ref B
    9(Y,X) | - OS | 102=0

In an ExecutionReport(8) an OrigClOrdID that does not stand in the row must not stand in the message; LastQty 0 is 0 or
no field, `-` is free; OrderID(37) is the same through the whole chain; AvgPx(6), unless it is told, is that of the
executions that the venue has told so far. `exec C` names an ExecID(17), `ref C` is that one as ExecRefID(19). A status
(ExecType I) is free in what a status need not say. CxlRejResponseTo(434) of a 9 follows from the request it answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from gateway.certify.spelling import NotAsExpected, Pairs, split

_HEAD = re.compile(r"([DFGH89])\((\w*)(?:,(\w+))?\)(?:\s+([\d.]+))?(?:\s*@\s*([\d.]+))?")
_FIGURES = re.compile(r"(\S+) (\S+) (\S+) (\S+)(?:\s*@\s*([\d.]+))?(?:\s*avg\s+([\d.]+))?")
_RESPONSE_TO = {"F": "1", "G": "2"}
DEFAULT_PX = "50000"


class VenueBook:
    """The executions of one order, as the venue has told them; by ExecID."""

    def __init__(self) -> None:
        self._executions: dict[str, tuple[Decimal, Decimal]] = {}

    def told(self, exec_type: str, exec_id: str, ref: str, qty: str, px: str) -> None:
        if exec_type == "F":
            self._executions[exec_id] = Decimal(qty), Decimal(px)
        elif exec_type in ("G", "H"):
            self._executions.pop(ref)
            if exec_type == "G":
                self._executions[exec_id] = Decimal(qty), Decimal(px)

    def avg_px(self) -> str:
        qty = sum((qty for qty, _ in self._executions.values()), Decimal(0))
        value = sum((Fraction(qty) * Fraction(px) for qty, px in self._executions.values()), Fraction(0))
        return f"{float(value / Fraction(qty)):.10g}" if qty else "0"


class Rows:
    """Turns rows into raw lines. Remembers what a row alone does not say: what was requested, what was executed."""

    def __init__(self, venue_ids: Callable[[str], str]) -> None:
        """`venue_ids` makes an identifier of the venue's unique."""
        self._venue_ids = venue_ids
        self._request: dict[str, str] = {}
        self._root: dict[str, str] = {}
        self._books: dict[str, VenueBook] = {}
        self._last_exec = 0
        self._at_venue: dict[str, str] = {}
        self._asked: dict[str, str] = {}

    def endings(self) -> list[str]:
        """A row for each order that the venue still has: it is canceled, or rejected if it was not accepted yet."""
        return [row for row in self._at_venue.values() if row]

    def unanswered(self) -> list[str]:
        """A row for each request that the venue has heard and not answered: it is rejected."""
        return [f"9({cl_ord_id},{orig}) | - 4 | 102=0" for cl_ord_id, orig in self._asked.items()]

    def sent(self, who: str, row: str) -> Pairs:
        """What `who > row` sends."""
        msg_type, cl_ord_id, orig, qty, px, parts = self._read(row)
        if msg_type == "9" or (msg_type == "8" and parts[0].split()[0] in ("4", "5")):
            self._asked.pop(cl_ord_id, None)
        if msg_type == "8":
            return self._venue_report(cl_ord_id, orig, parts)
        if msg_type == "9":
            return self._venue_cancel_reject(cl_ord_id, orig, parts)
        self._request[cl_ord_id] = msg_type
        if orig:
            self._root.setdefault(cl_ord_id, self._root.get(orig, orig))
        pairs = [("35", msg_type), ("11", cl_ord_id)]
        pairs += [(tag, value) for tag, value in (("41", orig), ("38", qty), ("44", px)) if value]
        return _overridden(pairs, split("|".join(parts)))

    def expected(self, who: str, row: str) -> Pairs:
        """What `who < row` must get."""
        msg_type, cl_ord_id, orig, qty, px, parts = self._read(row)
        if msg_type == "8":
            return self._report(cl_ord_id, orig, parts)
        if msg_type == "9":
            status = parts.pop(0).split()[1]
            root = self.root(orig)
            pairs = [("35", "9"), ("11", cl_ord_id), ("41", orig), ("39", status), ("37", f"@order-{root}")]
            pairs.append(("434", _RESPONSE_TO[self._request[cl_ord_id]]))
            return _overridden(pairs, split("|".join(parts)))
        pairs = [("35", msg_type), ("11", _at_venue(cl_ord_id))]
        if msg_type == "D":
            self._at_venue[cl_ord_id] = f"8({cl_ord_id}) | 8 8 | {qty or 1} 0 0 0"
        if orig:
            self._asked[cl_ord_id] = orig
            pairs.append(("41", _at_venue(orig)))
        pairs += [(tag, value) for tag, value in (("38", qty), ("44", px)) if value]
        return _overridden(pairs, split("|".join(parts)))

    def root(self, cl_ord_id: str) -> str:
        return self._root.get(cl_ord_id, cl_ord_id)

    def _read(self, row: str) -> tuple[str, str, str, str, str, list[str]]:
        head, *parts = [part.strip() for part in row.split("|")]
        match = _HEAD.fullmatch(head)
        if match is None:
            raise NotAsExpected(f"this is no row: {row}")
        msg_type, cl_ord_id, orig, qty, px = match.groups(default="")
        return msg_type, cl_ord_id, orig, qty, px, parts

    def _report(self, cl_ord_id: str, orig: str, parts: list[str]) -> Pairs:
        exec_type, ord_status, figures, more, label, ref = _report_parts(parts)
        order_qty, cum_qty, leaves_qty, last_qty, px, avg = figures
        root = self.root(orig or cl_ord_id)
        pairs = [("35", "8"), ("37", f"@order-{root}"), ("11", cl_ord_id or "<none>"), ("41", orig or "<none>")]
        pairs += [("150", exec_type), ("39", ord_status), ("38", order_qty), ("14", cum_qty), ("151", leaves_qty)]
        if last_qty != "-":
            pairs.append(("32", "<zero>" if last_qty == "0" else last_qty))
        if px or exec_type in ("F", "G"):
            pairs.append(("31", px or DEFAULT_PX))
        book = self._books.get(root)
        if avg or _is_zero(cum_qty) or book is not None:
            pairs.append(("6", avg or ("0" if _is_zero(cum_qty) or book is None else book.avg_px())))
        pairs.append(("17", f"@exec-{label}" if label else "<any>"))
        if ref:
            pairs.append(("19", f"@exec-{ref}"))
        return _overridden(pairs, more)

    def _venue_report(self, cl_ord_id: str, orig: str, parts: list[str]) -> Pairs:
        exec_type, ord_status, figures, more, label, ref = _report_parts(parts)
        order_qty, cum_qty, leaves_qty, last_qty, px, avg = figures
        root = self.root(orig or cl_ord_id)
        self._last_exec += 1
        exec_id = self._venue_ids(f"V-{label}" if label else f"V-e{self._last_exec}")
        pairs = [("35", "8"), ("37", self._venue_ids(f"V-{root}")), ("17", exec_id), ("11", _at_venue(cl_ord_id))]
        pairs += [("41", _at_venue(orig))] if orig else []
        pairs += [("150", exec_type), ("39", ord_status), ("38", order_qty), ("14", cum_qty), ("151", leaves_qty)]
        if last_qty != "-" and (not _is_zero(last_qty) or exec_type in ("F", "G", "H")):
            px = px or DEFAULT_PX
            pairs += [("32", last_qty), ("31", px)]
        book = self._books.setdefault(root, VenueBook())
        ref_id = self._venue_ids(f"V-{ref}") if ref else ""
        if ref:
            pairs.append(("19", ref_id))
        book.told(exec_type, exec_id, ref_id, last_qty, px)
        pairs.append(("6", avg or book.avg_px()))
        name = cl_ord_id if exec_type == "5" else self._named_at_venue(root)
        over = leaves_qty == "0" and exec_type not in ("H", "G")
        self._at_venue[root] = "" if over else f"8({name}) | 4 4 | {order_qty} {cum_qty} 0 0"
        return _overridden(pairs, more)

    def _named_at_venue(self, root: str) -> str:
        """The ClOrdID that the order has by now, in the client's words."""
        match = _HEAD.match(self._at_venue.get(root, ""))
        return match[2] if match else root

    def _venue_cancel_reject(self, cl_ord_id: str, orig: str, parts: list[str]) -> Pairs:
        status = parts.pop(0).split()[1]
        response_to = _RESPONSE_TO[self._request[cl_ord_id]]
        order_id = self._venue_ids(f"V-{self.root(orig)}")
        pairs = [("35", "9"), ("37", order_id), ("11", _at_venue(cl_ord_id)), ("41", _at_venue(orig))]
        return _overridden([*pairs, ("39", status), ("434", response_to)], split("|".join(parts)))


Figures = tuple[str, str, str, str, str, str]


def _report_parts(parts: list[str]) -> tuple[str, str, Figures, Pairs, str, str]:
    """ExecType, OrdStatus, the figures, further fields, the label of its ExecID, that of its ExecRefID."""
    if len(parts) < 2 or len(parts[0].split()) != 2:
        raise NotAsExpected("a report is 8(X) | ExecType OrdStatus | OrderQty CumQty LeavesQty LastQty")
    exec_type, ord_status = parts[0].split()
    match = _FIGURES.fullmatch(parts[1])
    if match is None:
        raise NotAsExpected(f"these are not OrderQty CumQty LeavesQty LastQty: {parts[1]}")
    order_qty, cum_qty, leaves_qty, last_qty, px, avg = match.groups(default="")
    more, labels = [], {"exec": "", "ref": ""}
    for part in parts[2:]:
        kind, _, label = part.partition(" ")
        if kind in labels:
            labels[kind] = label.strip()
        else:
            more.append(part)
    figures = order_qty, cum_qty, leaves_qty, last_qty, px, avg
    return exec_type, ord_status, figures, split("|".join(more)), labels["exec"], labels["ref"]


def _at_venue(cl_ord_id: str) -> str:
    """The gateway's own ClOrdID at the venue for a request of the client's."""
    return f"@{cl_ord_id.lower()}"


def _is_zero(text: str) -> bool:
    return text in ("0", "-")


def _overridden(pairs: Pairs, more: Pairs) -> Pairs:
    named = {tag for tag, _ in more}
    return [pair for pair in pairs if pair[0] not in named] + more
