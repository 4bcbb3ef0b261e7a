"""Changes of files are told: over HTTP as server-sent events, to programs as messages."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from moonhop.files import retention
from moonhop.files.announcing import GAP, topic_of
from moonhop.files.entries import Change
from moonhop.files.store import FileStore
from moonhop.files.watching import BATCH, Watchers
from tests.host.mqtt import MqttClient
from tests.host.running import FLEET, RunningHost

WAIT = 20.0  # seconds
TOPICS = f"moonhop/1/{FLEET}/"


class Events:
    """Events as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()

    def next(self) -> dict[str, str]:
        """Return the fields of the next event."""
        found: dict[str, str] = {}
        for line in self._lines:
            field, _, value = line.partition(": ")
            if field:
                found[field] = value
            elif found:
                break
        return found

    def changes(self, count: int) -> list[tuple[str, str]]:
        """Return what so many events say."""
        told = [json.loads(self.next()["data"]) for _ in range(count)]
        return [(change["change"], change["path"]) for change in told]


@contextmanager
def watching(running: RunningHost, query: str = "", **headers: str) -> Iterator[Events]:
    with running.http.stream("GET", f"/fs/watch?{query}", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Events(answer)


def put(running: RunningHost, path: str, content: bytes = b"x") -> dict[str, Any]:
    told: dict[str, Any] = running.http.put(f"/files/{path}", content=content).json()
    return told


def test_watcher_is_told_what_happens_to_a_folder_and_nothing_else(running) -> None:
    put(running, "a/old")
    with watching(running, "path=a") as events:
        put(running, "b")
        made = put(running, "a/b/f", b"123")
        running.http.patch("/files/a/b/f", content=b"4")
        running.http.post("/fs/rename", json={"from": "a/b/f", "to": "c"})
        running.http.delete("/files/a/b")
        put(running, "ab")
        put(running, "a/last")
        assert events.changes(1) == [("made", "a/b")]
        written = json.loads(events.next()["data"])
        assert written["etag"] == made["etag"]
        assert (written["size"], written["version"], "to" in written) == (3, 1, False)
        assert events.changes(1) == [("appended", "a/b/f")]
        assert json.loads(events.next()["data"])["to"] == "c"
        assert events.changes(2) == [("removed", "a/b"), ("written", "a/last")]


def test_watcher_that_comes_back_goes_on_where_it_was(running) -> None:
    with watching(running, "path=d&since=0") as events:
        put(running, "d/1")
        assert events.changes(1) == [("made", "d")]
        last = events.next()["id"]
    put(running, "d/2")
    put(running, "elsewhere")
    put(running, "d/3")
    for query, headers in ((f"path=d&since={last}", {}), ("path=d", {"Last-Event-ID": last})):
        with watching(running, query, **headers) as events:
            assert events.changes(2) == [("written", "d/2"), ("written", "d/3")]


def test_watcher_away_for_longer_than_changes_are_known_is_told_to_look_anew(
    running, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "CHANGES", 5)
    monkeypatch.setattr(retention, "CHANGES_STEP", 10)
    for number in range(10):
        put(running, f"{number}")
    for since in (0, 99):
        with watching(running, f"since={since}") as events:
            assert events.next()["event"] == "missed"
            put(running, "new")
            assert events.changes(1) == [("written", "new")]


def test_watchers_end_in_good_order_when_the_host_stops(tmp_path) -> None:
    last: list[dict[str, str]] = []
    with RunningHost(tmp_path) as running:
        client = running.client(running.host.credentials.token)
        with client, client.stream("GET", "/fs/watch") as answer:
            events = Events(answer)
            put(running, "f")
            assert events.changes(1) == [("written", "f")]
            reader = threading.Thread(target=lambda: last.append(events.next()))
            reader.start()
            running.do(stop_web(running))
            reader.join(WAIT)
    assert last == [{"event": "end", "data": "{}"}]


async def stop_web(running: RunningHost) -> None:
    await running.host._stop_web()


def test_many_watchers_some_slow_and_some_gone_hold_nobody_up(tmp_path) -> None:
    async def scenario(files: FileStore) -> None:
        watchers = Watchers(files)
        gone = [watchers.watch("d", 0) for _ in range(50)]
        slow = watchers.watch("", 0)
        quick = [watchers.watch(f"d/{number}", 0) for number in range(50)]
        await asyncio.to_thread(files.write, "d/0", b"x")
        for each in [*gone, slow]:
            assert (await told_next(each)).change == "made"
        for each in gone:
            await each.aclose()
        for number in range(1, 50):
            await asyncio.to_thread(files.write, f"d/{number}", b"x")
        assert [(await told_next(each)).path for each in quick] == [f"d/{n}" for n in range(50)]
        for _ in range(2 * BATCH):
            await asyncio.wrap_future(files.append_soon("d/7", b"y"))
        told = [await told_next(slow) for _ in range(50 + 2 * BATCH)]
        assert [change.seq for change in told] == list(range(2, 2 * BATCH + 52))
        assert [(await told_next(quick[7])).size for _ in range(3)] == [2, 3, 4]
        watchers.close()
        assert [change async for change in quick[8]] == []
        assert [change async for change in watchers.watch("")] == []

    with FileStore(tmp_path) as files:
        asyncio.run(asyncio.wait_for(scenario(files), WAIT))


async def told_next(watcher: AsyncIterator[Change | None]) -> Change:
    change = await anext(watcher)
    assert change is not None
    return change


def node(running: RunningHost, name: str = "n1") -> MqttClient:
    config = running.host.add_node(name)
    return MqttClient(running.host.broker.port, name, config.password)


@pytest.mark.parametrize("path", ["plain", "d/%+#.txt", "d/größe/雪", "d/$x", "+", "d/ [a-z]* "])
def test_change_is_a_message_on_the_topic_of_its_path(running, path) -> None:
    topic = topic_of(TOPICS, path)
    with node(running) as heard:
        for filter in (topic, f"{topic}/#", f"{TOPICS}fs/#"):
            assert heard.subscribe(filter)
            written = running.host.files.write(path, b"123")
            while (message := heard.next())[0] != topic:
                pass  # a folder that was made
            told = json.loads(message[1])
            assert told["path"] == path
            assert (told["change"], told["size"]) == ("written", 3)
            assert (told["version"], told["etag"]) == (written.version, written.etag)
            heard.client.unsubscribe(filter)
            assert len(heard.all_heard()) <= 1


def test_changes_of_one_path_are_told_ten_times_a_second_at_most_and_the_last_always(
    running,
) -> None:
    with node(running) as heard:
        heard.subscribe(f"{TOPICS}fs/#")
        begin = time.monotonic()
        running.host.files.write("f", b"")
        for _ in range(500):
            running.host.files.append("f", b"x")
        running.host.files.write("other", b"")
        sizes: list[int] = []
        seen: set[str] = set()
        while not sizes or sizes[-1] != 500:
            topic, payload = heard.next()
            seen.add(topic)
            if topic.endswith("/f"):
                sizes.append(json.loads(payload)["size"])
        assert sizes == sorted(sizes)
        assert len(sizes) <= (time.monotonic() - begin) / GAP + 2
        while f"{TOPICS}fs/other" not in seen:
            seen.add(heard.next()[0])


def test_file_that_is_written_and_appended_to_at_once_is_told_as_written(running) -> None:
    with node(running) as heard:
        heard.subscribe(f"{TOPICS}fs/f/#")
        files = running.host.files
        first = [files.append_soon("f", b"x")]
        upload = files.upload()
        files.finish(upload, "f")
        first.append(files.append_soon("f", b"yy"))
        told = [json.loads(heard.next()[1])]
        while (told[-1]["size"], told[-1]["version"]) != (2, 2):
            told.append(json.loads(heard.next()[1]))
        assert "written" in [change["change"] for change in told if change["version"] == 2]


def test_nothing_but_changes_of_files_is_heard_through_their_topics(running) -> None:
    with node(running) as heard, node(running, "n2") as other:
        for filter in ("moonhop/1/+/fs/#", "moonhop/1/lab/+/f", "moonhop/+/lab/fs", "moonhop/1/#"):
            assert not heard.subscribe(filter)
        heard.subscribe(f"{TOPICS}fs/#")
        other.publish(f"{TOPICS}fs/forged", b"{}")
        running.host.files.write("real", b"")
        assert heard.next()[0] == f"{TOPICS}fs/real"
