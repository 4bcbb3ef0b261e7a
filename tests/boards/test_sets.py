"""Sets of files, as the board and the host name and list them."""

import hashlib
import json

from moonhop.boards.sets import BoardSet, build_set


def test_set_is_named_by_its_paths_and_contents_alone() -> None:
    one = BoardSet({"a.mpy": b"1", "b/c.mpy": b"22"})
    assert one.name == BoardSet({"b/c.mpy": b"22", "a.mpy": b"1"}, "99.0").name
    assert len(one.name) == 12
    others = [{"a.mpy": b"2", "b/c.mpy": b"22"}, {"a.mpy": b"1", "b/d.mpy": b"22"}, {"a.mpy": b"1"}]
    assert one.name not in {BoardSet(files).name for files in others}


def test_list_of_a_set_comes_last_and_tells_size_and_hash() -> None:
    made = BoardSet({"b.mpy": b"123"}, "7.1").with_config({"node": "n"})
    places = list(made.on_board())
    assert places[-1] == f"sets/{made.name}/set.json"
    told = json.loads(made.on_board()[places[-1]])
    assert told["version"] == "7.1"
    assert told["files"]["b.mpy"] == [3, hashlib.sha256(b"123").hexdigest()]
    assert json.loads(made.files["moonhop.json"]) == {"node": "n"}
    assert set(told["files"]) == {"b.mpy", "moonhop.json"}


def test_what_starts_a_set_is_in_no_set() -> None:
    starting, made = build_set(umqtt=True)
    assert {"boot.py", "main.py"} <= set(starting)
    assert not set(starting) & set(made.files)
    assert {"moonhop_board.mpy", "umqtt/simple.mpy", "moonhop_core/worker.mpy"} <= set(made.files)
