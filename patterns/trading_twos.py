"""Trading twos: one player calls, another hears and answers. 132 beats a minute, five minutes.

A horn plays blues, two bars at a time, then listens; a piano in Monk's manner hears each call and answers it in its key
and register, on the bar line. Later a fiddler from County Kerry is asked instead, who has been learning all the while,
and at last a second voice accompanies what the horn plays while it plays it. Type `listen()` for `listen(call)` and you
are the horn.
"""

from livecode import *

tempo(132)
song = form(head=16, twos=48, kerry=32, together=32, last=40)
cycles = song.cycles

call = markov("blues", seed=5).bars(2).temperature(sine.slow(40).range(0.8, 1.3)).mask("<1 1 0 0>")
monk = jam(listen(call), with_=markov("monk", seed=2), silence="rest")
kerry = jam(listen(call), with_=markov("folk").temperature(1.1), silence="rest", seed=7)
beside = jam(listen(call), with_=counterpoint(species=2, seed=3), answer="together", silence="rest")

horn = call.s("moorer_trumpet").legato(0.85).room(0.2).gain(0.85)
piano = monk.s("epiano").legato(0.7).room(0.15).pan(0.35).gain(0.95)
fiddle = kerry.s("violin").legato(0.9).room(0.25).pan(0.65).gain(0.85)
clarinet = beside.s("clarinet").legato(0.95).room(0.25).pan(0.6).gain(0.6)

walk = note("<[c2 e2 g2 a2] [c2 bb1 a1 g1] [f2 a2 c3 d3] [f2 e2 eb2 d2] [c2 e2 g2 a2] [g1 a1 b1 d2]>")
bass = walk.s("upright").legato(0.85).gain(0.95)
shell = note("<c'dom7 c'dom7 f'dom7 f'dom7 c'dom7 g'dom7>").struct("~ <t [~ t]> ~ <[~ t] t>")
guitar = shell.s("nylon").legato(0.3).room(0.2).pan(0.4).gain(0.6)
ride = s("ride [ride ~ ride]").fast(2).gain("{0.75 0.7 0.8}%6")
hat = s("~ hh ~ hh").gain(0.8)
brush = s("snare(<3 2 3 5>,8,<0 2>)").gain(perlin.range(0.5, 0.75)).room(0.1)
kick = s("bd*4").gain(0.75)

d1 >> song(head=horn, twos=horn, kerry=horn, together=horn, last=horn)
d2 >> song(twos=piano, last=piano.mask("<0 0 1 1 0 0 0 0>"))
d3 >> song(kerry=fiddle, last=fiddle.mask("<0 0 0 0 0 0 1 1>"))
d4 >> song(together=clarinet, last=clarinet.mask("<1 1 0 0>"))
d5 >> song(head=bass.mask("<0 0 1 1>/4"), twos=bass, kerry=bass, together=bass, last=bass)
d6 >> song(twos=guitar.mask("<0 1>/8"), together=guitar, last=guitar)
d7 >> song(head=hat, twos=stack(ride, hat), kerry=stack(hat, brush), together=brush, last=stack(ride, hat, brush))
d8 >> song(twos=kick.mask("<0 1>/8"), kerry=kick.degrade_by(0.5), last=kick)
