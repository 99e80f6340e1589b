"""Between two prompts: what is typed meanwhile waits for the next one, unseen and unchanged.

Left to itself the terminal would echo it into the output and swallow Ctrl-D. Ctrl-C still interrupts.
prompt_toolkit goes back to this state whenever a prompt has been answered.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def typing_waits() -> Iterator[None]:
    """Keep the terminal from echoing and from gathering whole lines, as long as the prompt lives."""
    try:
        import termios
    except ImportError:
        yield
        return
    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (termios.error, OSError, ValueError):
        # No terminal: a pipe, a test, a notebook.
        yield
        return
    during = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
    termios.tcsetattr(descriptor, termios.TCSANOW, during)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
