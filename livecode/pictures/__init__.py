"""Pictures of music: a piano roll as PNG, SVG or characters, from the same layout.

roll.py      what is drawn: marks in time, pitch and slot
layout.py    where it goes: rectangles, lines and words
png.py, svg.py, terminal.py   three ways to draw that
"""
