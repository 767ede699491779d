"""The PROXY protocol, versions 1 and 2: how a balancer says whose connection it passes on. Pure.

Source: the specification "The PROXY protocol", versions 1 and 2, of the HAProxy project.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

HEADER_BYTES_MAX = 536
"""More than any header that is not stuffed with extensions; what is longer is refused."""
_V1_BYTES_MAX = 107
_V2_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_V2_HEAD_BYTES = 16
_V1 = re.compile(rb"PROXY (TCP4|TCP6) ([0-9a-fA-F.:]{2,45}) ([0-9a-fA-F.:]{2,45}) ([0-9]{1,5}) ([0-9]{1,5})\r\n")
_V1_UNKNOWN = re.compile(rb"PROXY UNKNOWN[^\r\n]*\r\n")
_LOCAL, _PROXY = 0x20, 0x21
_TCP4, _TCP6 = 0x11, 0x21


class Header(NamedTuple):
    """`size` bytes stand before the connection's own. No `host`: the balancer speaks for itself (a health check)."""

    size: int
    host: str = ""
    port: int = 0


def read_header(data: bytes) -> Header | None:
    """The header that `data` begins with; None as long as it may still become one. Raises ValueError."""
    if data.startswith(_V2_SIGNATURE[: len(data)]):
        return _read_v2(data)
    if data.startswith(b"PROXY "[: len(data)]):
        return _read_v1(data)
    raise ValueError("does not begin with a PROXY protocol header, which its address must send first")


def _read_v1(data: bytes) -> Header | None:
    end = data.find(b"\r\n", 0, _V1_BYTES_MAX)
    if end < 0:
        if len(data) >= _V1_BYTES_MAX:
            raise ValueError(f"PROXY protocol header of version 1 is longer than {_V1_BYTES_MAX} bytes")
        return None
    line = data[: end + 2]
    if _V1_UNKNOWN.fullmatch(line):
        return Header(len(line))
    found = _V1.fullmatch(line)
    if found is None:
        raise ValueError("PROXY protocol header of version 1 is malformed")
    host = ip_address(found[2].decode())  # raises ValueError
    if host.version != (4 if found[1] == b"TCP4" else 6) or int(found[4]) > 65535:
        raise ValueError("PROXY protocol header of version 1 is malformed")
    return Header(len(line), str(host), int(found[4]))


def _read_v2(data: bytes) -> Header | None:
    if len(data) < _V2_HEAD_BYTES:
        return None
    command, family, length = data[12], data[13], int.from_bytes(data[14:16], "big")
    size = _V2_HEAD_BYTES + length
    if command not in (_LOCAL, _PROXY):
        raise ValueError(f"PROXY protocol header has version and command {command:#04x}; 0x20 and 0x21 are known")
    if size > HEADER_BYTES_MAX:
        raise ValueError(f"PROXY protocol header is longer than {HEADER_BYTES_MAX} bytes")
    if len(data) < size:
        return None
    if command == _LOCAL:
        return Header(size)
    body = data[_V2_HEAD_BYTES:size]
    if family == _TCP4 and length >= 12:
        return Header(size, str(IPv4Address(body[:4])), int.from_bytes(body[8:10], "big"))
    if family == _TCP6 and length >= 36:
        return Header(size, str(IPv6Address(body[:16])), int.from_bytes(body[32:34], "big"))
    raise ValueError(f"PROXY protocol header is for a transport other than TCP ({family:#04x}), or too short")
