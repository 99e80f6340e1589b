"""The door for editors: its protocol, its lock, and what lights up; over real sockets, with no sound."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import stat
import threading
import time

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

from livecode.bridges import serve
from livecode.bridges.editor import Editor, line_column, paragraph
from livecode.bridges.osc import OscDoor
from livecode.bridges.serve import HOST, Client, Door, remove_key, write_key
from livecode.errors import EngineError
from livecode.stage.session import Session

OPEN: list = []


@pytest.fixture(autouse=True)
def hang_up():
    yield
    while OPEN:
        OPEN.pop().close()


class Caller:
    """An editor at the other end of a socket."""

    def __init__(self, door: Door, token: str | None = None, watch: bool = False) -> None:
        self.socket = socket.create_connection((HOST, door.port), timeout=10)
        self.file = self.socket.makefile("rw", encoding="utf-8", newline="\n")
        OPEN.extend((self.socket, self.file))
        self.send(token=door.token if token is None else token, watch=watch)

    def send(self, **message) -> None:
        self.file.write(json.dumps(message) + "\n")
        self.file.flush()

    def read(self) -> dict:
        line = self.file.readline()
        return json.loads(line) if line else {}

    def until(self, wanted) -> dict:
        for _ in range(200):
            message = self.read()
            if wanted(message):
                return message
        raise AssertionError("the message did not come")

    def ask(self, **message) -> dict:
        self.send(id=message.get("id", 1), **{key: value for key, value in message.items() if key != "id"})
        return self.until(lambda answer: answer.get("id") == message.get("id", 1))


@pytest.fixture
def editor():
    with Session("offline") as session:
        made = Editor(session)
        worker = threading.Thread(target=lambda: all(iter(lambda: made.work(5), False)), daemon=True)
        worker.start()
        yield made
        made.stop()
        worker.join(5)


@pytest.fixture
def door(editor):
    made = Door(editor)
    made.start()
    yield made
    made.close()


@pytest.fixture
def caller(door):
    made = Caller(door)
    assert made.read()["ok"]
    return made


def test_code_is_evaluated_and_its_value_answered(caller, editor):
    assert caller.ask(do="eval", code='d1 >> s("bd*4")')["ok"]
    assert editor.session.slots[1].source == 'd1 >> s("bd*4")'
    assert caller.ask(do="eval", code="6 * 7")["text"] == "42"
    assert caller.ask(do="eval", code="print('a')\n'b'")["text"] == "a\n'b'"
    assert "swing" in caller.ask(do="eval", code='how("make it swing")')["text"]


def test_an_error_comes_with_its_place_in_the_file(caller, editor):
    caller.ask(do="eval", code='d1 >> s("bd*4")')
    answer = caller.ask(do="eval", code='d1 >> s("hh")\nd2 >> evry', file="set.py", line=12)
    assert not answer["ok"] and "did you mean 'every'" in answer["text"]
    assert (answer["file"], answer["line"], answer["column"], answer["width"]) == ("set.py", 13, 6, 4)
    assert editor.session.slots[1].source == 'd1 >> s("bd*4")'
    answer = caller.ask(do="eval", code="d1 >> )", line=3, column=4)
    assert (answer["line"], answer["column"]) == (3, 10)


def test_what_sounds_is_told_to_those_who_watch(caller, door, editor):
    watcher = Caller(door, watch=True)
    assert watcher.read()["ok"]
    answer = caller.ask(do="eval", code='d1 >> (\n  s("bd sn"))', file="set.py", line=5)
    editor.session._conductor.fill(2)
    lit = watcher.until(lambda message: message.get("event") == "lit" and message["blocks"])
    assert lit["blocks"] == {str(answer["block"]): [[1, 5, 1, 7, 1]]}


def test_a_block_evaluated_again_takes_the_place_of_the_old_one(caller, editor):
    first = caller.ask(do="eval", code='d1 >> s("bd sn")', file="set.py", line=5)["block"]
    second = caller.ask(do="eval", code='d1 >> s("bd hh")', file="set.py", line=5)["block"]
    other = caller.ask(do="eval", code='d2 >> s("bd hh")', file="set.py", line=7)["block"]
    editor.session._conductor.fill(2)
    assert set(editor.lit()) == {second, other} and first not in editor.lit()


def test_notices_are_told(door, editor):
    watcher = Caller(door, watch=True)
    assert watcher.read()["ok"]
    editor.session.notices.say("d2 plays on with what it had before", "fault", 2)
    told = watcher.until(lambda message: message.get("event") == "notice")
    assert told == {"event": "notice", "text": "d2 plays on with what it had before", "kind": "fault"}


def test_names_and_help_and_verbs(caller, editor):
    assert caller.ask(do="complete", before="d1.mu")["names"][0]["name"] == "mute"
    assert caller.ask(do="complete", before="tempo(12")["signature"].startswith("tempo(bpm=None")
    assert "Apply a function" in caller.ask(do="help", name="every")["text"]
    assert "swing(4)" in caller.ask(do="how", wish="swing")["lines"][0]["line"]
    caller.ask(do="eval", code='d1 >> s("bd*4")')
    assert caller.ask(do="mute", slot=1)["ok"] and 1 in editor.session._scene.muted
    assert caller.ask(do="status")["status"]["slots"][0]["muted"]
    assert caller.ask(do="hush")["ok"] and not editor.session.slots[1].playing
    assert caller.ask(do="undo")["ok"] and editor.session.slots[1].playing


def test_ratings_reach_whoever_listens(caller, editor):
    assert caller.ask(do="rate", value=1)["text"] == "nobody listens for ratings"
    heard = []
    editor.session.ratings.listen(lambda rating: heard.append(rating.value))
    assert caller.ask(do="rate", value=-1) == {"id": 1, "ok": True, "text": ""} and heard == [-1]
    assert not caller.ask(do="rate", value=3)["ok"]


@pytest.mark.parametrize(
    "message",
    [{}, {"do": "explode"}, {"do": "eval"}, {"do": "eval", "code": 5}, {"do": "mute"}, {"do": "__init__"},
     {"do": "mute", "slot": 99}, {"do": "mute", "slot": "x"}, {"do": "eval", "code": "1", "line": "x"}],
)  # fmt: skip
def test_odd_requests_are_refused_and_the_door_stays_open(caller, message):
    answer = caller.ask(**message)
    assert not answer["ok"] and "\n" not in answer["text"]
    assert caller.ask(do="eval", code="1")["text"] == "1"


@pytest.mark.parametrize("data", [b"[]\n", b"nonsense\n", b"\xff\xfe\n", b'{"a":' * 5000 + b"\n"])
def test_what_is_no_request_is_refused(caller, data):
    caller.socket.sendall(data)
    assert not caller.read()["ok"]
    assert caller.ask(do="eval", code="1")["text"] == "1"


@pytest.mark.parametrize(
    "first", [b'{"token": "wrong"}\n', b"{}\n", b"GET / HTTP/1.1\r\n", b"\nx\n", b'{"token": 5}\n', b"[1]\n"]
)
def test_without_the_token_nothing_is_evaluated(door, editor, first):
    with socket.create_connection((HOST, door.port), timeout=5) as stranger:
        stranger.sendall(first + b'{"do": "eval", "code": "d1 >> s(\'bd\')"}\n')
        answer = b""
        while data := stranger.recv(4096):
            answer += data
    assert b"wrong token" in answer
    time.sleep(0.05)
    assert not editor.session.slots[1].playing


def test_the_door_is_on_loopback_only(door):
    assert door._socket.getsockname()[0] == "127.0.0.1"


def test_the_key_is_for_its_owner_alone(tmp_path):
    write_key(tmp_path / "serve.json", {"port": 1, "token": "x"})
    assert stat.S_IMODE((tmp_path / "serve.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "serve.json").read_text())["process"] == os.getpid()


def test_another_doors_key_is_left_alone(tmp_path):
    key = tmp_path / "serve.json"
    write_key(key, {"port": 1})
    remove_key(key)
    assert not key.exists()
    key.write_text('{"process": 1}')
    remove_key(key)
    assert key.exists()


@pytest.mark.parametrize("port", [99999, -1])
def test_a_port_that_is_none_is_one_line(editor, door, port):
    with pytest.raises(EngineError, match="0 to 65535"):
        Door(editor, port)
    with pytest.raises(EngineError, match="0 to 65535"):
        OscDoor(editor, door, port)
    with pytest.raises(EngineError, match="cannot be had"):
        Door(editor, door.port)


def test_an_endless_loop_is_interrupted_on_request(editor):
    """In the main thread, where `livecode serve` evaluates."""
    with Session("offline") as session:
        mine = Editor(session)
        answers = []

        def interrupt():
            while not mine.interrupt():
                time.sleep(0.02)

        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            mine.evaluate("while True: pass", answers.append)
            threading.Timer(0.2, interrupt).start()
            assert mine.work(1)
            mine.evaluate("5", answers.append)
            mine.work(1)
        finally:
            signal.signal(signal.SIGINT, before)
        assert [answer["text"] for answer in answers] == ["interrupted", "5"]


class OscCaller:
    def __init__(self, door: OscDoor) -> None:
        self.target = (HOST, door.port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(5)
        OPEN.append(self.socket)

    def ask(self, address: str, *values) -> tuple:
        builder = OscMessageBuilder(address)
        for value in values:
            builder.add_arg(value)
        self.socket.sendto(builder.build().dgram, self.target)
        return self.read()

    def read(self) -> tuple:
        message = OscPacket(self.socket.recv(65536)).messages[0].message
        return (message.address, *message.params)


@pytest.fixture
def osc(editor, door):
    made = OscDoor(editor, door)
    made.start()
    yield made
    made.close()


def test_osc_evaluates_with_the_token(osc, door, editor):
    caller = OscCaller(osc)
    assert caller.ask("/livecode/eval", door.token, 'd1 >> s("bd*4")')[0] == "/livecode/result"
    assert editor.session.slots[1].playing
    assert caller.ask("/livecode/eval", door.token, "6 * 7")[2] == "42"
    address, _, text, line, column, width = caller.ask("/livecode/eval", door.token, "\nevry", "a.py", 7)
    assert (address, line, column, width) == ("/livecode/error", 8, 0, 4) and "every" in text
    assert caller.ask("/livecode/mute", door.token, 1)[0] == "/livecode/result"
    assert caller.ask("/livecode/hush", door.token)[0] == "/livecode/result"
    assert not editor.session.slots[1].playing


def test_osc_without_the_token_is_refused(osc, editor):
    caller = OscCaller(osc)
    for given in (("/livecode/eval", "wrong", "d1 >> s('bd')"), ("/livecode/hush",), ("/livecode/eval", 5)):
        assert caller.ask(*given)[0] == "/livecode/error"
    assert "needs a token" in caller.ask("/pulsar/eval", "type", "whole_editor")[2]
    assert not editor.session.slots[1].playing


def test_osc_leaves_noise_alone(osc, door):
    caller = OscCaller(osc)
    for noise in (b"", b"x", b"/livecode/eval", b"#bundle\x00" + b"\xff" * 40, b"\x00" * 64, os.urandom(200)):
        caller.socket.sendto(noise, caller.target)
    assert caller.ask("/livecode/eval", door.token, "1")[2] == "1"


def test_pulsar_names_places_in_the_document(editor, door):
    osc = OscDoor(editor, door, open_places=True)
    osc.start()
    try:
        caller = OscCaller(osc)
        assert "no document" in caller.ask("/pulsar/eval", "type", "line", "row", 0)[2]
        text = 'd1 >> s("bd")\n\nd2 >> s("hh")\nd3 >> (\n  s("cp"))\n\nevry\n'
        caller.ask("/livecode/document", door.token, "set.py", text)
        playing = lambda: [n for n, slot in editor.session.slots.items() if slot.playing]  # noqa: E731
        assert caller.ask("/pulsar/eval", "type", "line", "row", 0, "column", 3)[0] == "/livecode/result"
        assert playing() == [1]
        assert caller.ask("/pulsar/eval", "type", "multi_line", "row", 3)[0] == "/livecode/result"
        assert playing() == [1, 2, 3]
        assert caller.ask("/pulsar/eval", "type", "line", "row", 6)[3] == 7
        assert caller.ask("/pulsar/eval", "type", "line", "row", 1)[2] == "nothing stands in line 2"
        assert caller.ask("/pulsar/eval", "type", "whole_editor")[0] == "/livecode/error"
        assert "no kind of evaluation" in caller.ask("/pulsar/eval", "type", "sideways")[2]
    finally:
        osc.close()


def test_notes_are_told_as_pulsar_hears_them(editor, door):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind((HOST, 0))
    receiver.settimeout(5)
    osc = OscDoor(editor, door, highlights=receiver.getsockname()[1])
    osc.start()
    try:
        caller = OscCaller(osc)
        caller.ask("/livecode/eval", door.token, 'd3 >> s("bd sn")', "set.py", 5)
        editor.session._conductor.fill(2)
        osc._told_until = -1.0
        message = OscPacket(receiver.recv(65536)).messages[0].message
        assert message.address == "/editor/highlights"
        assert message.params == ["3", pytest.approx(1.0), 0.0, 9, 5, 11, 5]
    finally:
        osc.close()
        receiver.close()


def test_places_in_text():
    assert line_column("ab\ncd\n", 6) == (2, 0)
    assert paragraph(["a", "b", "", "c"], 0) == (0, 1) and paragraph(["a", "", "b"], 1) == (1, 1)


def test_answers_from_another_thread_never_break_the_reading(monkeypatch):
    """An answer once changed the socket's timeout at the very moment at which the reader began to wait."""

    class Anyone:
        def right(self, token: object) -> bool:
            return True

        def leave(self, client: Client) -> None:
            pass

    here, there = socket.socketpair()
    client, asked = Client(Anyone(), here), queue.Queue()
    monkeypatch.setattr(client, "_request", asked.put)
    for work in (client.serve, lambda: [client.send(each) for each in iter(asked.get, None)]):
        threading.Thread(target=work, daemon=True).start()
    with there, there.makefile("rw", encoding="utf-8", newline="\n") as file:
        for number in range(20_000):
            file.write(f'{{"id": {number}}}\n')
            file.flush()
            assert file.readline(), f"hung up at {number}"
    asked.put(None)


def test_who_does_not_read_is_sent_home(monkeypatch):
    monkeypatch.setattr(serve, "PATIENCE", 1.0)

    class Home:
        def leave(self, client: Client) -> None:
            left.append(client)

    left: list[Client] = []
    here, there = socket.socketpair()
    client = Client(Home(), here)
    with there:
        while not left:
            client.send({"text": "x" * 100_000})
    assert left == [client]
