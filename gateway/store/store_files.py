"""The files of a store before anybody opens them: who holds them, who may read them, are they all there."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path

_LMDB_META = struct.Struct("<II16x96xQQ")  # magic, version, last page, transaction id: mdb.c, MDB_meta
_LMDB_MAGIC = 0xBEEFC0DE
_LMDB_PAGE_HEADER = 16


class JournalRefused(Exception):
    """The store cannot be opened as it is; the message says what is wrong and what to do. Nothing was changed."""


def lock(directory: Path, name: str = "LOCK", what: str = "one store has one writer") -> int:
    """Held until the descriptor is closed, or the process gone. Raises JournalRefused when another one holds it."""
    fd = os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise JournalRefused(f"journal: {directory} is in use by another process; {what}") from None
    return fd


def refuse_wide_modes(*paths: Path) -> None:
    for path in paths:
        status = path.stat()
        if status.st_mode & 0o077:
            mode = f"{status.st_mode & 0o777:04o}"
            raise JournalRefused(f"journal: {path} has mode {mode}; others must not read orders: chmod go-rwx {path}")
        if status.st_uid != os.geteuid():
            raise JournalRefused(f"journal: {path} belongs to user {status.st_uid}, not to this process's user")


def refuse_short_file(data: Path) -> None:
    """A file shorter than its own pages would kill the process (SIGBUS) on the first touch of what is missing."""
    size = data.stat().st_size
    page = os.sysconf("SC_PAGE_SIZE")
    newest = (0, 0)
    with data.open("rb") as file:
        for number in (0, 1):
            file.seek(number * page + _LMDB_PAGE_HEADER)
            meta = file.read(_LMDB_META.size)
            if len(meta) == _LMDB_META.size:
                magic, _, last_page, transaction = _LMDB_META.unpack(meta)
                if magic == _LMDB_MAGIC:
                    newest = max(newest, (transaction, last_page))
    if size < 2 * page or size < (newest[1] + 1) * page:
        raise JournalRefused(
            f"journal: {data} is cut short: {size} bytes, its last page needs {(newest[1] + 1) * page}. "
            "It was left as it is. Restore a backup beside it"
        )


def sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
