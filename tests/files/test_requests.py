"""Requests as clients of all kinds send them: odd ranges, conditions, addresses, types."""

from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.files.test_routes import put
from tests.host.running import TIMEOUT, RunningHost


@pytest.fixture
def etag(running: RunningHost) -> str:
    """The etag of a file ``x`` that holds "0123456789"."""
    put(running, "x", b"0123456789")
    return str(running.http.head("/files/x").headers["etag"])


def test_range_of_any_numbers_is_understood(running, etag) -> None:
    for wanted, status, part in (
        ("bytes=2-" + "9" * 5000, 206, "bytes 2-9/10"),
        ("bytes=" + "9" * 5000 + "-", 416, "bytes */10"),
        ("bytes=-" + "9" * 5000, 206, "bytes 0-9/10"),
        ("Bytes=2-3", 206, "bytes 2-3/10"),
    ):
        answer = running.http.get("/files/x", headers={"Range": wanted})
        assert (answer.status_code, answer.headers["content-range"]) == (status, part)


def test_reader_that_has_the_version_is_told_so_whatever_way_it_asks(running, etag) -> None:
    for verb in ("GET", "HEAD"):
        for lines in ([etag], ["*"], [f"W/{etag}"], ['"other", ' + etag], ['"other"', etag]):
            headers = [("If-None-Match", line) for line in lines]
            answer = running.http.request(verb, "/files/x", headers=headers)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag


def test_reader_that_wants_another_version_is_refused(running, etag) -> None:
    for verb in ("GET", "HEAD"):
        for wanted, status in ((etag, 200), ("*", 200), ('"other"', 412), (f"W/{etag}", 412)):
            answer = running.http.request(verb, "/files/x", headers={"If-Match": wanted})
            assert answer.status_code == status


def test_weak_etag_is_none_to_write_or_to_read_on_by(running, etag) -> None:
    assert put(running, "x", b"new", **{"If-Match": f"W/{etag}"}).status_code == 412
    headers = {"Range": "bytes=2-3", "If-Range": f"W/{etag}"}
    assert running.http.get("/files/x", headers=headers).content == b"0123456789"


def test_append_at_a_place_counts_only_if_the_file_is_the_known_version(running, etag) -> None:
    for at in (3, 10):
        answer = running.http.patch(
            "/files/x", params={"at": at}, content=b"new", headers={"If-Match": '"other"'}
        )
        assert answer.status_code == 412
    assert running.http.get("/files/x").content == b"0123456789"
    answer = running.http.patch(
        "/files/x", params={"at": 3}, content=b"new", headers={"If-Match": etag}
    )
    assert answer.json()["size"] == 6


def test_append_of_nothing_changes_nothing(running, etag) -> None:
    change = running.host.files.last_change()
    assert running.http.patch("/files/x", content=b"").json()["etag"] == etag.strip('"')
    assert running.host.files.last_change() == change
    assert running.http.patch("/files/new", content=b"").json()["size"] == 0


def test_upload_that_cannot_be_kept_is_refused_before_it_comes(running, etag) -> None:
    running.http.post("/fs/mkdir", json={"path": "folder"})
    url = running.http.base_url
    for path, condition, status in (("folder", '"x"', 409), ("x", "*", 412), ("x%5Cy", "*", 400)):
        with closing(HTTPConnection(url.host, url.port, timeout=TIMEOUT)) as connection:
            connection.putrequest("PUT", f"/files/{path}")
            for name, value in (
                ("Authorization", running.http.headers["authorization"]),
                ("If-None-Match", condition),
                ("Expect", "100-continue"),
                ("Content-Length", str(1 << 30)),
            ):
                connection.putheader(name, value)
            connection.endheaders()
            assert connection.getresponse().status == status


def test_address_that_is_no_path_names_no_file(running, etag) -> None:
    for path in ("%ff", "a/%c0%ae", "%ed%a0%80", "x%0a", "x%0ay", "x%0d"):
        for verb in ("GET", "PUT", "PATCH", "DELETE"):
            answer = running.http.request(verb, f"/files/{path}", content=b"new")
            assert answer.status_code == 400, (verb, path)
            assert "path" in answer.json()["error"]
        assert running.http.get("/fs/stat", params=f"path={path}").status_code == 400
    assert [entry.path for entry in running.host.files.walk()] == ["x"]
    assert running.host.files.read("x") == b"0123456789"


def test_type_is_what_is_told_or_what_the_name_says(running) -> None:
    for told, type in (
        ({"Content-Type": "text/x-odd"}, "text/x-odd"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "text/csv"),
        ({}, "text/csv"),
    ):
        assert put(running, "a.csv", b"1", **told).json()["type"] == type
    assert put(running, "a.csv", b"2", **{"Content-Type": "a/" + "b" * 199}).status_code == 400
