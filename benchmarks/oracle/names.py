"""Writes every name that Strudel's packages and Tidal's modules export to tests/oracle/names.json.

```
STRUDEL=~/strudel python benchmarks/oracle/names.py    # with core, mini, tonal and xen, and GHC with Tidal
```

`tests/language/test_names_of_others.py` holds each against the names here and against the reasons in
`tests/oracle/absent.tsv`.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
NAMES = HERE.parent.parent / "tests" / "oracle" / "names.json"
MODULES = ("UI", "Core", "Pattern", "Control")


def strudel() -> list[str]:
    """What Strudel exports, and what its patterns can do."""
    done = subprocess.run(
        ["node", str(HERE / "names.mjs")], capture_output=True, text=True, check=True, timeout=120
    )
    names: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return names


def tidal(module: str) -> list[str]:
    """What a module of Tidal exports, its operators and types left out."""
    command = ["ghc", "-e", f":browse Sound.Tidal.{module}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.findall(rf"^(?:type |data |class )?Sound\.Tidal\.{module}\.([a-z]\w*'*)", done.stdout, re.M)
    return sorted(set(found))


def main() -> None:
    """Ask both and write one line each."""
    rows = {"strudel": strudel(), **{f"tidal {module}": tidal(module) for module in MODULES}}
    lines = [f"{json.dumps(name)}: {json.dumps(names)}" for name, names in rows.items()]
    NAMES.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print({name: len(names) for name, names in rows.items()})


if __name__ == "__main__":
    main()
