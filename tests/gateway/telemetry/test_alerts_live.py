"""A gateway process tells a real receiver and a real scraper, and after kill -9 tells again what nobody has taken."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.live_gateway import LiveGateway
from tests.ports import free_port


class Receiver(HTTPServer):
    """Takes alerts while `takes`, else answers 503."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.takes = True
        self.refused: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/CANARY-token"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        (self.server.taken if self.server.takes else self.server.refused).append(body)
        self.send_response(204 if self.server.takes else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def gateway(tmp_path: Path, receiver: Receiver) -> Iterator[LiveGateway]:
    sessions = [{"name": "ALICE", "begin_string": "FIX.4.4", "target_comp_id": "ALICE"}]
    made = LiveGateway(tmp_path, [{}], sessions)
    made.config["alerts"] = {"webhook": {"url": "env:ALERTS_URL"}}
    made.config["metrics"] = {"port": free_port()}
    made.extra_environment = {"ALERTS_URL": receiver.url}
    with made:
        yield made


def scraped(gateway: LiveGateway) -> dict[tuple[str, tuple[str, ...]], float]:
    url = f"http://127.0.0.1:{gateway.config['metrics']['port']}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    assert "CANARY" not in text
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def halt(gateway: LiveGateway, reason: str) -> None:
    gateway.ask("halt", str(gateway.path), "--operator", "ann", "--reason", reason)


def test_alerts_and_metrics_of_a_process(gateway: LiveGateway, receiver: Receiver) -> None:
    gateway.next_line("metrics", 0)
    halt(gateway, "news")
    gateway.until(lambda: bool(receiver.taken), "an alert")
    (alert,) = receiver.taken
    assert alert["event"] == "trading_state"
    assert alert["details"] == {"state": "HALTED", "operator": "ann", "reason": "news"}
    figures = scraped(gateway)
    assert figures["fixgate_trading_state", ("HALTED",)] == 1
    assert figures["fixgate_session_logged_on", ("ALICE",)] == 0
    assert figures["fixgate_notes_total", ("trading_state", "warning")] == 1
    gateway.until(lambda: scraped(gateway)["fixgate_alerts_undelivered", ()] == 0, "it is marked")
    assert scraped(gateway)["fixgate_webhook_total", ("delivered",)] == 1
    assert scraped(gateway)["fixgate_turn_seconds_count", ()] > 1

    receiver.takes = False
    gateway.ask("resume", str(gateway.path), "--operator", "ann", "--reason", "over")
    gateway.until(lambda: bool(receiver.refused), "an alert that is not taken")
    assert scraped(gateway)["fixgate_alerts_undelivered", ()] == 1
    assert gateway.process is not None
    gateway.process.kill()
    gateway.process.wait()
    receiver.takes = True
    gateway.start()
    gateway.until(lambda: len(receiver.taken) == 2, "the alert again")
    again = receiver.taken[1]
    assert again["id"] == receiver.refused[0]["id"]
    assert again["details"].pop("stated_at")
    assert again["details"] == receiver.refused[0]["details"]
    gateway.stop()
    assert b"CANARY" not in (gateway.directory / "logs" / "fixgate.log.jsonl").read_bytes()
    assert "CANARY" not in gateway.output.read_text()


def test_an_end_in_good_order_delivers_what_waits(gateway: LiveGateway, receiver: Receiver) -> None:
    gateway.next_line("metrics", 0)
    halt(gateway, "news")
    gateway.stop()
    assert [alert["event"] for alert in receiver.taken] == ["trading_state"]
    gateway.start()
    gateway.next_line("metrics", 1)
    gateway.stop()
    assert len(receiver.taken) == 1
