"""``moonhop fs``: what each act does, and what it says to a mistake."""

import os

import pytest

from tests.host.shell import Shell

ACTS = [
    *("ls", "cat", "get", "put", "append", "rm", "mv", "cp", "mkdir", "tree"),
    *("watch", "history", "restore", "quota"),
]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_help_with_an_example_and_the_common_options(tmp_path, act) -> None:
    text = Shell(tmp_path)("fs", act, "--help").stdout.decode()
    assert f"example:\n  moonhop fs {act}" in text
    assert "--json" in text
    assert "--fleet" in text


@pytest.mark.parametrize(
    "args",
    [("cat",), ("mv", "a"), ("quota", "node:a", "much"), ("restore", "a", "0"), ("nothing",)],
)
def test_wrong_use_ends_with_2(tmp_path, args) -> None:
    assert Shell(tmp_path)("fs", *args).returncode == 2


def test_list_shows_names_and_hides_those_that_begin_with_a_dot(fs) -> None:
    for path in ("b.txt", "a/inside", ".hidden"):
        fs.out("put", "-", path, stdin=b"12345")
    assert fs.out("ls") == "a/\nb.txt\n"
    assert fs.out("ls", "-a") == ".hidden\na/\nb.txt\n"
    assert fs.out("ls", "b.txt") == "b.txt\n"
    titles, _, b = (line.split() for line in fs.out("ls", "-l").splitlines())
    assert titles == ["BYTES", "CHANGED", "VERSION", "OWNER", "NAME"]
    assert (b[0], b[-3:]) == ("5", ["1", "host", "b.txt"])
    assert [entry["name"] for entry in fs.told("ls", "a")] == ["inside"]


def test_list_shows_all_of_a_large_folder(fs, running) -> None:
    names = [f"{number:04}" for number in range(1005)]
    for name in names:
        running.host.files.write(f"many/{name}", b"")
    assert fs.out("ls", "many").split() == names


def test_tree_is_drawn(fs) -> None:
    for path in ("data/b/x", "data/b-c", "data/a/y", "data/.z"):
        fs.out("put", "-", path, stdin=b"")
    fs.out("mkdir", "data/c")
    assert fs.out("tree", "data") == (
        "data\n├── a/\n│   └── y\n├── b/\n│   └── x\n├── b-c\n└── c/\n\n3 folders, 3 files\n"
    )
    assert fs.out("tree", "-a", "data").endswith("3 folders, 4 files\n")
    assert len(fs.told("tree")) == 7


def test_files_and_folders_are_moved_copied_and_removed(fs) -> None:
    fs.out("put", "-", "a/x", stdin=b"x")
    fs.out("mkdir", "b", "c/d")
    fs.out("mv", "a/x", "b")
    fs.out("mv", "b/x", "b/y")
    assert fs.told("cp", "b/y", "c")["path"] == "c/y"
    assert "fs cp -r" in fs.complaint("cp", "b", "e")
    fs.out("cp", "-r", "b", "e")
    assert "fs rm -r" in fs.complaint("rm", "b")
    fs.out("rm", "-r", "b", "c")
    assert [entry["path"] for entry in fs.told("tree")] == ["a", "e", "e/y"]
    assert "there is no 'b'" in fs.complaint("mv", "b", "f")


def test_what_is_removed_for_ever_has_no_history_and_what_that_frees_is_told(fs) -> None:
    for path in ("d/x", "d/y", "z"):
        fs.out("put", "-", path, stdin=path.encode())
    fs.out("rm", "d/x")
    assert fs.out("rm", "-r", "--forever", "d", "z") == "7 B freed\n"
    assert "there is no 'd/x'" in fs.complaint("history", "d/x")
    fs.out("put", "-", "z", stdin=b"12345")
    assert fs.told("rm", "--forever", "z") == {"removed": ["z"], "freed": 5}


def test_old_versions_are_listed_read_and_restored(fs) -> None:
    for text in (b"one", b"second", b"third"):
        fs.out("put", "-", "x", stdin=text)
    assert fs.out("cat", "x", "--version", "2") == "second"
    assert fs.out("get", "x", "old", "--version", "1") == "old: 3 bytes\n"
    assert [version["size"] for version in fs.told("history", "x")] == [5, 6, 3]
    fs.out("rm", "x")
    shown = fs.out("history", "x").splitlines()
    assert [line.split()[:2] for line in shown[1:4]] == [["3", "5"], ["2", "6"], ["1", "3"]]
    assert shown[4] == "x is removed; get it back with: moonhop fs restore x 3"
    assert fs.out("restore", "x", "2") == "x: version 4 is as version 2 was\n"
    assert fs.out("cat", "x") == "second"
    assert "has no version 9" in fs.complaint("restore", "x", "9")
    assert "has no version 9" in fs.complaint("cat", "x", "--version", "9")


def test_quota_is_set_and_listed(fs) -> None:
    assert fs.out("quota").split() == ["ACCOUNT", "KEEPS", "MAY", "KEEP"]
    fs.out("quota", "node:kitchen", "1.5MB")
    assert fs.told("quota") == [{"account": "node:kitchen", "used": 0, "quota": 1_500_000}]
    assert "1.5 MB" in fs.out("quota", "node:kitchen")
    fs.out("quota", "node:kitchen", "default")
    assert fs.told("quota") == []
    assert "node:ID or app:NAME" in fs.complaint("quota", "kitchen", "1")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("cat", "x"), "there is no 'x'"),
        (("get", "x"), "there is no 'x'"),
        (("ls", "x"), "there is no 'x'"),
        (("rm", "x"), "there is no 'x'"),
        (("history", "x"), "there is no 'x'"),
        (("put", "missing", "x"), "cannot read 'missing'"),
        (("append", "missing", "x"), "cannot read 'missing'"),
        (("put", "-", "a/../x"), "'..' in it"),
        (("get", "there", "no/such/folder"), "cannot write 'no/such/folder'"),
        (("mkdir", "there"), "is a file"),
    ],
)
def test_what_goes_wrong_is_one_line(fs, args, complaint) -> None:
    fs.out("put", "-", "there", stdin=b"1")
    assert complaint in fs.complaint(*args)


def test_what_is_no_use_is_told_in_one_line(fs, running) -> None:
    running.host.files.write("folder/x", b"1")
    for args, told in (
        (("put", "-", "new/"), "'new/' is a folder's name; add a name for the file"),
        (("append", "-", "new/"), "'new/' is a folder's name; add a name for the file"),
        (("get", "-r", "folder", "-"), "a folder does not go to standard output"),
        (("get", "-r", "--version", "1", "folder"), "a version is one file's"),
        (("quota", "node:nobody"), "'node:nobody' keeps no files and has no quota of its own"),
    ):
        assert told in fs.complaint(*args)
    assert os.listdir(fs.here) == []
    assert [entry["path"] for entry in fs.told("tree")] == ["folder", "folder/x"]
    wrong = fs("restore", "folder/x", "last")
    assert (wrong.returncode, b"'last' is no version" in wrong.stderr) == (2, True)


def test_name_that_is_no_utf_8_is_refused_in_one_line(fs) -> None:
    odd = os.fsdecode(b"odd\xff")
    (fs.here / odd).write_text("1")
    for args in (
        *(("ls", odd), ("cat", odd), ("get", odd), ("rm", odd), ("mkdir", odd), ("tree", odd)),
        *(("put", odd, "folder/"), ("append", odd, odd), ("mv", "a", odd), ("cp", odd, "a")),
        *(("history", odd), ("restore", odd, "1"), ("watch", odd)),
    ):
        assert "is not UTF-8" in fs.complaint(*args)
    assert fs.out("put", odd, "good") == "good: 1 bytes\n"


def test_names_that_the_terminal_cannot_show_are_printed_and_hints_can_be_pasted(fs) -> None:
    fs.out("put", "-", "ü ☃", stdin=b"1")
    fs.out("rm", "ü ☃")
    assert fs.out("history", "ü ☃").endswith("moonhop fs restore 'ü ☃' 1\n")
    assert fs.out("restore", "ü ☃", "1") == "ü ☃: version 2 is as version 1 was\n"
    fs.env["PYTHONIOENCODING"] = "ascii:strict"
    assert fs.out("ls") == "\\xfc \\u2603\n"
