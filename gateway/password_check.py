"""Judges passwords beside the event loop: a hash takes as long as a thousand orders.

Two threads and a queue that is bounded: who comes when it is full is told that there was no time, and may try again.
hashlib lets go of the interpreter while it works, so trading goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from config.password_hash import SALT_BYTES, hash_password, read_password_hash
from gateway.inbox import PasswordChecked
from gateway.password_question import PasswordQuestion

THREADS = 2
NICE = 19
WAITING_MAX = 256

Verdict = tuple[bool, bytes | None]


class PasswordChecks:
    """`post` gets each verdict, on the loop's thread; `fail` an exception, which is a bug."""

    def __init__(self, post: Callable[[PasswordChecked], None], fail: Callable[[BaseException], None]) -> None:
        self._post = post
        self._fail = fail
        self._pool: ThreadPoolExecutor | None = None
        self.waiting = 0

    def ask(self, connection: int, question: PasswordQuestion) -> None:
        """The answer comes later, also when it is that there was no time."""
        if self.waiting >= WAITING_MAX:
            self._post(PasswordChecked(connection, None))
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, "password", _yield_to_trading)
        self.waiting += 1
        verdict = asyncio.get_running_loop().run_in_executor(self._pool, judge, question)
        verdict.add_done_callback(lambda judged: self._judged(connection, judged))

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _judged(self, connection: int, judged: asyncio.Future[Verdict]) -> None:
        self.waiting -= 1
        if judged.cancelled():
            return
        error = judged.exception()
        if error is not None:
            self._fail(error)
        else:
            self._post(PasswordChecked(connection, *judged.result()))


def judge(question: PasswordQuestion) -> Verdict:
    """Whether the password is the one of the hash, and the hash of the new one if there is to be one."""
    if not read_password_hash(question.password_hash).is_of(question.offered):
        return False, None
    if question.new_password is None:
        return True, None
    return True, hash_password(question.new_password, secrets.token_bytes(SALT_BYTES))


def _yield_to_trading() -> None:
    """A thread that judges passwords gets the processor when the loop's does not want it."""
    if sys.platform == "linux":  # elsewhere a nice value is the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
