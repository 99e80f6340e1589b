"""Expressions that Strudel is asked about. A pair gives Strudel's own text where names alone do not translate.

Left out on purpose: what is random, and what we take from Tidal instead (see docs/differences.md).
"""

from __future__ import annotations

Row = str | tuple[str, str]

BASES = ('mini("0 1 2 3")', 'mini("<0 1> 2 [3 4]")', 'mini("0 ~ 1@3 <2 3 4>")', 'mini("<0 [1 2]>*1.5 3")')
WORDS = ('mini("a b c d")', 'mini("<a b> [c d]")', 'mini("a ~ [b c, d]")')

TRANSFORMS = (
    ".fast(2)", ".fast(1.5)", '.fast("<1 2>")', '.fast("2 3")', ".slow(2)", ".slow(1.5)", '.slow("<1 2 3>")',
    ".early(0.25)", ".late(0.25)", '.early("<0 0.25>")', '.late("0 0.25")', ".late(1.5)", ".rev()",
    ".iter(4)", ".iter(3)", '.iter("<2 4>")', ".iter_back(4)", ".ply(2)", '.ply("<2 3>")', '.ply("2 3")',
    ".compress(0.25, 0.75)", ".zoom(0.25, 0.75)", ".zoom(0.5, 1)", ".fast_gap(2)", ".fast_gap(1.5)",
    ".linger(0.25)", ".linger(0.5)", '.linger("<0.25 0.5 1>")', ".segment(2)", ".segment(3)", '.segment("<2 3>")',
    ".press()", ".press_by(0.25)", '.press_by("<0 0.25>")', ".brak()", ".repeat_cycles(2)", ".ribbon(1, 2)",
    ".ribbon(0.5, 1)", ".ribbon(2, 0.5)", '.struct("1 0 1 1")', '.struct("<1 [1 0]>*2")', '.struct("1@3 1")',
    '.mask("1 0")', '.mask("<1 0> 1")', '.mask("0 1 1")', ".inside(2, rev)", ".inside(4, rev)", ".outside(2, rev)",
    ".every(2, rev)", ".every(3, fast(2))", '.every("<2 3>", rev)', ".first_of(2, rev)", ".last_of(2, rev)",
    ".last_of(3, fast(2))", '.when("<1 0>", rev)', '.when("1 0", fast(2))', ".superimpose(fast(2))",
    ".off(0.25, rev)", '.off("<0.25 0.5>", rev)', ".layer(fast(2), rev)", '.bite(4, "0 [1 2] <3 0>")',
    '.bite(2, "1 0")', '.bite("<2 4>", "0 1")',
    ".euclid_legato(3, 8)", ".euclid_legato(5, 8)",
    '.restart("1 <1 0>")', '.reset("1 <1 0>")', '.focus(0.25, 0.75)', ".apply(rev)",
    ".echo_with(3, 0.125, lambda p, i: p.fast(1))", '.stack("x y")', '.beat("0,3,6", 8)', '.beat("<0 2>", 4)',
)  # fmt: skip

VALUED = (
    ".add(10)", '.add("10 20")', '.add("<10 20>")', '.sub("1 2 3")', ".mul(2)", ".div(2)", '.mod("2 3")',
    '.add.out("10 20")', '.add.mix("10 20 30")', '.add.squeeze("10 20")', '.add.squeezeout("10 20")',
    '.add.reset("10 20")', '.add.restart("10 20")', '.add.poly("10 20 30")', '.add.in_("10 20 30")',
    '.set("5 6")', '.set.out("5 6 7")', '.set.mix("5 6 7")', '.set.squeeze("5 6")', '.keep("5 6")',
    '.keep.out("5 6")', '.keepif("1 0 1")', '.keepif.out("1 0 1")', '.keepif.mix("1 0 1")', '.lt(2)', ".gt(1)",
    ".lte(2)", ".gte(2)", ".eq(2)", ".ne(2)", ".band(1)", ".bor(4)", ".bxor(3)", ".pow(2)", ".range(10, 20)",
    ".range2(10, 20)", ".ply_with(3, lambda p: p.add(10))",
    ".off(0.125, add(12))", ".superimpose(add(7))",
    ".layer(add(4), add(7))", ".every(2, add(10))", '.when("<1 0> 1", add(10))',
    ".add(mini(\"10 20\").fast(2)).rev()", ".fast(2).every(3, rev)",
    ".add(1).mul(2).sub(3)", ".echo_with(3, 0.125, lambda p, i: p.add(i * 10))", ".floor()", ".ceil()", ".round()",
)  # fmt: skip

STEPWISE = (
    ".pace(4)", '.pace("<2 3>")', ".take(2)", ".take(-2)", '.take("2 3")', ".drop(1)", ".drop(-1)", '.drop("<1 2>")',
    ".expand(2)", ".contract(2)", ".extend(2)", ".replicate(2)", ".shrink(1)", ".shrink(-1)", ".shrink(2)",
    ".grow(1)", ".grow(-1)", ".grow(2)", '.tour(mini("x y"), mini("z"))', '.expand("1 2")', '.take("2 ~ 3")',
    '.shrink("1 -1")', '.extend("1 2")',
)  # fmt: skip

PICKS = (
    '.pick([mini("a b"), mini("c"), mini("<d e>")])', '.pickmod([mini("a b"), mini("<c d>")])',
    '.pick_out([mini("a b"), mini("c")])',
    '.pick_restart([mini("<a b>"), mini("c d")])', '.pick_reset([mini("a b"), mini("c d e")])',
    '.inhabit([mini("a b"), mini("c d e"), mini("<f g>")])', '.pick_squeeze([mini("a b"), mini("<c d>")])',
    '.inhabitmod([mini("a b"), mini("<c d>")])', '.pickmod_restart([mini("<a b>"), mini("c d")])',
)  # fmt: skip

BY_HAND: tuple[Row, ...] = (
    'stack(mini("a b"), mini("c d e"))', 'cat(mini("a b"), mini("<c d>"), mini("e"))', 'fastcat(mini("a b"), mini("c"))',
    'sequence(0, 1, [2, 3])', 'time_cat([3, mini("a b")], [1, mini("c")])', 'stepcat(mini("a b c"), mini("d"))',
    'stepcat(mini("a b").expand(2), mini("c d"))', 'stepcat(mini("a b c d").contract(2), mini("e f"))',
    'stepcat(mini("a b").extend(2), mini("c d"))', 'stepalt([mini("a"), mini("b c")], mini("d"))',
    'arrange([2, mini("<a b c>")], [1, mini("x y")])', 'zip_(mini("a b"), mini("c d e"))',
    "run(4)", 'run(mini("<2 4>"))', "binary(5)", "binary_n(5, 4)", 'mini("1 0 [1 0]").inv()', "silence", "pure(3)",
    'mini("<a b>").pick({"a": mini("x y"), "b": mini("z")})', 'mini("a b").inhabit({"a": mini("x y"), "b": mini("z")})',
    'mini("0 1").pick_f("<0 1>", [rev, fast(2)])', 'mini("[0,4,7]").arp("0 [0,2] 1")', 'mini("[0,4,7] 3").arp("0 1")',
    'mini("[0,4,7]").arp("<0 1 2>*4")', 'mini("a").euclid(3, 8)', 'mini("a").euclid(5, 8)', 'mini("a").euclid(-3, 8)',
    'mini("<a b>").euclid(3, 8)', 'mini("a").euclid("<3 5>", 8)', 'mini("a").euclid(3, "<8 4>")',
    'mini("a").euclidish(3, 8, 0.5)', 'mini("a").euclidish(5, 8, 0)', 'mini("a").euclidish(3, 8, 1)',
    's("bd sn").chop(2)', 's("bd <sn hh>").chop("<2 3>")', 's("bd").striate(4)', 's("bd sn").striate(2)',
    's("bd").speed(-1).chop(2)', 's("bd sn").fit()', 
    's("bd").slow(2).fit()', 's("bd:3 sn")', 's("bd*2").gain("1 0.5 0.2")', 's("bd").n("0 1 2")',
    'n("0 1 2").s("piano")', 's("bd sn").speed("1 2").pan(0.2)', 's("bd").jux(rev)', 's("bd sn").jux_by(0.5, rev)',
    's("bd").pan(0.2).jux(rev)', 's("bd sn").hurry(2)', 's("bd sn").hurry("<1 2>")', 'n("0 1").add(n("10 20 30"))',
    'n("0 1").add.mix(n("10 20 30"))', 's("bd sn").set(n("0 1 2"))', 'n("0 1").set.out(n("5 6 7").s("x"))',
    's("bd").lpf("<400 2000>")', 's("bd").hpf(100).room(0.3)', 's("a b").stack(s("c"))',
    's("bd*3").superimpose(lambda p: p.speed(2))', 'mini("<0 1 2 3>").repeat_cycles(3)',
    'mini("<a b c d>").linger(0.5)', 'mini("<a b c d>*2").ribbon(1, 1.5)', 'mini("0 1").fast(2).inside(2, rev)',
    'mini("<0 1 2 3>").outside(4, rev)', 'mini("0 1 2 3").struct("1*8")', 'mini("<0 1>").segment(4)',
    'mini("0 .. 3")', 'run(8).iter(4).rev()', 'run(4).ply("1 2").rev()',
    'mini("0 1 2 3").superimpose(lambda p: p.add(10).late(0.125))', 'run(4).chunk(4, lambda p: p.ply(2))',
    'pure(1).struct("1 0 1")', 'mini("a b").late(0.25).every(2, fast(2))', 'mini("1 2").add("<10 20> 30").fast(1.5)',
    'mini("0 1 2").inner_bind(lambda x: pure(x))', 'mini("0 1").outer_bind(lambda x: pure(x))', 'mini("0 1 2 3").chunk_into(2, fast(2))',
    'mini("<0 1> 2 3 4").chunk(4, lambda p: p.add(10))', 'mini("<0 1> 2 3 4").chunk(2, rev)',
    'mini("<0 1> 2 3 4").fastchunk(4, add(10))',
    'mini("0 1").squeeze_bind(lambda x: mini("a b c"))', 'mini("0 1 2 3").apply(fast(2))',
    'mini("0 1").inner_bind(lambda x: mini("a b c"))', 'mini("0 1").bind(lambda x: mini("a b c"))',
    'mini("0 <1 2>").squeeze_bind(lambda x: run(3).add(x))', 'polymeter(mini("a b c"), mini("d e")).pace(3)',
    'mini("a b c").fast_gap("<1 2>")', 'mini("0 1 2 3").brak().rev()', 'mini("a b c d").every(4, lambda p: p.iter(4))',
    'mini("a b").echo_with(4, 0.125, lambda p, i: p)', 'mini("0 1 2").ply_for_each(3, lambda p, i: p.add(i * 10))',
)  # fmt: skip


def _rows() -> list[Row]:
    rows: list[Row] = [base + transform for transform in TRANSFORMS for base in (*BASES[:2], WORDS[1])]
    rows += [base + change for change in VALUED for base in BASES[:3]]
    rows += [base + change for change in STEPWISE for base in ('mini("0 1 2 3")', 'mini("<a b> c [d e]")')]
    rows += [base + choice for choice in PICKS for base in ('mini("0 1")', 'mini("<0 1 2> [1 0]")')]
    rows += [base + change for change in (".fast(2)", ".rev()", ".ply(2)") for base in (BASES[3], WORDS[2])]
    return rows + list(BY_HAND)


ROWS = _rows()
