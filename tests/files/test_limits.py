"""What is too long or too much is refused, and the error tells the limit."""

from urllib.parse import quote

import httpx
import pytest

from moonhop.scheduler.rows import NewProcess
from tests.host.running import RunningHost

LONG = "/".join(["d" * 100] * 9)  # 908 bytes
MB = 1 << 20  # bytes


def refusal(answer: httpx.Response, status: int) -> str:
    """Return the line that a refusal has."""
    assert answer.status_code == status, answer.text
    told: str = answer.json()["error"]
    assert len(told.splitlines()) == 1
    return told


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("x" * 201, "a name in a path may be 200 bytes long"),
        ("d/" + "é" * 101, "a name in a path may be 200 bytes long"),
        (f"{LONG}/{'x' * 92}", "a path may be 1000 bytes long"),
    ],
)
def test_limit_is_told_of_a_path_that_is_too_long_wherever_it_is_asked_for(
    running, path, limit
) -> None:
    http = running.http
    http.put("/files/here", content=b"x")
    for verb in ("GET", "PUT", "PATCH", "DELETE"):
        assert limit in refusal(http.request(verb, f"/files/{quote(path)}"), 400)
    for verb in ("stat", "list", "versions", "watch"):
        assert limit in refusal(http.get(f"/fs/{verb}", params={"path": path}), 400)
    assert limit in refusal(http.post("/fs/mkdir", json={"path": path}), 400)
    assert limit in refusal(http.post("/fs/restore", json={"path": path, "version": 1}), 400)
    for verb in ("rename", "copy"):
        for moved in ({"from": "here", "to": path}, {"from": path, "to": "there"}):
            assert limit in refusal(http.post(f"/fs/{verb}", json=moved), 400)
    assert [entry.path for entry in running.host.files.walk(deep=True)] == ["here"]


def test_longest_paths_are_allowed(running) -> None:
    for path in ("x" * 200, f"{LONG}/{'x' * 91}"):
        assert running.http.put(f"/files/{path}", content=path.encode()).status_code == 201
        assert running.http.get(f"/files/{path}").content == path.encode()


@pytest.mark.parametrize("verb", ["rename", "copy"])
def test_folder_is_not_moved_to_where_a_path_in_it_would_be_too_long(running, verb) -> None:
    http = running.http
    http.put(f"/files/a/{LONG}/x", content=b"x")
    moved = {"from": "a", "to": "b" * 100}
    told = refusal(http.post(f"/fs/{verb}", json=moved), 400)
    assert "a path may be 1000 bytes long" in told
    assert http.get(f"/files/a/{LONG}/x").content == b"x"
    assert [entry.path for entry in running.host.files.page().entries] == ["a"]


def test_limit_of_an_append_is_told_and_nothing_of_a_longer_one_is_kept(running) -> None:
    http = running.http
    assert http.patch("/files/log", content=bytes(MB)).status_code == 200
    told = refusal(http.patch("/files/log", content=bytes(MB + 1)), 413)
    assert told == "one append may be 1 MB; send several"
    assert running.host.files.stat("log").size == MB


def test_application_and_node_are_bounded_each_and_the_error_names_the_one(running) -> None:
    config = running.host.add_node("n1")
    store = running.host.store

    async def place(app: str) -> dict[str, str]:
        """Return the headers of a process of an application on the node."""
        new = NewProcess("p", "0" * 64, [], app=app)
        row = store.place(store.add_process(new, "").pid, "n1", "")
        return {"Moonhop-Process": row.pid, "Moonhop-Epoch": str(row.epoch)}

    shop, other = running.do(place("shop")), running.do(place("other"))
    for account, size in (("app:shop", 1000), ("node:n1", 3000)):
        running.http.put("/api/quotas", json={"account": account, "bytes": size})
    with running.client(config.password) as client:
        put = client.put("/files/a", content=bytes(800), headers=shop)
        assert (put.status_code, put.json()["owner"]) == (201, "app:shop")
        for verb, size in (("PUT", 201), ("PATCH", 201), ("PUT", 5 * MB)):
            full = client.request(verb, "/files/b", content=bytes(size), headers=shop)
            told = refusal(full, 507)
            assert "app:shop may keep 1.0 kB of files, has 800 B" in told
            assert "moonhop fs quota app:shop SIZE" in told
        assert client.patch("/files/a", content=bytes(200), headers=shop).status_code == 200
        put = client.put("/files/b", content=bytes(1900), headers=other)
        assert (put.status_code, put.json()["owner"]) == (201, "app:other")
        for verb, size in (("PUT", 101), ("PATCH", 101), ("PUT", 5 * MB)):
            full = client.request(verb, "/files/c", content=bytes(size), headers=other)
            assert "node:n1 may keep 3.0 kB of files, has 2.9 kB" in refusal(full, 507)
    used = {each["account"]: each["used"] for each in quotas(running)}
    assert used == {"app:shop": 1000, "app:other": 1900, "node:n1": 2900}
    assert running.http.delete("/files/a").status_code == 204
    assert {each["account"]: each["used"] for each in quotas(running)} == used  # it can come back
    running.http.put("/files/c", content=bytes(5000))  # nobody bounds the owner of the fleet


def quotas(running: RunningHost) -> list[dict[str, object]]:
    """Return who keeps how much."""
    accounts: list[dict[str, object]] = running.http.get("/api/quotas").json()["accounts"]
    return accounts
