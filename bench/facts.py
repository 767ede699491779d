"""Facts of the machine that the figures depend on: processor, kernel, file system, and what one fsync costs."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import lmdb

from gateway.store.write_ahead import WriteAhead, create_segments

SYNCS = 300


def processor() -> str:
    """Model name and number of processors this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(os.sched_getaffinity(0))} x {names[0] if names else platform.machine()}"


def file_system(path: Path) -> str:
    """Type of the file system that holds `path`."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    resolved = path.resolve()
    fitting = [(point, kind) for point, kind in mounts if resolved.is_relative_to(point)]
    return max(fitting, key=lambda mount: len(mount[0]))[1] if fitting else "unknown"


def median_us(action: Callable[[int], object]) -> float:
    times = []
    for number in range(SYNCS):
        start = time.perf_counter_ns()
        action(number)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


def sync_costs(directory: Path) -> dict[str, float]:
    """Median microseconds of one fdatasync (file grows; file stays), of one LMDB commit of 1 KB with default flags, and
    of one turn of 1 KB as the journal writes it."""
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        file = os.open(os.path.join(scratch, "page"), os.O_CREAT | os.O_RDWR, 0o600)

        def write_page(number: int) -> None:
            os.pwrite(file, bytes(4096), number * 4096)
            os.fdatasync(file)

        append, overwrite = median_us(write_page), median_us(write_page)
        os.close(file)
        with lmdb.open(os.path.join(scratch, "lmdb"), map_size=1 << 30) as environment:

            def commit(number: int) -> None:
                with environment.begin(write=True) as transaction:
                    transaction.put(number.to_bytes(8, "big"), bytes(1000), append=True)

            lmdb_commit = median_us(commit)
        create_segments(Path(scratch), SYNCS * 4096)
        ahead = WriteAhead(Path(scratch), 0)
        turn = median_us(lambda number: ahead.append(number, 1, bytes(1000)))
        ahead.close()
        return {"append": append, "overwrite": overwrite, "lmdb_commit": lmdb_commit, "turn": turn}


def machine(directory: Path) -> dict[str, str]:
    """Name -> fact, in the order in which a reader wants them."""
    costs = sync_costs(directory)
    return {
        "processors": processor(),
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": file_system(directory),
        "Python": platform.python_version(),
        "fdatasync of 4 KB, p50": f"{costs['append']:.0f} us (growing file), {costs['overwrite']:.0f} us (overwriting)",
        "LMDB commit of 1 KB, p50": f"{costs['lmdb_commit']:.0f} us",
        "turn of 1 KB into the write-ahead file, p50": f"{costs['turn']:.0f} us",
        "versions": ", ".join(f"{name} {version(name)}" for name in ("lmdb", "uvloop", "msgspec", "quickfix")),
    }


def version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"
