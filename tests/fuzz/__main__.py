"""Coverage-guided fuzzing by atheris: `python -m tests.fuzz SECONDS [TARGET...]`, or `make fuzz`.

Each target runs in a process of its own, one after the other, for its share of SECONDS, from the inputs in `corpus` and
those that earlier runs found worth keeping (in .cache/fuzz). An input that breaks a law, raises, or takes more than 5 s
ends the run with its file; it belongs into `corpus` once it is mended, under a name that says what it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
WORDS = Path(__file__).parent / "fix.dict"
CACHE = Path(".cache/fuzz")
INPUT_BYTES_MAX = 4096
TIMEOUT_S = 5
RSS_MB_MAX = 1024


def main() -> int:
    names = [path.name for path in sorted(CORPUS.iterdir())]
    seconds, wanted = int(sys.argv[1]), sys.argv[2:] or names
    for name in wanted:
        if name not in names:
            print(f"no target {name}: {', '.join(names)}", file=sys.stderr)
            return 2
    for name in wanted:
        found = CACHE / name
        found.mkdir(parents=True, exist_ok=True)
        code = subprocess.run(
            [
                sys.executable, "-m", "tests.fuzz.run", name, str(found), str(CORPUS / name),
                f"-max_total_time={max(1, seconds // len(wanted))}", f"-max_len={INPUT_BYTES_MAX}",
                f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={RSS_MB_MAX}", f"-artifact_prefix={CACHE}/{name}-",
                f"-dict={WORDS}", "-print_final_stats=1", "-verbosity=1",
            ],
            env=os.environ | {"PYTHONHASHSEED": "0"},
        ).returncode  # fmt: skip
        if code:
            print(f"{name}: broken; the input is the newest file {CACHE}/{name}-*", file=sys.stderr)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
