"""QuickFIX settings files of the parties, on the project's own dictionaries: QuickFIX must be able to read them too."""

from __future__ import annotations

from pathlib import Path

from tests.interop.party import ROOT

DICTIONARIES = ROOT / "fixspec" / "dictionaries"


def dictionary_lines(begin_string: str) -> str:
    """The dictionary keys of a session; FIXT.1.1 carries FIX 5.0 SP2."""
    if begin_string == "FIXT.1.1":
        return (
            f"DefaultApplVerID=FIX.5.0SP2\nTransportDataDictionary={DICTIONARIES / 'FIXT11.xml'}\n"
            f"AppDataDictionary={DICTIONARIES / 'FIX50SP2.xml'}\n"
        )
    return f"DataDictionary={DICTIONARIES / (begin_string.replace('.', '') + '.xml')}\n"


def write_settings(
    directory: Path, connection_type: str, begin_string: str, sender_comp_id: str, target_comp_id: str, port: int,
) -> Path:  # fmt: skip
    """One session; the store lies beside the settings and outlives the process."""
    if connection_type == "initiator":
        address = f"SocketConnectHost=127.0.0.1\nSocketConnectPort={port}\nReconnectInterval=1\nHeartBtInt=30\n"
    else:
        address = f"SocketAcceptHost=127.0.0.1\nSocketAcceptPort={port}\nSocketReuseAddress=Y\n"
    path = directory / f"{sender_comp_id}-{target_comp_id}.cfg"
    path.write_text(
        f"[DEFAULT]\nConnectionType={connection_type}\nStartTime=00:00:00\nEndTime=00:00:00\nSocketNodelay=Y\n"
        f"FileStorePath={path.with_suffix('.store')}\nUseDataDictionary=Y\n"
        f"[SESSION]\nBeginString={begin_string}\nSenderCompID={sender_comp_id}\nTargetCompID={target_comp_id}\n"
        f"{address}{dictionary_lines(begin_string)}"
    )
    return path
