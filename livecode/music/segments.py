"""Where phrases end: by rests and long notes, and by how long a phrase usually is.

A boundary is strong after a rest or a long note in every part, in several parts also after a triad over its
root; the best set of boundaries is found by
dynamic programming over the whole piece, phrases of whole bars being likelier.
After the grouping preference rules of F. Lerdahl and R. Jackendoff, *A Generative Theory of Tonal Music*
(1983), and D. Temperley, *The Cognition of Basic Musical Structures* (2001), ch. 3.
"""

from __future__ import annotations

import numpy as np

from livecode.music.phrase import TICKS, Phrase

SHORTEST, LONGEST = 4, 32
"""Beats of a phrase."""
TRIAD, RESTING = 0.8, 0.5
"""What it is worth that a phrase would end on a triad over its root, and that its last beat is at rest."""
ROOTED = frozenset(map(frozenset, ({0, 4, 7}, {0, 3, 7}, {0, 4}, {0, 3}, {0, 7})))
EVEN = 0.5
"""What a phrase of a whole number of bars is worth, of two or four bars twice that."""


def phrase_ends(phrase: Phrase) -> list[int]:
    """The ticks at which phrases end, the last note's end among them.

    >>> tune = Phrase.of([60, 62, 64, 65, 67] * 2, [TICKS] * 3 + [TICKS // 2, TICKS * 4] + [TICKS] * 5)
    >>> phrase_ends(tune)[0] // TICKS
    7
    """
    if not len(phrase):
        return []
    times, strengths = _boundaries(phrase)
    end = int((phrase.notes["onset"] + phrase.notes["duration"]).max())
    begin = int(phrase.notes["onset"].min())
    places = [begin, *[time for time in times.tolist() if begin < time < end], end]
    worth = dict(zip(times.tolist(), strengths.tolist()))
    best = [0.0] + [-np.inf] * (len(places) - 1)
    before = [0] * len(places)
    bar = phrase.bar
    for number in range(1, len(places)):
        for start in range(number - 1, -1, -1):
            beats = (places[number] - places[start]) / TICKS
            if beats > LONGEST and start < number - 1:
                break
            if beats < SHORTEST and places[number] != end:
                continue
            bars = (places[number] - places[start]) / bar
            even = EVEN * (abs(bars - round(bars)) < 0.26) + EVEN * (abs(bars / 2 - round(bars / 2)) < 0.13)
            score = best[start] + worth.get(places[number], 0.0) - 2.0 + even
            if score > best[number]:
                best[number], before[number] = score, start
    found, number = [], len(places) - 1
    while number > 0:
        found.append(places[number])
        number = before[number]
    return found[::-1]


def _boundaries(phrase: Phrase) -> tuple[np.ndarray, np.ndarray]:
    """Every moment at which a part ends or begins a note, and how strongly a phrase may end there."""
    notes = phrase.notes
    voices = [phrase.voice(int(number)).monophonic().notes for number in np.unique(notes["voice"])]
    times = np.unique(np.concatenate([voice["onset"] for voice in voices]))
    strengths = np.zeros(len(times))
    for voice in voices:
        onsets, lengths = voice["onset"].astype(int), voice["duration"].astype(int)
        ends = onsets + lengths
        usual = max(1.0, float(np.median(np.append(np.diff(onsets), lengths[-1:]))))
        for number, time in enumerate(times.tolist()):
            index = int(np.searchsorted(onsets, time)) - 1
            if index < 0:
                continue
            if time < ends[index]:
                # This part holds on: no phrase ends here.
                strengths[number] -= 2.0
                continue
            rest = min(2.0, (time - ends[index]) / TICKS)
            span = time - onsets[index]
            strengths[number] += 1.2 * min(2.0, np.log2(max(1.0, span / usual))) + 1.5 * rest
    strengths *= (1.0 if len(voices) == 1 else 1.6) / len(voices)
    if len(voices) >= 3:
        strengths += _closings(phrase, times)
    return times, strengths


def _closings(phrase: Phrase, times: np.ndarray) -> np.ndarray:
    """How much the chord before each moment is like the last of a phrase: a triad over its root, at rest."""
    notes = phrase.notes
    begins, ends = notes["onset"].astype(int), notes["onset"].astype(int) + notes["duration"]
    found = np.zeros(len(times))
    for number, time in enumerate(times.tolist()):
        sounding = (begins < time) & (ends >= time)
        chord = notes["pitch"][sounding]
        if len(chord) < 3:
            continue
        found[number] += TRIAD * (frozenset(((chord - chord.min()) % 12).tolist()) in ROOTED)
        found[number] += RESTING * (int((time - begins[sounding]).min()) >= TICKS)
    return found
