"""Draw docs/pictures/prompt.svg: the prompt as it really looks, typed at in tmux and read off its screen.

python tools/picture_of_prompt.py        needs tmux, and rich (a package of the tests)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

TARGET = Path(__file__).parent.parent / "docs" / "pictures" / "prompt.svg"
TYPED = (
    "tempo(126)",
    'd1 >> s("bd*4, ~ cp, hh*8?")',
    'd2 >> note("0 [2 4]*2 <7 9> 11").scale("d dorian").synth("pluck").room(0.3).every(4, rev)',
    'd3 >> markov("foster", order=3).synth("organ").legato(0.9)',
    'd1 >> s("bdd*4")',
    'neural("chora',
)
SHOWN_AFTER = TYPED[3]
"""The line after which the piano roll is shown."""


def tmux(*words: str) -> str:
    """Run one command of tmux and give what it prints."""
    command = ["tmux", "-L", "picture", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        # Whoever has typed before is not welcomed again.
        state = Path(home, ".local", "state", "livecode")
        state.mkdir(parents=True)
        (state / "history").touch()
        start = f"env HOME={home} {sys.executable} -m livecode.cli"
        tmux("new-session", "-d", "-s", "picture", "-x", "112", "-y", "32", start)
        try:
            time.sleep(5)
            for line in TYPED:
                tmux("send-keys", "-t", "picture", "-l", line)
                time.sleep(0.3)
                if line is not TYPED[-1]:
                    tmux("send-keys", "-t", "picture", "Enter")
                time.sleep(1.5)
                if line is SHOWN_AFTER:
                    tmux("send-keys", "-t", "picture", "Escape", "p")
            screen = tmux("capture-pane", "-t", "picture", "-e", "-p")
        finally:
            tmux("kill-server")
    console = Console(record=True, width=112, file=sys.stderr)
    console.print(Text.from_ansi(screen.rstrip("\n")))
    console.save_svg(str(TARGET), title="livecode")


if __name__ == "__main__":
    main()
