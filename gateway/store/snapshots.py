"""Snapshot files: what the fold of the log had come to at the end of a turn. They stand in the journal's directory.

A file is a line with the SHA-256 of all behind it, a line of JSON, the header, and the content. It is written under
another name, flushed, and put in its place by one rename, so one that has its name is whole; what rots afterwards is
found by the digest. Nothing is in a snapshot that is not in the log: one that is lost costs time and nothing else. Each
names its place in the chain, so one of another log, or of a future that a restored backup does not have, is seen for
what it is.

The newest KEPT that are good stay, and what is newer than the oldest of these; nothing else is ever deleted.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.fold import Fold
from gateway.register import RegisterState
from gateway.store.log_records import Numbers
from gateway.store.store_files import JournalRefused, sync_directory
from oms.snapshot import SCHEMA as STATE_SCHEMA

FORMAT = "fixgate-snapshot"
SCHEMA = 1
"""Of the header and of Content. The application's state has a schema of its own."""
KEPT = 3
PREFIX = "snapshot-"
UNFINISHED = "unfinished-snapshot"


class Header(msgspec.Struct, frozen=True):
    """`seq` is the record of the turn's end, `digest` what the chain had come to there. `state_hash` is that of the
    application. Both are written in hexadecimal."""

    format: str
    schema: int
    state_schema: int
    store_id: str
    seq: int
    digest: str
    state_hash: str


class Content(msgspec.Struct, frozen=True):
    """`records`, `facts` and `turns` count what has been folded since the first record."""

    state: bytes
    register: RegisterState
    numbers: dict[str, Numbers]
    facts: int
    turns: int


class Snapshot(NamedTuple):
    path: Path
    header: Header
    content: Content

    def fold(self) -> Fold:
        """What had been folded beside the application."""
        fold = Fold()
        fold.register.restore(self.content.register)
        fold.numbers = self.content.numbers
        fold.facts, fold.turns = self.content.facts, self.content.turns
        return fold


class DamagedSnapshot(Exception):
    """The file cannot be used; the text says why."""


_decode_header = msgspec.json.Decoder(Header).decode
_decode_content = msgspec.msgpack.Decoder(Content).decode


def snapshot_files(directory: Path) -> list[Path]:
    """All there are, good or not, the newest first."""
    return sorted((path for path in directory.glob(f"{PREFIX}*") if path.is_file()), reverse=True)


def read_snapshot(path: Path) -> Snapshot:
    """Raises DamagedSnapshot; and JournalRefused for one of a newer version of the program, with what to do."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedSnapshot(f"{path.name}: {error.strerror}") from error
    digest, _, rest = data.partition(b"\n")
    if sha256(rest).hexdigest().encode() != digest:
        raise DamagedSnapshot(f"{path.name}: it is not as it was written")
    line, _, content = rest.partition(b"\n")
    try:
        _refuse_newer(path, line)
        header = _decode_header(line)
        if header.format != FORMAT:
            raise DamagedSnapshot(f"{path.name}: its format is {header.format!r}")
        return Snapshot(path, header, _decode_content(content))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedSnapshot(f"{path.name}: {error}") from error


def _refuse_newer(path: Path, line: bytes) -> None:
    """A newer header may have another shape: its schemas are looked at first."""
    header = msgspec.json.decode(line)
    for name, known in (("schema", SCHEMA), ("state_schema", STATE_SCHEMA)):
        found = header.get(name) if isinstance(header, dict) else None
        if isinstance(found, int) and found > known:
            raise JournalRefused(
                f"snapshot: {path}: {name} {found} is newer than {known}, the newest that this version of the program "
                "knows. Start the version that wrote it, or a later one"
            )


def good_snapshots(
    directory: Path, is_of_log: Callable[[Header], bool], warn: Callable[[str], None]
) -> Iterator[Snapshot]:
    """Those that can be read and are of this log, the newest first; `warn` is told of each other. Raises as
    `read_snapshot` does."""
    for path in snapshot_files(directory):
        try:
            snapshot = read_snapshot(path)
        except DamagedSnapshot as damage:
            warn(str(damage))
            continue
        if is_of_log(snapshot.header):
            yield snapshot
        else:
            warn(f"{path.name}: it is of another log, or of a later state than this log has")


def write_snapshot(directory: Path, header: Header, content: bytes) -> Path:
    """Durable when it returns. Raises OSError."""
    path = directory / f"{PREFIX}{header.seq:016}"
    unfinished = directory / UNFINISHED
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    line = msgspec.json.encode(header) + b"\n"
    hashed = sha256(line)
    hashed.update(content)
    with os.fdopen(fd, "wb") as file:
        file.write(b"%b\n%b" % (hashed.hexdigest().encode(), line))
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync_directory(directory)
    return path


def prune_snapshots(directory: Path, good: list[Path]) -> list[Path]:
    """Delete what is older than the KEPT newest of the good ones, which are given the newest first."""
    if len(good) < KEPT:
        return []
    oldest = good[KEPT - 1].name
    pruned = [path for path in snapshot_files(directory) if path.name < oldest]
    for path in pruned:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    return pruned
