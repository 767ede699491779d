"""What is wrong with the monitor, alerts and metrics of a configuration."""

from __future__ import annotations

from urllib.parse import urlsplit

from config.convert import Fault
from config.model import GatewayConfig
from config.secret import UNREAD, Secret
from config.session_checks import at


def watching_faults(config: GatewayConfig) -> list[Fault]:
    faults, monitor = [], config.monitor
    if monitor.clear_percent > monitor.warn_percent:
        why = f"{monitor.clear_percent} is above warn_percent {monitor.warn_percent}"
        faults.append(at("monitor.clear_percent", why))
    webhook = config.alerts.webhook
    if webhook is not None and webhook.url.reveal() != UNREAD and not receiver_of(webhook.url):
        faults.append(at("alerts.webhook.url", f"{webhook.url.reference}: is no http:// or https:// URL (not shown)"))
    return faults


def receiver_of(url: Secret) -> str:
    """Scheme and host of a receiver, `https://alerts.example.org`, which are no secret; '' when it is no such URL."""
    try:
        parts = urlsplit(url.reveal().decode("ascii"))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")
