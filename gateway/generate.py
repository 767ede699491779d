"""Writes docs/REFUSALS.md. Run by hand after a change of a code: `python -m gateway.generate`. A test holds it current.
`config.generate` does the same for what is made from the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.translate.refusals_page import refusals_page

ROOT = Path(__file__).parents[1]


def files() -> Iterator[tuple[Path, str]]:
    """What must stand where."""
    yield ROOT / "docs" / "REFUSALS.md", refusals_page()


if __name__ == "__main__":
    for path, text in files():
        path.write_text(text)
