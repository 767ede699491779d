"""Bad configurations and what the operator is told: one row each. The message names place, value and rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.load import ConfigRefused, load_exchange, load_gateway

S = "sessions:\n  - name: A\n    begin_string: FIX.4.4\n    target_comp_id: A\n"
V = """\
sessions:
  - {name: V, kind: venue, begin_string: FIX.4.4, target_comp_id: V, connect: {host: h, port: 1}}
venues:
  - {name: V, adapter: fix_standard, session: V}
"""
I = "venues:\n  - {name: SIM, adapter: simulated}\ninstruments:\n"  # noqa: E741  the instrument section, beside S and V
WHOLE = "is not a whole number from"
DECIMAL = "is not a decimal number above 0"

ROWS: list[tuple[str, str, str, list[str]]] = [
    # what, the file, line that is named, fragments of the message
    # -- YAML itself ---------------------------------------------------------------------------------------------------
    ("tab_indent", "listen:\n\tport: 1\n", ":2", ["cannot start any token"]),
    ("unclosed_bracket", "venues: [a, b\n", ":2", ["did not find expected ',' or ']'"]),
    ("unclosed_quote", 'name: "abc\n', ":2", ["unexpected end of stream"]),
    ("not_utf8", "name: \udcff\n", ":1", ["not UTF-8"]),
    ("control_character", "name: a\x00b\n", "", ["control characters are not allowed"]),
    ("zone_of_the_trading_day", "trading_day: {time_zone: Mars}\n", ":1", ["'Mars' is not a zone of this machine's"]),
    (
        "close_without_length",
        I + "  - {symbol: X, venue: SIM, close: {begins: '16:00:00', ends: '16:00:00'}}\n",
        ":4",
        ["instruments[0].close.ends: 16:00:00 is when it begins"],
    ),
    (
        "venue_takes_unheard_of",
        V.replace("session: V}", "session: V, supports: {ord_types: [FUNARI]}}"),
        ":4",
        ["supports.ord_types[0]: 'FUNARI'"],
    ),
    (
        "venue_takes_nothing",
        V.replace("session: V}", "session: V, supports: {ord_types: []}}"),
        ":4",
        ["supports.ord_types"],
    ),
    ("duplicate_key", "name: a\nlisten: {}\nname: b\n", ":3", ["key name is said twice, first in line 1"]),
    ("duplicate_key_deep", "listen: {port: 1, port: 2}\n", ":1", ["key port is said twice"]),
    ("duplicate_in_session", S + "    kind: client\n    kind: client\n", ":6", ["key kind is said twice"]),
    ("anchor", "name: &a x\n", ":1", ["anchor or alias 'a': write the value out"]),
    ("alias", "logs: {}\nname: *a\n", ":2", ["alias 'a'"]),
    ("laughs", "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ":1", ["anchor or alias 'a'"]),
    ("merge_key", "listen: &l {port: 1}\nadmin:\n  <<: *l\n", ":1", ["anchor or alias 'l'"]),
    ("python_tag", "name: !!python/object/apply:os.system [ls]\n", ":1", ["tag", "the type of a value is known"]),
    ("standard_tag", "listen: {port: !!int 12}\n", ":1", ["tag"]),
    ("two_documents", "name: a\n---\nname: b\n", ":2", ["a second document"]),
    ("too_deep", "a: " + "[" * 25 + "]" * 25 + "\n", ":1", ["more than 20 levels deep"]),
    ("very_deep", "a: " + "[" * 3000 + "\n", ":1", ["more than 20 levels deep"]),
    ("too_large", "# " + "x" * (1 << 20) + "\n", "", ["1048579 bytes: a configuration has at most 1048576"]),
    ("list_at_top", "- a\n- b\n", ":1", ["a list is not a mapping (key: value)"]),
    ("text_at_top", "hello\n", ":1", ["'hello' is not a mapping"]),
    ("key_is_a_list", "? [a, b]\n: c\n", ":1", ["a key must be a word"]),
    # -- keys ----------------------------------------------------------------------------------------------------------
    ("unknown_top", "jurnal: {}\n", ":1", ["jurnal: unknown key 'jurnal'; the nearest known key is journal"]),
    (
        "unknown_in_session",
        S + "    heart_bt_it_s: 3\n",
        ":5",
        ["sessions[0].heart_bt_it_s: unknown key 'heart_bt_it_s'; the nearest known key is heart_bt_int_s"],
    ),
    (
        "unknown_nested",
        "listen:\n  prot: 1\n",
        ":2",
        ["listen.prot: unknown key 'prot'; the nearest known key is port"],
    ),
    ("unknown_far", "listen:\n  zzz: 1\n", ":2", ["listen.zzz: unknown key 'zzz'; known keys are host, port"]),
    ("quickfix_misspelt", S + "    ResetOnLogn: Y\n", ":5", ["the nearest known key is reset_on_logon"]),
    ("dashes", S + "    reset-on-logon: true\n", ":5", ["the nearest known key is reset_on_logon"]),
    ("unknown_in_defaults", "session_defaults:\n  heartbeat: 3\n", ":2", ["session_defaults.heartbeat: unknown key"]),
    ("setting_of_other_adapter", I[:-13].replace("simulated", "simulated, session: A"), ":2", ["venues[0].session"]),
    ("unknown_secret_key", S + "    passwd: hunter2\n", ":5", ["the nearest known key is password"]),
    ("missing_name", "sessions:\n  - {begin_string: FIX.4.4, target_comp_id: A}\n", ":2", ["[0].name: is missing"]),
    ("missing_comp_id", "sessions:\n  - {name: A, begin_string: FIX.4.4}\n", ":2", ["target_comp_id: is missing"]),
    ("missing_adapter", "venues:\n  - {name: V}\n", ":2", ["venues[0].adapter: is missing: one of fix_standard, simu"]),
    ("shared_name", "session_defaults:\n  name: A\n", ":2", ["session_defaults.name: is each session's own"]),
    # -- types ---------------------------------------------------------------------------------------------------------
    ("word_for_int", S + "    heart_bt_int_s: thirty\n", ":5", ["heart_bt_int_s: 'thirty'", WHOLE, "0 to 86400"]),
    ("octal", "listen: {port: 010}\n", ":1", ["listen.port: '010'", WHOLE, "leading zero"]),
    ("sexagesimal", "listen: {port: 12:30}\n", ":1", ["listen.port: '12:30'", WHOLE]),
    ("hexadecimal", "listen: {port: 0x10}\n", ":1", ["'0x10'", WHOLE]),
    ("underscore", "listen: {port: 9_878}\n", ":1", ["'9_878'", WHOLE]),
    ("plus", "listen: {port: +1}\n", ":1", ["'+1'", WHOLE]),
    ("fraction_for_int", "listen: {port: 1.0}\n", ":1", ["'1.0'", WHOLE]),
    ("foreign_digits", "listen: {port: ١٢}\n", ":1", [WHOLE]),
    ("above_bound", "listen: {port: 65536}\n", ":1", ["'65536'", WHOLE, "0 to 65535"]),
    ("below_bound", S + "    logon_timeout_s: 0\n", ":5", ["sessions[0].logon_timeout_s: '0'", "from 1 to 3600"]),
    ("negative", "journal: {map_size_gb: -1}\n", ":1", ["'-1'", "from 1 to 16384"]),
    ("endless_int", "listen: {port: " + "9" * 400 + "}\n", ":1", [WHOLE, "999..."]),
    ("yes_for_bool", "logs: {raw_messages: yes}\n", ":1", ["logs.raw_messages: 'yes' is not true or false"]),
    ("quickfix_bool", S + "    reset_on_logon: Y\n", ":5", ["'Y' is not true or false"]),
    ("python_bool", "logs: {raw_messages: True}\n", ":1", ["'True' is not true or false"]),
    ("null_for_int", "listen: {port: null}\n", ":1", ["listen.port: has no value: a whole number"]),
    ("nothing_for_text", "name:\n", ":1", ["name: has no value: a name"]),
    ("list_for_int", "listen: {port: [1]}\n", ":1", ["listen.port: a list, where one value belongs"]),
    ("mapping_for_text", "name: {a: b}\n", ":1", ["name: a mapping, where one value belongs"]),
    ("text_for_mapping", "listen: 9878\n", ":1", ["listen: '9878' is not a mapping"]),
    ("text_for_list", "sessions: CLIENT44\n", ":1", ["sessions: 'CLIENT44' is not a list"]),
    ("text_in_list", "sessions:\n  - CLIENT44\n", ":2", ["sessions[0]: 'CLIENT44' is not a mapping"]),
    ("exponent", "limits: {max_notional: 1e7}\n", ":1", ["limits.max_notional: '1e7'", DECIMAL, "exponent"]),
    ("thousands", 'limits: {max_notional: "1,000"}\n', ":1", ["'1,000'", DECIMAL]),
    ("infinity", "limits: {max_notional: .inf}\n", ":1", ["'.inf'", DECIMAL]),
    ("nan", "limits: {max_notional: NaN}\n", ":1", ["'NaN'", DECIMAL]),
    ("zero_price", "limits: {max_notional: 0}\n", ":1", ["'0'", DECIMAL]),
    ("negative_price", 'limits: {max_notional: "-1"}\n', ":1", ["'-1'", DECIMAL]),
    ("bare_point", "limits: {max_notional: 1.}\n", ":1", ["'1.'", DECIMAL]),
    ("leading_point", "limits: {max_notional: .5}\n", ":1", ["'.5'", DECIMAL]),
    ("octal_price", "limits: {max_notional: 010.5}\n", ":1", ["'010.5'", DECIMAL]),
    ("13_decimals", 'limits: {max_notional: "0.0000000000001"}\n', ":1", ["at most 12 decimal places"]),
    ("unknown_level", "logs: {level: verbose}\n", ":1", ["'verbose' is not one of debug, error, info, warning"]),
    ("unknown_version", S.replace("4.4", "4.5"), ":3", ["begin_string: 'FIX.4.5' is not one of FIX.4.0, FIX.4.1"]),
    ("unknown_kind", S + "    kind: server\n", ":5", ["'server' is not one of client, drop_copy, venue"]),
    (
        "unknown_adapter",
        "venues:\n  - {name: V, adapter: nyse}\n",
        ":2",
        ["'nyse' is not one of fix_standard, simulated"],
    ),
    (
        "unknown_pending",
        S + "    report_pending: [fill]\n",
        ":5",
        ["report_pending[0]: 'fill' is not one of cancel, new"],
    ),
    (
        "blank_in_name",
        S.replace("name: A", "name: a b"),
        ":2",
        ["sessions[0].name: 'a b' is not a name: letters, digits"],
    ),
    ("slash_in_name", S.replace("name: A", "name: ../a"), ":2", ["'../a' is not a name"]),
    ("soh_in_comp_id", 'sessions:\n  - {name: A, begin_string: FIX.4.4, target_comp_id: "a\\x01b"}\n', ":2", ["ASCII"]),
    ("umlaut_in_comp_id", S.replace("id: A", "id: Zürich"), ":4", ["'Zürich' is not printable ASCII"]),
    ("blank_in_symbol", I + "  - {symbol: A B, venue: SIM}\n", ":4", ["'A B' is not printable ASCII without blanks"]),
    ("empty_directory", 'journal: {directory: ""}\n', ":1", ["journal.directory: ''", "at least one character"]),
    ("escape_in_path", 'journal: {directory: "a\\eb"}\n', ":1", ["text without control characters"]),
    ("long_socket", f"admin: {{socket: {'s' * 101}}}\n", ":1", ["admin.socket", "at most 100 characters"]),
    # -- what refers to what -------------------------------------------------------------------------------------------
    ("session_twice", S + S[10:].replace("id: A", "id: B"), ":5", ["sessions[1].name: 'A' is already sessions[0]"]),
    ("comp_ids_twice", S + S[10:].replace("name: A", "name: B"), ":7", ["FIX.4.4 FIXGATE -> A is already sessions[0]"]),
    ("fixt_without_version", S.replace("FIX.4.4", "FIXT.1.1"), ":2", ["default_appl_ver_id: is missing"]),
    ("version_without_fixt", S + "    default_appl_ver_id: FIX.5.0\n", ":5", ["has no meaning with FIX.4.4"]),
    (
        "no_dictionary_of_our_own",
        V.replace("4.4", "4.3"),
        ":2",
        ["sessions[0].data_dictionary: is missing: there is one of our own for FIX.4.2, FIX.4.4, FIX.5.0SP2, not for"],
    ),
    (
        "no_application_dictionary",
        V.replace("FIX.4.4", "FIXT.1.1, default_appl_ver_id: FIX.5.0"),
        ":2",
        ["sessions[0].app_data_dictionary: is missing", "not for FIX.5.0"],
    ),
    (
        "version_without_orders",
        S.replace("4.4", "4.3"),
        ":3",
        ["orders are taken in FIX.4.2, FIX.4.4, FIX.5.0SP2, not in"],
    ),
    (
        "application_version_without_orders",
        S.replace("FIX.4.4", "FIXT.1.1\n    default_appl_ver_id: FIX.5.0"),
        ":4",
        ["default_appl_ver_id: orders are taken in"],
    ),
    (
        "throttle_that_lets_nothing_pass",
        "limits: {throttle: {messages: 50, cancel_messages: 60, interval_ms: 60000}}\n",
        ":1",
        ["limits.throttle.messages: 50 in 60000 ms is less than one a second"],
    ),
    ("faulty_client", S + "    reject_invalid_message: false\n", ":5", ["what a client sends wrong is rejected"]),
    ("fixt_dictionary", S + "    app_data_dictionary: a.xml\n", ":5", ["is for FIXT.1.1; with FIX.4.4 set data_dict"]),
    (
        "fix4_dictionary",
        S.replace("FIX.4.4", "FIXT.1.1\n    default_appl_ver_id: FIX.5.0SP2") + "    data_dictionary: a.xml\n",
        ":6",
        ["data_dictionary: is for FIX.4.x"],
    ),
    (
        "heartbeat_bounds",
        S + "    heart_bt_int_s_min: 9\n    heart_bt_int_s_max: 5\n",
        ":5",
        ["9 is above heart_bt_int_s_m"],
    ),
    ("heartbeat_outside", S + "    heart_bt_int_s: 5000\n", ":5", ["5000 is not from 1 to 3600"]),
    (
        "venue_without_connect",
        V.replace(", connect: {host: h, port: 1}", ""),
        ":2",
        ["sessions[0].connect: is missing"],
    ),
    (
        "client_with_connect",
        S + "    connect: {port: 1}\n",
        ":5",
        ["connect: is for kind venue; a session of kind client"],
    ),
    (
        "engagement_of_a_venue",
        V.replace("connect:", "rules_of_engagement: questions, connect:"),
        ":2",
        ["rules_of_engagement: is for sessions of kind client, not for venue"],
    ),
    ("client_with_username", S + "    username: bob\n", ":5", ["username: needs password_hash beside it"]),
    (
        "username_not_ascii",
        V.replace("target_comp_id", "username: Zoë, target_comp_id"),
        ":2",
        ["username: must be ASCII"],
    ),
    ("account_twice", S + "    accounts: [X, X]\n", ":5", ["accounts[1]: 'X' is empty or said twice"]),
    ("venue_unused", V.split("venues")[0], ":2", ["no venue uses session 'V'"]),
    (
        "venue_session_unknown",
        V.replace("session: V", "session: W"),
        ":4",
        ["'W' is not the name of a session; known are V"],
    ),
    (
        "venue_session_is_client",
        V.replace("kind: venue", "kind: client").replace(", connect: {host: h, port: 1}", ""),
        ":4",
        ["is of kind client; orders go out on a session of kind venue"],
    ),
    (
        "venue_session_shared",
        V + "  - {name: W, adapter: fix_standard, session: V}\n",
        ":5",
        ["'V' already serves venue V"],
    ),
    (
        "venue_twice",
        I[:-13] + "  - {name: SIM, adapter: simulated}\n",
        ":3",
        ["venues[1].name: 'SIM' is already venues[0]"],
    ),
    (
        "instrument_venue",
        I + "  - {symbol: X, venue: SIN}\n",
        ":4",
        ["'SIN' is not the name of a venue; known are SIM"],
    ),
    ("no_venue_at_all", "instruments:\n  - {symbol: X, venue: V}\n", ":2", ["known are none"]),
    (
        "symbol_twice",
        I + "  - {symbol: X, venue: SIM}\n" * 2,
        ":5",
        ["instruments[1].symbol: 'X' is already instruments[0]"],
    ),
    (
        "entitled_to_a_stranger",
        I
        + "  - {symbol: X, venue: SIM}\nsessions:\n"
        + "  - {name: A, begin_string: FIX.4.4, target_comp_id: A, may_trade: {symbols: [X, Y]}}\n",
        ":6",
        ["sessions[0].may_trade.symbols[1]: 'Y' is not the symbol of an instrument; known are X"],
    ),
    (
        "restricted_stranger",
        I + "  - {symbol: X, venue: SIM}\nlimits: {restricted_symbols: [Y]}\n",
        ":5",
        ["limits.restricted_symbols[0]: 'Y' is not the symbol of an instrument; known are X"],
    ),
    (
        "hours_of_no_zone",
        I + "  - {symbol: X, venue: SIM, hours: {opens: 08:00:00, closes: 16:30:00, time_zone: Europe/Zurch}}\n",
        ":4",
        ["instruments[0].hours.time_zone: 'Europe/Zurch' is not a zone of this machine's database"],
    ),
    (
        "blackouts",
        (
            "blackouts:\n  - {name: A, begins: 12:00:00, ends: 13:00:00, date: '20230229', weekdays: [monday]}\n"
            "  - {name: A, begins: 12:00:00, ends: 13:00:00, symbols: [Z]}\n"
        ),
        ":2",
        [
            "blackouts[0].date: '20230229' is no day of the calendar",
            "blackouts[0].weekdays: a blackout of one date has none",
            "blackouts[1].name: 'A' is already blackouts[0]",
            "blackouts[1].symbols[0]: 'Z' is not the symbol of an instrument; known are none",
        ],
    ),
    (
        "split_over_a_stranger",
        I + "  - {symbol: X, venue: SIM, routing: {split: {SIM: 60, XALT: 40}}}\n",
        ":4",
        ["instruments[0].routing.split.XALT: is not the name of a venue"],
    ),
    (
        "split_without_its_venue",
        V.replace("venues:\n", "venues:\n  - {name: SIM, adapter: simulated}\n")
        + "instruments:\n  - {symbol: X, venue: V, routing: {split: {SIM: 1}}}\n",
        ":7",
        ["instruments[0].routing.split: 'V', the venue of the instrument, is not among them"],
    ),
    (
        "split_by_nothing",
        I + "  - {symbol: X, venue: SIM, routing: {split: {SIM: 0}}}\n",
        ":4",
        ["instruments[0].routing.split.SIM: '0'", WHOLE],
    ),
    ("split_of_nothing", I + "  - {symbol: X, venue: SIM, routing: {split: {}}}\n", ":4", ["routing.split: is empty"]),
    (
        "split_is_no_mapping",
        I + "  - {symbol: X, venue: SIM, routing: {split: [SIM]}}\n",
        ":4",
        ["routing.split: a list is not a mapping (name: value)"],
    ),
    (
        "reference_off_tick",
        I + "  - {symbol: X, venue: SIM, reference_price: 1.005}\n",
        ":4",
        ["1.005 is not a multiple of tick_size 0.01"],
    ),
    (
        "min_off_lot",
        I + "  - {symbol: X, venue: SIM, lot_size: 1, min_qty: 0.5}\n",
        ":4",
        ["min_qty: 0.5 is not a multiple of lot_size 1"],
    ),
    ("min_above_max", I + "  - {symbol: X, venue: SIM, min_qty: 5, max_qty: 2}\n", ":4", ["5 is above max_qty 2"]),
]

EXCHANGE_ROWS: list[tuple[str, str, str, list[str]]] = [
    (
        "member_is_venue",
        "sessions:\n  - {name: A, kind: venue, begin_string: FIX.4.4, target_comp_id: A}\n",
        ":2",
        ["members of an exchange are of kind client", "connect: is missing"],
    ),
    (
        "no_reference",
        "symbols:\n  - {symbol: X}\n",
        ":2",
        ["symbols[0].reference_price: is missing: stands for the last"],
    ),
    ("listed_twice", "symbols:\n" + "  - {symbol: X, reference_price: 1}\n" * 2, ":3", ["'X' is already symbols[0]"]),
    (
        "off_tick",
        "symbols:\n  - {symbol: X, reference_price: 1.5, tick_size: 1}\n",
        ":2",
        ["not a multiple of tick_size 1"],
    ),
    (
        "house_one_side",
        "symbols:\n  - {symbol: X, reference_price: 1, house_bid: 1}\n",
        ":2",
        ["symbols[0].house_offer: is missing: the house quotes both sides or neither"],
    ),
    (
        "house_crossed",
        "symbols:\n  - {symbol: X, reference_price: 1, house_bid: 2, house_offer: 1.005, house_qty: 0.001}\n",
        ":2",
        ["2 is not below house_offer 1.005", "1.005 is not a multiple of 0.01", "0.001 is not a multiple of 0.01"],
    ),
    ("name_in_ids", "name: EX-1\n", ":1", ["name: 'EX-1' is not letters and digits, at most 8 characters"]),
    ("gateway_key", "venues: []\n", ":1", ["venues: is no key here; it is one of the gateway's file"]),
]


def check(refused: ConfigRefused, path: Path, line: str, fragments: list[str]) -> None:
    message = str(refused)
    for fragment in fragments:
        assert fragment in message
    assert re.search(rf"{re.escape(str(path))}{line}:[0-9]+: " if line else re.escape(f"{path}: "), message)
    written = path.read_bytes().decode(errors="replace").splitlines()
    for problem in refused.problems:
        assert problem.startswith(f"{path}:")
        place = re.match(r":([0-9]+):([0-9]+): ", problem.removeprefix(str(path)))
        if place is not None:  # it points into the file, or just behind its end
            assert int(place[1]) <= len(written) + 1
            assert int(place[2]) <= (len(written[int(place[1]) - 1]) + 1 if int(place[1]) <= len(written) else 1)
    assert max(map(len, refused.problems)) < len(str(path)) + 600


@pytest.mark.parametrize(("text", "line", "fragments"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_gateway_refusal(tmp_path: Path, text: str, line: str, fragments: list[str]) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(path)
    check(refused.value, path, line, fragments)


@pytest.mark.parametrize(
    ("text", "line", "fragments"), [row[1:] for row in EXCHANGE_ROWS], ids=[row[0] for row in EXCHANGE_ROWS]
)
def test_exchange_refusal(tmp_path: Path, text: str, line: str, fragments: list[str]) -> None:
    path = tmp_path / "exchange.yaml"
    path.write_text(text)
    with pytest.raises(ConfigRefused) as refused:
        load_exchange(path)
    check(refused.value, path, line, fragments)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text("nam: x\nlisten: {port: 70000}\n" + S + "    reset_on_logon: maybe\n")
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(path)
    assert [problem.removeprefix(str(path)).split(": ")[0:2] for problem in refused.value.problems] == [
        [":1:1", "nam"],
        [":2:16", "listen.port"],
        [":7:21", "sessions[0].reset_on_logon"],
    ]


def test_a_bad_default_is_told_once_and_not_again_for_each_session(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text("session_defaults: {heart_bt_int_s: x}\n" + S + S[10:].replace(": A", ": B"))
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(path)
    assert len(refused.value.problems) == 1
    assert f"{path}:1:36: session_defaults.heart_bt_int_s: 'x'" in refused.value.problems[0]


def test_a_fault_that_a_default_makes_is_told_with_the_line_of_the_default(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text("session_defaults:\n  heart_bt_int_s: 5000\n" + S)
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(path)
    assert f"{path}:2:3: sessions[0].heart_bt_int_s: 5000 is not from 1 to 3600" in refused.value.problems[0]


@pytest.mark.parametrize(("make", "why"), [(False, "No such file or directory"), (True, "Is a directory")])
def test_file_that_cannot_be_read(tmp_path: Path, make: bool, why: str) -> None:
    path = tmp_path / "absent"
    if make:
        path.mkdir()
    with pytest.raises(ConfigRefused, match=f"cannot be read: {why}"):
        load_gateway(path)
