"""Asks Strudel under Node for its answers and writes them to tests/oracle/, so that the tests need no Node.

```
mkdir -p ~/strudel && cd ~/strudel && npm init -y && npm install @strudel/core@1.2.6 @strudel/mini@1.2.6
STRUDEL=~/strudel python benchmarks/oracle/make.py
```

Strudel is AGPL: it runs as a separate process, and only what it answers (facts) is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ANSWERS = HERE.parent.parent / "tests" / "oracle" / "mini.json"
SPANS = [[str(cycle), str(cycle + 1)] for cycle in range(6)] + [["1/3", "17/8"]]
"""Cycles 0 to 5, each by itself, and a piece that cuts across."""


def ask(cases: list[dict[str, Any]]) -> list[Any]:
    """What Strudel answers to the cases; see answer.mjs for their shape."""
    home = os.environ.get("STRUDEL")
    if not home:
        sys.exit("set STRUDEL to a folder with @strudel/core and @strudel/mini in node_modules")
    done = subprocess.run(
        ["node", str(HERE / "answer.mjs")],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    answers: list[Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answers


def short(answer: Any) -> Any:
    """An answer with the parts left out that are the whole: [begin, end, value]."""
    if isinstance(answer, dict):
        return answer
    return [[[*row[:2], row[4]] if row[:2] == row[2:4] else row for row in rows] for rows in answer]


def main() -> None:
    """Ask for all strings and write one line each."""
    sys.path.insert(0, str(HERE))
    from strings import by_chance, by_hand, deeper_by_chance

    texts = list(dict.fromkeys(by_hand() + by_chance(320) + deeper_by_chance(260)))
    answers = ask([{"mini": text, "spans": SPANS} for text in texts])
    lines = [json.dumps([text, short(answer)], separators=(",", ":")) for text, answer in zip(texts, answers)]
    ANSWERS.parent.mkdir(parents=True, exist_ok=True)
    ANSWERS.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    refused = [text for text, answer in zip(texts, answers) if isinstance(answer, dict)]
    print(f"{len(texts)} strings, {len(refused)} refused by Strudel: {refused}")


if __name__ == "__main__":
    main()
