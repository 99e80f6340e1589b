"""Lines as TidalCycles, Strudel, Sonic Pi, FoxDot and Sardine spell them are answered by one that works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from livecode import names
from livecode.repl.evaluating import Evaluator
from livecode.stage import accents
from livecode.stage.accents import instead, of_name
from livecode.stage.faults import explain
from livecode.stage.offline import perform
from livecode.stage.session import Session

NAMES = frozenset(names.table())
TIDAL = {
    'd1 $ sound "bd*4"': 'd1 >> sound("bd*4")',
    'd1 $ every 4 (fast 2) $ s "bd*2 sn" # speed 2': 'd1 >> s("bd*2 sn").speed(2).every(4, fast(2))',
    'd1 $ every 3 (fast 2 . rev) $ s "bd sn"': ('d1 >> s("bd sn").every(3, lambda each: each.rev().fast(2))'),
    'd2 $ jux rev $ fast "2 4" $ s "hh*4"': 'd2 >> s("hh*4").fast("2 4").jux(rev)',
    'd1 $ someCyclesBy 0.3 (# speed 2) $ n "0 .. 3" # s "pluck" # room 0.2': (
        'd1 >> n("0 .. 3").s("pluck").room(0.2).some_cycles_by(0.3, lambda each: each.speed(2))'
    ),
    'd1 $ stack [s "bd*2", s "hh*4" # gain 0.8] # room (1/4)': (
        'd1 >> stack(s("bd*2"), s("hh*4").gain(0.8)).room(1/4)'
    ),
    'd1 $ 0.25 ~> s "bd sn"': 'd1 >> s("bd sn").late(0.25)',
    'd1 $ "<0 0.25>" <~ (s "bd sn")': 'd1 >> s("bd sn").early("<0 0.25>")',
    'd1 $ s "bd" # speed (slow 4 $ range 1 2 saw)': 'd1 >> s("bd").speed(range_(1, 2, saw).slow(4))',
    'd1 $ iter 4 $ s "bd sn hh cp" -- turns': 'd1 >> s("bd sn hh cp").iter(4)',
    'd1 $ s "bd(3,8)" # n (irand 8) # pan (-0.5)': 'd1 >> s("bd(3,8)").n(irand(8)).pan(-0.5)',
    'd1 $ n "0 3" # s "pluck" |+ n "12 7" + n 1': 'd1 >> n("0 3").s("pluck").add(n("12 7")).add.mix(n(1))',
    'd1 $ note "0 3" # s "pluck" |*| gain 0.5': 'd1 >> note("0 3").s("pluck").mul.mix(gain(0.5))',
    "d3 $ silence": "d3.stop()",
    'once $ s "cp"': 'once(s("cp"))',
}
ELSEWHERE = {
    '$: s("bd*4").bank("x")': 'd1 >> s("bd*4").bank("x")',
    'drums: s("bd*4")': 'd1 >> s("bd*4")',
    "setcps 0.75": "cps(0.75)",
    "setcpm 30": "tempo(120)",
    "use_bpm 130": "tempo(130)",
    "live_loop :drums do": 'd1 >> s("bd*4"), or @loop before a def',
    "sample :bd_haus": 'd1 >> s("bd")',
    "tempo 120": "tempo(120)",
    "d1.gain 0.5": "d1.gain(0.5)",
}
UNKNOWN = [
    "for x in y",
    "else: foo(3)",
    "def f",
    "x 3",
    'print "hi"',
    "1 2",
    "",
    "    ",
    "d1 >> s(",
    "if tempo",
    "a b c " * 400,
]


@pytest.mark.parametrize("line", TIDAL)
def test_a_line_of_tidals_is_said_in_livecode_and_plays(line: str, tmp_path: Path) -> None:
    said = instead(line, NAMES)
    assert said == TIDAL[line]
    path = tmp_path / "said.py"
    path.write_text('d3 >> s("bd")\n' + said + "\n")
    played = perform(path, cycles=2)
    assert played.notices == []
    assert played.events or "stop" in said


@pytest.mark.parametrize("line", ELSEWHERE)
def test_other_spellings_are_known(line: str) -> None:
    assert instead(line, NAMES) == ELSEWHERE[line]


@pytest.mark.parametrize(
    "line", ['d1 $ nosuch 3 $ s "bd"', "d1 $ (", 'd1 $ s "bd', "d1 $ " + "(" * 4000, "d1 $ ~ [ü"]
)
def test_what_of_tidals_is_not_understood_gives_an_example(line: str) -> None:
    assert instead(line, NAMES) == 'd1 >> s("bd*4").fast(2).every(4, rev)'


@pytest.mark.parametrize("line", UNKNOWN)
def test_nothing_is_said_of_a_line_of_nobodys(line: str) -> None:
    assert instead(line, NAMES) is None


def test_every_line_of_the_table_works() -> None:
    with Session("offline", journal=None) as session:
        evaluator = Evaluator(session, session.namespace())
        for name, (whose, line) in accents._table().items():
            code = re.split(r", or |: a ", line)[0]
            assert evaluator.evaluate(code).fault is None, (name, whose, line)


def test_names_of_others_are_told_at_the_prompt_and_in_files(tmp_path: Path) -> None:
    told = "no name 'setcps', which is TidalCycles': write cps(0.6)"
    assert of_name("setcps") == told
    path = tmp_path / "tidal.py"
    path.write_text("setcps(0.6)\n")
    with pytest.raises(NameError) as caught:
        perform(path, cycles=1)
    assert explain(caught.value) == f"tidal.py line 1: {told}"
    path.write_text('\nd1 $ s "bd"\n')
    with pytest.raises(SyntaxError) as read:
        perform(path, cycles=1)
    assert explain(read.value) == 'tidal.py line 2: syntax error: write d1 >> s("bd")'


def test_names_that_livecode_has_are_not_in_the_way() -> None:
    """A name of ours stands in the table only for lines that Python cannot read, as `play 60`."""
    ours = {name for name in accents._table() if name in NAMES}
    assert ours == {"play", "live_loop"}
