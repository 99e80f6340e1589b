"""What becomes of a copy of the front that `os.fork()` in the performer's code has made.

A process forked off has the thread that forked and no other, and all of the front's open lines. It would go
on querying patterns and talk to the sender in between the real one's words; if it forks again each cycle, so
do its copies. So a copy ends as soon as the performer's code gives control back to us, and says nothing
before.
(`multiprocessing` and `subprocess` end or replace their children themselves and are not touched.)
"""

from __future__ import annotations

import os

_state = {"watching": False, "copy": False}


def watch() -> None:
    """From now on this process knows its copies."""
    if not _state["watching"] and hasattr(os, "register_at_fork"):
        _state["watching"] = True
        os.register_at_fork(after_in_child=_forked)


def is_copy() -> bool:
    """Whether this process was forked off from one that watches."""
    return _state["copy"]


def leave() -> None:
    """Ends this process without a word if it is a copy; called where the performer's code has returned."""
    if _state["copy"]:
        os._exit(0)


def _forked() -> None:
    _state["copy"] = True
