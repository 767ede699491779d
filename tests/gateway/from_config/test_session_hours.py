"""From the keys of a session's hours to its schedule: every key, and nothing when nothing is said."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest

from config.model import SessionConfig
from gateway.from_config.session_hours import schedule_of
from gateway.session.schedule import EVERY_DAY, Schedule

PLAIN = SessionConfig(name="A", begin_string="FIX.4.4", target_comp_id="T")
UTC = ZoneInfo("UTC")
ZURICH = ZoneInfo("Europe/Zurich")
DAILY = {"start_time": "08:00:00", "end_time": "17:30:15"}
EIGHT_S, HALF_PAST_FIVE_S = 8 * 3600, 17 * 3600 + 30 * 60 + 15


def changed(**changes: object) -> SessionConfig:
    return msgspec.structs.replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("keys", "schedule"),
    [
        ({}, None),
        (DAILY, Schedule(UTC, EIGHT_S, HALF_PAST_FIVE_S)),
        (DAILY | {"time_zone": "Europe/Zurich"}, Schedule(ZURICH, EIGHT_S, HALF_PAST_FIVE_S)),
        (DAILY | {"non_stop_session": True}, None),
        (
            DAILY | {"weekdays": ("friday", "monday")},
            Schedule(UTC, EIGHT_S, HALF_PAST_FIVE_S, weekdays=frozenset({0, 4})),
        ),
        (DAILY | {"weekdays": ()}, Schedule(UTC, EIGHT_S, HALF_PAST_FIVE_S, weekdays=EVERY_DAY)),
        (
            DAILY | {"start_day": "sunday", "end_day": "friday"},
            Schedule(UTC, EIGHT_S, HALF_PAST_FIVE_S, start_day=6, end_day=4),
        ),
        (
            DAILY | {"logon_time": "07:59:59", "logout_time": "23:59:59"},
            Schedule(UTC, EIGHT_S, HALF_PAST_FIVE_S, logon_time_s=EIGHT_S - 1, logout_time_s=86399),
        ),
        (
            DAILY
            | {"start_day": "sunday", "end_day": "friday", "logon_time": "09:00:00", "logout_time": "10:00:00"}
            | {"logon_day": "monday", "logout_day": "tuesday"},
            Schedule(
                UTC, EIGHT_S, HALF_PAST_FIVE_S, start_day=6, end_day=4,
                logon_time_s=9 * 3600, logout_time_s=10 * 3600, logon_day=0, logout_day=1,
            ),
        ),
        (
            DAILY | {"start_day": "sunday", "end_day": "friday", "logon_time": "09:00:00", "logout_day": "monday"},
            Schedule(
                UTC, EIGHT_S, HALF_PAST_FIVE_S, start_day=6, end_day=4,
                logon_time_s=9 * 3600, logout_time_s=HALF_PAST_FIVE_S, logon_day=6, logout_day=0,
            ),
        ),
        (
            DAILY | {"logout_time": "10:00:00"},
            Schedule(UTC, EIGHT_S, HALF_PAST_FIVE_S, logon_time_s=EIGHT_S, logout_time_s=36000),
        ),
        ({"start_time": "00:00:00", "end_time": "00:00:00"}, Schedule(UTC, 0, 0)),
        (
            {"reset_seq_time": "17:00:00", "time_zone": "Europe/Zurich"},
            Schedule(ZURICH, 17 * 3600, 17 * 3600, stays_connected=True),
        ),
        ({"reset_seq_time": "17:00:00", "non_stop_session": True}, None),
    ],
)  # fmt: skip
def test_the_keys_of_its_hours(keys: dict[str, object], schedule: Schedule | None) -> None:
    assert schedule_of(changed(**keys)) == schedule
