"""The rows of fixgate itself: the gateway as `fixgate run` starts it, with its production defaults."""

from __future__ import annotations

from bench.systems import System

FIXGATES: tuple[System, ...] = ()
