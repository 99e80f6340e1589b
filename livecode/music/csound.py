"""Phrases as a Csound file, the living Music N: a small orchestra and the notes as its score."""

from __future__ import annotations

from livecode.music.phrase import TICKS, Phrase

ORCHESTRA = """\
<CsoundSynthesizer>
<CsOptions>
-d
</CsOptions>
<CsInstruments>
sr = 48000
ksmps = 32
nchnls = 2
0dbfs = 1

; p4 frequency in hertz, p5 loudness 0..1, p6 place in the room 0..1
instr 1
  aenv linsegr 0, 0.01, 1, 0.1, 0.7, 0.15, 0
  asig vco2 0.15 * p5, p4, 12
  afil moogladder asig, 1200 + 2 * p4, 0.1
  outs afil * aenv * sqrt(1 - p6), afil * aenv * sqrt(p6)
endin
</CsInstruments>
<CsScore>
"""


def csound_bytes(phrase: Phrase, tempo: float = 100.0) -> bytes:
    """A .csd file of a phrase: times in beats under a tempo statement, cents kept in the frequency.

    >>> csound_bytes(Phrase.of([69]), 60).decode().splitlines()[-4]
    'i1 0 1 440.0000 0.630 0.500'
    """
    lines = [f"t 0 {tempo:g}"]
    voices = max(1, phrase.voices)
    for note in phrase.notes:
        begin, length = int(note["onset"]) / TICKS, int(note["duration"]) / TICKS
        pitch = int(note["pitch"]) + int(note["cents"]) / 100
        hertz = 440.0 * 2 ** ((pitch - 69) / 12)
        place = 0.5 if voices == 1 else 0.3 + 0.4 * int(note["voice"]) / (voices - 1)
        lines.append(f"i1 {begin:g} {length:g} {hertz:.4f} {int(note['velocity']) / 127:.3f} {place:.3f}")
    lines += ["e", "</CsScore>", "</CsoundSynthesizer>"]
    return (ORCHESTRA + "\n".join(lines) + "\n").encode()
