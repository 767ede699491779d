"""No secret, no control character and nothing endless gets past; everything else stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.log_redaction import MASK, escape, presentable, redact_fix, redact_text

CANARY = "c4nary"
SECRET_TAGS = ["554", "925", "96", "1402", "1404", "89"]
LOGON = "8=FIX.4.4|9=100|35=A|34=1|49=C|56=G|98=0|108=30|553=bob|{tag}={secret}|10=000|"


def wire(text: str) -> bytes:
    return text.replace("|", "\x01").encode()


@pytest.mark.parametrize("tag", SECRET_TAGS)
def test_secret_tags_of_a_message(tag: str) -> None:
    raw = wire(LOGON.format(tag=tag, secret=CANARY))
    assert redact_fix(raw) == wire(LOGON.format(tag=tag, secret=MASK))


@pytest.mark.parametrize("between", ["\x01", "|", "^A", "\\x01", "\\u0001"])
@pytest.mark.parametrize("tag", SECRET_TAGS)
def test_secret_tags_inside_text(tag: str, between: str) -> None:
    text = "peer said " + LOGON.format(tag=tag, secret=CANARY).replace("|", between)
    shown = redact_text(text)
    assert CANARY not in shown
    assert f"{tag}={MASK}" in shown
    assert f"553=bob{between}" in shown
    assert shown.endswith(between + "10=000" + between)


def test_secret_at_the_very_start_and_end() -> None:
    assert redact_text(f"554={CANARY}") == f"554={MASK}"
    assert redact_text(f"fields: 554={CANARY}|") == f"fields: 554={MASK}|"
    assert redact_fix(f"\x01554={CANARY}".encode()) == b"\x01554=***"


@pytest.mark.parametrize("tag", SECRET_TAGS)
@pytest.mark.parametrize("value", [CANARY, f"it's {CANARY}", f'"{CANARY}', f"a\x01'{CANARY}\\"])
def test_secrets_in_fields_as_python_shows_them(tag: str, value: str) -> None:
    key, raw = tag.encode(), value.encode()
    for shown in ({b"35": b"A", key: raw, b"10": b"000"}, [(key, raw), (b"10", b"000")], {tag: value, "10": "000"}):
        text = redact_text(f"KeyError: {shown}")
        assert CANARY not in text
        assert "10" in text


def test_secret_with_a_bar_inside() -> None:
    assert CANARY not in redact_text(f"35=A|554=x|y={CANARY}|10=000|")


@pytest.mark.parametrize(("length", "data"), [("95", "96"), ("1401", "1402"), ("1403", "1404"), ("93", "89")])
@pytest.mark.parametrize("stated", [0, 3, 11, 400, 9_999_999])
def test_data_field_goes_whole_whatever_length_it_states(length: str, data: str, stated: int) -> None:
    value = f"ab\x01{CANARY}\x01x"  # 11 characters
    raw = f"8=FIX.4.4\x019=9\x0135=A\x01{length}={stated}\x01{data}={value}\x0110=000\x01".encode()
    shown = redact_fix(raw)
    assert f"\x01{length}=3\x01{data}=***".encode() in shown
    assert b"ab\x01" not in shown
    if stated == 11:
        assert shown.endswith(b"\x01%b=***\x0110=000\x01" % data.encode())
        assert CANARY.encode() not in shown


@pytest.mark.parametrize(
    "text",
    [
        f"password={CANARY}",
        f"PASSWORD = {CANARY}",
        f'{{"password": "{CANARY}"}}',
        f"{{'api_key': '{CANARY}'}}",
        f"https://venue/?symbol=X&signature={CANARY}&ts=1",
        f"https://venue/?token={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"X-MBX-APIKEY: {CANARY}",
        f"CB-ACCESS-KEY x-cb-key: {CANARY}",
        f"secret='{CANARY}'",
    ],
)
def test_named_secrets_inside_text(text: str) -> None:
    assert CANARY not in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "PRICE_BAND: price=60000 reference=50000 band=10%",
        "8=FIX.4.4|35=D|11=A554=1|1554=x|38=96|44=89.5|58=total 2096=no|10=1|",
        "Password(554) is missing",
        "reset_on_logon=true heart_bt_int_s=30",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("key", ["password", "Password", "secret", "api_key", "apiKey", "venue_secret", "token"])
@pytest.mark.parametrize("value", [CANARY, CANARY.encode(), 12345, {"a": CANARY}, [CANARY]])
def test_value_under_a_secret_key(key: str, value: object) -> None:
    assert presentable(key, value) == MASK
    assert presentable("details", {key: value}) == {key: MASK}


def test_values_keep_their_kind() -> None:
    assert presentable("n", 5) == 5
    assert presentable("n", None) is None
    assert presentable("n", True) is True
    assert presentable("list", [1, "a", (2,)]) == [1, "a", [2]]
    assert presentable("raw", b"8=FIX.4.4\x0135=A\x01554=x\x01") == "8=FIX.4.4|35=A|554=***|"
    assert presentable("raw", b"554=x\x01\xff\n") == "554=***"
    assert presentable("raw", b"58=\xff\n") == "58=ÿ\\n"


def test_endless_values_are_cut() -> None:
    shown = presentable("text", "x" * 1_000_000)
    assert isinstance(shown, str)
    assert len(shown) < 1100
    assert len(str(presentable("why", "x\n" * 1_000_000))) < 9000
    assert len(str(presentable("list", ["x"] * 1000))) < 500
    nested: object = "x"
    for _ in range(1000):
        nested = [nested]
    assert len(str(presentable("deep", nested))) < 1200


def test_a_secret_does_not_escape_at_the_cut() -> None:
    for length in range(16370, 16390):
        assert CANARY[:3] not in str(presentable("text", "x" * length + f"|554={CANARY}"))
    for length in range(1010, 1030):
        assert CANARY[:3] not in str(presentable("text", "x" * length + f"|554={CANARY}"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("8=FIX.4.4\x0135=0\x01", "8=FIX.4.4|35=0|"),
        ("a\r\nforged line", "a\\r\\nforged line"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202edcba", "abc\\u202edcba"),
        ("a\u2028b", "a\\u2028b"),
        ("\x7f\x00", "\\x7f\\x00"),
        ("\udcff", "\\udcff"),
        ("Zürich 東京", "Zürich 東京"),
    ],
)
def test_control_characters(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(st.text(max_size=200))
def test_any_text_becomes_one_visible_line(text: str) -> None:
    assert escape(text).isprintable()
    assert str(presentable("x", text)).isprintable()


@given(
    st.sampled_from(SECRET_TAGS),
    st.sampled_from(["\x01", "|", "^A", "\\x01"]),
    st.lists(st.tuples(st.integers(1, 9999), st.text(alphabet="abc19 .=", max_size=8)), max_size=6),
    st.integers(0, 6),
)
def test_secret_anywhere_in_any_message(tag: str, between: str, fields: list[tuple[int, str]], place: int) -> None:
    parts = [f"{number}={value}" for number, value in fields]
    parts.insert(place, f"{tag}={CANARY}")
    assert CANARY not in str(presentable("text", between.join(parts)))
    assert CANARY not in str(presentable("text", between.join(parts) + between))
    if between == "\x01":
        assert CANARY.encode() not in redact_fix(f"8=FIX.4.4\x01{between.join(parts)}\x01".encode())


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(raw: bytes) -> None:
    redact_fix(raw)
    assert str(presentable("raw", raw)).isprintable()
