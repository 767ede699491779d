"""Addresses of peers: which networks hold them, and whom they count as. Pure."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
IPV6_SITE_BITS = 64
"""What one customer of a provider is given: whoever has one IPv6 address has 2^64 of them."""


def network_of(text: str) -> Network:
    """A network such as 10.0.0.0/8 or 2001:db8::/32; an address alone is a network of one. Raises ValueError."""
    return ip_network(text)


def host_of(peer: str) -> str:
    """The address of `10.0.0.1:5000` or `[::1]:5000`; any other text as it is."""
    if peer.startswith("["):
        return peer[1 : peer.find("]")]
    return peer.partition(":")[0] if peer.count(":") == 1 else peer


def peer_of(host: str, port: int) -> str:
    """The inverse of `host_of`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def permits(networks: tuple[Network, ...], host: str) -> bool:
    """Whether one of the networks holds the address; with no networks everybody is welcome."""
    if not networks:
        return True
    address = _address(host)
    return address is not None and any(address in network for network in networks)


def neighbourhood(host: str) -> str:
    """Whom an address counts as where tries and connections are counted: an IPv6 address as its /64."""
    address = _address(host)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> IPV6_SITE_BITS << IPV6_SITE_BITS, IPV6_SITE_BITS)))
    return host if address is None else str(address)


@lru_cache(maxsize=1024)
def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
