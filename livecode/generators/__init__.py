"""Everything that composes: phrase in, phrase out; each a pattern.

Nothing is imported here: a generator's module is loaded when it is first named.
"""
