"""The layer of a session that sends messages again: whose turn it is, and what a peer gets that asks too often.

    a request while nothing runs            ResendWanted; the host calls `begin_replay` when there is room for one more
    the request that is being answered      nothing: the answer is on its way
    one that asks for all that is left      the replay goes on from there
    any other while one runs                waits for its turn
    the request that was just answered      answered again, `resend_requests_max` times in all; then Logout: a peer that
                                            asks the same for ever cannot be helped by the same answer

From `begin_replay` on until the last piece is out, new messages of this session get their numbers and wait.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.instant import NS_PER_S, Instant
from gateway.session.lifecycle import Lifecycle
from gateway.session.outputs import Note, ResendWanted
from gateway.session.replay import Replay
from gateway.session.resend import GapFill
from gateway.session.state import LIVE

REQUESTS_WAITING_MAX = 4


class Replaying(Lifecycle):
    __slots__ = ()

    def _resend_requested(self, begin_seq_no: int, end_seq_no: int, now: Instant) -> None:
        """The peer asks for these numbers, which were given away; `end_seq_no` 0 is an open end."""
        if not self.settings.persist_messages:
            self._sender.send_gap_fill(begin_seq_no, self._last_of(end_seq_no) + 1, now)
            return
        request = (begin_seq_no, end_seq_no)
        replay, asked = self._replay, self._asked
        if request in asked or (replay is not None and replay.is_again and request == replay.request):
            self._note_request("resend_request_repeated", request)
            return
        if request != self._answered or now.mono_ns - self._answered_ns > self.settings.resend_timeout_s * NS_PER_S:
            self._answers = 0
        elif self._answers >= self.settings.resend_requests_max:
            self._expel(f"ResendRequest(2) from {begin_seq_no} to {end_seq_no} was answered {self._answers} times", now)
            return
        last = self._last_of(end_seq_no)
        if replay is not None and (not replay.is_again or replay.covers_no_more_than(begin_seq_no, last)):
            replay.restart(request, last)
        elif len(asked) < REQUESTS_WAITING_MAX:
            asked.append(request)
            if replay is None:
                self._outputs.append(ResendWanted(begin_seq_no, last))
        else:
            self._note_request("resend_request_dropped", request)

    def begin_replay(self, now: Instant) -> None:
        """Answer what was asked for. From here on `replay_wanted` says what is needed next."""
        if self._replay is None and self._asked:
            request = self._asked.popleft()
            numbers = self.numbers
            last = self._last_of(request[1])
            self._replay = Replay(request, last, numbers.next_sender_msg_seq_num, now.mono_ns)
            self._transmits = False

    def replay_wanted(self, now: Instant) -> tuple[int, int] | None:
        """First and last number of the messages of this generation to be read next; None when no replay runs."""
        replay = self._replay
        return None if replay is None else replay.wanted(self.numbers.next_sender_msg_seq_num - 1, now.mono_ns)

    def replay_piece(self, stored: Iterable[tuple[int, bytes]], through: int, now: Instant) -> None:
        """Send the next piece: `stored` has what is stored, as (MsgSeqNum, message) in rising order, from the first
        number that `replay_wanted` named to `through`, which is at most the last."""
        replay, sender = self._replay, self._sender
        if replay is None:
            return
        was_again = replay.is_again
        if was_again:
            for item in replay.again(stored, through, sender.sending_time(now)):
                if isinstance(item, GapFill):
                    sender.send_gap_fill(item.msg_seq_num, item.new_seq_no, now)
                else:
                    sender.send_old(item.msg_seq_num, item.content, now)
        else:
            for item in replay.waited(stored, through):
                if isinstance(item, GapFill):
                    sender.send_gap_fill(item.msg_seq_num, item.new_seq_no, now)
                else:
                    sender.send_waiting(item.msg_seq_num, item.content, now)
        if replay.is_again:
            return
        if was_again:
            self._answers = self._answers + 1 if replay.request == self._answered else 1
            self._answered, self._answered_ns = replay.request, now.mono_ns
        if self._asked or self.state not in LIVE or self.replay_wanted(now) is None:
            self._end_of_replay(replay, now)

    def _end_of_replay(self, replay: Replay, now: Instant) -> None:
        """Go on with what was asked for meanwhile, or go back to normal."""
        if self._asked:
            request = self._asked.popleft()
            replay.restart(request, self._last_of(request[1]))
            return
        self._abandon_replay()
        self._heartbeats.last_received_ns = now.mono_ns
        self._heartbeats.tested_ns = None

    def replay(self, stored: Iterable[tuple[int, bytes]], now: Instant) -> None:
        """Answer a ResendWanted at once, for a host that has all of it: as `begin_replay` and one piece."""
        self.begin_replay(now)
        wanted = self.replay_wanted(now)
        if wanted is not None:
            self.replay_piece(stored, wanted[1], now)

    def _last_of(self, end_seq_no: int) -> int:
        last = self.numbers.next_sender_msg_seq_num - 1
        return min(end_seq_no, last) if end_seq_no else last

    def _note_request(self, event: str, request: tuple[int, int]) -> None:
        details = {"begin_seq_no": str(request[0]), "end_seq_no": str(request[1])}
        self._outputs.append(Note("warning", event, details))
