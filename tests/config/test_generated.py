"""What is made from the model is current, and is what it says it is."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.document import RECORDS, document
from config.generate import files
from config.load import problems_of
from config.model import ExchangeConfig, GatewayConfig
from config.quickfix_keys import FILE, SESSION
from config.schema import schema_of
from config.session import SessionKeys, SessionTemplate
from tests.config.test_refusals import ROWS
from tests.config.test_refusals_of_keys import ROWS as ROWS_OF_KEYS

CONFIG = Path(__file__).parents[2] / "config"
GATEWAY = jsonschema.Draft202012Validator(schema_of(GatewayConfig))
EXCHANGE = jsonschema.Draft202012Validator(schema_of(ExchangeConfig))


class EditorsLoader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: no sexagesimal numbers, no dates, no octals with 0, no yes and no."""


EditorsLoader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag.endswith((":null", ":merge"))]
    for first, rules in copy.deepcopy(yaml.SafeLoader.yaml_implicit_resolvers).items()
}
for tag, pattern, firsts in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    EditorsLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(firsts))


def read(text: str) -> Any:
    return yaml.load(text, EditorsLoader) or {}


@pytest.mark.parametrize(("path", "text"), list(files()), ids=lambda value: getattr(value, "name", ""))
def test_it_is_current(path: Path, text: str) -> None:
    assert path.read_text() == text, "run: python -m config.generate"


@pytest.mark.parametrize("validator", [GATEWAY, EXCHANGE], ids=["gateway", "exchange"])
def test_it_is_a_schema(validator: jsonschema.Draft202012Validator) -> None:
    validator.check_schema(validator.schema)


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_what_comes_with_the_product_is_valid(path: Path) -> None:
    validator = EXCHANGE if path.name == "exchange.yaml" else GATEWAY
    validator.validate(read(path.read_text()))


VALID = [
    "{}",
    "listen: [{port: 1}, {port: 2, tls: {certificate_file: c, key_file: k}}]",
    "SocketAcceptPort: 5001\nFileStorePath: s\nServerCertificateFile: c\n",
    "session_defaults: {HeartBtInt: 30, ResetOnLogon: Y, start_time: 08:00:00, weekdays: [monday]}",
    "sessions:\n  - {name: A, BeginString: FIX.4.4, TargetCompID: A, Weekdays: 'Mon,Tue', StartDay: Mon}",
    "sessions:\n  - {name: A, target_comp_id: A, SocketConnectHost: h, SocketConnectPort1: 1, SocketConnectHost1: i}",
    "sessions:\n  - {name: A, connect: {host: a, port: 1}, password: env:X, client_certificate: CN=a}",
    "sessions:\n  - {name: A, connect: [{host: a}, {host: b, tls: {}}], client_certificate: [CN=a, SAN=b]}",
    "sessions:\n  - {name: A, test_request_delay_multiplier: 0.5, FileStoreSync: Y}",
    "sessions:\n  - {name: A, heart_beat_timeout_multiplier: '1.5'}",
    "session_templates:\n  - {name: T, target_comp_id_pattern: 'A*', throttle: {messages: 5}}",
    "instruments:\n  - {symbol: A, venue: V, tick_size: '0.01', reference_price: null}",
]


@pytest.mark.parametrize("text", VALID)
def test_what_may_be_written(text: str) -> None:
    GATEWAY.validate(read(text))


INVALID = [
    "jurnal: {}",
    "listen: {prot: 1}",
    "listen: {port: 70000}",
    "listen: 9878",
    "sessions: [{target_comp_id: A}]",
    "sessions: [{name: A, ResetOnLogon: maybe}]",
    "sessions: [{name: A, kind: server}]",
    "sessions: [{name: A, start_time: '8:00'}]",
    "sessions: [{name: A, password: hunter2}]",
    "sessions: [{name: A, RefreshOnLogon: Y}]",
    "sessions: [{name: A, HttpAcceptPort: 1}]",
    "session_defaults: {name: A}",
    "limits: {max_notional: 1e7x}",
    "venues: [{name: V, adapter: nyse}]",
]


@pytest.mark.parametrize("text", INVALID)
def test_what_may_not_be_written(text: str) -> None:
    assert problems_of(text, "f")
    assert not GATEWAY.is_valid(read(text))


def test_the_schema_refuses_nothing_that_the_loader_takes_and_finds_most_of_what_it_refuses() -> None:
    """An editor's red line must be true; what it misses the loader finds."""
    found = missed = 0
    for _, text, _, _ in [*ROWS, *ROWS_OF_KEYS]:
        try:
            tree = read(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
        if len(text) > 10_000 or GATEWAY.is_valid(tree):
            missed += 1
        else:
            found += 1
            assert problems_of(text, "f")
    assert found > missed


def test_the_document_names_every_key() -> None:
    text = document()
    for _, record, _ in RECORDS:
        keys = set(record.__struct_encode_fields__)
        if record is SessionTemplate:
            keys -= set(SessionKeys.__struct_encode_fields__)
        for key in keys:
            assert f"| `{key}` |" in text
    for name in {*SESSION, *FILE}:
        assert f"| {name} | " in text
