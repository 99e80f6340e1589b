"""The desk as a scene has it: knobs that are turned, sources that stand, and the way from one to another.

>>> [(each.effect, each.controls) for each in changes(Scene(), Scene(knobs={(0, 0, "master"): 0.5}))]
[('desk', (('master', 0.5),))]
"""

from __future__ import annotations

from collections.abc import Mapping

from livecode.sound.command import GlobalEffect
from livecode.stage.scene import KNOBS, Scene, Standing

DESK = "desk"
SOURCE = "ndef "
"""As `livecode.sound.sources.EFFECT`, which would load supriya's frame with it."""


def changes(old: Scene, new: Scene, fades: Mapping[str, float] | None = None) -> list[GlobalEffect]:
    """What makes the desk of one scene into that of another, all at cycle 0.

    `fades`: seconds in which a source that ends is to fade, where that is not its own.
    """
    found: list[GlobalEffect] = []
    for orbit, slot, name in sorted(old.knobs.keys() | new.knobs.keys()):
        usual = KNOBS[name]
        wanted = new.knobs.get((orbit, slot, name), usual)
        if wanted != old.knobs.get((orbit, slot, name), usual):
            found.append(GlobalEffect(0.0, orbit, DESK, slot, ((name, wanted),)))
    for name in sorted(old.sources.keys() | new.sources.keys()):
        one, two = old.sources.get(name), new.sources.get(name)
        if one is not two:
            found += _replaced(name, one, two, (fades or {}).get(name))
    return found


def _replaced(
    name: str, one: Standing | None, two: Standing | None, fade: float | None
) -> list[GlobalEffect]:
    if two is None:
        return [] if one is None else [_ended(name, one, one.settings["fade"] if fade is None else fade)]
    same = one is not None and (one.source.load.name, one.orbit) == (two.source.load.name, two.orbit)
    settings = dict(two.settings)
    if one is not None and same:
        usual = {key: one.source.controls[key].default for key in one.settings if key in one.source.controls}
        settings = {
            key: value
            for key, value in {**usual, **settings}.items()
            if one.settings.get(key, usual.get(key)) != value
        }
        if not settings:
            return []
    begun = GlobalEffect(0.0, two.orbit, SOURCE + name, 0, tuple(settings.items()), (), two.source.load.name)
    if one is not None and one.orbit != two.orbit:
        return [_ended(name, one, two.settings["fade"]), begun]
    return [begun]


def _ended(name: str, one: Standing, fade: float) -> GlobalEffect:
    settings = (("fade", float(fade)), ("gate", 0.0))
    return GlobalEffect(0.0, one.orbit, SOURCE + name, 0, settings, (), one.source.load.name)
