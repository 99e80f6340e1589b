"""Asks Strudel about odd strings, deep expressions and scales over odd spans: tests/oracle/deep.json.

```
cd ~/strudel && npm install @strudel/core@1.2.6 @strudel/mini@1.2.6 @strudel/tonal@1.2.6
STRUDEL=~/strudel python benchmarks/oracle/deep.py
```

Where `@tonaljs` packages lack `dist/index.js`, copy `dist/index.cjs` to it: some releases came without.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from expressions import javascript  # noqa: E402
from make import ask, short  # noqa: E402
from odd_strings import odd_strings  # noqa: E402
from rows_deep import deep_rows, scale_rows  # noqa: E402

ANSWERS = HERE.parent.parent / "tests" / "oracle" / "deep.json"
SPANS = [["0", "1"], ["3", "4"], ["10/3", "17/4"], ["28/5", "57/10"], ["11/2", "15/2"]]
"""Whole cycles, and pieces that begin and end anywhere."""
DENSEST = 120
"""Rows with more events in all are left out: the file would be all theirs."""


def cases() -> list[tuple[str, str, str]]:
    """Kind, ours and theirs of every row."""
    rows = [("mini", text, text) for text in odd_strings(260)]
    for family, count in (("numbers", 200), ("steps", 100), ("controls", 140)):
        rows += [(family, row, javascript(row)) for row in deep_rows(family, count)]
    return rows + [("scales", row, javascript(row)) for row in scale_rows(80)]


def main() -> None:
    """Ask for all and write one line each."""
    rows = cases()
    asked = [{"mini" if kind == "mini" else "js": theirs, "spans": SPANS} for kind, _, theirs in rows]
    lines, refused, dense = [], [], 0
    for (kind, ours, _), answer in zip(rows, map(short, ask(asked))):
        if isinstance(answer, dict):
            refused.append(ours)
        elif sum(map(len, answer)) > DENSEST:
            dense += 1
        else:
            lines.append(json.dumps([kind, ours, answer], separators=(",", ":")))
    ANSWERS.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(lines)} of {len(rows)} rows, {dense} too dense, refused: {refused}")


if __name__ == "__main__":
    main()
