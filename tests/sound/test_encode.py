"""Notes to bytes."""

from __future__ import annotations

import contextlib
import math
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import ControlError
from livecode.sound import layout
from livecode.sound.command import ONE_SHOT, DefinitionLoad, GlobalEffect, Note, decode, encode
from livecode.sound.encode import Encoder, timetag, wall_offset
from livecode.sound.osc import bundles, message, parse

ALL = ("out", "out_room", "out_delay", "sustain", "gate", "freq", "pan", "span", "buffer")


@pytest.fixture
def encoder() -> Encoder:
    made = Encoder()
    made.define(DefinitionLoad("lc-pluck-00000000", b"", ALL))
    made.define(DefinitionLoad("lc-plain-00000000", b"", ("out", "freq")))
    return made


def pairs(data: bytes) -> dict[str, object]:
    address, arguments = parse(data)
    assert address == "/s_new"
    return dict(zip(arguments[4::2], arguments[5::2]))  # type: ignore[arg-type]


def unpacked(packet: bytes) -> tuple[int, list[tuple[str, list[object]]]]:
    assert packet[:8] == b"#bundle\0"
    found, at = [], 16
    while at < len(packet):
        size = struct.unpack_from(">i", packet, at)[0]
        found.append(parse(packet[at + 4 : at + 4 + size]))
        at += 4 + size
    return struct.unpack_from(">Q", packet, 8)[0], found  # type: ignore[return-value]


def test_a_note_says_where_it_sounds_and_how_long(encoder: Encoder) -> None:
    data = encoder.note(Note(3.0, 0.5, "lc-pluck-00000000", 4, 2, (("freq", 440.0),)), 2.0)
    assert parse(data)[1][:4] == ["lc-pluck-00000000", -1, 0, layout.notes_group(4)]
    assert pairs(data) == {
        "out": layout.dry_bus(4, 2),
        "out_room": layout.room_bus(4, 2),
        "out_delay": layout.delay_bus(4, 2),
        "freq": 440.0,
        "sustain": 1.0,
    }


def test_only_declared_places_are_sent(encoder: Encoder) -> None:
    data = encoder.note(Note(0.0, 0.5, "lc-plain-00000000", 1, 0, (("freq", 1.0),)), 2.0)
    assert set(pairs(data)) == {"out", "freq"}


def test_synced_controls_follow_the_tempo(encoder: Encoder) -> None:
    sample = Note(0.0, ONE_SHOT, "lc-pluck-00000000", 1, 0, (("buffer", 3.0),), (("span", 0.25),))
    assert [pairs(encoder.note(sample, tempo))["span"] for tempo in (1.0, 2.0)] == [0.25, 0.5]
    assert "sustain" not in pairs(encoder.note(sample, 1.0))


def test_a_sustain_in_seconds_beats_the_length(encoder: Encoder) -> None:
    data = encoder.note(Note(0.0, 8.0, "lc-pluck-00000000", 1, 0, (("sustain", 0.125),)), 2.0)
    assert parse(data)[1].count("sustain") == 1
    assert pairs(data)["sustain"] == 0.125


def test_a_note_of_no_length_still_ends(encoder: Encoder) -> None:
    data = encoder.note(Note(0.0, 0.0, "lc-pluck-00000000", 1), 2.0)
    assert pairs(data)["sustain"] == pytest.approx(0.001)


def test_modulated_controls_are_mapped_to_their_bus(encoder: Encoder) -> None:
    mapped = Note(0.0, 1.0, "lc-pluck-00000000", 1, 0, (("freq", 1.0),), (), (("pan", "c1030"),))
    assert pairs(encoder.note(mapped, 1.0))["pan"] == "c1030"


def test_a_cut_group_stops_its_older_note_in_the_same_bundle(encoder: Encoder) -> None:
    hat = Note(0.0, 1.0, "lc-pluck-00000000", 1, 0, (("freq", 1.0),), cut=1)
    first, second = encoder.messages(hat, 1.0), encoder.messages(hat, 1.0)
    old, new = parse(first[-1])[1][1], parse(second[-1])[1][1]
    assert len(first) == 1
    assert parse(second[1]) == ("/n_set", [old, "gate", 0.0])
    assert new != old
    assert pairs(second[-1])["freq"] == 1.0


def test_cut_groups_of_different_slots_leave_each_other_alone(encoder: Encoder) -> None:
    encoder.messages(Note(0.0, 1.0, "lc-pluck-00000000", 1, cut=1), 1.0)
    assert len(encoder.messages(Note(0.0, 1.0, "lc-pluck-00000000", 2, cut=1), 1.0)) == 1


def test_a_negative_cut_group_stops_only_the_same_sample(encoder: Encoder) -> None:
    def played(buffer: float) -> int:
        sample = Note(0.0, 1.0, "lc-pluck-00000000", 1, 0, (("buffer", buffer),), cut=-1)
        return len(encoder.messages(sample, 1.0))

    assert [played(1.0), played(2.0), played(1.0)] == [1, 1, 3]


def test_notes_at_one_time_share_a_bundle_and_long_ones_are_split(encoder: Encoder) -> None:
    notes = [Note(0.0, 1.0, "lc-pluck-00000000", 1, 0, (("freq", float(each)),)) for each in range(200)]
    packets = encoder.bundle(timetag(100.0), notes, 1.0)
    assert max(map(len, packets)) <= 8192
    found = [unpacked(packet) for packet in packets]
    assert {tag for tag, _ in found} == {timetag(100.0)}
    freqs = [arguments[arguments.index("freq") + 1] for _, messages in found for _, arguments in messages]
    assert freqs == [float(each) for each in range(200)]


def test_a_definition_that_was_not_loaded_is_refused(encoder: Encoder) -> None:
    with pytest.raises(ControlError, match="lc-none"):
        encoder.note(Note(0.0, 1.0, "lc-none", 1), 1.0)


def test_the_time_tag_is_exact_to_a_tenth_of_a_sample() -> None:
    for seconds in (0.0, 1_700_000_000.123456, 1_999_999_999.999999):
        tag = timetag(seconds)
        assert (tag >> 32) - 2_208_988_800 + (tag & 0xFFFFFFFF) / 2**32 == pytest.approx(seconds, abs=2e-6)


def test_the_wall_offset_leads_from_monotonic_to_wall_time() -> None:
    # A process that is put aside between two readings of the clock reads them apart.
    apart = min(abs(time.monotonic() + wall_offset() - time.time()) for _ in range(20))
    assert apart < 0.001


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("freq", "pan", "span", "buffer")),
            st.floats(allow_nan=False, allow_infinity=False, width=32),
        ),
        max_size=4,
        unique_by=lambda pair: pair[0],
    ),
    st.floats(0.01, 100.0),
    st.floats(0.05, 10.0),
)
def test_every_control_arrives(controls: list[tuple[str, float]], length: float, tempo: float) -> None:
    encoder = Encoder()
    encoder.define(DefinitionLoad("lc-any-00000000", b"", ALL))
    found = pairs(encoder.note(Note(0.0, length, "lc-any-00000000", 1, 0, tuple(controls)), tempo))
    assert {name: found[name] for name, _ in controls} == dict(controls)
    assert found["sustain"] == pytest.approx(max(length * tempo, 0.001), rel=1e-6)


def test_commands_cross_processes_unchanged() -> None:
    commands = [
        Note(1.5, math.inf, "lc-a-0", 3, 1, (("freq", 1.0),), (("span", 1.0),), (("pan", "c5"),), -1, 0.01),
        GlobalEffect(1.0, 2, "delay", 1, (("delayfeedback", 0.5),), (("delaytime", 0.25),)),
        DefinitionLoad("lc-a-0", b"SCgf\0", ("out",)),
    ]
    assert decode(encode(commands)) == commands


def test_encoding_a_note_costs_a_few_microseconds(encoder: Encoder) -> None:
    words = (("freq", 440.0), ("pan", 0.5), ("span", 1.0))
    notes = [Note(each / 8, 0.25, "lc-pluck-00000000", 1, 0, words) for each in range(8)]
    best = math.inf
    for _ in range(5):
        before = time.process_time()
        for _ in range(1000):
            encoder.bundle(77, notes, 2.0)
        best = min(best, (time.process_time() - before) / 8000)
    assert best < 10e-6


def test_osc_messages_come_back_as_they_went() -> None:
    words = ("/x", [1, -1, 0.5, "été", b"\1\2\3", None])
    assert parse(message(words[0], *words[1])) == words  # type: ignore[misc]


@pytest.mark.parametrize(
    "bad", [b"", b"/x", b"/x\0\0,i\0\0", b"/x\0\0,b\0\0\xff\xff\xff\xff", b"/x\0\0,q\0\0"]
)
def test_bytes_that_are_no_message_are_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match=r"OSC|tag|blob"):
        parse(bad)


@given(st.binary(max_size=64))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse(data)


def test_bundles_never_split_a_message() -> None:
    packets = bundles(1, [message("/a", b"x" * 5000), message("/b", b"y" * 5000), message("/c")])
    assert [[address for address, _ in unpacked(packet)[1]] for packet in packets] == [["/a"], ["/b", "/c"]]
