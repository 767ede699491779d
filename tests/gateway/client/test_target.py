"""Whom the client calls: by the name of a session in a gateway's YAML, or told in full."""

from pathlib import Path

import pytest

from gateway.client.session import Identity
from gateway.client.target import ClientOptions, TargetUnknown, find_target

DEMO = Path(__file__).resolve().parents[3] / "config" / "demo.yaml"


@pytest.mark.parametrize(
    ("session", "identity"),
    [
        ("CLIENT42", Identity(b"FIX.4.2", b"CLIENT42", b"FIXGATE")),
        ("CLIENT44", Identity(b"FIX.4.4", b"CLIENT44", b"FIXGATE")),
        ("CLIENT50", Identity(b"FIXT.1.1", b"CLIENT50", b"FIXGATE", b"9")),
    ],
)
def test_the_sessions_of_the_demo(session: str, identity: Identity) -> None:
    target = find_target(ClientOptions(session=session, config=DEMO))
    assert target.identity == identity
    assert (target.name, target.host, target.port) == (session, "127.0.0.1", 9878)
    assert "BTC-USD" in target.symbols


def test_another_address_for_a_known_session() -> None:
    target = find_target(ClientOptions(config=DEMO, host="gate.example", port=1))
    assert (target.name, target.host, target.port) == ("CLIENT44", "gate.example", 1)


def test_a_gateway_that_listens_everywhere_is_called_here(tmp_path: Path) -> None:
    config = tmp_path / "gate.yaml"
    config.write_text(DEMO.read_text().replace("host: 127.0.0.1\n  port: 9878", "host: 0.0.0.0\n  port: 9878"))
    assert find_target(ClientOptions(config=config)).host == "127.0.0.1"


@pytest.mark.parametrize("session", ["CLIENT99", "EXCHANGE"])
def test_an_unknown_session_is_answered_with_the_known_ones(session: str) -> None:
    with pytest.raises(TargetUnknown, match=f"no session '{session}' .* it has CLIENT42, CLIENT44, CLIENT50, DROPCOPY"):
        find_target(ClientOptions(session=session, config=DEMO))


def test_a_config_that_is_not_there() -> None:
    with pytest.raises(TargetUnknown, match=r"nowhere\.yaml: cannot be read"):
        find_target(ClientOptions(config=Path("nowhere.yaml")))


def test_a_session_told_in_full() -> None:
    options = ClientOptions(host="h", port=7, begin_string="FIXT.1.1", sender="S", target="T")
    target = find_target(options)
    assert target.identity == Identity(b"FIXT.1.1", b"S", b"T", b"9")
    assert target.name == "S-T-FIXT.1.1-h-7"


def test_a_session_told_by_half() -> None:
    with pytest.raises(TargetUnknown, match="also needs --host, --port, --target"):
        find_target(ClientOptions(begin_string="FIX.4.2", sender="S"))
