"""QuickFIX settings files of the parties.

QuickFIX judges every message that it receives by a dictionary: by the one it was published with (`STOCK`), or by the
project's own (`OWN`), which it must be able to read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.interop.party import ROOT

OWN = ROOT / "fixspec" / "dictionaries"
STOCK = Path(sys.prefix) / "share" / "quickfix"


def dictionary_lines(begin_string: str, dictionaries: Path) -> str:
    """The dictionary keys of a session; FIXT.1.1 carries FIX 5.0 SP2."""
    if begin_string == "FIXT.1.1":
        return (
            f"DefaultApplVerID=FIX.5.0SP2\nTransportDataDictionary={dictionaries / 'FIXT11.xml'}\n"
            f"AppDataDictionary={dictionaries / 'FIX50SP2.xml'}\n"
        )
    return f"DataDictionary={dictionaries / (begin_string.replace('.', '') + '.xml')}\n"


def write_settings(
    directory: Path,
    connection_type: str,
    begin_string: str,
    sender_comp_id: str,
    target_comp_id: str,
    port: int,
    dictionaries: Path = OWN,
) -> Path:
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
        f"{address}{dictionary_lines(begin_string, dictionaries)}"
    )
    return path
