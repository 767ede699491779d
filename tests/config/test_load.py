"""What the loader makes of good YAML: exact values, shared defaults, secrets by reference."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

import config.model as model
from config.convert import Converter, about
from config.load import ConfigRefused, load_exchange, load_gateway
from config.model import GatewayConfig, SessionConfig
from config.secret import Secret
from config.yaml_tree import YamlRefused, read_tree
from gateway.from_config.setup import terms_of
from gateway.session.settings import SessionSettings

CANARY = "c4nary-Secret-value"


def load(tmp_path: Path, text: str) -> GatewayConfig:
    path = tmp_path / "gateway.yaml"
    path.write_text(text)
    return load_gateway(path)


def client(tmp_path: Path, *lines: str) -> SessionConfig:
    text = "sessions:\n  - name: A\n    begin_string: FIX.4.4\n    target_comp_id: A\n"
    return load(tmp_path, text + "".join(f"    {line}\n" for line in lines)).sessions[0]


def test_empty_file_is_all_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "") == GatewayConfig()
    assert load(tmp_path, "# nothing but a comment\n") == GatewayConfig()


@pytest.mark.parametrize("written", ['"0.10"', "0.10", "'0.10'"])
def test_price_keeps_the_digits_that_were_written(tmp_path: Path, written: str) -> None:
    config = load(tmp_path, f"limits:\n  max_order_qty: {written}\n")
    assert str(config.limits.max_order_qty) == "0.10"


def test_price_is_never_a_float(tmp_path: Path) -> None:
    config = load(tmp_path, "limits:\n  max_notional: 123456789012345.123456789012\n")
    assert config.limits.max_notional == Decimal("123456789012345.123456789012")


def test_yaml_1_1_words_are_text_where_text_belongs(tmp_path: Path) -> None:
    session = client(tmp_path, "accounts: [no, 010, 12:30, 1_000, 2026-01-02, on, 0x1F]")
    assert session.accounts == ("no", "010", "12:30", "1_000", "2026-01-02", "on", "0x1F")


def test_session_defaults_are_shared_and_overruled(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "session_defaults:\n"
        "  sender_comp_id: HOUSE\n"
        "  heart_bt_int_s: 20\n"
        "  kind: venue\n"
        "  connect: {host: venue.example, port: 500}\n"
        "sessions:\n"
        "  - {name: A, begin_string: FIX.4.4, target_comp_id: A}\n"
        "  - {name: B, begin_string: FIX.4.4, target_comp_id: B, heart_bt_int_s: 5, connect: {port: 9}}\n"
        "venues:\n"
        "  - {name: A, adapter: fix_standard, session: A}\n"
        "  - {name: B, adapter: fix_standard, session: B}\n",
    )
    a, b = config.sessions
    assert (a.sender_comp_id, a.heart_bt_int_s, a.connect) == (
        "HOUSE",
        20,
        (model.Connect(host="venue.example", port=500),),
    )
    assert (b.sender_comp_id, b.heart_bt_int_s, b.connect) == (
        "HOUSE",
        5,
        (model.Connect(host="venue.example", port=9),),
    )


def test_null_is_no_value_only_where_there_may_be_none(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "venues:\n  - {name: SIM, adapter: simulated}\n"
        "instruments:\n  - {symbol: X, venue: SIM, reference_price: null, price_band_percent: ~}\n",
    )
    assert config.instruments[0].reference_price is None
    assert config.instruments[0].price_band_percent is None
    assert client(tmp_path, 'accounts: ["null"]').accounts == ("null",)


def test_venue_settings_are_chosen_by_adapter(tmp_path: Path) -> None:
    config = load(tmp_path, "venues:\n  - {name: SIM, adapter: simulated, reference_interval_ms: 250}\n")
    assert config.venues == (model.SimulatedVenue(name="SIM", reference_interval_ms=250),)


def test_an_instrument_may_be_divided_over_venues(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "venues:\n  - {name: SIM, adapter: simulated}\n  - {name: ALT, adapter: simulated}\n"
        "instruments:\n  - {symbol: X, venue: SIM, routing: {split: {SIM: 60, ALT: 40}}}\n"
        "  - {symbol: Y, venue: SIM}\n",
    )
    divided, whole = terms_of(config).instruments
    assert (divided.venues, divided.weights) == (("SIM", "ALT"), (60, 40))
    assert (whole.venues, whole.weights) == (("SIM",), ())


def test_multileg_orders_need_a_limit(tmp_path: Path) -> None:
    assert terms_of(load(tmp_path, "limits: {max_unhedged_qty: '2.5'}\n")).limits.unhedged_qty_max == Decimal("2.5")
    assert terms_of(load(tmp_path, "limits: {}\n")).limits.unhedged_qty_max is None


def test_exchange_has_its_own_model(tmp_path: Path) -> None:
    path = tmp_path / "exchange.yaml"
    path.write_text("name: X1\nsymbols:\n  - {symbol: ABC, reference_price: '10.5'}\n")
    exchange = load_exchange(path)
    assert exchange.name == "X1"
    assert exchange.symbols[0].reference_price == Decimal("10.5")
    assert exchange.listen[0].port == 9879


# -- secrets -----------------------------------------------------------------------------------------------------------

VENUE = """\
sessions:
  - name: V
    kind: venue
    begin_string: FIX.4.4
    target_comp_id: V
    username: trader
    password: {reference}
    connect: {{host: venue, port: 1}}
venues:
  - {{name: V, adapter: fix_standard, session: V}}
"""


def secret_file(tmp_path: Path, mode: int = 0o400) -> Path:
    path = tmp_path / "password"
    path.write_text(CANARY + "\n")
    path.chmod(mode)
    return path


def test_secret_from_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENUE_PASSWORD", CANARY)
    config = load(tmp_path, VENUE.format(reference="env:VENUE_PASSWORD"))
    password = config.sessions[0].password
    assert password is not None
    assert password.reveal() == CANARY.encode()
    assert "env:VENUE_PASSWORD" in repr(config)
    assert CANARY not in repr(config)
    assert CANARY not in f"{password} {password!r} {[password]}"


def test_secret_from_file(tmp_path: Path) -> None:
    path = secret_file(tmp_path)
    password = load(tmp_path, VENUE.format(reference=f"file:{path}")).sessions[0].password
    assert password is not None
    assert password.reveal() == CANARY.encode()


@pytest.mark.parametrize("literal", [CANARY, f"'{CANARY}'", f"plain:{CANARY}", f"env{CANARY}"])
def test_literal_secret_is_refused_and_not_shown(tmp_path: Path, literal: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        load(tmp_path, VENUE.format(reference=literal))
    assert "sessions[0].password: a secret is never written here" in str(refused.value)
    assert "env:NAME or file:PATH" in str(refused.value)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644])
def test_secret_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, mode)
    with pytest.raises(ConfigRefused) as refused:
        load(tmp_path, VENUE.format(reference=f"file:{path}"))
    assert f"mode {mode:04o} lets others read it" in str(refused.value)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("env:FIXGATE_NOT_SET", "this environment variable is not set"),
        ("file:not/there", "cannot be read: No such file or directory"),
        ("env:FIXGATE_EMPTY", "must be one line, neither empty nor with SOH in it"),
        ("env:FIXGATE_SOH", "must be one line, neither empty nor with SOH in it"),
        ("env:FIXGATE_LINES", "must be one line, neither empty nor with SOH in it"),
        ("file:LARGE", "more than 4096 bytes"),
        ("'env:'", "a secret is never written here"),
    ],
)
def test_secret_that_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, why: str) -> None:
    monkeypatch.delenv("FIXGATE_NOT_SET", raising=False)
    monkeypatch.setenv("FIXGATE_EMPTY", "")
    monkeypatch.setenv("FIXGATE_SOH", f"a\x01{CANARY}")
    monkeypatch.setenv("FIXGATE_LINES", f"a\n{CANARY}")
    large = tmp_path / "LARGE"
    large.write_text("x" * 4097)
    large.chmod(0o400)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigRefused) as refused:
        load(tmp_path, VENUE.format(reference=reference))
    assert "gateway.yaml:7:15: sessions[0].password: " in str(refused.value)
    assert why in str(refused.value)
    assert CANARY not in str(refused.value)


def test_secret_is_compared_but_never_copied_out() -> None:
    secret = Secret("env:A", b"x")
    assert secret == Secret("env:A", b"x")
    assert secret != Secret("env:A", b"y")
    assert hash(secret) == hash(Secret("env:A", b"y"))
    with pytest.raises(TypeError, match="cannot be copied"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="cannot be copied"):
        copy.copy(secret)


# -- the model itself --------------------------------------------------------------------------------------------------


def inspect_fields(struct: type[model.Record]) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)
    return kind.fields


def structs() -> list[inspect.StructType]:
    found = [inspect.type_info(model.GatewayConfig), inspect.type_info(model.ExchangeConfig)]
    seen: dict[type, inspect.StructType] = {}
    while found:
        kind = found.pop()
        if isinstance(kind, inspect.Metadata):
            found.append(kind.type)
        elif isinstance(kind, inspect.UnionType):
            found.extend(kind.types)
        elif isinstance(kind, inspect.VarTupleType):
            found.append(kind.item_type)
        elif isinstance(kind, inspect.StructType) and kind.cls not in seen:
            seen[kind.cls] = kind
            found.extend(field.type for field in kind.fields)
    return list(seen.values())


@pytest.mark.parametrize("kind", structs(), ids=lambda kind: kind.cls.__name__)
def test_every_field_says_what_it_is_for(kind: inspect.StructType) -> None:
    for field in kind.fields:
        assert isinstance(field.type, inspect.Metadata), f"{kind.cls.__name__}.{field.name}"
        description = (field.type.extra_json_schema or {}).get("description", "")
        assert 5 <= len(description) <= 100, f"{kind.cls.__name__}.{field.name}: {description!r}"
        assert about(field.type) == description


@pytest.mark.parametrize("kind", structs(), ids=lambda kind: kind.cls.__name__)
def test_every_whole_number_has_bounds(kind: inspect.StructType) -> None:
    for field in kind.fields:
        inner = field.type
        while isinstance(inner, inspect.Metadata):
            inner = inner.type
        if isinstance(inner, inspect.IntType):
            assert inner.ge is not None, field.name
            assert inner.le is not None, field.name


SAME_UNDER_ANOTHER_NAME = {"timestamp_digits": "timestamp_precision"}
NOT_FOR_OPERATORS = {
    "role",  # follows from the kind
    "reset_seq_num_flag",  # follows from reset_on_logon
    "schedule",  # made of start_time, end_time, ...
    "held_messages_max",
    "held_bytes_max",
    "garbled_messages_max",
}


def test_sessions_can_be_told_all_that_the_engine_knows_with_its_defaults() -> None:
    ours = {field.name: field.default for field in inspect_fields(SessionConfig)}
    for setting in dataclasses.fields(SessionSettings):
        if setting.name in NOT_FOR_OPERATORS:
            continue
        name = SAME_UNDER_ANOTHER_NAME.get(setting.name, setting.name)
        assert name in ours, f"{setting.name} cannot be configured"
        if isinstance(setting.default, int | float):
            assert float(ours[name]) == setting.default, f"{name}: config and engine differ in the default"


# -- laws --------------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        tree = read_tree(data)
    except YamlRefused:
        return
    Converter(lambda reference: b"").record(tree, GatewayConfig)


@given(st.text(alphabet="ab01_.:-+eE{}[],'\"\n #&*!|>?%@`~", max_size=60))
def test_any_text_is_a_value_or_a_fault(text: str) -> None:
    data = f"limits: {{max_order_qty: {text}}}\nlisten: {{port: {text}}}".encode()
    converter = Converter(lambda reference: b"")
    try:
        config = converter.record(read_tree(data), GatewayConfig)
    except YamlRefused:
        return
    if not converter.faults:
        assert isinstance(config, GatewayConfig)
        assert config.limits.max_order_qty > 0
        assert 0 <= config.listen[0].port <= 65535


@given(st.decimals(min_value=Decimal("0.000000000001"), max_value=10**15 - 1, places=12))
def test_every_decimal_that_the_rule_allows_is_kept(value: Decimal) -> None:
    data = f"limits: {{max_order_qty: '{value:f}'}}".encode()
    config = Converter(lambda reference: b"").record(read_tree(data), GatewayConfig)
    assert isinstance(config, GatewayConfig)
    assert config.limits.max_order_qty == value
