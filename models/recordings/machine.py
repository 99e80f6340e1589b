"""A washing machine, played by our own instruments: what `washing_day` dreams of. Made into machine.flac by

    livecode render models/recordings/machine.py -o machine.flac --cycles 4
"""

from livecode import *

tempo(102)

d1 >> s("noise").n("0").legato(1.0).lpf(sine.fast(2).range(300, 2400)).gain(0.35)
d2 >> note("-29 -29 -29 -31").s("subbass").legato(0.9).gain(0.5)
d3 >> s("bd*4").gain("0.9 0.6 0.8 <0.6 0.9>").lpf(400)
d4 >> s("~ wb [~ wb] <~ wb>").speed(0.7).gain(0.5).pan(0.7)
d5 >> note("<[~ 19] ~ [24 ~ 22 ~] [~ 19 ~ 17]>").s("harmonica").attack(0.1).legato(0.6).gain(0.3)
d6 >> s("<~ sh*8 ~ sh*6>").gain(0.3)
