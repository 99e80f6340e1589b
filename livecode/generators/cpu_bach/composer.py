"""CPU Bach as a composer: a section of a piece at a time, each piece planned from a number.

Planning before harmony, harmony before figuration, and rules for the voices throughout: the order in
which S. Meier and J. L. Briggs let a computer compose in Bach's manner (US patent 5,496,962, 1996;
*C.P.U. Bach*, 1993).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from livecode.errors import ControlError, NameUnknown
from livecode.generators.cpu_bach.plan import FORMS, SECTIONS, Section, sections
from livecode.generators.generator import Context, Spec
from livecode.generators.rules.harmoniser import Line, note_outcome
from livecode.generators.rules.solver import Answer
from livecode.generators.rules.steering import steered
from livecode.generators.rules.theory import Key
from livecode.music.phrase import Phrase, empty_notes

PIECES = 1_000_000
HOMES = (
    "c major",
    "g major",
    "d major",
    "f major",
    "bb major",
    "a minor",
    "d minor",
    "e minor",
    "g minor",
    "c minor",
)


@dataclass(frozen=True)
class CpuBach:
    """A composer of one form; `key` is home, or "" for one that changes from piece to piece."""

    form: str = "chorale"
    key: str = ""
    voices: int = 0

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {"kind": "cpu_bach", "form": self.form, "key": self.key, "voices": self.voices}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The next section of the piece that the phrase before belongs to, or the first of a new piece."""
        piece = self._piece(context, seed)
        home = self._home(context, piece)
        section = sections(self.form, home, piece)[context.position % SECTIONS]
        lines, answer = self._lines(context, section, length, seed, piece)
        return self._phrase(lines, answer, section, context, length, piece, home)

    def planned(self, context: Context, seed: int) -> Section:
        """The section that `compose` would write: what to compare its notes with."""
        piece = self._piece(context, seed)
        return sections(self.form, self._home(context, piece), piece)[context.position % SECTIONS]

    def _piece(self, context: Context, seed: int) -> int:
        previous = context.previous
        if previous is not None and context.position % SECTIONS:
            for origin in previous.provenance:
                number = (origin or {}).get("piece")
                if isinstance(number, int):
                    return number
        return seed % PIECES

    def _home(self, context: Context, piece: int) -> Key:
        asked = context.constraints.get("key") or self.key or context.key
        if isinstance(asked, list | tuple):
            asked = " ".join(map(str, asked))
        if not asked and "in_scale" in context.constraints:
            asked = str(context.constraints["in_scale"])
        return Key.of(str(asked)) if asked else Key.of(random.Random(f"home {piece}").choice(HOMES))

    def _lines(
        self, context: Context, section: Section, length: int, seed: int, piece: int
    ) -> tuple[list[Line], Answer]:
        if self.form == "chorale":
            from livecode.generators.cpu_bach.chorale import strophe

            lines, answer, _ = strophe(context, section, length, seed, _four(context))
            return _thinned(lines, context), answer
        if self.form == "toccata":
            from livecode.generators.cpu_bach.toccata import prelude

            before = _told(context)
            lines, answer, _, sung = prelude(context, section, length, seed, piece, before)
            if sung and lines[0]:
                lines[0][0][1]["voiced"] = list(sung[-1])
            return _thinned(lines, context), answer
        from livecode.generators.cpu_bach.contrapuntal import section_of

        voices = self._voices(context)
        before_lines = (
            [[int(p) for p in context.previous.voice(v).notes["pitch"][-2:]] for v in range(voices)]
            if context.previous is not None and context.previous.voices == voices
            else []
        )
        lines, answer, _, _ = section_of(
            context, section, self.form, length, seed, piece, voices, before_lines
        )
        return lines, answer

    def _voices(self, context: Context) -> int:
        usual = self.voices or (2 if self.form == "invention" else 3)
        return round(steered(context, "texture", usual, 2, 4))

    def _phrase(
        self,
        lines: list[Line],
        answer: Answer,
        section: Section,
        context: Context,
        length: int,
        piece: int,
        home: Key,
    ) -> Phrase:
        rows: list[tuple[int, int, int, int, int]] = []
        origins: list[dict[str, Any]] = []
        for voice, line in enumerate(lines):
            for (onset, duration, pitch, place), about in line:
                rows.append((onset, duration, pitch, place, voice))
                origins.append({**about, "section": f"{section.number + 1} {section.role}", "piece": piece})
        note_outcome(origins, answer)
        notes = empty_notes(len(rows))
        energy = steered(context, "energy", 0.6)
        bar = Phrase.silence(0, context.metre).bar
        for index, (onset, duration, pitch, place, voice) in enumerate(rows):
            notes[index]["onset"], notes[index]["duration"] = onset, duration
            notes[index]["pitch"], notes[index]["spelling"] = min(127, max(0, pitch)), place
            notes[index]["voice"] = voice
            # Louder where there is more energy, on downbeats and towards the middle of a section.
            swell = 6 * (1 - abs(2 * onset / max(1, length) - 1))
            accent = 6 if onset % bar == 0 else 0
            lead = 6 if origins[index].get("sings") in LEADING else 0
            notes[index]["velocity"] = round(60 + 24 * energy + swell + accent + lead)
        made = Phrase(notes, length, context.metre, section.goal.name, origins).sorted()
        if len(made):
            going = f" to {section.goal.name}" if section.modulates else ""
            told = f"{section.key.name}{going}, {section.cadence} cadence, home {home.name}"
            first = made.provenance[0]
            assert first is not None
            first["journey"] = told
        return made


LEADING = ("subject", "answer", "inverted subject", "stretto", "melody")


def _four(context: Context) -> tuple[int, int, int, int] | None:
    """What four parts sang last, when there were four."""
    previous = context.previous
    if previous is None or previous.voices != 4:
        return None
    last = [previous.voice(voice).notes["pitch"][-1:].tolist() for voice in range(4)]
    if not all(last):
        return None
    soprano, alto, tenor, bass = (int(row[0]) for row in last)
    return soprano, alto, tenor, bass


def _told(context: Context) -> tuple[int, int, int, int] | None:
    """The four parts behind the last broken chord."""
    previous = context.previous
    for origin in previous.provenance if previous is not None else ():
        voiced = (origin or {}).get("voiced")
        if isinstance(voiced, list | tuple) and len(voiced) == 4:
            soprano, alto, tenor, bass = (int(pitch) for pitch in voiced)
            return soprano, alto, tenor, bass
    return None


def _thinned(lines: list[Line], context: Context) -> list[Line]:
    """As many parts as the texture asks for: always the soprano and the bass, then alto, then tenor."""
    texture = round(steered(context, "texture", 4, 1, 4))
    kept = {1: (0,), 2: (0, 3), 3: (0, 1, 3), 4: (0, 1, 2, 3)}[texture]
    return [lines[voice] for voice in kept if voice < len(lines)]


def from_spec(spec: Spec) -> CpuBach:
    """The composer that a spec describes."""
    return CpuBach(checked_form(spec.get("form")), str(spec.get("key", "")), int(spec.get("voices", 0)))


def checked_form(form: Any) -> str:
    """One of the forms; NameUnknown for anything else."""
    if not isinstance(form, str) or form.strip().lower() not in FORMS:
        raise NameUnknown("form", form, FORMS, f"there are {', '.join(FORMS)}")
    return form.strip().lower()


def checked_voices(voices: Any) -> int:
    """2 to 4 voices, or 0 for as many as the form usually has."""
    if voices is None:
        return 0
    if isinstance(voices, bool) or voices not in (2, 3, 4):
        raise ControlError(f"voices={voices!r}: give 2 to 4, or leave it out")
    return int(voices)
