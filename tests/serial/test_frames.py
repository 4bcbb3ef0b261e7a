"""Frames and packets, with nothing but a damaged line between the two sides."""

import random
import textwrap

import pytest

from moonhop_core.serial import carrier
from moonhop_core.serial.carrier import Carrier
from moonhop_core.serial.frames import Splitter, frame
from tests.micropython import run_micropython


def test_frame_has_no_byte_that_a_console_or_a_prompt_heeds() -> None:
    content = bytes(range(256))[:140] + bytes(range(250, 256))
    made = frame(content)
    assert min(made) >= 0x20
    assert 0x7F not in made
    assert (made[0], made[-1]) == (0xFE, 0xFF)
    assert made.count(0xFE) == made.count(0xFF) == 1


def test_frames_and_text_are_told_apart_wherever_they_are_cut() -> None:
    line = "größer\r\n".encode() + frame(b"\x00one\xff") + b"text" + frame(b"") + "é".encode()
    for size in range(1, len(line)):
        frames: list[bytes] = []
        text: list[bytes] = []
        splitter = Splitter(frames.append, text.append)
        for at in range(0, len(line), size):
            splitter.feed(line[at : at + size])
        assert frames == [b"\x00one\xff", b""]
        assert b"".join(text).decode() == "größer\r\ntexté"
        assert splitter.damaged == 0


def test_damaged_frames_are_dropped_and_the_next_one_is_heard() -> None:
    made = frame(b"some content")
    for at in range(len(made)):
        for harmed in (made[:at] + made[at + 1 :], made[:at] + b"~" + made[at + 1 :]):
            frames: list[bytes] = []
            splitter = Splitter(frames.append)
            splitter.feed(harmed + frame(b"next"))
            assert frames[-1:] == [b"next"]
            assert frames[:-1] in ([], [b"some content"])
    splitter.feed(b"\xfe" + bytes([65]) * 500)  # one without an end is text again
    assert splitter.damaged


@pytest.mark.parametrize("seed", range(5))
def test_packets_arrive_once_and_in_order_over_a_line_that_loses_frames(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    clock = Clock()
    monkeypatch.setattr(carrier, "_clock", clock)
    sides = [Carrier(7, 2), Carrier(7, 4)]
    sent: list[list[bytes]] = [[], []]
    got: list[list[bytes]] = [[], []]
    for _ in range(20000):
        clock.time += 5000
        for me, side in enumerate(sides):
            if side.room and len(sent[me]) < 700 and chance.random() < 0.5:
                sent[me].append(b"%d" % len(sent[me]))
                side.put(sent[me][-1])
            content = side.next()
            if content and chance.random() > 0.2:
                packet = sides[1 - me].take(content)
                if packet is not None:
                    got[1 - me].append(packet)
        if got[0] == sent[1] and got[1] == sent[0] and len(sent[0]) == len(sent[1]) == 700:
            break
    assert got[0] == sent[1]
    assert got[1] == sent[0]
    assert len(sent[0]) == len(sent[1]) == 700
    assert sides[0].repeated
    assert not any(side.gone for side in sides)


def test_side_that_has_nothing_to_say_is_not_taken_for_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(carrier, "_clock", clock)
    one, other = Carrier(1, 2), Carrier(1, 2)
    for _ in range(200):
        clock.time += 100000
        content = one.next()
        if content:
            assert other.take(content) is None
    assert not other.gone
    assert one.gone  # the other said nothing


class Clock:
    time = 0

    def monotonic(self) -> int:
        return self.time


def test_micropython_makes_and_reads_the_same_frames() -> None:
    program = """
        from moonhop_core.serial.frames import Splitter, frame
        found = []
        splitter = Splitter(found.append, found.append)
        splitter.feed(b"a" + frame(bytes(range(120))) + b"b")
        print(found == [b"a", bytes(range(120)), b"b"], frame(bytes(range(120))).hex())
    """
    result = run_micropython(textwrap.dedent(program))
    assert (result.stdout, result.stderr) == (f"True {frame(bytes(range(120))).hex()}\n", "")
