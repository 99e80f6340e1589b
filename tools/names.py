"""Write livecode/names.tsv, the committed table of public names, from the functions themselves.

python tools/names.py          say whether the table is as it should be
python tools/names.py --write  write it
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

TABLE = Path(__file__).parent.parent / "livecode" / "names.tsv"

COMPOSERS = {
    "blend": "livecode.generators.morph",
    "canon": "livecode.generators.rules",
    "counterpoint": "livecode.generators.rules",
    "dream": "livecode.generators.dreams",
    "cpu_bach": "livecode.generators.cpu_bach",
    "ensemble": "livecode.generators.neural",
    "evolve": "livecode.generators.evolution",
    "figured_bass": "livecode.generators.rules",
    "harmonise": "livecode.generators.rules",
    "jam": "livecode.generators.jamming",
    "kept": "livecode.generators.rerank",
    "markov": "livecode.generators.markov",
    "morph": "livecode.generators.morph",
    "neural": "livecode.generators.neural",
    "recombine": "livecode.generators.recombination",
    "rerank": "livecode.generators.rerank",
    "rules": "livecode.generators.rules",
    "style": "livecode.generators.dreams",
}
MUSIC = {"corpus": "livecode.music.shelf"}
PICTURES = ("show", "spectrum", "waveform")
FITNESS = {
    **dict.fromkeys(
        ("chords", "compass", "contour", "in_key", "likely", "novelty", "obeys", "resembles", "returns",
         "rhythm", "small_leaps", "tension_curve"),
        "livecode.generators.evolution.fitness",
    ),
    "taste": "livecode.generators.evolution.taste",
}  # fmt: skip
"""What songs can be bred for."""
CLASSES = {
    "Pattern": "the class of every pattern: events over time, asked for a span at a time",
    "Fraction": "exact numbers for times, such as Fraction(1, 3)",
}


def first_line(value: object) -> str:
    """The first line of a docstring, without its full stop."""
    doc = (getattr(value, "__doc__", None) or "").strip()
    line = " ".join(doc.split("\n\n", 1)[0].split())
    return line.rstrip(".")


def rows() -> list[tuple[str, str, str, str]]:
    """Name, kind, home and meaning of every public name, sorted by kind and name."""
    from livecode.language.registry import REGISTRY
    from livecode.stage import namespace
    from livecode.stage.scenes import Scenes
    from livecode.stage.session import Session

    found = []
    language = importlib.import_module("livecode.language")
    assert language is not None
    for entry in REGISTRY.values():
        meaning = " ".join(entry.meaning.split()).rstrip(".")
        found.append((entry.name, entry.family, "livecode.language", meaning))
        for alias in entry.aliases:
            found.append((alias, entry.family, "livecode.language", f"another name of {entry.name}"))
    for name in ("mini", "reify", "pure", "silence", "nothing", "steady", *CLASSES):
        if any(row[0] == name for row in found):
            continue
        meaning = CLASSES.get(name) or first_line(getattr(language, name))
        if name == "silence":
            meaning = "the pattern in which nothing happens"
        found.append((name, "basics", "livecode.language", meaning))
    for number in range(1, 17):
        home = "livecode.stage.session"
        found.append((f"d{number}", "slot", home, f"slot {number}: d{number} >> a pattern plays it"))
    for name in namespace.NAMES:
        if name not in namespace.SLOT_NAMES:
            special = {
                "record": namespace.Record.__call__,
                "listen": namespace.Listen.__call__,
                "scene": Scenes,
            }
            member = special.get(name) or getattr(Session, name)
            found.append((name, "session", "livecode.stage.session", first_line(member)))
    for name, home in COMPOSERS.items():
        member = getattr(importlib.import_module(home), name)
        found.append((name, "composer", home, first_line(member)))
    for name in PICTURES:
        member = getattr(importlib.import_module("livecode.pictures.show"), name)
        found.append((name, "picture", "livecode.pictures.show", first_line(member)))
    for name, home in MUSIC.items():
        member = getattr(importlib.import_module(home), name)
        found.append((name, "music", home, first_line(member)))
    for name, home in FITNESS.items():
        member = getattr(importlib.import_module(home), name)
        found.append((name, "fitness", home, first_line(member)))
    # A name that a control and the session share (cps) is the session's; the control stays a method.
    ours = {row[0] for row in found if row[2] == "livecode.stage.session"}
    kept = [row for row in found if row[0] not in ours or row[2] == "livecode.stage.session"]
    return sorted(kept, key=lambda row: (row[1], row[0].lower(), row[0]))


def text() -> str:
    """The table as it should be."""
    return "".join("\t".join(row) + "\n" for row in rows())


def main() -> int:
    made = text()
    if "--write" in sys.argv[1:]:
        TABLE.write_text(made, encoding="utf-8")
        return 0
    current = TABLE.exists() and TABLE.read_text(encoding="utf-8") == made
    if not current:
        sys.stderr.write("livecode/names.tsv is not as the functions say: python tools/names.py --write\n")
    return 0 if current else 1


if __name__ == "__main__":
    raise SystemExit(main())
