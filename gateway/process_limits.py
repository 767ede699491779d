"""Limits of the process: enough file descriptors for its peers and always some for itself, and no core dumps.

A core dump holds every password and price in clear text. Descriptors are what connections are made of: without a
reserve, a flood of connections would leave none for the journal, the venues and the operators' door.
"""

from __future__ import annotations

import resource

RESERVED_DESCRIPTORS = 64
WANTED_DESCRIPTORS = 65_536


def set_process_limits() -> int:
    """No core dumps, as many file descriptors as are allowed; returns how many connections that is enough for."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, WANTED_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    descriptors = WANTED_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    return max(1, descriptors - RESERVED_DESCRIPTORS)
