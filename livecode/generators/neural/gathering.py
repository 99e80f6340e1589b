"""An ensemble as a composer: a net for each voice, a deeper net over them, and guests who bring a line along.

A member is a net of one voice (its chances are heard by the deeper net) or any other composer: then it makes
its line first, and the ensemble sings around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from livecode.errors import ControlError, FileProblem, GeneratorError
from livecode.generators.generator import Context, Generator, Spec, build
from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import digest_of, model_folder
from livecode.generators.neural.choir import Ensemble
from livecode.generators.neural.compose import LOUDNESS, NAMES, NeuralComposer
from livecode.generators.neural.config import Config, EnsembleConfig
from livecode.generators.neural.decode import Net
from livecode.generators.neural.page import CENTRES, Page
from livecode.music.phrase import Phrase

VOICES = NAMES


class EnsembleComposer(NeuralComposer):
    """Bars from an ensemble; `guests` make the lines of their voices, by number."""

    net: Ensemble

    def __init__(self, net: Ensemble, spec: Spec, guests: Mapping[int, Generator]) -> None:
        super().__init__(net, str(spec["name"]), str(spec.get("weights", "")))
        self.made_from, self.guests = spec, dict(guests)

    def spec(self) -> Spec:
        return self.made_from

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase of all voices, but for those that another part sings (`context.over`)."""
        lines = {
            voice: self._line(guest, voice, context, length, seed + 1 + voice)
            for voice, guest in self.guests.items()
        }
        self._lines = lines
        whole = super().compose(context, length, seed)
        for voice, line in lines.items():
            whole = _with_line(whole.where(whole.notes["voice"] != voice), line, voice)
        return whole

    def _page(self, context: Context, steps: int) -> Page:
        page = super()._page(context, steps)
        for voice, line in self._lines.items():
            if voice not in page.taken:
                page = page.singing(voice, line, self.net.config)
        return page

    def _line(self, guest: Generator, voice: int, context: Context, length: int, seed: int) -> Phrase:
        """What a guest brings: its top line, in the register of its voice."""
        previous = context.previous
        if previous is not None:
            mine = previous.where(previous.notes["voice"] == voice)
            mine.notes["voice"] = 0
            previous = mine if len(mine) else None
        asked = dict(context.constraints)
        if voice:
            asked.pop("begins", None)
            asked.pop("ends", None)
        here = replace(context, previous=previous, constraints=asked, heard=None)
        phrase = guest.compose(here, length, seed)
        line = phrase.where(phrase.notes["voice"] == 0).monophonic()
        if len(line):
            mean = float(line.notes["pitch"].mean())
            line = line.transpose(12 * round((CENTRES[min(voice, len(CENTRES) - 1)] - mean) / 12))
        return line


def _with_line(whole: Phrase, line: Phrase, voice: int) -> Phrase:
    """A phrase with one more line in it."""
    notes = line.notes.copy()
    notes["voice"], notes["velocity"] = voice, LOUDNESS[voice % len(LOUDNESS)]
    both = np.concatenate([whole.notes, notes])
    order = np.lexsort((both["voice"], both["onset"]))
    told = [*(whole.provenance or [None] * len(whole.notes)), *(line.provenance or [None] * len(notes))]
    return replace(whole, notes=both[order], provenance=[told[n] for n in order])


@lru_cache(maxsize=16)
def _one_voice(name: str, weights: str) -> Net:
    loaded = checkpoint.load(model_folder(name))
    if type(loaded.config) is not Config or loaded.config.voices != 1:
        raise FileProblem(f"{name} is no net of one voice: give one such as {', '.join(VOICES)}")
    return Net(loaded.config, loaded.arrays)


@lru_cache(maxsize=4)
def _deeper(name: str, weights: str) -> tuple[EnsembleConfig, Any, tuple[str, ...]]:
    loaded = checkpoint.load(model_folder(name))
    if not isinstance(loaded.config, EnsembleConfig):
        raise FileProblem(f"{name} is no ensemble: train one with --members")
    names = loaded.home.get("members")
    if not isinstance(names, list) or len(names) != loaded.config.voices:
        raise FileProblem(f"{name} does not say who its members are: train it again")
    return loaded.config, loaded.arrays, tuple(map(str, names))


def from_spec(spec: Spec) -> EnsembleComposer:
    """The ensemble that a spec describes."""
    name = str(spec["name"])
    config, arrays, usual = _deeper(name, digest_of(model_folder(name)))
    nets, known, guests = list[Net](), list[bool](), dict[int, Generator]()
    given = spec.get("members") or {}
    for number, member in enumerate(usual):
        voice = VOICES[number] if number < len(VOICES) else str(number)
        chosen = given.get(voice)
        if isinstance(chosen, dict):
            guests[number] = build(chosen)
            chosen = None
        chosen = str(chosen or member)
        nets.append(_one_voice(chosen, digest_of(model_folder(chosen))))
        known.append(chosen == member and number not in guests)
    for net in nets:
        if (net.config.low, net.config.high, net.config.frame) != (config.low, config.high, config.frame):
            raise GeneratorError(f"the members of {name} must have its range and frame: train them alike")
    return EnsembleComposer(Ensemble(config, arrays, nets, known), spec, guests)


def gathered(name: str, members: Mapping[str, Any] | None = None) -> EnsembleComposer:
    """An ensemble by name; for some of its voices other nets by name, or streams."""
    return from_spec({"kind": "ensemble", "name": name, "members": named(members or {})})


def named(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members as plain data: names of nets of one voice, or specs of guests."""
    from livecode.generators.neural.build import composer
    from livecode.generators.stream import Stream

    found: dict[str, Any] = {}
    for voice, member in members.items():
        if member is None:
            continue
        if isinstance(member, str):
            made = composer(member)
            alone = type(made) is NeuralComposer and made.net.config.voices == 1
            found[voice] = member if alone else made.spec()
        elif isinstance(member, Stream):
            found[voice] = member.plan.generator.spec()
        else:
            raise ControlError(
                f"{voice}={member!r}: give a net's name or a composer such as neural('folk'); "
                "what a slot plays goes to .over(d1)"
            )
    return found
