"""Files over HTTP: whole files, ranges, versions, appends; and no way out of the tree."""

import os
import socket
import time
from email.utils import parsedate_to_datetime

import pytest

from moonhop.scheduler.rows import NewProcess
from tests.host.running import RunningHost


def put(running: RunningHost, path: str, content: bytes, **headers: str):
    return running.http.put(f"/files/{path}", content=content, headers=headers)


def test_file_comes_back_as_it_was_put(running) -> None:
    content = bytes(range(256)) * 5000
    assert put(running, "a/b.bin", content).status_code == 201
    got = running.http.get("/files/a/b.bin")
    assert got.content == content
    assert got.headers["content-length"] == str(len(content))
    told = running.http.get("/fs/stat?path=a/b.bin").json()
    assert (told["type"], told["owner"]) == ("application/octet-stream", "host")
    assert 0 <= time.time() - told["modified"] < 60
    assert parsedate_to_datetime(got.headers["last-modified"]).timestamp() == int(told["modified"])


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-3", 206, slice(-3, None)),
        ("bytes=5-1000", 206, slice(5, None)),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-2", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=", 200, slice(None)),
    ],
)
def test_range_gives_the_bytes_asked_for(running, header, status, part) -> None:
    put(running, "f", b"0123456789")
    got = running.http.get("/files/f", headers={"Range": header})
    assert got.status_code == status
    if part is not None:
        assert got.content == b"0123456789"[part]
    if status == 416:
        assert got.headers["content-range"] == "bytes */10"


def test_ranges_of_a_large_file_put_together_are_the_file(running) -> None:
    content = os.urandom(1_000_003)
    put(running, "big", content)
    parts = [
        running.http.get("/files/big", headers={"Range": f"bytes={at}-{at + 299_999}"}).content
        for at in range(0, len(content), 300_000)
    ]
    assert b"".join(parts) == content


def test_etag_names_the_version(running) -> None:
    put(running, "f", b"one")
    etag = running.http.get("/files/f").headers["etag"]
    same = running.http.get("/files/f", headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    put(running, "f", b"two")
    changed = running.http.get("/files/f", headers={"If-None-Match": etag})
    assert (changed.status_code, changed.content) == (200, b"two")
    stale = running.http.get("/files/f", headers={"Range": "bytes=0-0", "If-Range": etag})
    assert (stale.status_code, stale.content) == (200, b"two")


def test_write_is_refused_if_the_file_is_not_the_known_version(running) -> None:
    assert put(running, "f", b"x", **{"If-None-Match": "*"}).status_code == 201
    assert put(running, "f", b"y", **{"If-None-Match": "*"}).status_code == 412
    etag = running.http.get("/files/f").headers["etag"]
    assert put(running, "f", b"z", **{"If-Match": etag}).status_code == 201
    assert put(running, "f", b"w", **{"If-Match": etag}).status_code == 412
    assert running.http.get("/files/f").content == b"z"
    for verb in ("PUT", "PATCH", "DELETE"):
        stale = running.http.request(verb, "/files/f", headers={"If-Match": etag})
        assert stale.status_code == 412
        assert "not the version you know" in stale.json()["error"]
    etag = running.http.head("/files/f").headers["etag"]
    assert running.http.delete("/files/f", headers={"If-Match": etag}).status_code == 204


def test_head_tells_size_and_version_without_the_content(running) -> None:
    put(running, "f", b"12345")
    head = running.http.head("/files/f")
    assert (head.content, head.headers["content-length"]) == (b"", "5")
    assert head.headers["etag"] == running.http.get("/files/f").headers["etag"]


def test_folder_is_listed_and_files_described(running) -> None:
    put(running, "d/x", b"1")
    put(running, "d/e/y", b"22")
    listed = running.http.get("/fs/list?path=d").json()
    assert listed["next"] is None
    assert [(entry["name"], entry["kind"], entry["size"]) for entry in listed["entries"]] == [
        ("e", "folder", 0),
        ("x", "file", 1),
    ]
    stat = running.http.get("/fs/stat?path=d/e/y").json()
    assert (stat["path"], stat["kind"], stat["size"]) == ("d/e/y", "file", 2)


def test_list_comes_in_pages_by_prefix_and_below_all_folders(running) -> None:
    for path in ("b", "d/a1", "d/a2", "d/a3/x", "d/b", "e"):
        put(running, path, b"1")

    def listed(**query: object) -> tuple[list[str], str | None]:
        page = running.http.get("/fs/list", params=query).json()
        return [entry["path"] for entry in page["entries"]], page["next"]

    assert listed(path="d", limit=2) == (["d/a1", "d/a2"], "a2")
    assert listed(path="d", limit=2, after="a2") == (["d/a3", "d/b"], None)
    assert listed(path="d", prefix="a", limit=2, after="a1") == (["d/a2", "d/a3"], None)
    assert listed(path="d", prefix="c") == ([], None)
    assert listed(deep=True, limit=4) == (["b", "d", "d/a1", "d/a2"], "d/a2")
    assert listed(deep=True, after="d/a2") == (["d/a3", "d/a3/x", "d/b", "e"], None)
    assert listed(deep=True, prefix="d/a3") == (["d/a3", "d/a3/x"], None)
    names = running.http.get("/fs/list?path=d&names=true&limit=3").json()
    assert names == {"names": ["a1", "a2", "a3/"], "next": "a3"}
    for wrong in ("limit=0", "limit=1001", "limit=x"):
        assert running.http.get(f"/fs/list?{wrong}").status_code == 422
    assert running.http.get("/fs/list?path=b").status_code == 409
    assert running.http.get("/fs/list?path=none").status_code == 404


def test_delete_removes_a_file_and_an_empty_folder_only(running) -> None:
    put(running, "d/x", b"1")
    assert running.http.delete("/files/d").status_code == 409
    assert running.http.delete("/files/d/x").status_code == 204
    assert running.http.delete("/files/d").status_code == 204
    assert running.http.get("/files/d").status_code == 404
    assert running.http.delete("/files/").status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fetc%2fpasswd",
        "a/..%2f..%2f..%2fstate.db",
        "%2e%2e/state.db",
        "a/%2e%2e/%2e%2e/x",
        "a\\..\\b",
        "a%00b",
        "a%0ab",
        ".",
        "x" * 201,
        "/".join(["y" * 100] * 11),
    ],
)
def test_path_that_leaves_the_tree_or_is_no_name_is_refused(running, path) -> None:
    # A raw request: clients tidy such paths up themselves.
    for verb in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        status = raw_request(running, verb, f"/files/{path}")
        assert status in (400, 404, 409), (verb, path)
    outside = {path.name for path in running.host.state.folder.iterdir()}
    assert {"state.db", "credentials.json", "files"} <= outside
    assert outside.isdisjoint(("x", "b", "x" * 201))


def test_absolute_path_stays_inside_the_tree(running) -> None:
    put(running, "%2Fetc%2Fhosts", b"ours")
    assert running.http.get("/files/etc/hosts").content == b"ours"


def test_stale_copy_of_a_process_writes_nothing_and_a_repeated_append_counts_once(running) -> None:
    config = running.host.add_node("n1")
    store = running.host.store

    async def place(pid: str, node: str):
        return store.place(
            pid or store.add_process(NewProcess("p", "0" * 64, []), "").pid, node, ""
        )

    row = running.do(place("", "n1"))
    mine = {"Moonhop-Process": row.pid, "Moonhop-Epoch": str(row.epoch)}
    with running.client(config.password) as client:
        for _ in range(3):
            again = {**mine, "Moonhop-Request": "7"}
            assert client.patch("/files/log", content=b"a", headers=again).status_code == 200
        other = {**mine, "Moonhop-Request": "8"}
        assert client.patch("/files/log", content=b"b", headers=other).status_code == 200
        running.do(place(row.pid, "n2"))
        for verb in ("PATCH", "PUT", "DELETE"):
            assert client.request(verb, "/files/log", content=b"c", headers=mine).status_code == 409
    assert running.http.get("/files/log").content == b"ab"


def raw_request(running: RunningHost, verb: str, target: str) -> int:
    """Send a request as it stands and return the status."""
    with socket.create_connection(("127.0.0.1", running.host.web.port), timeout=10) as sock:
        sock.sendall(
            f"{verb} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n"
            f"Authorization: Bearer {running.host.credentials.token}\r\n\r\nx".encode()
        )
        answer = b""
        while part := sock.recv(1000):
            answer += part
    return int(answer.split()[1])


def test_folders_are_made_renamed_copied_and_removed_whole(running) -> None:
    http = running.http
    assert http.post("/fs/mkdir", json={"path": "a/b"}).json()["kind"] == "folder"
    put(running, "a/b/c", b"1")
    assert http.post("/fs/copy", json={"from": "a", "to": "z"}).status_code == 201
    assert http.post("/fs/rename", json={"from": "a", "to": "y"}).json()["path"] == "y"
    listed = http.get("/fs/list?deep=true").json()["entries"]
    paths = [entry["path"] for entry in listed]
    assert paths == ["y", "y/b", "y/b/c", "z", "z/b", "z/b/c"]
    assert http.delete("/files/y").status_code == 409
    assert http.delete("/files/y?deep=true").status_code == 204
    assert http.get("/files/z/b/c").content == b"1"


def test_old_versions_are_told_read_and_made_new_again(running) -> None:
    for content in (b"one", b"two"):
        put(running, "f", content)
    assert running.http.get("/files/f?version=1").content == b"one"
    assert running.http.delete("/files/f").status_code == 204
    assert running.http.get("/files/f").status_code == 404
    numbers = [v["version"] for v in running.http.get("/fs/versions?path=f").json()["versions"]]
    assert numbers == [2, 1]
    assert running.http.post("/fs/restore", json={"path": "f", "version": 1}).json()["version"] == 3
    assert running.http.get("/files/f").content == b"one"
    missing = running.http.post("/fs/restore", json={"path": "f", "version": 9})
    assert missing.status_code == 404
    assert "moonhop fs history f" in missing.json()["error"]


def test_node_that_reaches_its_quota_is_told_so_and_others_are_not(running) -> None:
    config = running.host.add_node("n1")
    quota = {"account": "node:n1", "bytes": 1000}
    assert running.http.put("/api/quotas", json=quota).json()["quota"] == 1000
    with running.client(config.password) as client:
        assert client.put("/api/quotas", json=quota).status_code == 403
        assert client.put("/files/a", content=bytes(900)).status_code == 201
        for verb, size in (("PUT", 200), ("PATCH", 200), ("PUT", 5_000_000)):
            refused = client.request(verb, "/files/b", content=bytes(size))
            assert refused.status_code == 507
            assert "moonhop fs quota node:n1" in refused.json()["error"]
        assert client.patch("/files/a", content=bytes(100)).status_code == 200
    assert put(running, "c", bytes(5000)).status_code == 201
    (account,) = running.http.get("/api/quotas").json()["accounts"]
    assert account == {"account": "node:n1", "used": 1000, "quota": 1000}


def test_upload_at_the_quota_takes_the_room_of_history(running) -> None:
    config = running.host.add_node("n1")
    running.host.files.set_quota("node:n1", 100_000)
    with running.client(config.password) as client:
        for size in (50_000, 40_000, 60_000, 40_000):
            assert client.put("/files/f", content=bytes(size)).status_code == 201
        assert client.put("/files/g", content=bytes(61_000)).status_code == 507
        assert [each.version for each in running.host.files.versions("f")] == [4, 3]


def test_what_is_removed_for_ever_cannot_be_restored_and_what_it_frees_is_told(running) -> None:
    put(running, "f", b"one")
    put(running, "f", b"three")
    running.http.delete("/files/f")
    gone = running.http.delete("/files/f", params={"forever": True})
    assert (gone.status_code, gone.json()) == (200, {"freed": 8})
    restored = running.http.post("/fs/restore", json={"path": "f", "version": 1})
    assert restored.status_code == 404
    assert running.http.delete("/files/f", params={"forever": True}).status_code == 404


def test_content_is_served_so_that_no_browser_runs_it(running) -> None:
    put(running, "page.html", b"<script>alert(1)</script>")
    got = running.http.get("/files/page.html")
    assert got.headers["content-type"] == "text/html"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox")
