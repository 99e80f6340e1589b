"""The prompt: reading, evaluating and answering, without ever delaying a note.

    reading.py      when is a block complete, how far is the next line indented
    evaluating.py   one block in the main thread, one step of undo
    faults.py       an error as a caret in the performer's own text and one line
    names.py, places.py, fuzzy.py, complete.py    what Tab offers, and why there
    describe.py     documentation of anything that has a name
    colouring.py    Python, with mini-notation inside strings
    waiting.py      the terminal while something is evaluated
    how.py, tutorial.py, preview.py    search by intent, the first five minutes, hearing a name
    panels.py, watching.py   code that plays, piano roll, scope, spectrum
    toolbar.py, keys.py, above.py, layers.py, flash.py, drawing.py, prompt.py    the screen (prompt_toolkit)
    plain.py        no terminal: lines and blocks from a pipe
"""
