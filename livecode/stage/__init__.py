"""Time on stage: tempo, slots, the conductor that asks patterns ahead, the sender that keeps the beat.

Light on purpose: import what you need from the modules, `livecode.stage.session` first of all.
"""
