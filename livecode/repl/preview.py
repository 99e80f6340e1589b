"""Hear a name before it is taken: an instrument, a sample, a scale, a chord, a corpus, a model.

>>> phrase("scale", "dorian")
'n("0 1 2 3 4 5 6 7").scale("d dorian").synth("piano")'
"""

from __future__ import annotations

from livecode.repl.names import Names

PERCUSSIVE = ("drums", "percussion", "textures", "granular")


def phrase(kind: str, name: str, meaning: str = "") -> str:
    """A pattern, as text, that lets a name be heard for one cycle; "" for what has no sound."""
    family = meaning.split(":", 1)[0].lower()
    if kind == "instrument":
        if any(word in family for word in PERCUSSIVE):
            return f's("{name}")'
        return f'note("0 4 7 12").synth("{name}")'
    found = {
        "sample": f's("{name}")',
        "scale": f'n("0 1 2 3 4 5 6 7").scale("d {name}").synth("piano")',
        "chord": f"note(\"c'{name}\").synth(\"epiano\")",
        "tuning": f'note("0 4 7 12").tuning("{name}").synth("organ")',
        "note": f'note("{name}").synth("piano")',
        "corpus": f'markov("{name}").synth("piano")',
        "model": f'neural("{name}").synth("organ")',
    }
    return found.get(kind, "")


def heard(names: Names, word: str, kinds: tuple[str, ...]) -> str:
    """The pattern that lets a word be heard, looked up among the kinds of names that fit where it stands.

    A word of kinds that fit nowhere is looked for among all; "" when it has no sound.
    """
    word = word.strip()
    for kind in (*kinds, *(each for each in SOUNDING if each not in kinds)):
        meaning = names.of(kind).get(word)
        if meaning is not None:
            return phrase(kind, word, meaning)
    return ""


SOUNDING = ("instrument", "sample", "scale", "corpus", "model", "chord", "tuning", "note")
