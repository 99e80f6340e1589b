"""Limits that let a program gone wrong die before the music does.

A list that grows without end in the performer's code ends in a MemoryError in that code, not in the kernel's
choosing a victim. The front may take most of what is free when it starts; the sender and scsynth, its
children, may take what they need, and are the last that the kernel would end.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

SHARE = 0.7
"""The share of the free memory that the front may take."""
LEAST = 1 << 30
VARIABLE = "LIVECODE_MEMORY"
FIRST_TO_GO, LAST_TO_GO = 500, 0


def limit_memory(amount: int | None = None) -> int | None:
    """Let this process take so many bytes more than it has, and be the first to go; None where it cannot be.

    Without an amount: that of the environment variable LIVECODE_MEMORY (in megabytes), else most of what
    is free.
    """
    _to_go(FIRST_TO_GO)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        if amount is None:
            named = os.environ.get(VARIABLE, "")
            amount = int(named) << 20 if named.isdigit() else max(LEAST, int(SHARE * _free()))
        limit = _taken() + amount
        _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
        return limit
    return None


def lift_memory() -> None:
    """A child that must live takes what it needs, whatever its parent may."""
    _to_go(LAST_TO_GO)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _free() -> int:
    """Bytes that can still be had: of the machine, or of the container we are in."""
    found = [1 << 62]
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found.append(int(line.split()[1]) << 10)
    with contextlib.suppress(OSError, ValueError):
        most = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii").strip()
        if most != "max":
            found.append(max(0, int(most) - int(used)))
    least = min(found)
    return least if least < 1 << 62 else 4 << 30


def _taken() -> int:
    """Bytes of data that this process has now."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) << 10
    return 0


def _to_go(score: int) -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(score), encoding="ascii")
