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


def tmux(*words: str) -> str:
    """Run one command of tmux and give what it prints."""
    command = ["tmux", "-L", "picture", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        start = f"env HOME={home} {Path(sys.executable).parent / 'livecode'}"
        tmux("new-session", "-d", "-s", "picture", "-x", "112", "-y", "20", start)
        try:
            time.sleep(5)
            for line in TYPED:
                tmux("send-keys", "-t", "picture", "-l", line)
                time.sleep(0.3)
                if line is not TYPED[-1]:
                    tmux("send-keys", "-t", "picture", "Enter")
                time.sleep(1.5)
            screen = tmux("capture-pane", "-t", "picture", "-e", "-p")
        finally:
            tmux("kill-server")
    console = Console(record=True, width=112, file=sys.stderr)
    console.print(Text.from_ansi(screen.rstrip("\n")))
    console.save_svg(str(TARGET), title="livecode")


if __name__ == "__main__":
    main()
