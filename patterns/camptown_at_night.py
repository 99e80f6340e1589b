"""Camptown at night: a Markov chain learned eighteen Stephen Foster tunes and walks home with them. 104 beats a minute.

Two chains of different memory share the melody: the long one stays near the songs, the short one wanders. What
accompanies them is plain notation. Five sections, five minutes.
"""

from livecode import *

tempo(104)
song = form(porch=16, dance=36, moon=24, river=36, home=20)
cycles = song.cycles

near = markov("foster", order=3, seed=3).in_scale("d:major").bars(4)
far = markov("foster", order=1, seed=8).in_scale("d:major").temperature(sine.slow(16).range(0.9, 1.4))

tune = near.s("banjo").gain(1.0).room(0.15)
harp = near.s("harmonica").legato(0.95).room(0.35).delay(0.2).delaytime(0.28).gain(0.9)
answer = far.add(note(-12)).s("nylon").every(4, rev).off(0.25, lambda p: p.add(note(12)).gain(0.5)).room(0.25)
music_box = far.add(note(12)).s("musicbox").degrade_by(0.3).room(0.4).delay(0.35).gain(0.95)
ghost = near.slow(2).s("glass").room(0.6).legato(1.2).gain(0.85)

roots = note("<d2 d2 g2 d2 d2 a2 g2 d2>")
upright = roots.add(note("0 <~ 7> <7 12 5> [~ <7 4>]?")).s("upright").legato(0.9).gain(0.9)
slow_bass = roots.s("cello").legato(1.0).room(0.3).gain(0.95)
chords = note("<d'maj d'maj g'maj d'maj d'maj a'dom7 g'maj d'maj>")
squeeze = chords.struct("~ t ~ [t t?]").s("accordion").legato(0.4).gain(0.74).room(0.2)
held = chords.s("harmonium").legato(1.0).room(0.4).gain(0.92)

boots = s("bd ~ [bd | ~ bd] ~").gain(0.95)
brush = s("~ snbrush ~ [snbrush snbrush?]").gain(0.95)
shakers = s("sh*8?0.25").gain(perlin.range(0.9, 1.1)).pan(0.65)
spoons = s("{wb ~ wb ~ ~ wb ~}%8?0.3").gain(0.8).pan(0.3)

d1 >> song(porch=tune, dance=tune, river=harp, home=tune)
d2 >> song(dance=answer.mask("<0 1 1>/8"), moon=music_box, river=answer)
d3 >> song(dance=upright, river=upright, home=slow_bass)
d4 >> song(porch=held.mask("<0 1>/8"), dance=squeeze, moon=held, river=squeeze, home=held)
d5 >> song(dance=stack(boots, brush), river=stack(boots, brush.every(4, ply(2))), home=brush.degrade_by(0.5))
d6 >> song(dance=shakers.mask("<0 1>/8"), river=stack(shakers, spoons))
d7 >> song(moon=ghost, home=ghost.mask("<0 1>/8"))
d8 >> song(porch=s("rain").slow(4).gain(0.95), moon=s("sea").slow(4).gain(0.82))
