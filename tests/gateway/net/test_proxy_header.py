"""The PROXY protocol: what a balancer may say, in any segmentation, and nothing else."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.net.proxy_header import HEADER_BYTES_MAX, Header, read_header

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command: int, family: int, body: bytes) -> bytes:
    return SIGNATURE + bytes([command, family]) + len(body).to_bytes(2, "big") + body


TCP4 = IPv4Address("192.0.2.1").packed + IPv4Address("198.51.100.1").packed + b"\x9c\x40\x01\xbb"
TCP6 = IPv6Address("2001:db8::1").packed + IPv6Address("2001:db8::2").packed + b"\x9c\x40\x01\xbb"

GOOD = {
    b"PROXY TCP4 192.0.2.1 198.51.100.1 40000 443\r\n": ("192.0.2.1", 40000),
    b"PROXY TCP6 2001:db8::1 2001:db8::2 40000 443\r\n": ("2001:db8::1", 40000),
    b"PROXY UNKNOWN\r\n": ("", 0),
    b"PROXY UNKNOWN ffff:f...f:ffff 65535 65535\r\n": ("", 0),
    v2(0x21, 0x11, TCP4): ("192.0.2.1", 40000),
    v2(0x21, 0x21, TCP6): ("2001:db8::1", 40000),
    v2(0x21, 0x11, TCP4 + b"\x04\x00\x01x"): ("192.0.2.1", 40000),
    v2(0x20, 0x00, b""): ("", 0),
    v2(0x20, 0x11, TCP4): ("", 0),
}


@pytest.mark.parametrize("data", GOOD)
@pytest.mark.parametrize("behind", [b"", b"8=FIX.4.4\x01", b"PROXY TCP4 6.6.6.6 6.6.6.6 6 6\r\n"])
def test_a_header_is_read_and_not_a_byte_more(data: bytes, behind: bytes) -> None:
    assert read_header(data + behind) == Header(len(data), *GOOD[data])
    for size in range(len(data)):
        assert read_header(data[:size]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"8=FIX.4.4\x01",
        b"PROXY TCP4 192.0.2.1 198.51.100.1 40000\r\n",
        b"PROXY TCP4 192.0.2.300 198.51.100.1 40000 443\r\n",
        b"PROXY TCP4 2001:db8::1 2001:db8::2 40000 443\r\n",
        b"PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n",
        b"PROXY TCP4 192.0.2.1  198.51.100.1 40000 443\r\n",
        b"PROXY UDP4 192.0.2.1 198.51.100.1 40000 443\r\n",
        b"PROXY " + b"x" * 200,
        b"\r\n\r\n\0\r\nQUIX",
        v2(0x31, 0x11, TCP4),
        v2(0x22, 0x11, TCP4),
        v2(0x21, 0x31, TCP4 * 20),
        v2(0x21, 0x11, TCP4[:11]),
        v2(0x21, 0x21, TCP6[:35]),
        v2(0x21, 0x11, bytes(HEADER_BYTES_MAX)),
    ],
)
def test_what_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"PROXY protocol header|address"):
        read_header(data)


@given(st.binary(max_size=700), st.sampled_from([b"", b"PROXY ", SIGNATURE, SIGNATURE + b"\x21\x11"]))
def test_whatever_is_sent_it_is_a_header_or_not_one_or_not_yet(data: bytes, begin: bytes) -> None:
    try:
        header = read_header(begin + data)
    except ValueError:
        return
    assert header is None or header.size <= HEADER_BYTES_MAX
    if header is None:
        assert len(begin + data) < HEADER_BYTES_MAX
