"""An acceptor that does nothing: it counts orders and sends reports that were rendered before the run.

It shows what the generator can do. Whatever rate the generator reaches against it is a lower bound of the generator's
own limit, because both sit on the same machine and this one needs time too.
"""

from __future__ import annotations

import argparse
import socket

from bench.wire import Party, execution_report, render, utc_timestamp


def serve(listener: socket.socket, party: Party, orders: int, symbol: bytes, price: bytes) -> None:
    """One client: answer its Logon, then every order, then its Logout."""
    now = utc_timestamp()
    reports = render(execution_report(party, number + 2, number, symbol, price, now) for number in range(orders))
    client, _ = listener.accept()
    while not client.recv(65536):  # somebody only looked whether the port is open
        client.close()
        client, _ = listener.accept()
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(party.message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01", utc_timestamp()))
        answered, tail = 0, b""
        while answered < orders:
            data = client.recv(1 << 20)
            if not data:
                return
            # A read may cut the tag that is counted: keep one byte less than a whole one for the next read.
            data = tail + data
            seen = answered + data.count(b"\x0110=")
            tail = data[-3:]
            if seen > answered:
                client.sendall(reports.span(answered, seen))
                answered = seen
        client.recv(65536)
        client.sendall(party.message(b"5", orders + 2, b"", utc_timestamp()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--orders", type=int, required=True, help="all of them, warm-up included")
    given = parser.parse_args()
    with socket.create_server(("127.0.0.1", given.port)) as listener:
        serve(listener, Party(b"FIX.4.4", b"GATEWAY", b"BENCH"), given.orders, b"BTC-USD", b"50000")


if __name__ == "__main__":
    main()
