"""The YAML files of the suite: one gateway with clients of three versions and two venues, and the bundled exchange."""

from __future__ import annotations

from pathlib import Path

import yaml

CLIENTS = {"FIX.4.2": "CLIENT42", "FIX.4.4": "CLIENT44", "FIXT.1.1": "CLIENT50"}
"""BeginString -> CompID of the client session of that version."""
LISTENERS = {"FIX.4.2": "LISTEN42", "FIX.4.4": "LISTEN44", "FIXT.1.1": "LISTEN50"}
"""Likewise of the drop copy sessions."""
SIMULATED, LISTED = "SIM-USD", "BTC-USD"
"""The symbol that goes to the venue in the process, and the one that goes to the FIX venue."""
REFERENCE_PRICE = "50000"


def write_gateway(directory: Path, port: int, venue_port: int, venue_begin_string: str = "FIX.4.4") -> Path:
    """`fixgate run` on `port`, with its FIX venue on `venue_port`."""
    sessions: list[dict[str, object]] = [
        {"name": name, "kind": kind, "begin_string": begin_string, "target_comp_id": name}
        for kind, names in (("client", CLIENTS), ("drop_copy", LISTENERS))
        for begin_string, name in names.items()
    ]
    for session in sessions:
        if session["begin_string"] == "FIXT.1.1":
            session["default_appl_ver_id"] = "FIX.5.0SP2"
    sessions.append(
        {
            "name": "EXCHANGE",
            "kind": "venue",
            "begin_string": venue_begin_string,
            "target_comp_id": "EXCHANGE",
            "connect": {"host": "127.0.0.1", "port": venue_port},
            "reconnect_interval_s": 1,
        }
    )
    instrument = {
        "tick_size": "0.01",
        "lot_size": "1",
        "min_qty": "1",
        "max_qty": "1000",
        "reference_price": REFERENCE_PRICE,
        "price_band_percent": "10",
    }
    config = {
        "name": "interop",
        "listen": {"host": "127.0.0.1", "port": port},
        "journal": {"directory": "journal", "map_size_gb": 1},
        "logs": {"directory": "logs"},
        "admin": {"socket": "admin.sock"},
        "sessions": sessions,
        "venues": [
            {"name": "EXCHANGE", "adapter": "fix_standard", "session": "EXCHANGE"},
            {"name": "SIM", "adapter": "simulated"},
        ],
        "instruments": [
            {"symbol": LISTED, "venue": "EXCHANGE", **instrument},
            {"symbol": SIMULATED, "venue": "SIM", **instrument},
        ],
    }
    path = directory / "gateway.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


def write_exchange(directory: Path, port: int) -> Path:
    """`fixgate exchange` on `port`, with the gateway and one more member."""
    config = {
        "name": "XCHG",
        "listen": {"host": "127.0.0.1", "port": port},
        "journal": {"directory": "exchange/journal", "map_size_gb": 1},
        "logs": {"directory": "exchange/logs"},
        "session_defaults": {"sender_comp_id": "EXCHANGE", "begin_string": "FIX.4.4"},
        "sessions": [
            {"name": "FIXGATE", "target_comp_id": "FIXGATE"},
            {"name": "MEMBER", "target_comp_id": "MEMBER"},
        ],
        "symbols": [{"symbol": LISTED, "tick_size": "0.01", "lot_size": "1", "reference_price": REFERENCE_PRICE}],
    }
    path = directory / "exchange.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path
