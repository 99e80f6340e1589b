"""Declaring, keeping, reloading and fusing definitions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from orchestra import FACTORY

from livecode import sets
from livecode.errors import DefinitionError, NameUnknown
from livecode.language.control_table import control_names
from livecode.sound import scsyndef
from livecode.sound.catalogue import Catalogue
from livecode.sound.declare import Control, instrument
from livecode.sound.definitions import Definition, Definitions
from livecode.sound.frame import note_controls
from livecode.sound.plans import Plans

HEAD = "from livecode.sound import Control, effect, instrument\nfrom livecode.sound.ugens import *\n"
BEEP = (
    HEAD
    + '@instrument("beep", family="mine")\ndef beep(freq):\n    """A beep."""\n    return SinOsc.ar(freq)\n'
)


class Set:
    """A folder of sound files that a performer edits."""

    def __init__(self, folder: Path) -> None:
        self.sc, self.cache = folder / "sc", folder / "cache"
        self.sc.mkdir()
        self._clock = 1_000_000_000

    def write(self, name: str, text: str) -> Path:
        path = self.sc / name
        path.write_text(text)
        self._clock += 10
        os.utime(path, (self._clock, self._clock))
        return path

    def open(self, *more: Path) -> Definitions:
        return Definitions(Catalogue([self.sc, *more], cache=self.cache))


@pytest.fixture
def mine(tmp_path: Path) -> Set:
    made = Set(tmp_path)
    made.write("mine.py", BEEP)
    return made


def test_a_declared_function_becomes_a_definition(mine: Set) -> None:
    made = mine.open().for_note("beep")
    (found,) = scsyndef.read(made.data)
    assert found.name == made.name
    assert made.name.startswith("lc-beep-") and len(made.name) == len("lc-beep-") + 8
    assert found.controls.keys() == made.controls.keys()
    assert {name: made.controls[name].default for name in found.controls} == pytest.approx(found.controls)
    assert {"SinOsc", "OffsetOut", "Pan2"} <= set(found.units)


def test_only_used_effects_and_sends_are_inside(mine: Set) -> None:
    definitions = mine.open(FACTORY)
    plain = definitions.for_note("beep")
    used = definitions.effects_for("beep", ["freq", "cutoff", "resonance", "crush", "note"])
    assert used == {"lpf", "crush"}
    full = definitions.for_note("beep", used, frozenset({"room", "delay"}))
    assert "cutoff" not in plain.controls and "out_room" not in plain.controls
    assert {
        "cutoff",
        "resonance",
        "crush",
        "room",
        "out_room",
        "delay",
        "out_delay",
        "dry",
    } <= full.controls.keys()
    assert plain.name != full.name
    units = [*scsyndef.read(full.data)[0].units]
    assert units.count("OffsetOut") == 3
    assert "RLPF" in units and "RLPF" not in scsyndef.read(plain.data)[0].units


def test_an_instruments_own_control_is_no_effect(mine: Set) -> None:
    definitions = mine.open(FACTORY)
    assert definitions.effects_for("acid", ["cutoff", "resonance"]) == frozenset()
    assert definitions.effects_for("saw", ["cutoff", "resonance"]) == {"lpf"}
    assert definitions.effects_for("saw", ["resonance"]) == frozenset()


def test_effects_are_fused_in_their_documented_order(mine: Set) -> None:
    definitions = mine.open(FACTORY)
    units = scsyndef.read(definitions.for_note("beep", frozenset({"crush", "lpf", "hpf"})).data)[0].units
    names = [unit for unit in units if unit in ("RHPF", "RLPF")]
    assert names == ["RHPF", "RLPF"]


def test_a_second_start_neither_loads_supriya_nor_runs_the_files(mine: Set) -> None:
    mine.write("mine.py", BEEP + "import sys\nsys.stdout.write('ran ')\n")
    script = (
        "import sys; from pathlib import Path\n"
        "from livecode.sound.catalogue import Catalogue; from livecode.sound.definitions import Definitions\n"
        "made = Definitions(Catalogue([Path(sys.argv[1])], cache=Path(sys.argv[2]))).for_note('beep')\n"
        "print(len(made.data) > 500, 'supriya' in sys.modules, 'numpy' in sys.modules)\n"
    )
    command = [sys.executable, "-c", script, str(mine.sc), str(mine.cache)]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert first == "ran True True False\n"
    assert second == "True False False\n"


def test_a_saved_file_is_heard_at_the_next_note_and_old_notes_keep_their_definition(mine: Set) -> None:
    definitions = mine.open()
    before = definitions.for_note("beep")
    mine.write("mine.py", BEEP.replace("SinOsc.ar(freq)", "Saw.ar(freq) * 0.3"))
    assert definitions.catalogue.changed() == {"beep"}
    after = definitions.for_note("beep")
    assert after.name != before.name
    assert "Saw" in scsyndef.read(after.data)[0].units
    assert definitions.catalogue.changed() == set()


@pytest.mark.parametrize(
    "broken, says",
    [
        ("def beep(:", "line 1"),
        (BEEP + "1 / 0\n", "division by zero"),
        (BEEP.replace("(freq):", "(freq, wobble):"), "wobble"),
        (BEEP.replace('family="mine"', 'family="mine", depth=3'), "write depth=Control"),
        (BEEP.replace('family="mine"', 'shape="round"'), "choose one of"),
    ],
)
def test_a_broken_file_leaves_the_last_good_one_playing(mine: Set, broken: str, says: str) -> None:
    definitions = mine.open()
    good = definitions.for_note("beep")
    path = mine.write("mine.py", broken)
    assert definitions.catalogue.changed() == set()
    assert definitions.for_note("beep").name == good.name
    (problem,) = definitions.catalogue.problems.values()
    assert "the last good version plays on" in str(problem)
    assert says in str(problem) and path.name in str(problem) and "\n" not in str(problem)
    mine.write("mine.py", BEEP + "# mended\n")
    definitions.catalogue.changed()
    assert not definitions.catalogue.problems


def test_a_function_that_does_not_build_leaves_the_last_good_one_playing(mine: Set) -> None:
    definitions = mine.open()
    good = definitions.for_note("beep")
    mine.write("mine.py", BEEP.replace("SinOsc.ar(freq)", "SinOsc.ar(freq, oops=1)"))
    definitions.catalogue.changed()
    assert definitions.for_note("beep") == good
    assert "oops" in str(definitions.problems["beep"])
    assert "line 6" in str(definitions.problems["beep"])


@pytest.mark.parametrize("returned", ["None", "3", "[SinOsc.ar(freq)] * 3", "'sound'"])
def test_what_is_no_signal_is_refused(mine: Set, returned: str) -> None:
    mine.write("mine.py", BEEP.replace("SinOsc.ar(freq)", returned))
    with pytest.raises(DefinitionError, match="return one signal"):
        mine.open().for_note("beep")


def test_the_performers_sound_hides_the_factorys(mine: Set) -> None:
    mine.write("mine.py", BEEP.replace('"beep"', '"pluck"'))
    definitions = mine.open(FACTORY)
    assert definitions.catalogue.instruments["pluck"].family == "mine"
    assert "SinOsc" in scsyndef.read(definitions.for_note("pluck").data)[0].units


def test_unknown_names_are_told_the_nearest(mine: Set) -> None:
    definitions = mine.open(FACTORY)
    with pytest.raises(NameUnknown, match="did you mean 'pluck'"):
        definitions.for_note("pluk")
    with pytest.raises(NameUnknown, match="did you mean 'crush'"):
        definitions.for_note("beep", frozenset({"crsh"}))
    with pytest.raises(DefinitionError, match="no send called"):
        definitions.for_note("beep", frozenset(), frozenset({"romo"}))


def test_variants_wrap(mine: Set) -> None:
    catalogue = mine.open(FACTORY).catalogue
    choices = catalogue.instruments["bd"].variants
    assert catalogue.variant("bd", 0) == "bd"
    assert catalogue.variant("bd", 1) == choices[1]
    assert catalogue.variant("bd", len(choices) + 1) == choices[1]
    assert catalogue.variant("sd", 0) == "sn"
    for item in catalogue.instruments.values():
        assert all(variant in catalogue.instruments for variant in item.variants), item.name


def test_a_compiled_file_of_others_plays_as_it_is(mine: Set) -> None:
    data = mine.open().for_note("beep").data
    (mine.sc / "other.scsyndef").write_bytes(data)
    (mine.sc / "mine.py").unlink()
    definitions = mine.open()
    (name,) = definitions.catalogue.instruments
    made = definitions.for_note(name, frozenset({"cut"}))
    assert made.data == data and made.name == name
    assert made.controls["gain"].default == 1
    assert made.gated is False


@pytest.mark.parametrize(
    "damaged",
    [b"", b"SCgf", b"SCgf\x00\x00\x00\x09\x00\x01", b"RIFFxxxx", b"SCgf\x00\x00\x00\x02\x00\x01\xff"],
)
def test_a_damaged_compiled_file_is_one_line(mine: Set, damaged: bytes) -> None:
    (mine.sc / "bad.scsyndef").write_bytes(damaged)
    catalogue = mine.open().catalogue
    assert "beep" in catalogue.instruments
    (problem,) = catalogue.problems.values()
    assert "no compiled SynthDef" in str(problem)
    assert "line" not in str(problem) and "last good" not in str(problem), "it never played"


def test_a_sound_declared_at_the_prompt_joins_in(mine: Set) -> None:
    from livecode.sound.ugens import Saw

    @instrument("typed", family="mine", edge=Control(2, 1, 9))
    def typed(freq, edge):  # type: ignore[no-untyped-def]
        """Typed."""
        return Saw.ar(freq * edge)

    definitions = mine.open()
    definitions.catalogue.add(typed)
    made = definitions.for_note("typed")
    assert made.controls["edge"].default == 2
    assert "Saw" in scsyndef.read(made.data)[0].units


@pytest.mark.parametrize("damage", [lambda data: b"half", lambda data: data[:40] + b"1111" + data[44:]])
def test_a_damaged_cache_is_made_again(mine: Set, damage: Callable[[bytes], bytes]) -> None:
    good = mine.open().for_note("beep").data
    for path in mine.cache.glob("*.sealed"):
        path.write_bytes(damage(path.read_bytes()))
    (mine.cache / "manifest.json").write_text("{")
    assert mine.open().for_note("beep").data == good


def test_a_cache_that_cannot_be_written_does_no_harm(mine: Set, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert Definitions(Catalogue([mine.sc], cache=blocked / "cache")).for_note("beep").data[:4] == b"SCgf"


@pytest.mark.parametrize("control", [(2, 0, 1), (-1, 0, 1)])
def test_a_control_whose_default_is_out_of_range_is_refused(control: tuple[float, float, float]) -> None:
    with pytest.raises(DefinitionError, match="lies outside"):
        Control(*control)


def test_every_control_of_every_instrument_can_be_said(tmp_path: Path) -> None:
    """Also where a pattern's word for it is another: `position` of a pattern arrives as `strike`."""
    catalogue = Catalogue([FACTORY], cache=tmp_path)
    plans = Plans(catalogue, Bare(catalogue))
    names = control_names()
    for item in {each.name: each for each in catalogue.instruments.values() if not each.hidden}.values():
        said = {names.get(name, name): name for name in item.controls}
        plan = plans.plan(item.name, frozenset(said))
        assert {(knob.key, knob.name) for knob in plan.knobs} == set(said.items()), item.name


class Bare(Definitions):
    """Definitions that are not compiled: what an instrument declares and nothing more."""

    def for_note(
        self, instrument: str, effects: frozenset[str] = frozenset(), sends: frozenset[str] = frozenset()
    ) -> Definition:
        item = self.catalogue.instrument(instrument)
        fused = [self.catalogue.effect(effect) for effect in effects]
        return Definition(f"lc-{instrument}", b"", note_controls(item, fused, sends), item.shape)


def test_every_factory_definition_fits_a_packet(tmp_path: Path) -> None:
    definitions = Definitions(Catalogue([FACTORY], cache=tmp_path))
    heavy = frozenset({"lpf", "hpf", "shape", "crush", "tremolo", "phaser"})
    for name in ("drone", "piano", "choir", "wavetable", "pipe", "trumpet", "crashacoustic"):
        assert len(definitions.for_note(name, heavy, frozenset({"room", "delay"})).data) < 60_000, name


def test_sets_are_looked_up_before_the_factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sc").mkdir()
    (tmp_path / "sc" / "mine.py").write_text(BEEP)
    monkeypatch.setenv("LIVECODE_SET", str(tmp_path))
    assert sets.folders("sc")[0] == (tmp_path / "sc").resolve()
    assert sets.folders("sc")[-1] == FACTORY.resolve()
    assert sets.find("sc", "mine", ".py") == (tmp_path / "sc" / "mine.py").resolve()
    with pytest.raises(NameUnknown, match="did you mean 'mine'"):
        sets.find("sc", "mune", ".py")


def test_warming_leaves_nothing_to_compile(mine: Set) -> None:
    assert mine.open().warm() == 2
    assert len(list(mine.cache.glob("*.sealed"))) == 2
