"""Dorian rain: what the algebra makes of a handful of lines. D dorian, 124 beats a minute, five minutes.

Five sections; nothing in it composes by itself, and still hardly a bar comes back: steps that do not fit the bar
({..}%8), chances, and functions of the cycle see to that. Play it with `livecode play dorian_rain`, open the
file beside it, change a line, save.
"""

from livecode import *

tempo(124)
song = form(rain=24, street=36, under=20, night=48, dawn=28)
cycles = song.cycles

# The rain itself: seven notes over eight steps, so that the figure moves against the bar.
drops = n("{0 4 2 7 5 ~ 9}%8").scale("d5:dorian").s("kalimba").degrade_by(0.25).pan(perlin.range(0.2, 0.8))
arp = (
    n("0 [2 4]*2 <7 9 6 4> <11 ~ 8>")
    .scale("d4:dorian")
    .s("pluck")
    .every(4, rev)
    .sometimes_by(0.3, ply(2))
    .off(0.125, add(note(12)))
    .room(0.3)
    .delay(0.25)
    .delaytime(0.1875)
    .gain(0.85)
)
chords = n("<[0,2,4,6] [3,5,7,9] [-1,1,3,5] [4,6,8,10]>/2").scale("d4:dorian")
pads = chords.s("warm").room(0.5).gain(0.8)
stabs = chords.struct("<~ t ~ [~ t]> ~ t? [~ t?]").s("epiano").legato(0.4).delay(0.35).room(0.25).gain(0.8)
bassline = n("<0 0 3 -1>/2").add(n("0(5,16,<0 2>)")).scale("d2:dorian").struct("t(<5 7 5 6>,16,<0 2 0 3>)")
bass = bassline.s("acid").cutoff(perlin.slow(4).range(180, 1400)).legato(0.7).gain(0.72)
sub = n("<0 0 3 -1>/2").scale("d2:dorian").s("subbass").legato(0.95).gain(0.8)
bells = n("{4 ~ 7 ~ ~ 9 11 ~ 6 ~ ~}%8").scale("d5:dorian").s("bell").degrade_by(0.35).room(0.6).gain(0.95)
lead = (
    n("<[0 ~ 2 4] [7 6 ~ 4] [5 ~ 4 2] [~ 1 2 ~]>")
    .scale("d5:dorian")
    .s("reed")
    .sometimes_by(0.35, lambda p: p.iter(4))
    .every(3, lambda p: p.rev().degrade_by(0.2))
    .legato(0.8)
    .room(0.35)
    .gain(0.82)
)

four = s("bd*4").gain("0.95 0.88 0.92 0.88")
broken = s("bd(<3 5 3 7>,8,<0 0 2 1>)").gain(0.95)
snares = s("~ cp ~ [cp | [cp ~ ~ cp?]]").room(0.15)
hats = s("hh*8?0.2, [~ oh]*4?0.35").gain(perlin.fast(2).range(0.8, 1.0)).pan(0.6)
ticks = s("{rim ~ ~ rim ~ cl ~}%16?0.25").gain(0.78).pan(sine.slow(3).range(0.2, 0.8))
fills = s("[lt mt? ht*2?]*2").mask("<0 0 0 0 0 0 0 1>").gain(0.7)

d1 >> song(street=four, night=stack(four, fills), under=broken.mask("<0 1>/4"))
d2 >> song(street=snares.mask("<0 1 1 1>/4"), night=snares, dawn=snares.degrade_by(0.6))
d3 >> song(rain=hats.mask("<0 0 1>/8"), street=hats, night=stack(hats, ticks), dawn=ticks)
d4 >> song(street=sub, under=sub.mask("<0 1>/8"), night=bass, dawn=sub.degrade_by(0.3))
d5 >> song(rain=drops, street=stack(arp, drops.mask("<0 1>/8")), under=drops.slow(2), night=arp, dawn=drops)
d6 >> song(rain=pads.mask("<0 1 1>/8"), street=stabs, under=pads, night=stabs.every(2, early(0.25)), dawn=pads)
d7 >> song(under=bells, night=lead.mask("<0 1 1 0>/4"), dawn=bells.mask("<1 0>/8"))
d8 >> song(rain=s("rain").slow(2).gain(0.95), under=s("rain").slow(2).gain(0.97), dawn=s("sea").slow(4).gain(0.82))
