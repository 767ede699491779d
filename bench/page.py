"""docs/BENCHMARKS.md: the tables, what they mean, how they were measured and how to repeat it."""

from __future__ import annotations

HOSTILE_TEXT = """\
A live session of fixgate plays ping-pong, one order at a time, first alone, then again and again while each attack of
`bench/attacks.py` is on, with the number of connections or messages in brackets: the figures are medians of these.
*growth* is what the gateway's VmRSS was higher at the end of one of them than before the attack. Attacker, live session
and gateway share the processors; the attacker has the lowest priority, so that what is seen is the gateway. Checked:
each order answered once; nothing in the store of a session whose password nobody knew.
"""


def document(text: str, stages: str) -> str:
    """docs/BENCHMARKS.md: the tables between what they mean and how to repeat them."""
    return f"""# Benchmarks

This page is written by `make bench`. All figures are of one invocation on one machine: compare columns, not pages.

{text}
Where it stands. Under load one flush of the disk pays for hundreds of orders, and what counts is the processor time of
an order: the stages below say where it goes; the next step there is the desk. One order alone in its turn pays a write
and a flush of the disk (the row "turn of 1 KB" above), and the process sleeps three times: for the bytes, the write and
the flush. An engine that does not wait for the disk has the first of these only. What would help is a disk with a
protected cache, or one that takes single writes through its cache (FUA): either saves the flush.

{stages}
## How it is measured

One FIX 4.4 client (`bench/load.py`, its own process) sends limit orders over a loopback socket and counts the reports
that answer them. *orders/s*: at most 500 orders are unanswered at any time; the time runs from the first byte sent to
the last report seen, after a warm-up in the same session. *p50 to max*: ping-pong, one order at a time, from before
the send to after the read that completed its report. After the clock has stopped the generator checks what it
received: each ClOrdID answered exactly once, MsgSeqNum without a hole, no Reject; a run that fails the check has no
figure, and this page is not written. The clients of the session layer's scenarios (`bench/session_layer/`) are sockets
of one process, read as they become ready; each scenario runs once, and its text says what it compares.

Each figure of the other tables comes from a fresh process of the system in a fresh directory on the same disk. The
systems run one after another, every second round in the opposite order; the table gives the median of the rounds.
*CPU us/order* is the processor time of the system (all its threads; of the full path: the gateway alone) divided by the
orders. *generator's core* is the part of one core that the generator used; it waits for the system for the rest.

The generator is not the limit: orders are rendered before the clock starts, the loop sends slices of one buffer and
counts a byte pattern. The first row shows its rate against an acceptor that only counts orders and sends reports
rendered in advance.

Orders that are over (`bench/order_life.py`): the real spine and desk on a real journal, in one process, without
sockets; a venue in the process fills each order at once. *resident memory* is the growth of VmRSS from the moment when
as many finished orders are in memory as stay there, scaled to a million. The restart is a real process on the store of
one that was killed, from its start to its answer to the first Logon over TCP; median of three.

Kill switch (`bench/kill_switch.py`): the drill (`fixgate drill kill-switch`), a gateway and the bundled exchange in
processes of their own, one client that sends at a steady rate. *At the venue* is the time of the turn in which the
exchange took the cancel, from its journal. Median of the rounds. The demo lets a session send 1,000 requests a second.

The peers, each answering an order with one report "New": a QuickFIX Python acceptor and a QuickFIX C++ acceptor
(`bench/peers/`; FileStore, dictionary validation on as is QuickFIX's default, TCP_NODELAY), which do not wait for the
disk, and fixcore-engine, pure Python, which does for each message. *As in production*: with QuickFIX's FileLog, which
writes every message and event, as nobody runs it without; the other rows have no log at all. fixgate runs with
production defaults: fsync before any byte leaves, risk gates, order state machine, every message and event logged
(`bench/*.yaml`).

## How to repeat it

    make bench                          # all systems, three rounds, writes this page
    python -m bench --quick             # one round, a tenth of the orders, prints only
    python -m bench --only fixgate quickfix-python-log
    python -m bench --only replay storm # scenarios of the session layer: replay, together, stalled, storm
    python -m bench --only replay --messages 1000000
    python -m bench.gates               # the risk gates alone, on a book with many slices
    python -m bench.order_life --orders 1000000         # memory, replay and restart after a million finished orders
    python -m bench.kill_switch         # how fast everything stops

The C++ peer needs `apt-get install g++ libquickfix-dev`; the Python peer needs the package quickfix (`make interop`
installs it); fixcore-engine is installed into `.bench/venv`. What is absent is said in its row.
"""
