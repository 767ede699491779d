"""What befalls a random day of any kind: lines that break, a process that dies, time that passes."""

from __future__ import annotations

from tests.peer import Peer
from tests.world import World


class Accidents:
    """`lines` are those that may break. `which` is the chance that the day was given."""

    world: World
    lines: tuple[Peer, ...]

    def line_breaks(self, which: int) -> None:
        """Or comes back."""
        peer = self.lines[which % len(self.lines)]
        if peer.wire is None:
            self.world.log_on(peer)
        elif which % 2:
            self.world.hang_up(peer)

    def death(self, which: int) -> None:
        """At once, or at the next commit."""
        if which % 3 == 0:
            self.world.kill()
        elif which % 5 < 3:
            self.world.store.death = ("before commit", "after commit")[which % 2]

    def time_passes(self, which: int) -> None:
        self.world.wait((0.01, 0.5, 2, 40)[which % 4])
