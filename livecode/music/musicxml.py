"""Phrases as MusicXML 4.0, a part for each voice."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from xml.sax.saxutils import escape

from livecode.music.measures import Sign, measures
from livecode.music.phrase import TICKS, Phrase
from livecode.music.spelling import key_signature, name_of

DIVISIONS = TICKS
HEADS = {4: "whole", 2: "half", 1: "quarter", Fraction(1, 2): "eighth", Fraction(1, 4): "16th",
         Fraction(1, 8): "32nd", Fraction(1, 16): "64th"}  # fmt: skip


def musicxml_bytes(phrase: Phrase, tempo: float = 100.0, names: Sequence[str] = (), title: str = "") -> bytes:
    """A MusicXML file of a phrase; `names` are those of its parts.

    >>> b"<step>C</step><octave>4</octave>" in musicxml_bytes(Phrase.of([60]))
    True
    """
    voices = range(max(1, phrase.voices))
    out = ['<?xml version="1.0" encoding="UTF-8"?>', '<score-partwise version="4.0">']
    if title:
        out.append(f"<work><work-title>{escape(title)}</work-title></work>")
    out.append("<part-list>")
    for voice in voices:
        name = escape(names[voice]) if voice < len(names) else f"Voice {voice + 1}"
        out.append(f'<score-part id="P{voice + 1}"><part-name>{name}</part-name></score-part>')
    out.append("</part-list>")
    for voice in voices:
        out.append(f'<part id="P{voice + 1}">')
        out += _part(phrase, voice, tempo)
        out.append("</part>")
    out.append("</score-partwise>")
    return ("\n".join(out) + "\n").encode()


def _part(phrase: Phrase, voice: int, tempo: float) -> list[str]:
    bars = measures(phrase, voice)
    pitches = [pitch for bar in bars for sign in bar for pitch in sign.pitches]
    clef = ("F", 4) if pitches and sum(pitches) / len(pitches) < 60 else ("G", 2)
    numerator, denominator = phrase.metre
    lines = []
    for number, bar in enumerate(bars, 1):
        lines.append(f'<measure number="{number}">')
        if number == 1:
            lines.append(
                f"<attributes><divisions>{DIVISIONS}</divisions>"
                f"<key><fifths>{max(-7, min(7, key_signature(phrase.key)))}</fifths></key>"
                f"<time><beats>{numerator}</beats><beat-type>{denominator}</beat-type></time>"
                f"<clef><sign>{clef[0]}</sign><line>{clef[1]}</line></clef></attributes>"
            )
            if voice == 0:
                lines.append(f'<direction><direction-type/><sound tempo="{tempo:g}"/></direction>')
        beams = _beams(bar, Fraction(3, 2) if denominator == 8 and numerator % 3 == 0 else Fraction(1))
        accidentals = _Accidentals(phrase.key)
        lines += [_sign(sign, accidentals, beam) for sign, beam in zip(bar, beams)]
        lines.append("</measure>")
    return lines


def _beams(bar: list[Sign], beat: Fraction) -> list[str]:
    """For each sign the beams that join it to its neighbours within the beat."""
    groups: list[list[int]] = []
    for number, sign in enumerate(bar):
        short = bool(sign.pitches) and sign.length < 1
        before = bar[number - 1] if number else None
        joined = groups and before is not None and groups[-1][-1:] == [number - 1]
        same = before is not None and before.begin // beat == sign.begin // beat
        if short and joined and same:
            groups[-1].append(number)
        elif short:
            groups.append([number])
    told = [""] * len(bar)
    for group in groups:
        for place, number in enumerate(group if len(group) > 1 else []):
            kind = "begin" if place == 0 else "end" if place == len(group) - 1 else "continue"
            told[number] = f'<beam number="1">{kind}</beam>'
    return told


class _Accidentals:
    """Which accidentals a bar needs: those that neither the key nor a note before it in the bar has said."""

    NAMES = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}

    def __init__(self, key: str) -> None:
        sharps = max(-7, min(7, key_signature(key)))
        order = "fcgdaeb" if sharps > 0 else "beadgcf"
        self._key = dict.fromkeys(order[: abs(sharps)], 1 if sharps > 0 else -1)
        self._said: dict[tuple[str, int], int] = {}

    def before(self, pitch: int, fifths: int, tied: bool) -> str:
        """The accidental of a note, "" for none; one that is tied to keeps its own."""
        name = name_of(fifths)
        alter = name.count("#") - name[1:].count("b")
        place = (name[0], (pitch - alter) // 12)
        known = self._said.get(place, self._key.get(name[0], 0))
        if tied or alter == known:
            return ""
        self._said[place] = alter
        return f"<accidental>{self.NAMES.get(alter, 'natural')}</accidental>"


def _sign(sign: Sign, accidentals: _Accidentals, beam: str = "") -> str:
    duration = f"<duration>{round(sign.length * DIVISIONS)}</duration>"
    head = _head(sign.length)
    if not sign.pitches:
        return f"<note><rest/>{duration}<voice>1</voice>{''.join(head)}</note>"
    ties = '<tie type="stop"/>' * sign.tied_from + '<tie type="start"/>' * sign.tied_to
    drawn = '<tied type="stop"/>' * sign.tied_from + '<tied type="start"/>' * sign.tied_to
    notations = f"<notations>{drawn}</notations>" if drawn else ""
    # A chord hangs on the beam by its first note.
    name, dots, tuplet = head
    notes = []
    for index, (pitch, fifths) in enumerate(zip(sign.pitches, sign.spellings)):
        sharp = accidentals.before(pitch, fifths, sign.tied_from)
        begun = f"<note>{'<chord/>' * (index > 0)}{_pitch(pitch, fifths)}{duration}{ties}<voice>1</voice>"
        notes.append(f"{begun}{name}{dots}{sharp}{tuplet}{beam * (index == 0)}{notations}</note>")
    return "".join(notes)


def _head(length: Fraction) -> tuple[str, str, str]:
    """The note head of a length, its dots, and the tuplet it is in; accidentals stand before the last."""
    for dots, factor in (("", Fraction(1)), ("<dot/>", Fraction(3, 2))):
        name = HEADS.get(length / factor)
        if name is not None:
            return f"<type>{name}</type>", dots, ""
    for actual, normal in ((3, 2), (5, 4), (7, 4), (9, 8)):
        name = HEADS.get(length * actual / normal)
        if name is not None:
            numbers = f"<actual-notes>{actual}</actual-notes><normal-notes>{normal}</normal-notes>"
            return f"<type>{name}</type>", "", f"<time-modification>{numbers}</time-modification>"
    return "<type>quarter</type>", "", ""


def _pitch(pitch: int, fifths: int) -> str:
    name = name_of(fifths)
    sharps = name.count("#") - name[1:].count("b")
    alter = f"<alter>{sharps}</alter>" if sharps else ""
    octave = (pitch - sharps) // 12 - 1
    return f"<pitch><step>{name[0].upper()}</step>{alter}<octave>{octave}</octave></pitch>"
