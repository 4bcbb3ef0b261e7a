"""Files of a folder, and the lines that `fs.lines` makes of them, on both Pythons."""

# mypy: ignore-errors
# ruff: noqa: PT017, UP031 - MicroPython runs it too, and without pytest

import os

from scripted import Rig, ScriptedEngine

from moonhop_core.process.local_files import FileError, LocalFiles
from moonhop_core.process.open_files import MORE, OpenFile
from moonhop_core.process.process import Process

ROOT = "/tmp/moonhop-file-checks-" + "".join(["%02x" % b for b in os.urandom(6)])


def folder():
    os.mkdir(ROOT)
    return LocalFiles(ROOT)


def remove():
    for name in os.listdir(ROOT):
        os.remove(ROOT + "/" + name)
    os.rmdir(ROOT)


def lines_of(text, size):
    """The lines of a text that is read in blocks of a size."""
    file = OpenFile(1, "r", "x")
    found = []
    while True:
        line = file.next("l")
        if line is None:
            return found
        if line is MORE:
            place = file.offset + len(file.text) - file.at
            block = text[place : place + size]
            file.answer(["read"], ["x", place, size, None], [block, None, len(text)])
        else:
            found.append(line)


def check_lines_are_the_same_for_every_size_of_block():
    for text in ("", "\n", "a", "a\n", "a\n\nb", "one\ntwo\nthree\n", "\n\nx\r\n"):
        right = text.split("\n")
        if right[-1] == "":
            right.pop()
        for size in range(1, 8):
            assert lines_of(text, size) == right, (text, size)


def check_files_are_written_appended_read_and_listed():
    files = folder()
    try:
        every = "".join(map(chr, range(256)))
        assert files.answer("fs.write", ["a", every]) == []
        assert files.answer("fs.append", ["/a", "end"]) == []
        assert files.answer("fs.read", ["a"]) == [every + "end", None, 259]
        assert files.answer("fs.read", ["a", 255, 3]) == ["\xffen", None, 259]
        assert files.answer("fs.exists", ["a"]) == [True]
        assert files.answer("fs.exists", ["b"]) == [False]
        assert files.answer("fs.list", [""]) == [["a"], None]
        found = files.answer("fs.stat", ["a"])[0]
        assert (found["size"], found["kind"]) == (259, "file")
    finally:
        remove()


def check_wrong_paths_are_refused_in_words():
    files = folder()
    try:
        for verb, path, words in (
            ("fs.read", "none", "none: No such file or directory"),
            ("fs.read", "../x", "leads out of the files"),
            ("fs.read", "a\0b", "leads out of the files"),
            ("fs.read", "", ": Is a directory"),
            ("fs.list", "none", "No such file"),
        ):
            try:
                files.answer(verb, [path])
            except FileError as error:
                assert words in str(error), error
            else:
                raise AssertionError(path)
    finally:
        remove()


def check_a_loop_over_lines_goes_on_after_a_hop_where_it_was():
    files = folder()
    try:
        files.answer("fs.write", ["a", "one\ntwo\nthree"])
        step = [("fs.lines.next", {"id": 99}), ("print", "$1"), ("sleep", 1)]
        rig = Rig(files, main=step * 4)
        rig.process.files.open[99] = OpenFile(99, "lines", "a")
        rig.start()
        for seconds in (0.5, 1.5, 2.5, 3.5):
            rig.until(seconds)
            rig.hop()
        assert rig.until(5).texts() == ["one", "two", "three", "nil"]
        assert rig.process.files.open == {}
    finally:
        remove()


WRITE = [
    ("fs.open", "w.txt", "w"),
    ("file.write", "$1", "a" * 9000),
    ("sleep", 1),
    ("file.write", {"id": 2}, "b" * 9000),
    ("sleep", 1),
    ("file.close", {"id": 2}),
    ("print", "$1", "$2"),
    ("sleep", 1),
]


def restored(files, seconds, **scripts):
    """Run to 0.5 s and write the process down; then on to `seconds`, and back to what was written
    down: as after the death of a node."""
    rig = Rig(files, **scripts).start().until(0.5)
    image = []
    rig.process.snapshot(image.append, 2)
    rig.until(seconds)
    rig.process.let_go()
    rig.printed = []
    rig.clock.time = 1500000
    rig.process = Process(rig.program, ScriptedEngine, rig.host)
    rig.process.restore(image, 0)
    return rig.until(5)


def check_a_file_that_is_written_is_whole_after_its_process_went_back_to_a_checkpoint():
    files = folder()
    try:
        assert restored(files, 1.5, main=WRITE).texts() == ["true\tnil"]
        assert files.answer("fs.read", ["w.txt"])[0] == "a" * 9000 + "b" * 9000
        assert os.listdir(ROOT) == ["w.txt"]
    finally:
        remove()


def check_a_file_whose_beginning_was_closed_meanwhile_is_not_written_without_it():
    files = folder()
    try:
        rig = restored(files, 2.5, main=WRITE)
        assert rig.texts() == ["nil\tw.txt: what was written before is gone"]
        assert files.answer("fs.read", ["w.txt"])[0] == "a" * 9000 + "b" * 9000
    finally:
        remove()
