"""Ways in and out other than the prompt.

    notebook.py    Jupyter: %load_ext livecode, %%live, %hush, %render
    editor.py      what an editor may ask: evaluate, complete, explain, hush
    serve.py       an editor's code over a plain socket and OSC, on loopback, with a token
    publish.py     what is on stage, for programs of the same user that watch
    page.py        the page for the room
"""
