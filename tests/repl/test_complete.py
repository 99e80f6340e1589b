"""What Tab offers."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from livecode.repl.complete import NameCompleter
from livecode.repl.names import GATHER, Names


class Pluck:
    """A made-up pattern."""

    gain = 1

    def louder(self, by: float = 1.0) -> Pluck:
        """Turn it up."""
        return self

    @property
    def dangerous(self) -> int:
        raise AssertionError("completion must not run properties")


def pluck(name: str, order: int = 3) -> Pluck:
    """Pluck something."""
    return Pluck()


@pytest.fixture
def offered():
    completer = NameCompleter(Names({"pluck": pluck, "thing": Pluck(), "_hidden": 1}))

    def offer(text: str, asked: bool = True) -> dict[str, str]:
        event = CompleteEvent(completion_requested=asked)
        found = completer.get_completions(Document(text), event)
        return {item.text: item.display_meta_text for item in found}

    return offer


def test_public_names_with_their_meaning(offered):
    assert offered("plu") == {"pluck": "Pluck something."}
    assert "_hidden" not in offered("hid")


def test_python_comes_last(offered):
    assert list(offered("lambd")) == ["lambda"]
    assert "print" in offered("prin")


def test_methods_of_objects_and_of_what_calls_return(offered):
    assert offered("thing.lou") == {"louder": "Turn it up."}
    assert offered('pluck("a").lou') == {"louder": "Turn it up."}
    assert offered('pluck("a").louder(2).lou') == {"louder": "Turn it up."}


def test_properties_are_not_run(offered):
    assert "dangerous" in offered("thing.dang")


def test_keywords_of_the_open_call(offered):
    assert "order=" in offered('pluck("a", or')


def test_scales_in_scale_strings(offered):
    assert "dorian" in offered('n("0").scale("d dor')
    assert "dorian" in offered('thing.louder(scale="dor')


def test_chords_after_a_quote_in_notes(offered):
    assert "maj7" in offered("note(\"c'maj")


def test_words_in_other_strings_offer_nothing(offered):
    assert offered('print("do') == {}


def test_nothing_pops_up_for_one_letter_unless_asked(offered):
    assert offered("p", asked=False) == {}
    assert "pluck" in offered("p", asked=True)


@pytest.mark.parametrize("text", ["", "(", "x = ", "thing.", "nothing.at.all.", "((((", "a[", '"', "f'{x"])
def test_odd_places_do_no_harm(offered, text):
    assert isinstance(offered(text), dict)


@pytest.fixture
def session_offers():
    from livecode.stage.session import Session

    completer = NameCompleter(Names(Session("offline").namespace()))

    def offer(text: str) -> list[str]:
        event = CompleteEvent(completion_requested=True)
        return [item.text for item in completer.get_completions(Document(text), event)]

    offer.signature = completer.signature_at
    return offer


@pytest.mark.parametrize(
    "text, first",
    [
        ("d1.mu", "mute"),
        ("tem", "tempo"),
        ('d1 >> s("bd").eve', "every"),
        ('d1 >> s("bd").every(4, rev).roo', "room"),
        ('d1 >> s("bd").fast(2).slow(3).pal', "palindrome"),
        ("sine.ran", "range"),
        ('synth("pluc', "pluck"),
        ('neural("cho', "chorale"),
        ('markov("fost', "foster"),
        ('recombine("fost', "foster"),
        ('samples("kic', "kick"),
    ],
)
def test_the_names_of_a_session(session_offers, text, first):
    assert session_offers(text)[0] == first


def test_signatures_leave_out_the_pattern_that_a_function_is_called_on(session_offers):
    assert session_offers.signature('s("bd").fast(') == "fast(factor)"
    assert session_offers.signature('s("bd").fast(2') == "fast(factor)"
    assert session_offers.signature("count_in(1") == "count_in(bars=1)"
    assert session_offers.signature("tempo(") == "tempo(bpm=None, over=0, curve='linear')"


def test_every_kind_of_name_is_found():
    names = Names({})
    for kind in ("instrument", "scale", "chord", "note", "corpus", "model"):
        found = names.of(kind)
        assert found and all(isinstance(text, str) for text in found.values()), kind
    assert set(GATHER) >= {"instrument", "sample", "scale", "chord", "corpus", "model", "set"}


def test_sample_folders_of_the_settings(tmp_path, monkeypatch):
    kit = tmp_path / "kit" / "tabla"
    kit.mkdir(parents=True)
    (kit / "0.wav").write_bytes(b"")
    settings = tmp_path / "config.toml"
    settings.write_text(f'samples = ["{tmp_path / "kit"}"]')
    monkeypatch.setenv("LIVECODE_CONFIG", str(settings))
    assert Names({}).of("sample") == {"tabla": "1 sample in kit"}
