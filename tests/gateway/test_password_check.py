"""Passwords are judged beside the loop, so many at a time; whoever comes when the queue is full hears at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from config.password_hash import SALT_BYTES, hash_password, read_password_hash
from gateway import password_check
from gateway.inbox import PasswordChecked
from gateway.password_check import PasswordChecks, judge
from gateway.password_question import PasswordQuestion
from gateway.session.lobby import DUMMY_HASH

KEPT = hash_password(b"right password", bytes(SALT_BYTES))


def question(offered: bytes, new: bytes | None = None, kept: bytes = KEPT) -> PasswordQuestion:
    return PasswordQuestion("S", offered, kept, new)


def test_a_question_shows_nothing() -> None:
    assert repr(question(b"right password", b"another one")) == "PasswordQuestion(S)"
    assert f"{question(b'right password')}" == "PasswordQuestion(S)"


def test_right_wrong_and_new() -> None:
    assert judge(question(b"right password")) == (True, None)
    assert judge(question(b"wrong")) == (False, None)
    assert judge(question(b"wrong", b"another password")) == (False, None)
    is_right, made = judge(question(b"right password", b"another password"))
    assert is_right
    assert made is not None
    assert read_password_hash(made).is_of(b"another password")
    assert judge(question(b"right password", b"another password"))[1] != made, "salted"


def test_the_hash_of_nobody_is_a_hash_like_all_others() -> None:
    nobody, kept = read_password_hash(DUMMY_HASH), read_password_hash(KEPT)
    assert (nobody.ln, nobody.r, nobody.p) == (kept.ln, kept.r, kept.p)
    assert judge(question(b"anything", kept=DUMMY_HASH)) == (False, None)


def test_the_loop_goes_on_meanwhile_and_the_answers_come_to_it() -> None:
    async def scene() -> None:
        answers: list[PasswordChecked] = []
        checks = PasswordChecks(answers.append, lambda error: pytest.fail(str(error)))
        started = time.thread_time()
        for connection in range(6):
            checks.ask(connection, question(b"right password" if connection % 2 else b"wrong"))
        assert time.thread_time() - started < 0.03, "asking takes no time"
        assert checks.waiting == 6
        while len(answers) < 6:
            await asyncio.sleep(0.001)
        assert sorted(answers) == [PasswordChecked(n, bool(n % 2)) for n in range(6)]
        assert checks.waiting == 0
        checks.close()

    asyncio.run(scene())


def test_who_finds_the_queue_full_hears_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_check, "WAITING_MAX", 2)

    async def scene() -> None:
        answers: list[PasswordChecked] = []
        checks = PasswordChecks(answers.append, lambda error: pytest.fail(str(error)))
        for connection in range(3):
            checks.ask(connection, question(b"wrong"))
        assert answers == [PasswordChecked(2, None)]
        while len(answers) < 3:
            await asyncio.sleep(0.001)
        checks.close()

    asyncio.run(scene())


def test_a_fault_of_ours_is_not_swallowed() -> None:
    async def scene() -> None:
        faults: list[BaseException] = []
        checks = PasswordChecks(lambda answer: pytest.fail(str(answer)), faults.append)
        checks.ask(1, question(b"x", kept=b"no hash"))
        while not faults:
            await asyncio.sleep(0.001)
        assert isinstance(faults[0], ValueError)
        checks.close()

    asyncio.run(scene())
