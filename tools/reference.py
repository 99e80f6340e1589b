"""Write docs/reference/ from the docstrings of the language, with a picture of what each example plays.

    python tools/reference.py          say whether the reference is as the docstrings are
    python tools/reference.py --write  write it
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PLACE = Path(__file__).parent.parent / "docs" / "reference"
FAMILIES = {
    "time": "Time: faster, later, backwards, in pieces",
    "structure": "Structure: which rhythm, and where in the cycle",
    "repetition": "Repetition: every so many cycles, in layers, in echoes",
    "combine": "Combining: together and one after another",
    "chance": "Chance: seeded, the same every time",
    "steps": "Steps: counted instead of cycles",
    "values": "Values: arithmetic, comparison, ranges",
    "signals": "Signals: values that move",
    "pick": "Picking: patterns chosen by patterns",
    "joins": "Joins: patterns of patterns made flat",
    "notes": "Notes: scales, chords, arpeggios, tunings",
    "samples": "Samples: cut, reordered, stretched",
    "loops": "Loops: functions that play and wait",
    "growth": "Growth: music that grows by rules",
    "form": "Form: sections of a piece",
    "controls": "Controls: every word that can be said of a note",
}


def pages() -> dict[str, str]:
    """Every file of the reference by its name."""
    from livecode.language import REGISTRY

    made: dict[str, str] = {}
    for family in FAMILIES:
        entries = [entry for entry in REGISTRY.values() if entry.family == family]
        entries.sort(key=lambda each: each.name.lower())
        if family == "controls":
            made["controls.md"] = _controls()
            continue
        parts = [f"# {FAMILIES[family]}", _NOTE, " · ".join(f"[{e.name}](#{e.name})" for e in entries)]
        for entry in entries:
            text, pictures = _entry(entry)
            parts.append(text)
            made.update(pictures)
        made[f"{family}.md"] = "\n\n".join(parts) + "\n"
    made["README.md"] = _index()
    return made


_NOTE = "Written by `tools/reference.py` from the docstrings; every example runs in the tests."


def _entry(entry: object) -> tuple[str, dict[str, str]]:
    from livecode.pictures import strip, svg
    from livecode.pictures.examples import examples
    from livecode.repl.describe import forms

    calls = " or ".join(f"`{form}`" for form in forms(entry))  # type: ignore[arg-type]
    parts = [f"## {entry.name}", calls, _markdown(entry.doc)]  # type: ignore[attr-defined]
    pictures = {}
    for number, example in enumerate(examples(entry.doc)):  # type: ignore[attr-defined]
        name = f"pictures/{entry.name}{number or ''}.svg"  # type: ignore[attr-defined]
        drawing = strip.strip(example.events, example.begin, example.end)
        pictures[name] = svg.text(drawing)
        parts.append(f"`{example.code}`\n\n![{example.code}]({name})")
    return "\n\n".join(part for part in parts if part), pictures


def _markdown(doc: str) -> str:
    """A docstring as Markdown: its examples fenced."""
    import inspect

    lines: list[str] = []
    inside = False
    for line in inspect.cleandoc(doc).splitlines():
        if line.startswith(">>>") and not inside:
            lines.append("```python")
            inside = True
        elif inside and not line.strip():
            lines.append("```")
            inside = False
        lines.append(line)
    if inside:
        lines.append("```")
    return "\n".join(lines)


def _controls() -> str:
    from livecode.language import REGISTRY
    from livecode.language.control_table import controls

    rows = ["| name | also | unit | from | to | usual | meaning |", "|---|---|---|---|---|---|---|"]
    for control in sorted(controls().values(), key=lambda each: each.name.lower()):
        low, high = (f"{edge:g}" if abs(edge) < float("inf") else "" for edge in (control.low, control.high))
        usual = "" if control.default is None else f"{control.default}"
        also = " ".join(control.aliases)
        cells = [f"`{control.name}`", also, control.unit, low, high, usual, control.meaning]
        rows.append(f"| {' | '.join(cells)} |")
    head = "Each is a function that makes a pattern, `room(0.3)`, and a method that adds one, `.room(0.3)`."
    moving = "Any of them takes a pattern, and `.lfo()` makes it move while the note sounds."
    parts = [f"# {FAMILIES['controls']}", _NOTE, f"{head} {moving}", "\n".join(rows)]
    for entry in REGISTRY.values():
        if entry.family == "controls" and entry.name not in controls():
            parts.append(f"## {entry.name}\n\n`{entry.signature}`\n\n{_markdown(entry.doc)}")
    return "\n\n".join(parts) + "\n"


def _index() -> str:
    from livecode.language import REGISTRY

    parts = ["# Reference of the pattern language", _NOTE]
    for family, title in FAMILIES.items():
        parts.append(f"## [{title}]({family}.md)")
        if family == "controls":
            parts.append("A table of all of them.")
            continue
        rows = ["| | |", "|---|---|"]
        for entry in sorted(REGISTRY.values(), key=lambda each: each.name.lower()):
            if entry.family == family:
                also = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
                meaning = re.sub(r"\s+", " ", entry.meaning).replace("|", "\\|")
                rows.append(f"| [{entry.name}]({family}.md#{entry.name}){also} | {meaning} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def differing() -> list[str]:
    """Names of files that are not as they should be, missing and superfluous ones too."""
    made = pages()
    there = {str(path.relative_to(PLACE)): path for path in PLACE.rglob("*") if path.is_file()}
    same = {name for name, text in made.items() if name in there and there[name].read_text("utf-8") == text}
    return sorted((made.keys() | there.keys()) - same)


def main() -> int:
    if "--write" not in sys.argv[1:]:
        wrong = differing()
        if wrong:
            named = ", ".join(wrong[:5])
            sys.stderr.write(f"not as the docstrings are: {named}: python tools/reference.py --write\n")
        return 1 if wrong else 0
    made = pages()
    for path in PLACE.rglob("*"):
        if path.is_file() and str(path.relative_to(PLACE)) not in made:
            path.unlink()
    for name, text in made.items():
        path = PLACE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
