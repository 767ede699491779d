"""A file of start-of-day positions, as CSV or YAML: to rows of texts that say where they stood. Whether a text is a
number, a symbol, a price, is for `gateway.operators.position_wishes` and the gateway to say: here is only form.

    account,symbol,venue,qty,price              - {account: A1, symbol: BTC-USD, qty: "1.5", price: "50000"}
    A1,BTC-USD,,1.5,50000

CSV has a header with the names of the columns, in any order; `venue` and `price` may be left out, whole or empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from config.yaml_tree import Mapping, Scalar, Sequence, YamlRefused, read_tree
from oms.position_commands import ROWS_MAX

NEEDED: Final = ("account", "symbol", "qty")
COLUMNS: Final = (*NEEDED, "venue", "price")
SIZE_MAX: Final = 1 << 20
FIELD_MAX: Final = 256

Row = dict[str, str]
"""The columns, and `where`: `line 7`."""


class FileRefused(ValueError):
    """The file cannot be read as positions. The text has a line for each fault."""


def read_positions(path: Path) -> list[Row]:
    """The rows of the file, whose name ends in .csv, .yaml or .yml. Raises FileRefused, and OSError."""
    data = path.read_bytes()
    if len(data) > SIZE_MAX:
        raise FileRefused(f"{path}: {len(data)} bytes: at most {SIZE_MAX}")
    if path.suffix == ".csv":
        found = list(_csv_rows(data))
    elif path.suffix in (".yaml", ".yml"):
        found = list(_yaml_rows(data))
    else:
        raise FileRefused(f"{path}: is neither .csv nor .yaml")
    faults = [fault for fault in found if isinstance(fault, str)]
    if faults:
        raise FileRefused("\n".join(f"{path}: {fault}" for fault in faults))
    rows = [row for row in found if not isinstance(row, str)]
    if not rows:
        raise FileRefused(f"{path}: there is no position in it")
    if len(rows) > ROWS_MAX:
        raise FileRefused(f"{path}: {len(rows)} positions: at most {ROWS_MAX} together; load it in parts")
    return rows


def _csv_rows(data: bytes) -> Iterator[Row | str]:
    """Rows and faults."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield f"line {data[: error.start].count(10) + 1}: not UTF-8: save the file in that encoding"
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    try:
        for values in lines:
            if not values:
                continue
            if header is None:
                header = values
                faults = list(_faults_of_names(header))
                yield from (f"line {lines.line_num}: {fault}" for fault in faults)
                if faults:
                    return
            elif len(values) != len(header):
                yield f"line {lines.line_num}: {len(values)} values, and {len(header)} columns: {','.join(header)}"
            else:
                yield from _row(dict(zip(header, values, strict=True)), lines.line_num)
    except csv.Error as error:
        yield f"line {lines.line_num}: not CSV: {error}"


def _yaml_rows(data: bytes) -> Iterator[Row | str]:
    try:
        tree = read_tree(data)
    except YamlRefused as refused:
        yield f"line {refused.place.line}: {refused.why}"
        return
    if not isinstance(tree, Sequence):
        yield "line 1: is no list of positions: - {account: A1, symbol: BTC-USD, qty: 1.5}"
        return
    for item in tree.items:
        line = item.place.line
        if not isinstance(item, Mapping):
            yield f"line {line}: is no position: - {{account: A1, symbol: BTC-USD, qty: 1.5}}"
            continue
        faults = [f"line {line}: {fault}" for fault in _faults_of_names(item.entries)]
        values = {}
        for name, node in item.entries.items():
            if isinstance(node, Scalar):
                values[name] = "" if node.plain and node.text in ("null", "~") else node.text
            else:
                faults.append(f"line {node.place.line}: {name}: one value belongs here")
        yield from faults
        if not faults:
            yield from _row(values, line)


def _faults_of_names(names: Iterable[str]) -> Iterator[str]:
    seen = list(names)
    for name in seen:
        if name not in COLUMNS:
            yield f"column {name!r}: is not one of {', '.join(COLUMNS)}"
        elif seen.count(name) > 1:
            yield f"column {name!r}: is there twice"
    yield from (f"column {name!r}: is missing" for name in NEEDED if name not in seen)


def _row(values: dict[str, str], line: int) -> Iterator[Row | str]:
    faults = [f"line {line}: {name}: longer than {FIELD_MAX}" for name, text in values.items() if len(text) > FIELD_MAX]
    yield from faults
    if not faults:
        yield {**values, "where": f"line {line}"}
