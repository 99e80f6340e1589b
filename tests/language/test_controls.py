"""Controls: names, splitting, notes and chords, and how they are set."""

from __future__ import annotations

import builtins
import keyword
from pathlib import Path

import pytest

from livecode.errors import ControlError
from livecode.language import REGISTRY, mini, n, note, s, sound, stack
from livecode.language.control_table import PARTS, control_names, controls


def values(pattern: object) -> list[object]:
    return [event.value for event in pattern.first_cycle()]  # type: ignore[attr-defined]


def test_names_are_unique_and_shadow_nothing() -> None:
    names = [name for control in controls().values() for name in (control.name, *control.aliases)]
    assert len(names) == len(set(names))
    exported = [name for entry in REGISTRY.values() for name in (entry.name, *entry.aliases)]
    assert len(exported) == len(set(exported))
    assert not [name for name in exported if hasattr(builtins, name) or keyword.iskeyword(name)]


def test_no_two_functions_say_they_do_the_same() -> None:
    meanings: dict[str, str] = {}
    for name, entry in REGISTRY.items():
        assert entry.meaning not in meanings, f"{name} and {meanings[entry.meaning]}"
        meanings[entry.meaning] = name


@pytest.mark.parametrize("control", controls().values(), ids=lambda control: control.name)
def test_a_row_makes_sense(control: object) -> None:
    assert control.low <= control.high  # type: ignore[attr-defined]
    if isinstance(control.default, (int, float)):  # type: ignore[attr-defined]
        assert control.low <= control.default <= control.high  # type: ignore[attr-defined]
    assert not control.meaning.endswith(".")  # type: ignore[attr-defined]
    assert all(part in controls() for part in PARTS.get(control.name, ()))  # type: ignore[attr-defined]


def test_a_sample_number_is_split_off() -> None:
    assert values(s("bd:3 sn")) == [{"s": "bd", "n": 3}, {"s": "sn"}]
    assert values(sound("bd:3:0.5")) == [{"s": "bd", "n": 3, "gain": 0.5}]


def test_aliases_set_the_control_itself() -> None:
    assert values(s("bd").lpf(400)) == values(s("bd").cutoff(400)) == [{"s": "bd", "cutoff": 400}]
    assert values(mini("c").note().sz(0.5)) == [{"note": 0, "size": 0.5}]


def test_notes_may_be_names_numbers_and_chords() -> None:
    assert values(note("c eb4 cs5 -3 0.5")) == [{"note": v} for v in (0, 3, 13, -3, 0.5)]
    assert sorted(v["note"] for v in values(note("e'min7'i"))) == [7, 11, 14, 16]  # type: ignore[index]


def test_a_pattern_gives_the_rhythm_and_its_argument_the_values() -> None:
    assert [str(event.part) for event in s("bd sn").gain("1 0.5 0.2").first_cycle()] == [
        "0..1/3", "1/3..1/2", "1/2..2/3", "2/3..1",
    ]  # fmt: skip


def test_without_an_argument_the_values_of_the_pattern_are_taken() -> None:
    assert values(mini("bd sn").s()) == values(s("bd sn"))
    assert values(mini("0 1").n().s("x")) == [{"n": 0, "s": "x"}, {"n": 1, "s": "x"}]


def test_controls_combine_key_by_key() -> None:
    assert values(n(1).s("x") + n(2)) == [{"n": 3, "s": "x"}]
    assert values(note("c") + 12) == [{"note": 12}]
    assert values(s("a") + s("b")) == [{"s": "ab"}]
    assert values(stack(s("a"), s("b")).set(n(1))) == [{"s": "a", "n": 1}, {"s": "b", "n": 1}]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: note("hello").first_cycle(), "hello"),
        (lambda: s("a").lpf("loud").first_cycle(), "loud"),
        (lambda: note("c'nosuch").first_cycle(), "nosuch"),
        (lambda: (s("a") + 1).first_cycle(), "note"),
        (lambda: s("bd:1:2:3").first_cycle(), "bd:1:2:3"),
    ],
)
def test_a_value_that_cannot_be_taken_is_named_in_one_line(make: object, said: str) -> None:
    with pytest.raises((ControlError, LookupError)) as caught:
        make()  # type: ignore[operator]
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_control_of_the_factory_instruments_has_a_word() -> None:
    from livecode.sound.catalogue import Catalogue

    folder = Path(__file__).parent.parent.parent / "sc"
    catalogue = Catalogue((folder,))
    inner = {"buffer", "span", "filerate", "fileframes"}
    unknown = {
        name
        for kind in (catalogue.instruments, catalogue.effects)
        for item in kind.values()
        if getattr(item, "family", "") != "soundfonts"
        for name in item.controls
        if name not in control_names() and name not in inner
    }
    assert not unknown
