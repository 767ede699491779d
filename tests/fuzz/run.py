"""One target under atheris: `python -m tests.fuzz.run TARGET [libFuzzer arguments]`. Needs requirements/fuzz.lock."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["fixspec", "gateway"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *arguments = sys.argv[1:]
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
