"""What is fuzzed: functions of bytes that must return, whatever the bytes, and hold their laws on the way.

    framer    cuts the same bytes whole, in pieces and byte by byte: the same frames, and a bounded buffer
    decoder   decodes and judges a message; a rulebook that remembers shapes must say what one without memory says
    session   plays a script of a peer against a live engine, acceptor or initiator: see `Script`

In an input `|` stands for SOH, so that a corpus can be read and written by people.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fixspec.codec import Framer, Garbled, decode, encode
from fixspec.judge import ValidationOptions
from fixspec.message import Message
from fixspec.numbers import format_utc_timestamp
from fixspec.rulebook import Rulebook
from gateway.session.settings import Role
from gateway.session.state import State
from gateway.translate.engagement import RULES_OF_ENGAGEMENT
from tests.gateway.session.host import Clock, Host, admit
from tests.gateway.session.messages import logon, settings
from tests.gateway.session.rulebooks import rulebook

Target = Callable[[bytes], None]

FRAME_BYTES_MAX: Final = 512
GARBAGE_BYTES_MAX: Final = 4100


# -- framer ------------------------------------------------------------------------------------------------------------


def framer(data: bytes) -> None:
    """The first byte chooses the size of the pieces; the rest is the stream."""
    if not data:
        return
    size, stream = data[0] + 1, data[1:].replace(b"|", b"\x01")
    whole = _cut(stream, len(stream) or 1)
    assert _cut(stream, size) == whole
    if len(stream) <= 2048:
        assert _cut(stream, 1) == whole
    at = 0
    for found in whole:
        if isinstance(found, bytes):
            at = stream.index(found, at) + len(found)
            assert found.startswith(b"8=FIX")
            assert found.endswith(b"\x01")
            assert len(found) <= FRAME_BYTES_MAX
        else:
            assert len(found.raw) <= GARBAGE_BYTES_MAX
            assert found.raw in stream


def _cut(stream: bytes, size: int) -> list[bytes | Garbled]:
    cutter = Framer(FRAME_BYTES_MAX)
    found: list[bytes | Garbled] = []
    for start in range(0, len(stream), size):
        cutter.feed(stream[start : start + size])
        while (frame := cutter.next_frame()) is not None:
            found.append(frame)
        assert cutter.buffered_bytes <= GARBAGE_BYTES_MAX
    return found


# -- decoder and rulebook ----------------------------------------------------------------------------------------------

_VERSIONS: Final = ("FIX.4.2", "FIX.4.4", "FIXT.1.1")
_LAX: Final = ValidationOptions(
    fields_out_of_order=False,
    fields_have_values=False,
    user_defined_fields=False,
    unknown_msg_fields=True,
    unknown_enum_values=True,
)
_STRICT: Final = ValidationOptions()
_CHOICES: Final = [(version, options) for version in _VERSIONS for options in (_STRICT, _LAX)]
_remembering: dict[int, Rulebook] = {}


def decoder(data: bytes) -> None:
    """The first byte chooses version and options. Then the content of a message, which is framed rightly; or, where it
    begins with 8=, a whole message as it is."""
    if not data:
        return
    choice, content = data[0] % len(_CHOICES), data[1:].replace(b"|", b"\x01")
    version, options = _CHOICES[choice]
    raw = content if content.startswith(b"8=") else encode(version.encode(), content)
    plain = decode(raw)
    if isinstance(plain, Message):
        assert plain.raw == raw
        assert plain.pairs[0][0] == b"8"
        assert plain.pairs[-1][0] == b"10"
        assert len(plain.pairs) == plain.field_count
        assert b"".join(b"%b=%b\x01" % pair for pair in plain.pairs) == raw
    if choice not in _remembering:
        _remembering[choice] = _client_rulebook(version, options)
    for _ in range(2):  # the second time it may be recognised
        _same_verdict(plain, raw, _remembering[choice], _client_rulebook(version, options))


def _client_rulebook(version: str, options: ValidationOptions) -> Rulebook:
    dictionary = rulebook(version).dictionary
    return Rulebook(dictionary, options, RULES_OF_ENGAGEMENT.within(dictionary))


def _same_verdict(plain: Message | Garbled, raw: bytes, remembering: Rulebook, forgetful: Rulebook) -> None:
    read = remembering.read(raw)
    assert type(read) is type(plain), (read, plain)
    if isinstance(read, Garbled) or isinstance(plain, Garbled):
        assert read == plain
        return
    fresh = decode(raw)
    assert isinstance(fresh, Message)
    assert remembering.validate(read) == forgetful.validate(fresh)
    assert (read.msg_type, read.fields, read.field_count) == (fresh.msg_type, fresh.fields, fresh.field_count)
    assert read.pairs == fresh.pairs
    assert read.groups.keys() == fresh.groups.keys()


# -- session -----------------------------------------------------------------------------------------------------------

_NUMBER: Final = re.compile(rb"#([+-]?[0-9]{0,2})#")
_LINES_MAX: Final = 64


def session(data: bytes) -> None:
    """The first byte chooses role and version; then the script, one line each."""
    if not data:
        return
    script = Script(Role.ACCEPTOR if data[0] & 1 else Role.INITIATOR, _VERSIONS[data[0] // 2 % len(_VERSIONS)])
    for line in data[1:].split(b"\n")[:_LINES_MAX]:
        script.play(line)


class Script:
    """A peer's side of a conversation.

        =CONTENT    a message of this content, framed rightly; `##` in it is the number that we expect, `#+2#` two more
        +TYPE|BODY  a message with a good header and the expected number
        *BYTES      bytes as they are
        ~SECONDS    time passes
        <TYPE|BODY  we send an application message
        !           the connection ends and there is a new one, with a Logon
        $           we log out
    Other lines mean nothing.
    """

    def __init__(self, role: Role, version: str) -> None:
        self.begin_string = version.encode()
        self._settings = settings(role=role, begin_string=self.begin_string)
        self.host = Host(self._settings, rulebook(version), Clock())
        self.connect()

    def connect(self) -> None:
        host = self.host
        first = logon(host.numbers.next_target_msg_seq_num, begin_string=self.begin_string)
        if self._settings.role is Role.ACCEPTOR:
            admit(host, first)
        else:
            host.connect()
            host.feed(first)
        self.check((0, 0))

    def play(self, line: bytes) -> None:
        if self.host.session.state is State.DISCONNECTED:
            self.connect()
        what, rest = line[:1], line[1:].replace(b"|", b"\x01")
        before = self.host.numbers.generation, self.host.numbers.next_target_msg_seq_num
        if what == b"=":
            self.feed(encode(self.begin_string, _NUMBER.sub(self._number, rest)))
        elif what == b"+":
            msg_type, _, body = rest.partition(b"\x01")
            stamp = format_utc_timestamp(self.host.clock.utc_ns)
            number = self.host.numbers.next_target_msg_seq_num
            head = b"35=%b\x0134=%d\x0149=PEER\x0152=%b\x0156=GATE\x01" % (msg_type, number, stamp)
            self.feed(encode(self.begin_string, head + body))
        elif what == b"*":
            self.feed(rest)
        elif what == b"~":
            self.wait(int(rest) if re.fullmatch(rb"[0-9]{1,3}", rest) else 1)
        elif what == b"<":
            self.host.send(b"B", b"148=x\x0133=1\x0158=x\x01")
        elif what == b"!":
            self.host.end_of_file()
            self.connect()
        elif what == b"$":
            self.host.logout(b"enough")
        self.check(before)

    def feed(self, data: bytes) -> None:
        self.host.feed(data)

    def _number(self, found: re.Match[bytes]) -> bytes:
        expected = self.host.numbers.next_target_msg_seq_num
        more = int(found[1]) if found[1].strip(b"+-") else 0
        return b"%d" % max(0, expected + more)

    def wait(self, seconds: int) -> None:
        for _ in range(min(seconds, 100)):
            self.host.clock.advance(1)
            self.host.ring()

    def check(self, before: tuple[int, int]) -> None:
        """The laws: no number goes back; each is given away once (`Host` asserts that); what we say is FIX."""
        host = self.host
        assert (host.numbers.generation, host.numbers.next_target_msg_seq_num) >= before
        for raw in host.unsent:
            assert isinstance(decode(raw), Message), raw
        host.unsent.clear()
        own = [number for generation, number in host.store if generation == host.numbers.generation]
        assert host.numbers.next_sender_msg_seq_num == max(own, default=0) + 1
        for received in host.received:
            assert received.fields[b"49"] == b"PEER"
            assert received.fields[b"56"] == b"GATE"
        numbers = [int(received.fields[b"34"]) for received in host.received]
        assert host.numbers.generation > 1 or numbers == sorted(set(numbers)), numbers
        assert len(host.session._gap.held) <= self._settings.held_messages_max


TARGETS: Final[dict[str, Target]] = {"framer": framer, "decoder": decoder, "session": session}
