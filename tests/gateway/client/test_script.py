"""Scripts over a real socket, against a small FIX responder: exit codes, what is told, restarts."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.plain_text import PlainTextOutput

from gateway.client.main import (
    EXIT_DONE,
    EXIT_EXPECTATION_FAILED,
    EXIT_MISTAKE,
    EXIT_NOT_CONNECTED,
    run_client,
)
from gateway.client.target import ClientOptions
from gateway.client.wire import Reader, WireMessage, encode
from tests.gateway.client.peer import fix, plain

Script = Callable[..., int]


class Responder:
    """An acceptor that fills orders at once, but rests those of symbol REST and rejects those of REJECT."""

    def __init__(self) -> None:
        self.port = 0
        self.seq = 1
        self.heard: list[str] = []
        self.ask_again: str | None = None  # a ResendRequest to send after the next Logon
        self.answers_logon = True
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> Responder:
        self._thread.start()
        assert self._up.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._session, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._stop.wait()
        server.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        messages = Reader()
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                for message in messages.feed(data):
                    assert isinstance(message, WireMessage)
                    self.heard.append(plain(message))
                    for text in self._answers(message):
                        writer.write(self._encode(text))
                    if message.msg_type == b"5":
                        writer.close()
                        return

    def _encode(self, text: str) -> bytes:
        (msg_type, *body) = fix(text)
        header = [(b"49", b"GATE"), (b"56", b"CLIENT"), (b"34", b"%d" % self.seq), (b"52", b"20231114-22:13:20")]
        self.seq += 1
        return encode(b"FIX.4.4", [msg_type, *header, *body]).raw

    def _answers(self, message: WireMessage) -> list[str]:
        msg_type = message.msg_type.decode()
        cl_ord_id, orig, symbol, qty = ((message.get(tag) or b"").decode() for tag in (b"11", b"41", b"55", b"38"))
        if msg_type == "A":
            if message.get(b"141") == b"Y":
                self.seq = 1
            if not self.answers_logon:
                return ["35=5|58=not today"]
            asked, self.ask_again = self.ask_again, None
            reset = "|141=Y" if message.get(b"141") == b"Y" else ""
            return [f"35=A|98=0|108=30{reset}", *([asked] if asked else [])]
        if msg_type == "5":
            return ["35=5"]
        if msg_type == "D" and message.get(b"43") != b"Y":
            new = f"35=8|37=O-{cl_ord_id}|17=E1|11={cl_ord_id}|150=0|39=0|151={qty}|14=0|6=0"
            if symbol == "REJECT":
                return [f"35=8|37=NONE|17=E1|11={cl_ord_id}|150=8|39=8|103=0|58=PRICE_BAND: price=60000|151=0|14=0|6=0"]
            fill = f"35=8|37=O-{cl_ord_id}|17=E2|11={cl_ord_id}|150=F|39=2|151=0|14={qty}|6=50000"
            return [new] if symbol == "REST" else [new, fill]
        if msg_type == "F":
            return [f"35=8|37=O|17=E3|11={cl_ord_id}|41={orig}|150=4|39=4|151=0|14=0|6=0"]
        if msg_type == "G":
            return [f"35=8|37=O|17=E4|11={cl_ord_id}|41={orig}|150=5|39=0|38={qty}|44=7|151={qty}|14=0|6=0"]
        if msg_type == "H":
            return [f"35=8|37=O|17=0|11={cl_ord_id}|150=I|39=0|151=1|14=0|6=0"]
        return []


@pytest.fixture
def responder() -> Iterator[Responder]:
    with Responder() as responder:
        yield responder


@pytest.fixture
def script(responder: Responder, tmp_path: Path) -> Script:
    """Runs lines as a script file; returns the exit code."""

    def run(*lines: str, reset: bool = False, port: int | None = None) -> int:
        file = tmp_path / "test.script"
        file.write_text("\n".join(lines) + "\n")
        options = ClientOptions(
            script=file,
            host="127.0.0.1",
            port=responder.port if port is None else port,
            begin_string="FIX.4.4",
            sender="CLIENT",
            target="GATE",
            reset=reset,
            memory_directory=tmp_path / "memory",
        )
        return run_client(options)

    return run


def test_a_first_order_is_filled(script: Script, responder: Responder, capsys: pytest.CaptureFixture[str]) -> None:
    code = script("# the first order", "", "buy 1.5 BTC-USD @ 50000 id A1", "wait filled", "expect 35=8|39=0", "orders")
    out = capsys.readouterr().out
    assert code == EXIT_DONE, out
    assert "→ NewOrderSingle(D) 34=2" in out
    assert "OrdStatus(39)=2 FILLED" in out
    summaries = [line.strip() for line in out.splitlines() if line.startswith("  order 1")]
    assert summaries == [
        "order 1 (A1) buy 1.5 BTC-USD @ 50000: NEW",
        "order 1 (A1) buy 1.5 BTC-USD @ 50000: FILLED, 1.5 done at 50000",
    ]
    assert [m.split("|")[0] for m in responder.heard] == ["35=A", "35=D", "35=5"]


def test_an_order_through_its_life(script: Script) -> None:
    code = script(
        "sell 2 REST @ 5 gtc id R1",
        "wait new",
        "status",
        "expect 150=I",
        "replace 3 @ 7",
        "wait replaced",
        "expect ExecType=REPLACED|OrderQty=3",
        "cancel R1",
        "wait canceled",
        "expect OrdStatus=CANCELED|41~-",
        "expect nothing 0.05",
        "raw 35=H|11=R1|55=REST|54=2",
        "expect 35=8|150=I",
        "pause 0.01",
        "logout",
        "connect",
        "buy 1 REJECT",
        "wait rejected",
        "expect 39=8|58~PRICE_BAND",
        "help",
    )
    assert code == EXIT_DONE


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["buy 1 REST @ 5 id X1", "wait filled 0.2"],
            "test.script:2: FAILED: wait filled 0.2: not filled after 0.2 s: order 1",
        ),
        (
            ["buy 1 BTC @ 5", "wait filled", "expect 39=8 0.05"],
            "test.script:3: FAILED: expect 39=8 0.05: it did not come",
        ),
        (["buy 1 BTC @ 5", "wait filled", "expect nothing 1"], "there came ← ExecutionReport(8) 34=2"),
        (["expect 35=8 0.05"], "what came: nothing"),
        (["cancel"], "test.script:1: FAILED: cancel: no orders yet"),
        (["cancel 7"], "there is no order 7: `orders` lists them"),
        (["wait filled"], "there is no order to wait for"),
        (["connect"], "the client is connected"),
        (["logout", "buy 1 X"], "test.script:2: FAILED: buy 1 X: not logged on: `connect` tries again"),
    ],
)
def test_a_failure_says_which_line(
    script: Script, capsys: pytest.CaptureFixture[str], lines: list[str], told: str
) -> None:
    assert script(*lines) == EXIT_EXPECTATION_FAILED
    assert told in capsys.readouterr().out


def test_a_script_with_mistakes_sends_nothing(
    script: Script, responder: Responder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script("buy 1 BTC @ 5", "by 1 BTC", "wait done") == EXIT_MISTAKE
    out = capsys.readouterr().out
    assert "test.script:2: by 1 BTC: there is no command 'by': do you mean buy?" in out
    assert "test.script:3: wait done: an order can be" in out
    assert responder.heard == []


def test_nobody_listens(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    assert script("buy 1 X", port=free) == EXIT_NOT_CONNECTED
    assert f"nothing listens on 127.0.0.1:{free}: start it with make run" in capsys.readouterr().out


def test_a_refused_logon(script: Script, responder: Responder, capsys: pytest.CaptureFixture[str]) -> None:
    responder.answers_logon = False
    assert script("buy 1 X") == EXIT_NOT_CONNECTED
    assert "the Logon was refused: not today" in capsys.readouterr().out


def test_a_restart_goes_on_where_it_stopped_and_answers_for_the_past(script: Script, responder: Responder) -> None:
    assert script("buy 1 REST @ 5 id R1", "wait new") == EXIT_DONE
    responder.heard.clear()
    responder.ask_again = "35=2|7=1|16=0"
    assert script("cancel R1", "wait canceled") == EXIT_DONE
    resent = [message for message in responder.heard if "|43=Y|" in message]
    assert responder.heard[0].startswith("35=A|34=4")
    # What it sends meanwhile may be in the answer too: the request was open-ended.
    assert [m.split("|")[0:2] for m in resent[:3]] == [["35=4", "34=1"], ["35=D", "34=2"], ["35=4", "34=3"]]
    assert resent[1].endswith("|38=1|40=2|44=5")


def test_numbers_that_disagree_are_cured_by_reset(
    script: Script, responder: Responder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script("buy 1 BTC") == EXIT_DONE
    responder.seq = 1  # the other side lost its store
    assert script("buy 1 BTC") == EXIT_NOT_CONNECTED
    assert "start the client with --reset" in capsys.readouterr().out
    assert script("buy 1 BTC", "wait filled", reset=True) == EXIT_DONE


def test_a_script_from_standard_input(
    responder: Responder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "stdin"
    lines.write_text("buy 1 BTC\nwait filled\nwait canceled 0.05\n")
    with lines.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        options = ClientOptions(
            host="127.0.0.1",
            port=responder.port,
            begin_string="FIX.4.4",
            sender="CLIENT",
            target="GATE",
            memory_directory=tmp_path,
            show_admin=False,
        )
        assert run_client(options) == EXIT_EXPECTATION_FAILED
    out = capsys.readouterr().out
    assert "stdin:3: FAILED: wait canceled 0.05: not canceled" in out
    assert "Logon(A)" not in out


def test_a_person_at_the_prompt(responder: Responder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    options = ClientOptions(
        host="127.0.0.1",
        port=responder.port,
        begin_string="FIX.4.4",
        sender="CLIENT",
        target="GATE",
        memory_directory=tmp_path,
    )
    screen = io.StringIO()
    with create_pipe_input() as keys, create_app_session(input=keys, output=PlainTextOutput(screen)):
        keys.send_text("by 1 BTC\r")
        keys.send_text("buy 1 BTC @ 50000\r")
        keys.send_text("wait filled\r")
        keys.send_text("cancel 9\r")
        keys.send_text("\x04")  # Ctrl-D
        assert run_client(options) == EXIT_DONE
    out = screen.getvalue()
    assert "do you mean buy?" in out
    assert "FILLED, 1 done at 50000" in out
    assert "there is no order 9" in out
    assert [m.split("|")[0] for m in responder.heard] == ["35=A", "35=D", "35=5"]
