"""What `config check` shows: values with their origins, secrets never, and the next hours on both clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from config.load import inspect
from config.model import Connect, SessionConfig
from config.secret import Secret
from gateway.instant import NS_PER_S
from gateway.operators.effective_table import hours_of, next_clock_change_ns, table_of, value_text

PLAIN = SessionConfig(name="A", begin_string="FIX.4.4", target_comp_id="T")
ZURICH = ZoneInfo("Europe/Zurich")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


def hours(now: str, **keys: object) -> list[str]:
    return hours_of(msgspec.structs.replace(PLAIN, **keys), at(now))


def table(tmp_path: Path, text: str, only: str = "", with_defaults: bool = True) -> list[str]:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    return list(table_of(*inspect(path, secrets=False), at("2026-03-02 10:00:00"), only, with_defaults))


SESSIONS = """\
session_defaults: {heart_bt_int_s: 20, start_time: 08:00:00, end_time: 17:00:00}
sessions:
  - {name: A, begin_string: FIX.4.4, target_comp_id: A, ResetOnLogon: Y, password_hash: env:HIDDEN}
  - {name: B, begin_string: FIX.4.4, target_comp_id: B, heart_bt_int_s: 10, non_stop_session: true}
session_templates:
  - {name: T, begin_string: FIX.4.2, target_comp_id_pattern: "X*", accounts: [K, L]}
"""


def row(lines: list[str], key: str) -> list[str]:
    (found,) = [line for line in lines if line.split()[:1] == [key]]
    return found.split(maxsplit=2)


def test_every_key_has_its_value_and_who_said_it(tmp_path: Path) -> None:
    lines = table(tmp_path, SESSIONS, "A")
    assert row(lines, "reset_on_logon") == ["reset_on_logon", "own", "true"]
    assert row(lines, "heart_bt_int_s") == ["heart_bt_int_s", "session_defaults", "20"]
    assert row(lines, "max_latency_s") == ["max_latency_s", "default", "120"]
    assert row(lines, "password_hash") == ["password_hash", "own", "env:HIDDEN"]
    assert row(lines, "username") == ["username", "default", "-"]
    shown = {line.split()[0] for line in lines if line.startswith("    ")}
    head = {"name", "kind", "begin_string", "default_appl_ver_id", "sender_comp_id", "target_comp_id"}
    assert shown == set(SessionConfig.__struct_encode_fields__) - head
    assert row(table(tmp_path, SESSIONS, "B"), "heart_bt_int_s")[1:] == ["own", "10"]
    assert row(table(tmp_path, SESSIONS, "T"), "accounts")[1:] == ["own", "[K, L]"]


def test_without_defaults_only_what_somebody_wrote(tmp_path: Path) -> None:
    lines = table(tmp_path, SESSIONS, "B", with_defaults=False)
    assert [line.split()[0] for line in lines if line.startswith("    ")] == [
        "start_time", "end_time", "non_stop_session", "heart_bt_int_s",
    ]  # fmt: skip


def test_the_process_and_all_sessions_in_order(tmp_path: Path) -> None:
    lines = table(tmp_path, SESSIONS)
    assert lines[:3] == [
        "fixgate",
        "  listens on 127.0.0.1:9878, plain TCP",
        "  journal run/journal, logs run/logs",
    ]
    assert [line for line in lines if line[:1].isupper()] == [
        "A: client, FIX.4.4, FIXGATE <-> A",
        "B: client, FIX.4.4, FIXGATE <-> B",
        "T: client, FIX.4.2, FIXGATE <-> X* (template, at most 100 sessions)",
    ]
    assert max(map(len, lines)) < 160


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"), ("", "-"), ((), "-"), (True, "true"), (0, "0"), (Decimal("1E+3"), "1000"), (("a", "b"), "[a, b]"),
        (Secret("file:x", b"hunter2"), "file:x"), (Connect(host="h", port=1), "{host: h, port: 1}"),
        ((Connect(host="h", port=1),), "[{host: h, port: 1}]"),
    ],
)  # fmt: skip
def test_values_as_they_would_be_written(value: object, text: str) -> None:
    assert value_text(value) == text


# -- hours -------------------------------------------------------------------------------------------------------------


def test_a_session_without_hours() -> None:
    assert hours("2026-03-02 10:00:00") == ["no hours: always open; its numbers are never reset"]
    assert hours("2026-03-02 10:00:00", reset_on_logon=True, reset_on_logout=True) == [
        "no hours: always open; its numbers are reset by reset_on_logon, reset_on_logout"
    ]


def test_hours_in_utc() -> None:
    assert hours("2026-03-02 10:00:00", start_time="08:00:00", end_time="17:00:00") == [
        "open now, Mon 2026-03-02 10:00:00 UTC",
        "next start   Tue 2026-03-03 08:00:00 UTC",
        "next end     Mon 2026-03-02 17:00:00 UTC",
        "next reset   Mon 2026-03-02 17:00:00 UTC",
    ]


def test_hours_of_a_zone_on_both_clocks_across_a_change_of_the_clocks() -> None:
    keys = {"start_time": "08:00:00", "end_time": "17:00:00", "time_zone": "Europe/Zurich"}
    change = "Sun 2026-03-29 03:00:00 Europe/Zurich (UTC+02:00) = Sun 2026-03-29 01:00:00 UTC"
    assert hours("2026-03-28 18:00:00", **keys) == [
        "closed now, Sat 2026-03-28 19:00:00 Europe/Zurich (UTC+01:00) = Sat 2026-03-28 18:00:00 UTC",
        "next start   Sun 2026-03-29 08:00:00 Europe/Zurich (UTC+02:00) = Sun 2026-03-29 06:00:00 UTC",
        "next end     Sun 2026-03-29 17:00:00 Europe/Zurich (UTC+02:00) = Sun 2026-03-29 15:00:00 UTC",
        "next reset   Sun 2026-03-29 17:00:00 Europe/Zurich (UTC+02:00) = Sun 2026-03-29 15:00:00 UTC",
        f"clocks there change {change}, from UTC+01:00",
    ]


def test_a_window_for_logons() -> None:
    shown = hours("2026-03-02 10:00:00", start_time="08:00:00", end_time="17:00:00", logon_time="09:00:00")
    assert shown[-2:] == [
        "Logons from  Mon 2026-03-02 09:00:00 UTC",
        "Logons until Mon 2026-03-02 17:00:00 UTC",
    ]


def test_a_reset_without_an_end() -> None:
    assert hours("2026-03-02 10:00:00", reset_seq_time="21:00:00") == [
        "open now, Mon 2026-03-02 10:00:00 UTC",
        "next reset   Mon 2026-03-02 21:00:00 UTC",
    ]


@pytest.mark.parametrize(
    ("zone", "now", "change"),
    [
        ("Europe/Zurich", "2026-03-02 10:00:00", "2026-03-29 01:00:00"),
        ("Europe/Zurich", "2026-03-29 01:00:00", "2026-10-25 01:00:00"),
        ("America/New_York", "2026-10-31 00:00:00", "2026-11-01 06:00:00"),
        ("Australia/Lord_Howe", "2026-03-02 10:00:00", "2026-04-04 15:00:00"),
    ],
)
def test_when_the_clocks_change(zone: str, now: str, change: str) -> None:
    assert next_clock_change_ns(ZoneInfo(zone), at(now)) == at(change)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Etc/GMT+5"])
def test_zones_whose_clocks_stay(zone: str) -> None:
    assert next_clock_change_ns(ZoneInfo(zone), at("2026-03-02 10:00:00")) is None
