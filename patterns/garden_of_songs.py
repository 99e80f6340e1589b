"""Garden of songs: melodies that are bred while they play, from folk tunes and from chance. 112 beats a minute.

Three populations, each bred for something else: a lead that learns to outline the chords, a bass that walks, bells
that nobody has heard before. In each section other traits count, so what grows is not what grew. Five minutes.

Play it, then type `g.mutate()`, `g.breed(d1, d7)`, `g.freeze()`, `print(g.explain())`; + and - on an empty line.
"""

from livecode import *

tempo(112)
song = form(seed=20, sprout=28, bloom=40, dusk=24, fruit=28)
cycles = song.cycles
changes = "<dm7 g7 cmaj7 am7>"

traits = in_key("d:dorian") + chords(changes) + 0.7 * small_leaps() + 0.5 * returns("<0.9 0.5 0.7>/16")
shape = 0.6 * contour("<arch wave rise arch valley fall>/8") + 0.5 * rhythm(density="<0.3 0.4 0.55 0.35 0.5>/24")
g = evolve(["folk", "foster"], fitness=traits + shape + compass("a3", "d6"), seed=4, generations=10).among(3)
walker = evolve(["chance"], fitness=in_key("d:dorian") + 1.5 * chords(changes) + rhythm("1*4 1(3,8) 1*4 1(5,8)")
                + compass("d1", "d3") + small_leaps(9), key="d:dorian", seed=9).among(4)
wild = evolve(["chance"], fitness=in_key("d:minor:pentatonic") + 2 * novelty() + compass("d5", "d7")
              + rhythm(density=0.2), key="d:minor:pentatonic", seed=2, bars=2, temperature=1.5)

lead = g.s("flute").legato(0.9).room(0.3).gain(0.95)
fiddle = g.s("reed").legato(0.85).room(0.3).delay(0.25).delaytime(0.268).gain(0.85)
canon = g.late(2).sub(note(12)).s("nylon").degrade_by(0.25).room(0.25).gain(0.95)
plucks = g.add(note(12)).s("kalimba").degrade_by(0.4).every(2, rev).room(0.4).gain(0.9)
bass = walker.s("upright").legato(0.9).gain(0.9)
deep = walker.slow(2).s("subbass").legato(0.95).gain(0.8)
bells = wild.s("glass").degrade_by(0.2).room(0.6).delay(0.3).delaytime(0.402).gain(0.9)

harmony = note("<d3'min7'o g2'dom7 c3'maj7 a2'min7>")
pads = harmony.s("warm").legato(1.0).room(0.5).gain(0.72)
comp = harmony.struct("~ t? ~ [t ~ ~ t?]").s("epiano").legato(0.4).room(0.2).gain(0.72)

feet = s("bd ~ [~ bd?] ~, ~ ~ ~ bd?0.7").gain(0.85)
steps = s("bd*4?0.1, ~ sn ~ sn").gain("0.8 0.7 0.8 0.7")
leaves = s("sh*8?0.25").gain(perlin.range(0.8, 1.05)).pan(sine.slow(5).range(0.3, 0.7))
twigs = s("{rim ~ wb ~ ~ cl ~}%8?0.3").gain(0.8).pan(0.35)

d1 >> song(seed=lead, sprout=lead, bloom=fiddle, dusk=plucks, fruit=fiddle)
d2 >> song(sprout=canon.mask("<0 1>/8"), bloom=canon, fruit=canon)
d3 >> song(sprout=bass, bloom=bass, dusk=deep, fruit=bass)
d4 >> song(seed=pads.mask("<0 1>/8"), sprout=comp.mask("<0 1 1>/4"), bloom=comp, dusk=pads, fruit=comp)
d5 >> song(sprout=feet.mask("<0 1>/8"), bloom=steps, fruit=stack(steps, feet))
d6 >> song(sprout=leaves, bloom=stack(leaves, twigs), fruit=stack(leaves, twigs))
d7 >> song(seed=bells.mask("<0 0 1>/4"), bloom=bells.mask("<0 1>/8"), dusk=bells, fruit=bells.mask("<1 0>/4"))
d8 >> song(seed=s("rain").slow(4).gain(0.7), dusk=s("wind").slow(4).gain(0.7))
