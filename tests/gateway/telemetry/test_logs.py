"""Logs say all and give nothing away; a full disk, a stuck terminal and a flood cost lines and nothing else."""

from __future__ import annotations

import io
import json
import logging
import os
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config.model import LogsConfig, SessionConfig
from gateway.telemetry import logs as logs_module
from gateway.telemetry import raw_message_log
from gateway.telemetry.logs import Logs, open_logs
from gateway.telemetry.raw_message_log import RawMessageLog, session_log_name

CANARY = "c4nary-Secret"
SESSION = SessionConfig(name="CLIENT44", begin_string="FIX.4.4", target_comp_id="CLIENT44")
STEM = "FIX.4.4-FIXGATE-CLIENT44"
NOON_NS = 1_795_262_400 * 1_000_000_000  # 2026-11-21 12:00:00 UTC
LOGON = b"8=FIX.4.4\x019=99\x0135=A\x0134=1\x01553=bob\x01554=" + CANARY.encode() + b"\x0110=000\x01"
HEARTBEAT = b"8=FIX.4.4\x019=50\x0135=0\x0134=2\x0110=000\x01"


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """structlog and logging are set up for the whole process: put them back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def opened(directory: Path, level: str = "info", console: io.StringIO | None = None) -> Logs:
    config = LogsConfig(directory=str(directory), level=level)  # type: ignore[arg-type]  # a Literal by parametrisation
    return open_logs(config, [SESSION], console)


def lines(directory: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (directory / "fixgate.log.jsonl").read_text().splitlines()]


# -- lines -------------------------------------------------------------------------------------------------------------


def test_a_note_is_one_json_line(tmp_path: Path) -> None:
    logs = opened(tmp_path / "logs")
    logs.note("info", "CLIENT44", "logged_on", {"peer": "127.0.0.1:5", "generation": 3})
    logs.note("warning", "", "disk_low", {"free_gb": 1.5})
    assert logs.close()
    first, second = lines(tmp_path / "logs")
    assert list(first)[:3] == ["timestamp", "level", "event"]
    stamp = first.pop("timestamp")
    assert isinstance(stamp, str)
    assert len(stamp) == len("2026-11-21T11:45:51.527000Z")
    assert first == {
        "level": "info",
        "event": "logged_on",
        "session": "CLIENT44",
        "peer": "127.0.0.1:5",
        "generation": 3,
    }
    assert second["free_gb"] == 1.5
    assert "session" not in second


def test_level_is_respected(tmp_path: Path) -> None:
    logs = opened(tmp_path, level="warning")
    for level in ("debug", "info", "warning", "error"):
        logs.note(level, "", level, {})
    structlog.get_logger().info("from_structlog")
    structlog.get_logger().error("from_structlog")
    assert logs.close()
    assert [(line["event"], line["level"]) for line in lines(tmp_path)] == [
        ("warning", "warning"),
        ("error", "error"),
        ("from_structlog", "error"),
    ]


def test_structlog_and_logging_end_up_in_the_same_file(tmp_path: Path) -> None:
    logs = opened(tmp_path)
    structlog.get_logger().info("started", port=9878, where=Path("run"))
    try:
        raise ValueError(f"554={CANARY}")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("asyncio").exception("callback %s", "failed")
    ours = logging.getLogger().handlers[-1]
    ours.handle(logging.LogRecord("aiohttp", logging.WARNING, "", 0, "wrong arguments %d", ("x",), None))
    assert logs.close()
    started, failed, callback, dropped = lines(tmp_path)
    assert (started["event"], started["port"], started["where"]) == ("started", 9878, "run")
    assert (failed["event"], failed["level"]) == ("failed", "error")
    assert "ValueError" in str(failed["exception"])
    assert (callback["event"], callback["logger"]) == ("callback failed", "asyncio")
    assert CANARY not in (tmp_path / "fixgate.log.jsonl").read_text()
    assert (dropped["event"], dropped["lines"]) == ("log_lines_dropped", 1)


def test_a_person_reads_the_same_on_a_terminal(tmp_path: Path) -> None:
    console = io.StringIO()
    logs = opened(tmp_path, console=console)
    logs.note("error", "CLIENT44", "refused", {"text": "\x1b[2J\nforged", "password": CANARY})
    assert logs.close()
    shown = console.getvalue()
    assert "refused" in shown
    assert "CLIENT44" in shown
    assert "\\x1b[2J\\nforged" in shown
    assert CANARY not in shown
    assert shown.count("\n") == 1


def test_colours_only_on_a_terminal(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain, colourful = io.StringIO(), Terminal()
    for number, console in enumerate((plain, colourful)):
        logs = opened(tmp_path / str(number), console=console)
        logs.note("info", "", "x", {})
        assert logs.close()
    assert "\x1b[" not in plain.getvalue()
    assert "\x1b[" in colourful.getvalue()


def test_a_terminal_that_goes_away_does_not_take_the_file_with_it(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        asked = 0

        def write(self, text: str) -> int:
            self.asked += 1
            raise OSError(5, "Input/output error")

    console = Gone()
    logs = opened(tmp_path, console=console)
    logs.note("info", "", "one", {})
    assert logs.flush()
    logs.note("info", "", "two", {})
    assert logs.close()
    assert [line["event"] for line in lines(tmp_path)] == ["one", "two"]
    assert console.asked == 1


def test_details_cannot_pose_as_the_line_itself(tmp_path: Path) -> None:
    logs = opened(tmp_path)
    logs.note("info", "", "real", {"event": "forged", "level": "critical", "a\nb": "c"})
    assert logs.close()
    (line,) = lines(tmp_path)
    assert (line["event"], line["level"], line["a\\nb"]) == ("real", "info", "c")


# -- FIX messages ------------------------------------------------------------------------------------------------------


def test_messages_in_the_file_format_of_quickfix(tmp_path: Path) -> None:
    logs = opened(tmp_path)
    logs.messages("CLIENT44", NOON_NS + 527_000_999, [LOGON, HEARTBEAT])
    logs.messages("CLIENT44", NOON_NS + 1_000_000_000, [HEARTBEAT])
    logs.note("info", "CLIENT44", "logged_on", {"peer": "127.0.0.1", "text": f"554={CANARY}\x01x"})
    assert logs.close()
    assert (tmp_path / f"{STEM}.messages.current.log").read_bytes() == (
        b"20261121-12:00:00.527000 : " + LOGON.replace(CANARY.encode(), b"***") + b"\n"
        b"20261121-12:00:00.527000 : " + HEARTBEAT + b"\n"
        b"20261121-12:00:01.000000 : " + HEARTBEAT + b"\n"
    )
    event = (tmp_path / f"{STEM}.event.current.log").read_text()
    assert event.endswith(" : logged_on peer=127.0.0.1 text=554=***\n")


@pytest.mark.parametrize(
    "raw",
    [
        LOGON,
        LOGON.replace(b"35=A", b"35=BE"),
        LOGON.replace(b"35=A", b"35=D"),  # lies about its type
        LOGON.replace(b"8=FIX.4.4\x01", b""),  # nothing a parser would take
        LOGON.replace(b"554=", b"925="),
        LOGON.replace(b"554=", b"925=").replace(b"35=A", b"35=D"),
        LOGON.replace(b"554=", b"1402="),
        LOGON.replace(b"554=", b"96="),
        LOGON[: -len(b"\x0110=000\x01")],
    ],
)
def test_no_secret_in_the_raw_log(tmp_path: Path, raw: bytes) -> None:
    log = RawMessageLog(tmp_path)
    log.write(STEM, NOON_NS, [HEARTBEAT, raw, HEARTBEAT])
    log.drain()
    log.close()
    written = (tmp_path / f"{STEM}.messages.current.log").read_bytes()
    assert CANARY.encode() not in written
    assert written.count(HEARTBEAT) == 2


def test_a_message_cannot_forge_a_line(tmp_path: Path) -> None:
    log = RawMessageLog(tmp_path)
    log.write(STEM, NOON_NS, [b"58=a\n20261121-12:00:00.000000 : 8=forged\r\x01", HEARTBEAT])
    log.drain()
    log.close()
    first, second = (tmp_path / f"{STEM}.messages.current.log").read_bytes().splitlines()
    assert first.endswith(b"58=a\\n20261121-12:00:00.000000 : 8=forged\\r\x01")
    assert second.endswith(HEARTBEAT)


def test_file_names_are_those_of_quickfix() -> None:
    assert session_log_name("FIX.4.4", "FIXGATE", "CLIENT44") == STEM
    assert session_log_name("FIX.4.4", "A B", "../../etc") == "FIX.4.4-A_B-.._.._etc"


def test_raw_messages_can_be_left_out(tmp_path: Path) -> None:
    logs = open_logs(LogsConfig(directory=str(tmp_path), raw_messages=False), [SESSION])
    logs.messages("CLIENT44", NOON_NS, [HEARTBEAT])
    assert logs.close()
    assert not list(tmp_path.glob("*.messages.*"))


def test_an_operator_can_have_more_tags_masked(tmp_path: Path) -> None:
    logs = open_logs(LogsConfig(directory=str(tmp_path), masked_tags=(1, 448)), [SESSION])
    order = b"8=FIX.4.4\x019=9\x0135=D\x0111=1\x011=SMITH|CO\x01453=1\x01448=BROKER\x01447=D\x0158=1=x\x0110=000\x01"
    logs.messages("CLIENT44", NOON_NS, [order, HEARTBEAT])
    shown = order.decode("latin-1")
    logs.note("warning", "CLIENT44", "refused", {"1": "SMITH", "34": "7", "message": shown, "all": [{"448": "BROKER"}]})
    assert logs.close()
    (line,) = lines(tmp_path)
    assert (line["1"], line["34"], line["all"]) == ("***", "7", [{"448": "***"}])
    assert line["message"] == "8=FIX.4.4|9=9|35=D|11=1|1=***|453=1|448=***|447=D|58=1=x|10=000|"
    raw = (tmp_path / f"{STEM}.messages.current.log").read_bytes()
    assert raw.count(b"\x011=***\x01453=1\x01448=***\x01447=D\x0158=1=x\x01") == 1
    assert HEARTBEAT in raw
    for file in tmp_path.iterdir():
        assert b"SMITH" not in file.read_bytes(), file
        assert b"BROKER" not in file.read_bytes(), file


def test_messages_of_no_session_are_not_written(tmp_path: Path) -> None:
    logs = opened(tmp_path)
    logs.messages("", NOON_NS, [HEARTBEAT])
    assert logs.close()
    assert not list(tmp_path.glob("*.messages.*"))


# -- files -------------------------------------------------------------------------------------------------------------


def test_only_the_owner_can_read(tmp_path: Path) -> None:
    directory = tmp_path / "logs"
    directory.mkdir(mode=0o755)
    (directory / "fixgate.log.jsonl").touch(mode=0o644)
    logs = opened(directory)
    logs.note("info", "CLIENT44", "x", {})
    logs.messages("CLIENT44", NOON_NS, [HEARTBEAT])
    assert logs.close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    files = list(directory.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_restart_appends(tmp_path: Path) -> None:
    for event in ("one", "two"):
        logs = opened(tmp_path)
        logs.note("info", "", event, {})
        assert logs.close()
    assert [line["event"] for line in lines(tmp_path)] == ["one", "two"]


def test_a_directory_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        opened(tmp_path / "file" / "logs")


# -- trouble -----------------------------------------------------------------------------------------------------------


def test_a_critical_note_is_on_file_when_it_returns(tmp_path: Path) -> None:
    logs = opened(tmp_path)
    logs.note("critical", "", "process_ends", {"exit_code": "74"})
    assert [line["event"] for line in lines(tmp_path)] == ["process_ends"]
    assert logs.close()


def test_a_full_disk_loses_lines_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "fixgate.log.jsonl").symlink_to("/dev/full")
    (tmp_path / f"{STEM}.messages.current.log").symlink_to("/dev/full")
    logs = opened(tmp_path)
    for _ in range(3):
        logs.note("critical", "", "x", {})
        logs.messages("CLIENT44", NOON_NS, [HEARTBEAT])
    assert logs.flush()
    assert logs.lines.lost_bytes > 0
    assert logs.raw.lost_bytes == 3 * (len(HEARTBEAT) + len("20261121-12:00:00.527000 : \n"))
    (tmp_path / "fixgate.log.jsonl").unlink()
    logs.note("info", "", "room_again", {})
    assert logs.close()
    assert [line["event"] for line in lines(tmp_path)] == ["room_again"]


def test_a_flood_is_cut_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs_module, "LINES_MAX", 50)
    monkeypatch.setattr(raw_message_log, "MESSAGES_MAX", 50)
    console, released = _StuckConsole(), threading.Event()
    console.released = released
    logs = opened(tmp_path, console=console)
    logs.note("info", "", "stuck", {})
    assert console.stuck.wait(5)
    for number in range(80):
        logs.note("info", "", "flood", {"number": number})
        logs.messages("CLIENT44", NOON_NS, [HEARTBEAT, HEARTBEAT])
    assert logs.lines.dropped == 30
    assert logs.raw.dropped == 2 * (80 - 25)
    assert logs.dropped == 30 + 110
    released.set()
    assert logs.close()
    events = [line["event"] for line in lines(tmp_path)]
    assert events.count("flood") == 50
    (told,) = [line for line in lines(tmp_path) if line["event"] == "log_lines_dropped"]
    assert told["lines"] == 30


def test_what_is_written_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_message_log, "MESSAGES_MAX", 4)
    log = RawMessageLog(tmp_path)
    for _ in range(10):
        log.write(STEM, NOON_NS, [HEARTBEAT] * 3)
        log.event(STEM, NOON_NS, "x")
        log.drain()
    assert log.dropped == 0
    log.write(STEM, NOON_NS, [HEARTBEAT] * 4)
    log.event(STEM, NOON_NS, "one too many")
    assert log.dropped == 1
    log.close()


class _StuckConsole(io.StringIO):
    """A terminal somebody has stopped with Ctrl-S."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck = threading.Event()
        self.released = threading.Event()

    def write(self, text: str) -> int:
        self.stuck.set()
        self.released.wait(30)
        return super().write(text)


def test_a_reader_who_stopped_does_not_stop_us(tmp_path: Path) -> None:
    pipe = tmp_path / f"{STEM}.messages.current.log"
    os.mkfifo(pipe)
    logs = opened(tmp_path)
    logs.messages("CLIENT44", NOON_NS, [HEARTBEAT])
    begin = time.monotonic()
    for _ in range(1000):
        logs.messages("CLIENT44", NOON_NS, [HEARTBEAT])
        logs.note("info", "", "x", {})
    assert time.monotonic() - begin < 1
    assert not logs.close(timeout_s=0.3)
    reader = os.open(pipe, os.O_RDONLY)
    assert logs.close(timeout_s=5)
    os.close(reader)


def test_a_line_nobody_can_write_does_not_end_the_thread(tmp_path: Path) -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("no")

    logs = opened(tmp_path)
    logs.note("info", "", "hostile", {"value": Hostile()})
    logs.note("shout", "", "level_nobody_knows", {})
    structlog.get_logger().info("from_structlog", value=Hostile())
    logs.messages("CLIENT44", NOON_NS, [None])  # type: ignore[list-item]  # a bug of ours, on purpose
    assert logs.flush()
    logs.note("info", "", "after", {})
    logs.messages("CLIENT44", NOON_NS, [HEARTBEAT])
    assert logs.close()
    assert [line["event"] for line in lines(tmp_path)] == [
        "hostile",
        "level_nobody_knows",
        "from_structlog",
        "after",
    ]
    assert HEARTBEAT in (tmp_path / f"{STEM}.messages.current.log").read_bytes()
