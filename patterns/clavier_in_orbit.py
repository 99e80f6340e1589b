"""Clavier in orbit: CPU Bach at the harpsichord, then among machines. G minor and its neighbours, 92 beats a minute.

An invention, a fugue and a chorale are composed as they play (livecode/generators/cpu_bach), four bars ahead: keys
and cadences are planned first, the voices follow strict rules. A species counterpoint answers the fugue's bass, and
drums and basses take up what the voices do. Six sections, five minutes.
"""

from livecode import *

tempo(92)
song = form(clavier=20, engine=24, exposition=20, orbit=24, nave=16, final=16)
cycles = song.cycles

home = "<g:minor g:minor bb:major g:minor>/16"
invention = cpu_bach("invention", seed=11, energy=sine.slow(24).range(0.45, 0.85)).key(home)
fugue = cpu_bach("fugue", seed=5, key="g minor", energy=0.6)
chorale = cpu_bach("chorale", seed=3, key="g minor", energy=0.6)
prelude = cpu_bach("toccata", seed=8, key="g minor", energy=sine.slow(16).range(0.4, 0.85))
right, left = invention.voice(0), invention.voice(1)
upper, middle, under = (fugue.voice(number) for number in range(3))
answer = counterpoint(3, chorale.voice(3), key="g minor", seed=2)

quill = right.s("harpsichord").legato(0.9).room(0.3).gain(1.0).pan(0.4)
quill_left = left.s("harpsichord").legato(0.9).room(0.3).gain(1.0).pan(0.6)
pipes = upper.s("pipe").legato(0.95).room(0.5).gain(1.01)
pipes_middle = middle.s("pipe").legato(0.95).room(0.5).gain(0.94).pan(0.4)
pipes_under = under.s("pipe").legato(0.95).room(0.5).gain(1.01).pan(0.6)
choir_of_four = chorale.s("choir").legato(1.05).room(0.6).gain(1.01)
strings_of_four = chorale.s("strings").legato(1.1).room(0.5).gain(0.81)
flute_line = answer.s("flute").legato(0.9).room(0.5).gain(0.81)
glassy = prelude.s("glass").legato(1.2).room(0.5).delay(0.3).delaytime(0.375).gain(0.81)
plucks = right.add(note(12)).s("pluck").legato(0.5).delay(0.3).delaytime(0.1875).room(0.2).gain(0.88)
acid = left.sub(note(12)).s("acid").cutoff(sine.slow(12).range(250, 2200)).legato(0.7).gain(0.81)
sub = under.sub(note(12)).s("subbass").legato(0.95).gain(0.94)

kick = s("bd(<4 4 5 3>,16,<0 0 2 0>)").gain(1.0)
broken = s("bd(<3 5 3 7>,8,<0 1 0 2>)").gain(1.04)
snares = s("~ [sn | cp] ~ [sn | sn sn?]").room(0.15).gain(0.81)
hats = s("hh*16?0.35").gain(perlin.range(0.6, 0.85)).pan(sine.slow(7).range(0.3, 0.7))
ticks = s("{rim ~ cl ~ ~ rim ~}%16?0.3").gain(0.54).pan(rand)

d1 >> song(clavier=quill, engine=plucks, exposition=pipes, orbit=glassy, nave=choir_of_four, final=quill)
d2 >> song(clavier=quill_left, engine=acid, exposition=pipes_middle, orbit=glassy.add(note(12)).degrade_by(0.6), final=quill_left)
d3 >> song(exposition=pipes_under, orbit=sub, nave=strings_of_four, final=strings_of_four)
d4 >> song(engine=hats, orbit=hats, final=hats.mask("<0 1>/4"))
d5 >> song(engine=kick, orbit=broken, final=kick.mask("<0 1 1>/4"))
d6 >> song(engine=snares.mask("<0 1>/4"), orbit=snares, final=snares.mask("<0 0 1 1>/4"))
d7 >> song(clavier=ticks.mask("<0 1>/8"), orbit=ticks, nave=flute_line, final=ticks)
d8 >> song(clavier=s("vinyl").slow(2).gain(0.68), nave=s("wind").slow(4).gain(0.81))
