"""A stock QuickFIX initiator as client: `python -m tests.interop.quickfix_client settings.cfg`. See quickfix_side."""

from __future__ import annotations

import sys

import quickfix as fix

from tests.interop.quickfix_side import Side, obey


def main() -> None:
    settings = fix.SessionSettings(sys.argv[1])
    client = Side()
    stores = fix.FileStoreFactory(settings)
    initiator = fix.SocketInitiator(client, stores, settings)
    initiator.start()
    obey(client)
    initiator.stop()


if __name__ == "__main__":
    main()
