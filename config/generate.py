"""Writes what is made from the model: the schemas beside it and docs/CONFIGURATION.md. Run by hand after a change of a
key: `python -m config.generate`. Tests hold the files current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.document import document
from config.schema import FILES, schema_text

ROOT = Path(__file__).parents[1]


def files() -> Iterator[tuple[Path, str]]:
    """What must stand where."""
    for name, record in FILES.items():
        yield ROOT / "config" / f"{name}.schema.json", schema_text(record)
    yield ROOT / "docs" / "CONFIGURATION.md", document()


if __name__ == "__main__":
    for path, text in files():
        path.write_text(text)
