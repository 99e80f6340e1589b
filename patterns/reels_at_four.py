"""Reels at four: chains that answer, remember and rhyme. 118 beats a minute, five minutes.

A fiddle plays what might have been an Irish tune, four bars that rhyme and no run of more than eight notes that is any
of four thousand. A second player learns from it as it goes; a third drifts between fiddlers and Foster. Before the
last reel the leaps are suppressed and the busy is rewarded.
"""

from livecode import *

tempo(118)
song = form(kitchen=20, reels=36, yard=24, answer=36, last=36)
cycles = song.cycles

fiddle = markov("folk", max_copy=8, seed=21).in_scale("d:major").begins("d").ends("<a d>/4").rhymes("abab")
pupil = markov("folk", seed=4).in_scale("d:major").learn(fiddle).temperature(0.9)
between = morph(markov("foster", seed=9).in_scale("d:major"), markov("folk", seed=9), sine.slow(32)).bars(2)
quick = fiddle.suppress("leaps", 3).reward("density", "<0 1 2>/4").contour("<arch valley>/4")

lead = fiddle.s("violin").legato(0.9).room(0.25).gain(0.95)
whistle = fiddle.add(note(12)).s("whistle").legato(0.85).room(0.35).delay(0.2).delaytime(0.254).gain(0.7)
second = pupil.s("flute").legato(0.9).room(0.3).pan(0.35).gain(0.85)
drift = between.s("accordion").legato(0.8).room(0.25).pan(0.65).gain(0.75)
harp = between.add(note(-12)).s("harp").off(0.125, lambda p: p.add(note(12)).gain(0.5)).room(0.35).gain(0.8)
run = quick.s("mandolin").legato(0.7).room(0.2).gain(0.9)

roots = note("<d2 g2 d2 a2 d2 g2 a2 d2>")
drone_notes = note("[d2,a2]").s("harmonium").legato(1.0).room(0.3).gain(0.7)
plucked = roots.add(note("0 [~ 12] 7 [~ 12?]")).s("upright").legato(0.8).gain(0.9)
chords = note("<d'maj g'maj d'maj a'dom7 d'maj g'maj a'dom7 d'maj>").struct("~ t ~ [t t?]")
guitar = chords.s("nylon").legato(0.5).room(0.2).gain(0.75)

bodhran = s("tomacoustic(<5 5 7 5>,8)").gain(perlin.range(0.5, 0.9))
kick = s("bd*2 [~ bd?]").gain(0.85)
tamb = s("tambourine*8?0.2").gain("{0.9 0.7 0.8}%8").pan(0.6)
claps = s("~ cp ~ [cp cp?0.6]").room(0.15).gain(0.85)

d1 >> song(kitchen=lead, reels=lead, yard=whistle.mask("<0 1>/4"), answer=lead.mask("<1 0>/4"), last=run)
d2 >> song(reels=second.mask("<0 1>/4"), answer=second.mask("<0 1>/4"), last=second.mask("<0 1 1>/4"))
d3 >> song(kitchen=harp.mask("<0 1>/8"), yard=harp, answer=drift.mask("<0 1 1>/4"), last=drift)
d4 >> song(kitchen=drone_notes, reels=plucked, yard=drone_notes, answer=plucked, last=plucked)
d5 >> song(reels=guitar.mask("<0 1 1>/4"), answer=guitar, last=guitar.every(4, ply(2)))
d6 >> song(reels=bodhran, yard=bodhran.degrade_by(0.5), answer=stack(bodhran, kick), last=stack(bodhran, kick))
d7 >> song(reels=tamb.mask("<0 0 1>/4"), answer=tamb, last=stack(tamb, claps))
d8 >> song(kitchen=s("rain").slow(4).gain(0.66), yard=s("wind").slow(4).gain(0.73))
