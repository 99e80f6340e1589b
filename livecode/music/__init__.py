"""The music room: phrases in numpy arrays, corpora, readers and writers.

Nothing is imported here, so that the rest of livecode can start without numpy; say
`from livecode.music.phrase import Phrase`.
"""
