"""The page for the room: what it tells, whom it refuses, and how it looks in a real browser."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from browser import Browser, program

import livecode
from livecode.bridges.page import FILES, Page, Room
from livecode.bridges.publish import Publisher, snapshot, stages, watch
from livecode.errors import EngineError
from livecode.stage.session import Session
from livecode.stage.view import View

ROOT = Path(livecode.__file__).parents[1]


@pytest.fixture
def session():
    with Session("offline") as made:
        made.evaluate('d1 >> s("bd sn")\nd2 >> note(\n  "0 7").synth("pluck")')
        made.evaluate("d2.mute()")
        made._conductor.fill(2)
        yield made


def test_a_snapshot_has_code_and_notes_with_their_characters(session):
    seen = snapshot(session, View(session))
    first, second = seen["slots"]
    assert first["text"] == 'd1 >> s("bd sn")' and first["heard"] and not second["heard"]
    assert second["text"] == 'd2 >> note( "0 7").synth("pluck")'
    notes = sorted(note for note in seen["notes"] if note[1] < 1)
    assert [note[:5] for note in notes] == [[1, 0.0, 0.5, None, "bd"], [1, 0.5, 1.0, None, "sn"]]
    assert [first["text"][slice(*note[6][0])] for note in notes] == ["bd", "sn"]
    json.dumps(seen, allow_nan=False)


def test_what_a_name_stands_for_is_told_too(session):
    session.evaluate('tune = s("cp hh")\nd1 >> tune')
    session._conductor.fill(2)
    seen = snapshot(session, View(session))
    text = seen["slots"][0]["text"]
    assert text == 'd1 >> tune\ntune = s("cp hh")'
    note = next(each for each in sorted(seen["notes"]) if each[0] == 1 and each[4] == "hh")
    assert [text[first:last] for first, last in note[6]] == ["hh"]


def test_ranges_follow_code_that_was_brought_onto_one_line(session):
    session.evaluate("d2.unmute()")
    seen = snapshot(session, View(session))
    text = seen["slots"][1]["text"]
    note = next(each for each in sorted(seen["notes"]) if each[0] == 2)
    assert [text[first:last] for first, last in note[6]] == ["0", "pluck"]


def test_whoever_connects_is_told(session, tmp_path):
    publisher = Publisher(session, tmp_path)
    try:
        [place] = stages(tmp_path)
        assert place.stat().st_mode & 0o077 == 0
        told = watch(place)
        assert next(told)["slots"][0]["take"] == session._scene.takes[1].number
        session.evaluate('d3 >> s("hh")')
        limit = time.monotonic() + 5
        while len(next(told)["slots"]) < 3:
            assert time.monotonic() < limit
        told.close()
    finally:
        publisher.close()
    assert stages(tmp_path) == []


def test_a_stage_that_was_killed_is_cleared_away(tmp_path):
    (tmp_path / "views").mkdir()
    note = tmp_path / "views" / "1.json"
    for text in ('{"process": 999999999, "socket": "/nowhere", "since": 1}', "nonsense", "[]"):
        note.write_text(text)
        assert stages(tmp_path) == []
    with pytest.raises(EngineError, match="does not open"):
        next(watch(tmp_path / "nothing.view"))


@pytest.fixture
def page(session):
    room = Room()
    made = Page(room)
    made.start()
    threading.Thread(target=room.follow, args=([snapshot(session, View(session))],), daemon=True).start()
    yield made
    made.close()


def asked(page, path="/", method="GET", **headers):
    line = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    try:
        line.request(method, path, headers={"Host": f"localhost:{page.port}"} | headers)
        answer = line.getresponse()
        # A stream has no end: its beginning will do.
        return answer.status, answer.headers, answer.read(100 if path == "/live" else None)
    finally:
        line.close()


def test_the_page_is_three_files_and_a_stream(page):
    for path in FILES:
        status, headers, body = asked(page, path)
        assert status == 200 and body and "default-src 'none'" in headers["Content-Security-Policy"]
    status, headers, body = asked(page, "/live")
    assert status == 200 and headers["Content-Type"] == "text/event-stream"
    assert body.startswith(b'event: scene\ndata: {"cycle":0.')


@pytest.mark.parametrize("path", ["/../page.py", "/etc/passwd", "/page.js/..", "/eval", "/%2e%2e/page.py"])
def test_nothing_else_is_served(page, path):
    assert asked(page, path)[0] == 404


def test_nothing_can_be_sent_to_it(page):
    assert asked(page, "/", "POST")[0] == 501 and asked(page, "/live", "PUT")[0] == 501


def test_another_name_for_this_machine_is_refused(page):
    assert asked(page, "/live", Host=f"evil.example:{page.port}")[0] == 403
    assert asked(page, "/", Host="evil.example")[0] == 403
    assert asked(page, "/", Host=f"127.0.0.1:{page.port}")[0] == 200


def test_it_listens_on_this_machine_unless_told_otherwise(page):
    assert page._server.server_address[0] == "127.0.0.1"
    with pytest.raises(EngineError, match="cannot be had"):
        Page(Room(), "127.0.0.1", page.port)


@pytest.mark.sound
def test_in_a_browser_while_another_process_plays(tmp_path):
    if program() is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment |= {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "livecode.cli"]
    player = subprocess.Popen(
        [*words, "--device", "dummy", "--stay"], stdin=subprocess.PIPE, env=environment, cwd=tmp_path
    )
    shower = chromium = None
    try:
        assert player.stdin is not None
        code = 'tempo(120)\nd1 >> s("bd*4, ~ cp")\nd2 >> n("0 2 <7 9> 4").scale("d dorian").synth("pluck")\n'
        player.stdin.write(code.encode())
        player.stdin.close()
        limit = time.monotonic() + 20
        while not stages(tmp_path / "state" / "livecode"):
            assert time.monotonic() < limit
            time.sleep(0.05)
        shower = subprocess.Popen(
            [*words, "show", "--port", "0", "--json"], stdout=subprocess.PIPE, env=environment, text=True
        )
        assert shower.stdout is not None
        address = json.loads(shower.stdout.readline())["address"]
        chromium = Browser(address, tmp_path / "profile")
        chromium.until("livecode.scenes > 1 && livecode.sounds > 5 && livecode.stage.scene.moving")
        assert chromium.value("innerWidth + 'x' + innerHeight") == "1920x1080"
        texts = chromium.value("[...document.querySelectorAll('.text')].map(each => each.textContent)")
        assert texts == code.strip().split("\n")[1:]
        lit = "[...document.querySelectorAll('.lit')].map(each => each.textContent).join('').includes('bd')"
        chromium.until(lit)
        chromium.until(f"!{lit}")
        rates = []
        for _ in range(3):
            before, began = chromium.value("livecode.frames"), time.monotonic()
            time.sleep(1.5)
            rates.append((chromium.value("livecode.frames") - before) / (time.monotonic() - began))
            if rates[-1] >= 15:
                break
        assert max(rates) >= 15, rates
        chromium.picture(tmp_path / "page.png")
        looked_at(tmp_path / "page.png")
        for count in ("late", "dropped", "lost"):
            assert chromium.value(f"livecode.stage.scene.{count}") == 0
    finally:
        if chromium is not None:
            chromium.close()
        for process in (shower, player):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                process.wait(15)
        if shower is not None and shower.stdout is not None:
            shower.stdout.close()


def looked_at(path):
    """The screenshot has the slots' colours where they belong: code, then roll, then waveform."""
    from PIL import Image

    from livecode.pictures.colours import channels, slot_colour

    with Image.open(path) as image:
        assert image.size == (1920, 1080)
        picture = image.convert("RGB")

    def count(colour, box):
        wanted = channels(colour)
        part = picture.crop(box)
        near = [amount for amount, shade in part.getcolors(1 << 22)
                if max(abs(a - b) for a, b in zip(shade, wanted)) < 16]  # fmt: skip
        return sum(near)

    code, roll, foot = (0, 60, 1920, 500), (0, 520, 1920, 890), (0, 900, 960, 1080)
    assert count(slot_colour("d1"), code) > 100 and count(slot_colour("d2"), code) > 100
    assert count(slot_colour("d1"), roll) + count(slot_colour("d2"), roll) > 100
    assert count(slot_colour("d1"), foot) > 300
