"""Says what is missing to compile a Python extension here, before pip says it in a thousand lines."""

import shutil
import sys
import sysconfig
from pathlib import Path

missing = []
if shutil.which("g++") is None:
    missing.append("g++")
if not Path(sysconfig.get_paths()["include"], "Python.h").exists():
    missing.append("python3-dev")
if missing:
    sys.exit(f"quickfix is published as source only; to compile it: apt-get install {' '.join(missing)}")
