"""Borrowed light: beats of Bach's chorales, put together anew, and a rag that remembers itself. 88 beats a minute, five minutes.

After David Cope: every join is one that Bach made, the tension follows one of his chorales, and no run of more than
six beats is any of them. `lantern.explain()` tells the work and the beat of every note. Around it: slow glass, a
clockwork of its own bass line, and in the middle a room in which Joplin is taken apart in the same way.
"""

from livecode import *

tempo(88)
song = form(nave=16, aisles=28, tower=24, saloon=20, candles=24)
cycles = song.cycles

lantern = recombine("bach chorales", seed=11)
soprano, alto, tenor, bass = (lantern.voice(number) for number in range(4))
rag = recombine("joplin", seed=5, max_copy=4)
right, left = rag.voice(0), rag.voice(1)

choir = stack(soprano, alto, tenor, bass).s("choir").legato(1.05).room(0.6).gain(0.8)
reed = soprano.s("reed").legato(0.95).room(0.35).delay(0.2).delaytime(0.34).gain(0.85)
bells = soprano.add(note(12)).s("glass").degrade_by(0.35).room(0.6).delay(0.3).delaytime(0.51).gain(0.9)
strings = stack(alto, tenor).s("strings").legato(1.1).room(0.4).gain(0.78)
pizz = stack(alto, tenor).ply("<1 2 1 [1 2]>").s("pizzicato").legato(0.5).pan(sine.slow(7).range(0.3, 0.7)).gain(0.8)
cello = bass.s("cello").legato(1.02).room(0.35).gain(0.85)
clockwork = bass.struct("t(<5 3 7 3>,8)").s("marimba").legato(0.5).room(0.25).gain(0.85)
organ_bass = bass.sub(note(12)).s("organ").legato(0.98).room(0.4).gain(0.82)

upright = stack(right, left).s("piano").legato(0.85).room(0.2).gain(0.72)
toy = right.add(note(12)).degrade_by(0.5).s("toypiano").delay(0.35).delaytime(0.255).room(0.4).gain(0.7)
stride = left.s("upright").legato(0.6).gain(0.75)

pulse = s("bd(<3 3 5 3>,8)").gain(0.8)
ticks = s("{woodblock ~ ~ rim ~}%8?0.3").gain(0.75).pan(rand)
shakers = s("sh*8?0.3").gain(perlin.range(0.7, 0.9)).pan(0.6)
brushes = s("~ snbrush ~ [snbrush snbrush?]").gain(0.9)

d1 >> song(nave=choir, aisles=reed, tower=reed.mask("<1 1 0 1>/4"), candles=choir.mask("<1 1 0>/4"))
d2 >> song(aisles=strings, tower=pizz, candles=strings.mask("<0 1>/4"))
d3 >> song(aisles=cello, tower=clockwork, candles=cello)
d4 >> song(nave=bells.mask("<0 1>/8"), tower=bells.mask("<0 1 1>/4"), candles=bells)
d5 >> song(nave=organ_bass.mask("<0 1>/8"), tower=organ_bass)
d6 >> song(saloon=upright)
d7 >> song(tower=stack(pulse, shakers), saloon=stack(brushes, toy), aisles=ticks.mask("<0 1>/8"))
d8 >> song(nave=s("wind").slow(4).gain(0.9), saloon=stride, candles=s("vinyl").slow(2).gain(0.9))
