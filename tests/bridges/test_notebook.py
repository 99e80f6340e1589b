"""A notebook, run headless by nbclient against a real kernel and a real, silent scsynth."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import livecode

pytestmark = pytest.mark.sound
ROOT = Path(livecode.__file__).parents[1]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs cells in one kernel; gives the outputs of each."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    config = tmp_path / "config.toml"
    config.write_text('device = "dummy"\n')
    monkeypatch.setenv("LIVECODE_CONFIG", str(config))

    def execute(*cells: str) -> list[list[dict]]:
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        place = {"metadata": {"path": tmp_path}}
        client = NotebookClient(book, timeout=60, kernel_name="python3", resources=place, allow_errors=True)
        client.execute()
        return [cell.outputs for cell in book.cells]

    return execute


def text_of(outputs) -> str:
    return "".join(
        each.get("text", "") + "".join(each.get("data", {}).get("text/plain", "")) for each in outputs
    )


def data_of(outputs) -> dict:
    return {kind: value for each in outputs for kind, value in each.get("data", {}).items()}


@pytest.mark.long
def test_the_notebook_of_the_documentation(run, tmp_path):
    cells = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    outputs = run(*code)
    found = dict(zip(code, outputs, strict=True))
    drawn = [source for source in code if "image/svg+xml" in data_of(found[source])]
    assert drawn == ["d2", "show(d1 | d2, cycles=8)", 'note("0 4 7 11").synth("epiano")',
                     'markov("foster", order=1)', 'markov("foster", order=1).table()']  # fmt: skip
    assert all(data_of(found[source])["image/svg+xml"].startswith("<svg") for source in drawn)
    rendered = found["%render 2 take.wav"]
    assert "<audio" in data_of(rendered)["text/html"] and "2 cycles" in text_of(rendered)
    assert text_of(found["[d1.playing, d2.playing]"]) == "[False, False]"
    assert text_of(found["%undo\n[d1.playing, d2.playing]"]) == "[True, True]"
    import soundfile

    sound, rate = soundfile.read(tmp_path / "take.wav")
    assert abs(len(sound) / rate - 2 * 4 * 60 / 126) < 4 and abs(sound).max() > 0.05


def test_a_recording_that_is_closed_is_a_player(tmp_path):
    import soundfile

    from livecode.bridges.notebook import _player
    from livecode.stage.recording import Recording

    take = Recording(tmp_path / "take.wav", lambda: None)
    assert _player(take) is None
    soundfile.write(tmp_path / "take.wav", [0.0] * 100, 48000)
    take.closed(1.0, "")
    assert "<audio" in (_player(take) or "")


def test_slots_and_tempo_stay_what_they_are_in_plain_cells(run):
    outputs = run(
        "%load_ext livecode",
        'd1 >> s("bd*4")\nd2 = s("hh*8")\ntempo = 120\nd17 = 5',
        "[d1.source, type(d2).__name__, callable(tempo), d17]",
        "%%live\nfor d3 in range(3): pass",
        "%%live\nd3 >> s('hh')\nd3.playing",
        "%unload_ext livecode\nd1 = 5",
        "d1",
    )
    assert text_of(outputs[1]).splitlines() == [
        "d2 is a slot and stays one: write d2 >> ..., or choose another name",
        "tempo = 120 would change nothing: write tempo(120)",
    ]
    assert text_of(outputs[2]) == "['d1 >> s(\"bd*4\")', 'Slot', True, 5]"
    assert text_of(outputs[3]).startswith("d3 is a slot and stays one")
    assert text_of(outputs[4]) == "True"
    assert text_of(outputs[5]) == "" and text_of(outputs[6]) == "5"


def test_faults_sound_and_display(run):
    outputs = run(
        "%load_ext livecode",
        '%%live\nd1 >> s("bd*4")\n',
        '%%live\nd1 >> s("hh*8")\nd2 >> s("bdd")\n',
        "[d1.source, d2.playing]",
        "%%live\nimport asyncio\nx = await asyncio.sleep(0, 5)\nx",
        "%render 0",
        "from livecode.music.phrase import Phrase\nPhrase.of([60, 64, 67])",
        "import time, livecode.stage.session as st\nsession = st.current()\nsession.wait(20)\n"
        "until = time.monotonic() + 10\n"
        "while not session.status().sent and time.monotonic() < until: time.sleep(0.1)\n"
        "[session.status().state, session.status().sent > 0]",
    )
    said = text_of(outputs[2]).splitlines()
    assert said[:2] == ['d2 >> s("bdd")', "         ^^^"] and len(said) == 3
    assert "line 2: no " in said[2] and "did you mean" in said[2]
    assert text_of(outputs[3]) == "['d1 >> s(\"bd*4\")', False]"
    assert text_of(outputs[4]) == "5"
    assert "give 1 to 1024" in text_of(outputs[5])
    assert data_of(outputs[6])["image/svg+xml"].startswith("<svg")
    assert text_of(outputs[7]) == "['sounding', True]"
