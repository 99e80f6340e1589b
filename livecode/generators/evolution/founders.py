"""The first songs of a world: from corpora, from composers, from what is played, and from chance."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.evolution.home import Home, home_of
from livecode.generators.evolution.songs import Frame, Songs, chance, songs_of, voice_middles
from livecode.generators.generator import Context, build
from livecode.language.notes import MIDI_C4
from livecode.music.corpus import Corpus, corpus, unpack
from livecode.music.key import find_key
from livecode.music.phrase import Phrase, concat, pitch_class, transpose_key

USUAL_HOME = "c major"
BANK = 192
"""Songs of the corpora that phrases are spliced from."""
CHANCE_SHARE = 0.125
"""The share of founders that are of chance although there are others, so that nothing is missing for ever."""
COMPOSED = 16

Source = dict[str, Any]
"""Where founders come from: {"corpus": name}, {"pieces": bytes}, {"composer": spec} or {"phrases": [...]}."""


def home_among(sources: list[Source]) -> Home:
    """The key most of the music is in; c major where there is none."""
    keys: Counter[str] = Counter()
    for source in sources:
        if "composer" not in source:
            keys.update(phrase.key for phrase in _music(_packed(source)) if phrase.key)
    return home_of(keys.most_common(1)[0][0] if keys else USUAL_HOME)


def founders(
    sources: list[Source], count: int, voices: int, frame: Frame, seed: int
) -> tuple[Songs, Songs | None]:
    """So many songs to begin with, and a bank of songs to splice from (None when all is chance)."""
    random = np.random.default_rng([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, 1])
    by_chance = chance(count, voices, frame, random)
    parts: list[Phrase] = []
    for source in sources:
        share = max(8, -(-max(count, BANK) // len(sources)))
        if "composer" in source:
            found = _composed(source["composer"], frame, min(share, COMPOSED), random)
        else:
            found = _windows(_music(_packed(source)), frame, min(share, BANK), random)
        parts += [_at_home(phrase, frame.home) for phrase in found]
    parts = [phrase for phrase in parts if len(phrase)]
    if not parts:
        if sources:
            raise GeneratorError("there is no music in what the songs should be bred from: name a corpus")
        return by_chance, None
    bank = songs_of([_in_parts(parts, number, voices, random) for number in range(len(parts))], voices, frame)
    wild = int(count * CHANCE_SHARE)
    rows = np.concatenate([np.arange(min(len(bank), count - wild)), random.integers(0, len(bank), count)])
    rows = random.permutation(rows[: count - wild])
    return by_chance.put(np.arange(wild, count), bank.take(rows)), bank


def brought(phrases: list[Phrase], voices: int, frame: Frame) -> Songs:
    """Phrases that somebody brings in, as songs of a frame: repeated or cut to its length, not transposed."""
    fitted = []
    for phrase in phrases:
        length = frame.steps * frame.tick
        fitted.append(_round(phrase, length).slice(0, length))
    return songs_of(fitted, voices, frame)


def _round(phrase: Phrase, length: int) -> Phrase:
    """A phrase again and again until it is long enough."""
    times = -(-length // phrase.length) if phrase.length else 1
    return concat([phrase] * times) if times > 1 else phrase


def _packed(source: Source) -> bytes:
    return msgspec.msgpack.encode(source, order="deterministic")


@lru_cache(maxsize=8)
def _music(packed: bytes) -> list[Phrase]:
    source = msgspec.msgpack.decode(packed)
    if "phrases" in source:
        return [Phrase.unpack(phrase) for phrase in source["phrases"]]
    pieces = Corpus("", unpack(source["pieces"])) if "pieces" in source else corpus(str(source["corpus"]))
    return [piece.phrase for piece in pieces]


def _windows(music: list[Phrase], frame: Frame, count: int, random: Any) -> list[Phrase]:
    """Stretches as long as the frame, from bar lines, of pieces in its metre and mode if there are any."""
    chosen = [phrase for phrase in music if phrase.metre == frame.metre] or music
    minor = 3 in {(pc - frame.home.tonic) % 12 for pc in frame.home.classes}
    alike = [phrase for phrase in chosen if phrase.key.endswith("major") != minor]
    chosen = alike if len(alike) >= 8 else chosen
    found = []
    length = frame.steps * frame.tick
    for _ in range(count):
        phrase = chosen[int(random.integers(len(chosen)))]
        bars = max(1, (phrase.length - length) // phrase.bar + 1)
        begin = int(random.integers(bars)) * phrase.bar
        part = _round(phrase, length).slice(begin, begin + length)
        part.key = phrase.key or find_key(phrase)
        found.append(part)
    return found


def _composed(spec: dict[str, Any], frame: Frame, count: int, random: Any) -> list[Phrase]:
    composer = build(spec)
    context = Context(metre=frame.metre)
    made = []
    for _ in range(count):
        phrase = composer.compose(context, frame.steps * frame.tick, int(random.integers(1 << 60)))
        phrase.key = phrase.key or find_key(phrase)
        made.append(phrase)
    return made


def _at_home(phrase: Phrase, home: Home) -> Phrase:
    """Moved so that its tonic is home's, by a tritone at most."""
    if not phrase.key:
        return phrase
    away = (home.tonic - pitch_class(phrase.key.split()[0]) + 5) % 12 - 5
    moved = phrase.transpose(away)
    moved.key = transpose_key(phrase.key, away)
    return moved


def _in_parts(parts: list[Phrase], number: int, voices: int, random: Any) -> Phrase:
    """One of the phrases in as many parts as are asked for; parts that it has not come from others."""
    phrase = parts[number]
    if voices == 1:
        return phrase.monophonic()
    have = min(phrase.voices, voices)
    if have == voices:
        return phrase
    middles = voice_middles(voices) * 12 / 7 + MIDI_C4
    kept = []
    for voice in range(voices):
        line = phrase.voice(voice) if voice < have else parts[int(random.integers(len(parts)))].monophonic()
        if not len(line):
            continue
        octaves = round((middles[voice] - float(line.notes["pitch"].mean())) / 12)
        moved = line.transpose(12 * octaves)
        notes = moved.notes.copy()
        notes["voice"] = voice
        kept.append(notes)
    return Phrase(np.concatenate(kept), phrase.length, phrase.metre, phrase.key).sorted()
