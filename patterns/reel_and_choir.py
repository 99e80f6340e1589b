"""Reel and choir: two nets at one table. 108 beats a minute, five minutes.

A net that learned fiddle tunes (models/folk) plays; a net that learned chorales (models/parts) hears each phrase
beforehand and sings around it, and where the fiddle is silent an ensemble of four nets goes on by itself.
"""

from livecode import *

tempo(108)
song = form(alone=16, together=40, choir=24, both=40, end=20)
cycles = song.cycles

fiddle = neural("folk", bars=4, seed=11, temperature=sine.slow(32).range(0.8, 1.0)).in_scale("g major")
around = neural("parts", bars=4, seed=5).in_scale("g major").over(fiddle)
choir = ensemble(bars=4, seed=3, temperature=0.8).in_scale("g major")

tune = fiddle.s("pluck").legato(0.9).room(0.3).delay(0.15).delaytime(0.28).gain(0.9)
voices = around.s("strings").legato(1.1).room(0.5).gain(0.6)
sung = choir.s("choir").legato(1.1).room(0.7).gain(0.75)
low = around.voice(3).sub(note(12)).s("bass").legato(0.8).lpf(900).gain(0.75)

kick = s("bd(<3 3 5 3>,8)").gain(0.85)
snares = s("~ [sn | cp]").room(0.2).gain(0.85)
hats = s("hh*8?0.3").gain(perlin.range(0.55, 0.8)).pan(sine.slow(5).range(0.3, 0.7))

d1 >> song(alone=tune, together=tune, both=tune, end=tune.mask("<1 0>/4"))
d2 >> song(together=voices, both=voices)
d3 >> song(choir=sung, end=sung)
d4 >> song(together=low, both=low)
d5 >> song(together=kick.mask("<0 1 1>/8"), both=kick)
d6 >> song(both=stack(snares, hats), together=hats.mask("<0 0 1>/8"))
