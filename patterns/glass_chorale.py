"""Glass chorale: a small net sings, a machine keeps time. 92 beats a minute, five minutes.

The net was trained on Bach's chorales (models/chorale). It composes four bars ahead in a worker; each of its four
voices is a slot's to play, so that soprano, alto, tenor and bass can be dressed, delayed and chopped one by one.
"""

from livecode import *

tempo(92)
song = form(dawn=20, arches=28, machine=32, vault=16, light=20)
cycles = song.cycles

choir = neural("chorale", temperature=sine.slow(32).range(0.85, 1.1), bars=4, seed=7)
soprano, alto, tenor, bass = (choir.voice(number) for number in range(4))

glass = soprano.s("glass").legato(1.1).room(0.6).gain(0.95)
reed = soprano.s("reed").legato(0.95).room(0.35).delay(0.2).delaytime(0.25).gain(0.8)
flutes = soprano.add(note(12)).s("flute").degrade_by(0.3).legato(0.9).room(0.6).gain(0.85)
strings = stack(alto, tenor).s("strings").legato(1.1).room(0.45).gain(0.72)
voices = stack(soprano, alto, tenor, bass).s("choir").legato(1.05).room(0.7).gain(0.85)
chopped = stack(alto, tenor).ply(2).s("epiano").legato(0.5).delay(0.35).delaytime(0.375).room(0.3).gain(0.75)
cello = bass.s("cello").legato(1.05).room(0.4).gain(0.9)
pulse = bass.sub(note(12)).struct("t(<3 5 3 7>,8)").s("bass").legato(0.6).lpf(sine.slow(16).range(300, 1600)).gain(0.8)
chimes = alto.add(note(24)).struct("{t ~ ~ t ~}%8").s("celesta").degrade_by(0.35).delay(0.3).room(0.5).gain(0.97)

kick = s("bd(<3 3 5 4>,8)").gain(0.9)
snares = s("~ [sn | cp] ~ [sn | sn sn?]").room(0.2).gain(0.9)
hats = s("hh*8?0.3").gain(perlin.range(0.75, 0.95)).pan(sine.slow(5).range(0.3, 0.7))
glitch = s("{rim ~ cl ~ ~ sh ~}%8?0.3").gain(0.8).pan(rand).delay(0.3)

d1 >> song(dawn=glass, arches=reed, machine=reed.mask("<0 1 1>/4"), light=glass)
d2 >> song(arches=strings, machine=chopped, light=strings)
d3 >> song(arches=cello, machine=pulse, light=cello)
d4 >> song(machine=flutes, vault=voices)
d5 >> song(dawn=chimes.mask("<0 1>/8"), machine=chimes, light=chimes.mask("<1 0>/8"))
d6 >> song(arches=kick.mask("<0 1 1>/8"), machine=kick)
d7 >> song(machine=stack(hats, snares), light=hats.mask("<1 0 0>/4"))
d8 >> song(dawn=s("vinyl").slow(2).gain(0.95), machine=glitch, vault=s("wind").slow(4).gain(0.95))
