"""What every file store does, whatever its blobs lie in."""

import os
import threading

import pytest

from moonhop.files.bodies import LONG, SMALL
from moonhop.files.entries import Change, Known, Writer
from moonhop.files.errors import Conflict, FileError, NotFound, NotThatVersion, QuotaReached
from moonhop.files.paths import PathError, clean_path
from moonhop.files.quotas import Account
from moonhop.files.ranges import NoSuchRange, parse_range

SIZES = [0, 1, SMALL, SMALL + 1, 3_000_001]


@pytest.mark.parametrize("size", SIZES)
def test_file_comes_back_as_it_was_written_also_after_a_restart(open_store, size) -> None:
    content = os.urandom(size)
    entry = open_store().write("a/b", content)
    assert (entry.path, entry.kind, entry.size, entry.version) == ("a/b", "file", size, 1)
    store = open_store()
    assert store.read("a/b") == content
    assert store.stat("a/b") == entry
    assert store.stat("a").kind == "folder"


@pytest.mark.parametrize("size", SIZES)
def test_same_content_has_the_same_etag_and_another_has_another(store, size) -> None:
    content = os.urandom(size)
    assert store.write("f", content).etag == store.write("g", content).etag
    assert store.write("g", content + b"x").etag != store.stat("f").etag


def test_content_written_in_pieces_is_one_file(store) -> None:
    pieces = [os.urandom(size) for size in (10, SMALL, 7, 500_000)]
    store.write("f", iter(pieces))
    assert store.read("f") == b"".join(pieces)


def test_appends_of_every_size_make_one_file_and_keep_its_version(open_store) -> None:
    whole = b""
    store = open_store()
    for number, size in enumerate((0, 5, LONG, 3, SMALL + 1, 1, LONG - 1, 70_000, 2)):
        piece = os.urandom(size)
        whole += piece
        assert store.append("log", piece).size == len(whole)
        if number % 3 == 2:
            store = open_store()
        assert store.read("log") == whole
    assert store.stat("log").version == 1
    for start, end in ((0, 1), (4, LONG + 6), (LONG, len(whole)), (len(whole) - 3, len(whole))):
        assert store.open("log").read(start, end) == whole[start:end]


def test_append_at_a_size_cuts_off_what_is_too_much_and_refuses_a_shorter_file(store) -> None:
    writer = Writer("n1", None, "p1", 1)
    assert store.append_at("f", b"one ", 0, writer).size == 4
    assert store.append_at("f", b"one ", 0, writer).size == 4
    two = Writer("n1", None, "p1", 2)
    assert store.append_at("f", b"two ", 4, two).size == 8
    store.append_at("f", b"three", 8, Writer("n1", None, "p1", 3))
    assert store.append_at("f", b"two ", 4, two).size == 8  # repeated: not done again
    assert store.read("f") == b"one two three"
    assert store.append_at("f", b"2 ", 4, two).size == 6  # the process went back to before it
    assert store.read("f") == b"one 2 "
    with pytest.raises(Conflict, match="has 6 bytes, not 7: what was written before is gone"):
        store.append_at("f", b"x", 7)
    with pytest.raises(Conflict, match="has 0 bytes, not 1"):
        store.append_at("none", b"x", 1)


def test_many_small_appends_are_all_there(store) -> None:
    records = [b"%d\n" % number for number in range(3000)]
    futures = [store.append_soon("log", record) for record in records]
    assert [future.result().size for future in futures][-1] == len(b"".join(records))
    assert store.read("log") == b"".join(records)


def test_concurrent_appends_never_mix(store) -> None:
    writers, records = 8, 60

    def write(number: int) -> None:
        for record in range(records):
            store.append("log", f"{number}:{record}:{'x' * 500}\n".encode())

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [line.split(b":") for line in store.read("log").splitlines()]
    assert all(len(line) == 3 and line[2] == b"x" * 500 for line in lines)
    for number in range(writers):
        mine = [int(line[1]) for line in lines if int(line[0]) == number]
        assert mine == list(range(records))


def test_copy_goes_its_own_way_when_it_or_the_original_is_appended_to(store) -> None:
    store.append("a", b"one ")
    store.copy("a", "b")
    store.append("a", b"two")
    store.append("b", b"three")
    store.append("b", b" four")
    assert (store.read("a"), store.read("b")) == (b"one two", b"one three four")
    store.remove("a")
    assert store.read("b") == b"one three four"


def test_old_version_is_kept_as_it_was_and_can_be_restored(store) -> None:
    store.write("f", b"first")
    store.append("f", b" more")
    store.write("f", b"second")
    assert store.open("f", 1).read() == b"first more"
    entry = store.restore("f", 1)
    assert (entry.version, store.read("f")) == (3, b"first more")
    store.append("f", b" still")
    assert store.open("f", 1).read() == b"first more"
    assert [version.version for version in store.versions("f")] == [3, 2, 1]


def test_removed_file_can_be_restored_and_a_new_one_goes_on_counting(store) -> None:
    store.write("d/f", b"one")
    store.remove("d", deep=True)
    with pytest.raises(NotFound):
        store.stat("d/f")
    assert [version.version for version in store.versions("d/f")] == [1]
    assert store.restore("d/f", 1).version == 2
    assert store.read("d/f") == b"one"
    store.remove("d/f")
    assert store.write("d/f", b"two").version == 3


def test_only_the_newest_versions_are_kept_and_what_nobody_needs_is_removed(store) -> None:
    for number in range(15):
        store.write("f", bytes([number]) * 100_000)
    assert [version.version for version in store.versions("f")] == list(range(15, 5, -1))
    store.write("g", b"")  # a commit after the one that left garbage behind
    assert len(list(store._blobs.hashes())) == 10
    with pytest.raises(NotFound, match="no version 3"):
        store.open("f", 3)


def test_checkpoint_that_is_removed_is_gone(store) -> None:
    store.write("checkpoints/p/1.image", bytes(100_000))
    store.remove("checkpoints", deep=True)
    store.write("g", b"")
    assert list(store._blobs.hashes()) == []
    with pytest.raises(NotFound):
        store.versions("checkpoints/p/1.image")


def test_reader_gets_its_version_to_the_end_whatever_happens_to_the_file(store) -> None:
    content = os.urandom(2_000_000)
    store.write("checkpoints/f", content)
    chunks = store.open("checkpoints/f").chunks()
    first = next(chunks)
    store.remove("checkpoints/f")
    store.write("g", b"")
    assert first + b"".join(chunks) == content
    store.write("g", b"")
    assert list(store._blobs.hashes()) == []


def test_write_counts_only_if_the_file_is_the_known_version(store) -> None:
    entry = store.write("f", b"x", known=Known(none_match=("*",)))
    with pytest.raises(NotThatVersion):
        store.write("f", b"y", known=Known(none_match=("*",)))
    for change in (store.write, store.append):
        with pytest.raises(NotThatVersion):
            change("f", b"z", known=Known(match=("other",)))
    changed = store.append("f", b"w", known=Known(match=("other", entry.etag)))
    assert changed.etag != entry.etag
    with pytest.raises(NotThatVersion):
        store.remove("f", known=Known(match=(entry.etag,)))
    assert store.read("f") == b"xw"


def test_numbered_request_counts_once_also_after_a_restart(open_store) -> None:
    writer = Writer("n1", None, "p1", 7)
    first = open_store().append("log", b"a", writer)
    for _ in range(2):
        assert open_store().append("log", b"a", writer) == first
    store = open_store()
    assert store.append("log", b"b", writer).size == 2  # another request, though of that number
    assert store.append("log", b"a", Writer("n1", None, "p2", 7)).size == 3
    store.forget_process("p1")
    assert store.append("log", b"b", writer).size == 4


def test_file_and_folder_do_not_take_each_others_place(store) -> None:
    store.write("a/b", b"x")
    for bad in ("a", "a/b/c", ""):
        for change in (store.write, store.append):
            with pytest.raises(Conflict):
                change(bad, b"y")
    with pytest.raises(Conflict):
        store.make_folder("a/b")
    with pytest.raises(Conflict):
        store.remove("a")
    with pytest.raises(Conflict):
        store.rename("a", "a/b/c")
    assert [entry.path for entry in store.walk(deep=True)] == ["a", "a/b"]


def test_rename_replaces_a_file_in_one_step_and_keeps_what_it_was(store) -> None:
    store.write("new", b"new")
    store.write("old", b"old")
    entry = store.rename("new", "old")
    assert (entry.path, entry.version, store.read("old")) == ("old", 2, b"new")
    assert store.find("new") is None
    assert store.open("old", 1).read() == b"old"
    with pytest.raises(NotFound):
        store.rename("new", "other")


def test_list_comes_in_pages_by_name_and_by_prefix(store) -> None:
    names = [f"n{number:03}" for number in range(25)] + ["é", "z/inside", "\U0001f600"]
    for name in names:
        store.write(name, b"")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = store.page(after=after, limit=10)
        seen += [entry.name for entry in page.entries]
        after = page.next
    assert seen == sorted([name.partition("/")[0] for name in names])
    assert [entry.name for entry in store.page(prefix="n01", limit=4).entries] == [
        "n010",
        "n011",
        "n012",
        "n013",
    ]
    assert [entry.path for entry in store.walk("z", deep=True)] == ["z/inside"]


def test_changes_are_told_in_order_and_known_later(open_store) -> None:
    store = open_store()
    told: list[Change] = []
    stop = store.listen(told.extend)
    store.write("d/f", b"x")
    store.append("d/f", b"y")
    store.rename("d/f", "g")
    stop()
    store.remove("g")
    expected = [("made", "d"), ("written", "d/f"), ("appended", "d/f"), ("written", "g")]
    expected.append(("renamed", "d/f"))
    assert [(change.change, change.path) for change in told] == expected
    changes = open_store().changes(0)
    assert changes[:-1] == told
    assert (changes[-1].change, changes[-1].path) == ("removed", "g")
    of_folder = open_store().changes(told[1].seq, "d")
    assert [change.change for change in of_folder] == ["appended", "renamed"]


def test_quota_bounds_what_a_node_and_an_application_keep(store) -> None:
    writer = Writer("n1", "shop")
    store.set_quota("app:shop", 1000)
    store.write("e", bytes(400), writer)
    store.write("f", bytes(400), writer)
    with pytest.raises(QuotaReached, match="moonhop fs quota app:shop"):
        store.append("f", bytes(201), writer)
    store.append("f", bytes(200), writer)
    assert store.tightest(writer) == Account("app:shop", 1000, 1000)
    store.append("f", bytes(5000))  # the owner's token
    assert {account.account: account.used for account in store.usage()} == {
        "app:shop": 1000,
        "node:n1": 1000,
    }
    store.write("checkpoints/x", bytes(10), Writer("n2"))
    store.remove("checkpoints/x")
    assert "node:n2" not in {account.account for account in store.usage()}
    for account in ("n1", "node:", "user:x"):
        with pytest.raises(FileError, match="node:ID"):
            store.set_quota(account, 1)


def test_history_gives_way_to_what_is_new_that_first_which_was_over_first(store) -> None:
    writer = Writer("n1")
    store.set_quota("node:n1", 100_000)
    for path in ("removed", "old", "old", "also"):
        store.write(path, b"x" * 20_000 + path.encode(), writer)
        if path == "removed":
            store.remove(path)
    store.copy("also", "copy")
    store.remove("also")  # but its content is needed: that costs nobody anything
    store.write("new", bytes(30_000), writer)
    assert not has_history(store, "removed")
    assert [each.version for each in store.versions("old")] == [2, 1]
    store.append("new", bytes(20_000), writer)
    assert [each.version for each in store.versions("old")] == [2]
    assert has_history(store, "also")
    with pytest.raises(QuotaReached, match="they give way"):
        store.append("new", bytes(20_000), writer)
    assert store.read("copy") == b"x" * 20_000 + b"also"


def test_what_is_refused_all_the_same_costs_no_history(store) -> None:
    store.set_quota("node:n1", 1000)
    store.write("f", bytes(500), Writer("n1"))
    store.write("f", bytes(400), Writer("n1"))
    with pytest.raises(QuotaReached, match="has 400 B"):
        store.write("g", bytes(700), Writer("n1"))
    assert [each.version for each in store.versions("f")] == [2, 1]


def test_what_is_removed_for_ever_frees_its_room(store) -> None:
    big = bytes(50_000)
    for content in (big, b"2" * 20_000, b"3"):
        store.write("d/f", content)
    store.write("d/gone", big)
    store.remove("d/gone")
    store.write("other", b"2" * 20_000)
    with pytest.raises(Conflict, match="not empty"):
        store.remove_for_ever("d")
    assert store.remove_for_ever("d/f") == 1  # others need the rest
    assert not has_history(store, "d/f")
    assert store.remove_for_ever("d", deep=True) == 50_000
    assert store.find("d") is None
    with pytest.raises(NotFound):
        store.remove_for_ever("d/gone")
    store.append("log", bytes(100))
    assert store.remove_for_ever("log") == 100
    store.write("checkpoints/p", big)
    assert store.remove_for_ever("checkpoints", deep=True) == 50_000
    while len(list(store._blobs.hashes())) > 1:  # they go a few at a time, after each commit
        store.append("x", b"x")
    assert store.read("other") == b"2" * 20_000


def has_history(store, path: str) -> bool:
    """Tell whether there are versions of a path that is, or was, a file."""
    try:
        return bool(store.versions(path))
    except NotFound:
        return False


def test_write_that_fails_on_the_way_leaves_nothing(store) -> None:
    def pieces():
        yield bytes(100_000)
        raise ValueError("the sender went away")

    with pytest.raises(ValueError, match="went away"):
        store.write("f", pieces())
    assert store.find("f") is None
    assert list(store._blobs.hashes()) == []


def test_blob_that_a_killed_host_left_is_swept_away(open_store) -> None:
    store = open_store()
    staged = store._blobs.stage()
    staged.write(bytes(100_000))
    staged.finish()
    store._blobs.keep(staged)
    store = open_store()
    store.write("f", bytes(200_000))
    store.sweep()
    store.write("g", b"")
    assert len(list(store._blobs.hashes())) == 1
    assert store.read("f") == bytes(200_000)


def test_index_of_another_program_is_refused(tmp_path) -> None:
    from moonhop.files.store import FileStore

    (tmp_path / "index.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(FileError, match="move it away"):
        FileStore(tmp_path)


def test_names_that_look_alike_are_one_name() -> None:
    assert clean_path("caf\u0065\u0301") == clean_path("caf\u00e9") == "caf\u00e9"
    assert clean_path("//a///b/") == "a/b"
    for path in ("..", "a/../b", "./a", "a\\b", "a\x1fb", "a\U0010ffff"):
        with pytest.raises(PathError):
            clean_path(path)


def test_range_of_an_empty_file_cannot_be_had() -> None:
    with pytest.raises(NoSuchRange):
        parse_range("bytes=0-", 0)
