"""The desk: where sound goes, how loud, and that it is built again the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from livecode.sound import layout
from livecode.sound.command import DefinitionLoad, GlobalEffect, Note
from livecode.sound.encode import Encoder
from livecode.sound.engine import Engine
from livecode.sound.mixer import Mixer
from livecode.sound.mixer_definitions import compiled
from livecode.sound.osc import message, parse

ROOM = DefinitionLoad("lc-roomy-00000000", b"", ("out", "out_room", "out_delay"))
DRY = DefinitionLoad("lc-dry-00000000", b"", ("out",))
OWN_REVERB = DefinitionLoad("lc-reverb-12345678", b"", ("in_bus", "out", "size", "gate"))


@pytest.fixture
def mixer() -> Mixer:
    encoder = Encoder()
    encoder.define(ROOM)
    encoder.define(DRY)
    return Mixer(encoder, definitions={})


def named(messages: list[bytes]) -> list[str]:
    return [str(parse(each)[1][0]) for each in messages if parse(each)[0] == "/s_new"]


def test_numbers_of_slots_and_orbits_never_meet() -> None:
    pairs = [(slot, orbit) for slot in range(layout.SLOTS) for orbit in range(layout.ORBITS)]
    audio = [first + side for pair in pairs for first in _buses(*pair) for side in (0, 1)]
    audio += [
        first + side for orbit in range(layout.ORBITS) for first in _orbit_buses(orbit) for side in (0, 1)
    ]
    audio += [layout.master_bus(), layout.master_bus() + 1]
    audio += [*range(layout.TAP_BUS, layout.REFERENCE_BUS + 1)]
    assert len(audio) == len(set(audio))
    assert max(audio) < layout.FIRST_FREE_AUDIO_BUS <= layout.AUDIO_BUSES
    meters = [layout.strip_meter(*pair) + each for pair in pairs for each in range(4)]
    meters += [layout.orbit_meter(orbit) + each for orbit in range(layout.ORBITS) for each in range(4)]
    meters += [layout.MASTER_METER_BUS + each for each in range(4)]
    assert len(meters) == len(set(meters))
    assert max(meters) < layout.FIRST_FREE_CONTROL_BUS
    nodes = [layout.strip_node(*pair) for pair in pairs]
    nodes += [layout.send_node(*pair, send) for pair in pairs for send in ("room", "delay")]
    nodes += [make(slot) for make in (layout.slot_group, layout.notes_group) for slot in range(layout.SLOTS)]
    makers = (
        layout.orbit_group,
        layout.inserts_group,
        layout.delay_node,
        layout.reverb_node,
        layout.orbit_out_node,
    )
    nodes += [make(orbit) for make in makers for orbit in range(layout.ORBITS)]
    assert len(nodes) == len(set(nodes))


def _buses(slot: int, orbit: int) -> Iterator[int]:
    yield layout.dry_bus(slot, orbit)
    yield layout.room_bus(slot, orbit)
    yield layout.delay_bus(slot, orbit)


def _orbit_buses(orbit: int) -> Iterator[int]:
    yield layout.orbit_dry_bus(orbit)
    yield layout.orbit_room_bus(orbit)
    yield layout.orbit_delay_bus(orbit)
    yield layout.orbit_stem_bus(orbit)


def test_strips_and_effects_are_built_when_first_needed_and_once(mixer: Mixer) -> None:
    first = mixer.prepare(Note(0, 1, DRY.name, 1, 0))
    again = mixer.prepare(Note(1, 1, DRY.name, 1, 0))
    wet = mixer.prepare(Note(1, 1, ROOM.name, 1, 0))
    other = mixer.prepare(Note(1, 1, ROOM.name, 2, 0))
    assert named(first) == ["lc-orbit", "lc-strip"]
    assert again == []
    assert named(wet) == ["lc-send", "lc-send", "lc-reverb", "lc-delay"]
    assert named(other) == ["lc-strip", "lc-send", "lc-send"]


def test_only_the_sends_that_a_note_uses_are_built(mixer: Mixer) -> None:
    mixer._encoder.define(DefinitionLoad("lc-damp-1", b"", ("out", "out_room", "sustain")))
    made = mixer.prepare(Note(0, 1, "lc-damp-1", 1, 0))
    assert named(made) == ["lc-orbit", "lc-strip", "lc-send", "lc-reverb"]


def test_a_render_has_no_meters(mixer: Mixer) -> None:
    assert "lc-master-unmetered" in named(mixer.tree(watched=False))
    assert named(mixer.prepare(Note(0, 1, DRY.name, 1, 0))) == ["lc-orbit-unmetered", "lc-strip-unmetered"]


def test_a_sets_own_reverb_takes_the_place_of_ours() -> None:
    encoder = Encoder()
    encoder.define(ROOM)
    encoder.define(OWN_REVERB)
    mixer = Mixer(encoder, definitions={})
    assert named(mixer.prepare(Note(0, 1, ROOM.name, 1, 0))) == [
        "lc-orbit", "lc-strip", "lc-send", "lc-send", OWN_REVERB.name, "lc-delay",
    ]  # fmt: skip


def test_an_effect_gets_only_what_changed(mixer: Mixer) -> None:
    echo = GlobalEffect(0, 0, "delay", 1, (("delayfeedback", 0.5),), (("delaytime", 0.25),))
    made = parse(mixer.apply(echo, 2.0)[-1])[1]
    assert made[made.index("delaytime") + 1] == 0.5
    assert mixer.apply(echo, 2.0) == []
    changed = [parse(each) for each in mixer.apply(echo, 1.0)]
    assert changed == [("/n_set", [layout.delay_node(0), "delaytime", 0.25])]


def test_an_effect_with_a_new_definition_fades_the_old_one_out(mixer: Mixer) -> None:
    mixer.apply(GlobalEffect(0, 0, "reverb"), 1.0)
    changed = [
        parse(each) for each in mixer.apply(GlobalEffect(1, 0, "reverb", definition="lc-reverb-1"), 1.0)
    ]
    assert changed[0] == ("/n_set", [layout.reverb_node(0), "gate", 0.0])
    assert changed[1][1][0] == "lc-reverb-1"


def test_after_a_crash_the_same_desk_stands_again(mixer: Mixer) -> None:
    mixer.prepare(Note(0, 1, ROOM.name, 3, 2))
    mixer.apply(GlobalEffect(0, 2, "reverb", controls=(("size", 0.25),)), 1.0)
    mixer.set_gain(3, 0.0)
    mixer.set_master(0.5)
    tree = [parse(each) for each in mixer.tree()]
    found = {str(arguments[0]): arguments for address, arguments in tree if address == "/s_new"}
    assert set(found) == {
        "lc-master", "lc-scope", "lc-orbit", "lc-reverb", "lc-delay", "lc-strip", "lc-send",
    }  # fmt: skip
    assert found["lc-strip"][found["lc-strip"].index("slot_gain") + 1] == 0.0
    assert found["lc-reverb"][found["lc-reverb"].index("size") + 1] == 0.25
    assert found["lc-master"][found["lc-master"].index("master_gain") + 1] == 0.5


def test_every_definition_has_its_bytes() -> None:
    assert all(data[:4] == b"SCgf" for data in compiled().values())


# How it sounds


def played(hear: Any, signals: dict[str, DefinitionLoad], *notes: tuple[float, Note], **more: Any) -> Any:
    """Notes at their seconds through the whole desk; extra (seconds, messages) rows in `rows`."""
    encoder = Encoder()
    mixer = Mixer(encoder)
    rows: list[tuple[float, list[bytes]]] = []
    opening = [message("/d_recv", each.data) for each in mixer.definitions()]
    for load in signals.values():
        encoder.define(load)
        opening.append(message("/d_recv", load.data))
    rows.append((0.0, opening + mixer.tree()))
    for seconds, note in notes:
        rows.append((seconds, [*mixer.prepare(note), encoder.note(note, 1.0)]))
    for seconds, change in more.get("changes", ()):
        rows.append((seconds, change(mixer)))
    return hear(rows, more.get("seconds", 1.0))


def sine(slot: int, level: float = 0.3, freq: float = 480.0, orbit: int = 0) -> Note:
    return Note(0, 2.0, "lc-sine", slot, orbit, (("level", level), ("freq", freq)))


def level_of(sound: Any, begin: float, end: float) -> float:
    return float(np.abs(sound[int(begin * 48000) : int(end * 48000)]).max())


def test_a_slot_reaches_the_master_at_its_own_level(hear: Any, signals: Any) -> None:
    sound = played(hear, signals, (0.0, sine(1)))
    assert level_of(sound, 0.1, 0.9) == pytest.approx(0.3, rel=0.01)
    assert np.allclose(sound[:, 0], sound[:, 1])


def test_eight_slots_on_two_orbits_add_up(hear: Any, signals: Any) -> None:
    sound = played(hear, signals, *((0.0, sine(slot, 0.05, orbit=slot % 2)) for slot in range(1, 9)))
    assert level_of(sound, 0.1, 0.9) == pytest.approx(0.4, rel=0.01)


def test_a_muted_slot_is_silent_within_fifty_milliseconds_and_without_a_click(
    hear: Any, signals: Any
) -> None:
    sound = played(
        hear, signals, (0.0, sine(1)), (0.0, sine(2, 0.1)),
        changes=[(0.5, lambda mixer: mixer.set_gain(1, 0.0))],
    )  # fmt: skip
    assert level_of(sound, 0.2, 0.45) == pytest.approx(0.4, rel=0.02)
    assert level_of(sound, 0.55, 0.95) == pytest.approx(0.1, rel=0.02)
    steepest = 0.4 * 2 * np.pi * 480 / 48000
    assert np.abs(np.diff(sound[20000:30000, 0])).max() < 1.2 * steepest


def test_a_strip_built_after_the_mute_is_muted_too(hear: Any, signals: Any) -> None:
    late = Note(0, 2.0, "lc-sine", 1, 5, (("level", 0.3),))

    def mute_then_play(mixer: Mixer) -> list[bytes]:
        return [*mixer.set_gain(1, 0.0), *mixer.prepare(late), mixer._encoder.note(late, 1.0)]

    sound = played(hear, signals, changes=[(0.1, mute_then_play)])
    assert level_of(sound, 0.0, 1.0) == 0.0


def test_pan_moves_a_slot(hear: Any, signals: Any) -> None:
    sound = played(hear, signals, (0.0, sine(1)), changes=[(0.0, lambda mixer: mixer.set_pan(1, -1.0))])
    assert level_of(sound[:, 1], 0.5, 0.9) < 0.001
    assert level_of(sound[:, 0], 0.5, 0.9) > 0.3


def test_hush_frees_notes_and_clears_tails(hear: Any, signals: Any) -> None:
    burst = [
        message(
            "/s_new", "lc-sine", -1, 0, layout.notes_group(1), "out", layout.room_bus(1, 0), "sustain", 0.2
        ),
        message(
            "/s_new", "lc-sine", -1, 0, layout.notes_group(1), "out", layout.delay_bus(1, 0), "sustain", 0.2
        ),
    ]

    def wet(mixer: Mixer) -> list[bytes]:
        return [
            *mixer.apply(GlobalEffect(0, 0, "reverb"), 1.0),
            *mixer.apply(GlobalEffect(0, 0, "delay"), 1.0),
        ]

    def setup(mixer: Mixer) -> list[bytes]:
        return [*mixer.ensure(1, 0, sends=("room", "delay")), *wet(mixer), *burst]

    def hush(mixer: Mixer) -> list[bytes]:
        return [*mixer.free_notes(1), *mixer.clear_tails()]

    ringing = played(hear, signals, changes=[(0.0, setup)], seconds=1.5)
    hushed = played(hear, signals, changes=[(0.0, setup), (0.6, hush)], seconds=1.5)
    assert level_of(ringing, 0.8, 1.4) > 0.01
    assert level_of(hushed, 0.3, 0.55) > 0.01
    assert level_of(hushed, 0.8, 1.4) < 1e-4


def test_an_echo_comes_after_its_delaytime(hear: Any, signals: Any) -> None:
    def setup(mixer: Mixer) -> list[bytes]:
        echo = GlobalEffect(0, 0, "delay", controls=(("delaytime", 0.25), ("delayfeedback", 0.5)))
        place = layout.delay_bus(1, 0)
        beep = message("/s_new", "lc-sine", -1, 0, layout.notes_group(1), "out", place, "sustain", 0.01)
        return [*mixer.ensure(1, 0, sends=("room", "delay")), *mixer.apply(echo, 1.0), beep]

    sound = played(hear, signals, changes=[(0.0, setup)])
    onsets = np.flatnonzero(np.abs(sound[:, 0]) > 0.01)
    assert onsets[0] / 48000 == pytest.approx(0.25, abs=0.008)
    first, second = level_of(sound, 0.24, 0.3), level_of(sound, 0.49, 0.55)
    assert 0.3 < second / first < 0.6


def test_a_synth_that_waits_for_its_gate_is_let_go_at_its_end(hear: Any, signals: Any) -> None:
    from livecode.sound.ugens import Envelope, EnvGen, Out, SinOsc

    with import_module("supriya.ugens").SynthDefBuilder(out=0, gate=1, freq=440) as builder:
        level = EnvGen.kr(envelope=Envelope.asr(0.01, 0.3, 0.05), gate=builder["gate"], done_action=2)
        Out.ar(builder["out"], [SinOsc.ar(builder["freq"]) * level] * 2)
    foreign = DefinitionLoad("foreign", builder.build(name="foreign").compile(), ("out", "gate", "freq"))
    encoder = Encoder()
    encoder.define(foreign)
    mixer = Mixer(encoder)
    opening = [message("/d_recv", each.data) for each in [*mixer.definitions(), foreign]] + mixer.tree()
    rows = [(0.0, opening)]
    for seconds in (0.1, 0.2):
        note = Note(0, 0.3, "foreign", 1, 0, (("freq", 500.0),))
        rows.append((seconds, [*mixer.prepare(note), *encoder.messages(note, 1.0)]))
    sound = hear(rows, 1.0)
    assert level_of(sound, 0.15, 0.35) > 0.25
    assert level_of(sound, 0.46, 0.49) < level_of(sound, 0.25, 0.35)
    assert level_of(sound, 0.6, 0.9) < 1e-5


# In a server as it sounds


@pytest.mark.sound
def test_the_desk_stands_in_a_real_server_and_its_meters_move(
    running: Engine, desk: Mixer, signals: Any
) -> None:
    failures: list[Any] = []
    running.on_reply = lambda address, arguments: failures.append(arguments) if address == "/fail" else None
    encoder = desk._encoder
    encoder.define(signals["lc-sine"])
    running.load(signals["lc-sine"])
    running.sync()
    note = Note(0, 1.0, "lc-sine", 7, 3, (("level", 0.25),))
    running.send_many([*desk.prepare(note), encoder.note(note, 1.0)])
    limit = time.monotonic() + 3
    peaks: tuple[float, ...] = ()
    while time.monotonic() < limit:
        peaks = running.meters().strip(7, 3)
        if peaks[0] > 0.2 and peaks[2] > 0.15:
            break
        time.sleep(0.02)
    assert peaks[0] == pytest.approx(0.25, rel=0.1)
    assert peaks[2] == pytest.approx(0.25 / 2**0.5, rel=0.2)
    assert running.meters().orbit(3)[0] == pytest.approx(0.25, rel=0.1)
    assert running.meters().master()[0] > 0.2
    running.send_many(desk.free_notes(7))
    running.on_reply = None
    assert failures == []
