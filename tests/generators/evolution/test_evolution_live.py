"""Evolution and ratings on a real stage: what was played is what a render of its journal gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from livecode.stage.offline import perform_journal
from livecode.stage.transport import read_transcript

pytestmark = pytest.mark.sound

BLOCKS = [
    (0, "tempo(200); g = evolve(['foster'], fitness=taste + in_key('d:dorian'), population=64, bars=1)"),
    (0, "d1 >> g.s('pluck')"),
    (0, "d2 >> rerank(markov('foster', order=2), by=taste).bars(1).s('organ')"),
    (3, "+"),
    (4, "g.mutate()"),
    (5, "g.like()"),
    (6, "-"),
    (8, "taste.prefer(g.phrase(1), g.phrase(7))"),
    (14, "hush()"),
]


@pytest.mark.long
def test_a_journal_renders_what_ratings_made_of_a_performance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = tmp_path / "sent.jsonl"
    (tmp_path / "config.toml").write_text('device = "dummy"\n')
    environment = {"XDG_STATE_HOME": str(tmp_path), "LIVECODE_CONFIG": str(tmp_path / "config.toml")}
    code = f"""
        import json, time
        from pathlib import Path
        from livecode.config import load
        from livecode.stage.session import Session
        with Session("live", config=load(), transcript=Path({str(transcript)!r})) as session:
            names = session.namespace()
            for cycle, block in json.loads({json.dumps(json.dumps(BLOCKS))}):
                while session.now() < cycle: time.sleep(0.005)
                if block in "+-":
                    assert session.ratings.give(1 if block == "+" else -1)
                else:
                    session.evaluate(block, "<prompt 1>", names)
                session.wait(20)
            print(len(names["taste"].judgements), names["g"].explain(13).generation)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    judgements, generation = map(int, done.stdout.split())
    assert judgements >= 4 and generation > 24
    played = read_transcript(transcript)
    # Another day: what taste has learnt by then must not change what is rendered.
    [saved] = tmp_path.rglob("taste.msgpack")
    saved.write_bytes(b"")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    [journal] = tmp_path.rglob("journals/*.jsonl")
    rendered = perform_journal(journal)

    def told(sends: object) -> list[tuple[float, int, str]]:
        return sorted(
            (round(each.note.begin, 4), each.note.slot, str(sorted(each.note.controls)[:4]))
            for each in sends  # type: ignore[attr-defined]
            if hasattr(each.note, "definition") and each.note.begin < 13
        )

    assert len(told(played)) > 60
    assert told(rendered.sends) == told(played)
