"""Whatever somebody calls a path: it is refused with one line, or the file comes back under it."""

import json
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from moonhop.files.paths import PathError, clean_path
from tests.host.running import TIMEOUT, RunningHost

NAMES = st.one_of(
    st.text(max_size=30),
    st.sampled_from([".", "..", "...", "~", "%2e%2e", "%", "con", "a b", "é", "e\u0301", "-rf"]),
    st.text(alphabet="./\\%:?#&;\0\n\x7f\u2028\ufeff\u200b\uff0f\ud800", max_size=8),
)
PATHS = st.lists(NAMES, max_size=6).map("/".join)
SETTINGS = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SETTINGS
@given(PATHS)
def test_clean_path_has_one_form_and_nothing_in_it_that_leads_elsewhere(path) -> None:
    try:
        cleaned = clean_path(path)
    except PathError as error:
        told = str(error).splitlines()
    else:
        told = []
    if told:
        assert len(told) == 1
        return
    assert clean_path(cleaned) == cleaned
    assert not set(cleaned.split("/")) & {".", ".."}
    assert not cleaned.startswith("/")
    cleaned.encode()  # it is text


@SETTINGS
@given(PATHS.map(lambda path: quote(path, safe="/", errors="surrogatepass")))
@example("..%2F..%2Fetc%2Fpasswd")
@example("%ff%fe")
@example("%2e%2e/%2e%2e/x")
@example("a%2f..%2f..%2f..%2fb")
@example("%c0%ae%c0%ae/x")
def test_file_under_any_path_is_refused_with_a_line_or_comes_back(running, target) -> None:
    round_trip(running, target)


@SETTINGS
@given(st.binary(max_size=40).map(lambda raw: quote(raw, safe="")))
def test_path_of_any_bytes_is_refused_with_a_line_or_comes_back(running, target) -> None:
    round_trip(running, target)


def round_trip(running: RunningHost, target: str) -> None:
    before = outside(running)
    status, body = ask(running, "PUT", target, target.encode())
    if status == 201:
        path = json.loads(body)["path"]
        assert clean_path(path) == path
        assert ask(running, "GET", target) == (200, target.encode())
        assert running.host.files.read(path) == target.encode()
        assert ask(running, "DELETE", target)[0] == 204
    else:
        assert status in (400, 404, 409), body
        assert len(json.loads(body)["error"].splitlines()) == 1
    assert outside(running) == before


def ask(running: RunningHost, verb: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
    """Send a request as it stands: most clients tidy paths up."""
    connection = HTTPConnection("127.0.0.1", running.host.web.port, timeout=TIMEOUT)
    token = {"Authorization": f"Bearer {running.host.credentials.token}"}
    with closing(connection):
        connection.request(verb, f"/files/{target}", body, token)
        answer = connection.getresponse()
        return answer.status, answer.read()


def outside(running: RunningHost) -> set[str]:
    """Return what lies beside the files' index and around it."""
    home = running.home
    return {
        str(path.relative_to(home))
        for path in home.rglob("*")
        if "blobs" not in path.parts and "-" not in path.suffix
    }


@pytest.mark.parametrize("form", ["e\u0301", "\u00e9", "\u212b", "A\u030a"])
def test_names_that_look_alike_are_one_file(running, form) -> None:
    assert running.http.put(f"/files/{quote(form)}", content=b"x").status_code == 201
    alike = clean_path(form)
    assert running.http.get(f"/files/{quote(alike)}").content == b"x"
