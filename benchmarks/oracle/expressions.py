"""Asks Strudel and Tidal what expressions of the algebra mean, and writes their answers to tests/oracle/.

```
STRUDEL=~/strudel python benchmarks/oracle/expressions.py            # Strudel, see make.py
TIDAL=runghc STRUDEL=~/strudel python benchmarks/oracle/expressions.py   # and Tidal (libghc-tidal-dev 1.7.10)
```

A row for Strudel is our own text, which is turned into JavaScript by its names (`last_of` into `lastOf`,
`lambda p:` into `p=>`); a row for Tidal is our text and Haskell's. Both are AGPL or GPL: they run as separate
processes, and only what they answer (facts) is kept.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from make import ask  # noqa: E402
from rows_by_chance import by_chance  # noqa: E402
from rows_strudel import ROWS as STRUDEL_ROWS  # noqa: E402
from rows_tidal import ROWS as TIDAL_ROWS  # noqa: E402

ANSWERS = HERE.parent.parent / "tests" / "oracle"
CYCLES = 4

SPECIAL = {
    "and_": "and", "or_": "or", "in_": "in", "iter_": "iter", "zip_": "zip", "pick_f": "pickF",
    "pickmod_f": "pickmodF", "time_cat": "timeCat", "fast_gap": "fastGap", "choose_cycles": "chooseCycles",
}  # fmt: skip


def javascript(python: str) -> str:
    """Our expression as Strudel would have it: only names and lambdas differ.

    >>> javascript('mini("0 1").last_of(2, lambda p: p.add(1))')
    'mini("0 1").lastOf(2, p=>p.add(1))'
    """
    pieces = re.split(r'("[^"]*")', python)
    for place in range(0, len(pieces), 2):
        text = re.sub(r"lambda ([a-z, ]+): ", lambda found: f"({found[1]})=>", pieces[place])
        text = re.sub(r"\b[a-z]+_[a-z_]*\b", lambda found: _camel(found[0]), text)
        pieces[place] = text.replace("True", "true").replace("False", "false")
    return "".join(pieces)


def _camel(name: str) -> str:
    if name in SPECIAL:
        return SPECIAL[name]
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


HASKELL = """{-# LANGUAGE OverloadedStrings, TypeSynonymInstances, FlexibleInstances #-}
import Sound.Tidal.Context
import Data.Ratio
import qualified Data.Map as M
class Said a where said :: a -> String
instance Said Int where said = show
instance Said Double where said = show
instance Said Bool where said b = if b then "true" else "false"
instance Said String where said = show
instance Said Note where said (Note x) = show x
instance Said Value where
  said (VS x) = show x
  said (VF x) = show x
  said (VN (Note x)) = show x
  said (VI x) = show x
  said x = show (show x)
instance Said ValueMap where
  said m = "{" ++ drop 1 (concatMap (\\(k, v) -> "," ++ show k ++ ":" ++ said v) (M.toList m)) ++ "}"
time :: Rational -> String
time x = show (show (numerator x) ++ "/" ++ show (denominator x))
event (Event _ w (Arc p q) v) =
  "[" ++ (case w of { Nothing -> "null,null"; Just (Arc a b) -> time a ++ "," ++ time b })
  ++ "," ++ time p ++ "," ++ time q ++ "," ++ said v ++ "]"
answer :: Said a => Pattern a -> IO ()
answer p = putStrLn ("[" ++ drop 1 (concatMap cycleOf [0 .. CYCLES - 1]) ++ "]")
  where cycleOf c = ",[" ++ drop 1 (concatMap (("," ++) . event) (queryArc p (Arc c (c + 1)))) ++ "]"
main = do
"""


def tidal(rows: list[tuple[str, str]], command: str) -> list[Any]:
    """What Tidal answers to the rows."""
    source = HASKELL.replace("CYCLES", str(CYCLES)) + "".join(
        f"  answer ({haskell})\n" for _, haskell in rows
    )
    path = Path(os.environ.get("TMPDIR", "/tmp")) / "livecode_oracle.hs"
    path.write_text(source)
    done = subprocess.run([command, str(path)], capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(done.stderr[:3000])
    return [json.loads(line) for line in done.stdout.splitlines()]


def write(name: str, rows: list[tuple[str, str]], answers: list[Any]) -> None:
    """One line a row: our text, theirs, and the events of each cycle."""
    table = [
        json.dumps([ours, theirs, answer], separators=(",", ":"))
        for (ours, theirs), answer in zip(rows, answers)
        if not (isinstance(answer, dict) and print(f"refused: {theirs}: {answer['error'][:90]}") is None)
    ]
    (ANSWERS / name).write_text("[\n" + ",\n".join(table) + "\n]\n")
    print(f"{name}: {len(table)} of {len(rows)} rows")


def main() -> None:
    """Ask whichever oracle is there."""
    if os.environ.get("STRUDEL"):
        rows = [(row, javascript(row)) for row in [*STRUDEL_ROWS, *by_chance(400)]]
        spans = [[str(cycle), str(cycle + 1)] for cycle in range(CYCLES)]
        write("expressions.json", rows, ask([{"js": theirs, "spans": spans} for _, theirs in rows]))
    if os.environ.get("TIDAL"):
        write("tidal.json", TIDAL_ROWS, tidal(TIDAL_ROWS, os.environ["TIDAL"]))


if __name__ == "__main__":
    main()
