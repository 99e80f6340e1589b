"""The list of the algebra: every name as function and method, every operator with every alignment."""

from __future__ import annotations

import inspect

import pytest

import livecode.language as language
from livecode.language import REGISTRY, Pattern, line, mini, note, polymeter, rev, run, s, saw, sine, time_cat
from livecode.language.operators import ALIGNMENTS, OPERATIONS

ALGEBRA = """
fast slow early late rev palindrome iter iter_back ply segment compress zoom fastgap ribbon linger inside
outside hurry swing_by press press_by brak struct mask euclid euclid_inv euclid_full euclid_legato
euclid_rot squeeze bite chunk chunk_back fix contrast within every first_of last_of when when_mod off
superimpose layer jux jux_by echo echo_with stut ply_with stack cat fastcat stepcat time_cat arrange
polymeter overlay sometimes always often rarely almost_never almost_always never sometimes_by
some_cycles_by degrade_by undegrade_by shuffle scramble choose choose_cycles wchoose_cycles randcat
wrandcat pace take drop expand contract extend shrink grow tour zip add sub mul div mod pow set keep band
bor bxor blshift brshift lt gt lte gte eq ne range rangex quantise toggles inner_join outer_join mix_join
squeeze_join reset_join inner_bind outer_bind mix_bind squeeze_bind reset_bind pick pickmod inhabit
squeeze pick_restart scale chord voicing arp rolled up octave transpose to_scale chop striate slice splice
loop_at fit chew begin end speed cut run scan irand
"""
SIGNALS = """
sine cosine tri saw isaw square envelope rand irand perlin brand line run scan
"""
WITHOUT_METHOD = {"wchoose_cycles", "wrandcat"}
BASE = mini("1 2 3 4")


@pytest.mark.parametrize("name", ALGEBRA.split())
def test_a_name_of_the_algebra_is_function_and_method(name: str) -> None:
    exported = {name, f"{name}_"} & set(language.__all__)
    assert exported, f"no function {name}"
    assert name in WITHOUT_METHOD or hasattr(Pattern, name), f"no method {name}"


@pytest.mark.parametrize("name", SIGNALS.split())
def test_a_signal_is_there(name: str) -> None:
    made = getattr(language, name)
    pattern = made if isinstance(made, Pattern) else made(4)
    assert pattern.segment(4).first_cycle()


@pytest.mark.parametrize("alignment", ALIGNMENTS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operator_has_every_alignment(operation, alignment: str) -> None:  # type: ignore[no-untyped-def]
    other = [abs] if operation.name == "func" else "1 2 3"
    name = operation.name.rstrip("_") if operation.name not in ("and_", "or_") else operation.name
    method = getattr(getattr(BASE, name), alignment)(other)
    assert method.query(0, 2)
    function = getattr(getattr(language, operation.name), alignment)
    assert function(other)(BASE).query(0, 2) == method.query(0, 2)


def numbers_checked(name: str) -> list[str]:
    """Arguments of a function that take a number, each given once as such and once as a pattern of it."""
    entry = REGISTRY[name]
    shape = list(inspect.signature(entry.definition).parameters.values())[1:]
    usual = {"function": rev, "functions": [rev, rev], "choices": ["a", "b"], "rhythm": "1", "yes": "a"}
    if any(parameter.kind is not parameter.POSITIONAL_OR_KEYWORD for parameter in shape):
        return []
    plain = {parameter.name: usual.get(parameter.name, 1) for parameter in shape}
    base = s("a b").note("0 7") if entry.family in ("samples", "notes") else BASE
    call = getattr(base, entry.method or "")
    try:
        asked = call(**plain).query(0, 2)
    except Exception:
        # Not every function means something with ones.
        return []
    checked = [key for key, value in plain.items() if type(value) is int]
    for key in checked:
        found = call(**{**plain, key: mini("<1 1>")}).query(0, 2)
        assert [e.value for e in found if e.has_onset()] == [e.value for e in asked if e.has_onset()], key
    return checked


def test_every_argument_that_is_a_number_may_be_a_pattern() -> None:
    operators = {operation.name for operation in OPERATIONS}
    names = [name for name, entry in REGISTRY.items() if entry.method and entry.family != "controls"]
    checked = [key for name in names if name not in operators for key in numbers_checked(name)]
    assert len(checked) > 120


def test_methods_of_constructors_put_the_pattern_first() -> None:
    one, two = mini("a b"), mini("c d e")
    assert one.stepcat(two).first_cycle() == time_cat(one, two).first_cycle()
    assert one.polymeter(two, steps=3).first_cycle() == polymeter(one, two, steps=3).first_cycle()
    assert mini("<2 3>").run().query(1, 2) == run("<2 3>").query(1, 2)
    assert [event.value for event in saw.choose("a", "b").segment(2).first_cycle()] == ["a", "b"]
    assert [event.value for event in saw.wchoose(("a", 3), ("b", 1)).segment(4).first_cycle()] == list("aaab")
    assert [event.value for event in one.arrange(2, (1, "x")).query(0, 3)] == ["a", "b", "a", "b", "x"]


def test_arguments_of_constructors_may_be_patterns() -> None:
    assert [event.value for event in line("<0 5>", 10, 2).segment(1).query(0, 2)] == [2.5, 8.75]
    assert len(language.lsystem("a", "a:ab,b:a", "<2 3>").query(0, 2)) == 3 + 5


def test_following_takes_chords_and_leaves_what_is_silent_alone() -> None:
    bass = s("bass*4").follow(note("[0,4] ~"))
    assert [event.value.get("note") for event in bass.first_cycle()] == [0, 4, 0, 4, None, None]
    assert s("x").follow(s("y").lpf(sine.range(300, 300)), "lpf").first_cycle()[0].value["cutoff"] == 300
