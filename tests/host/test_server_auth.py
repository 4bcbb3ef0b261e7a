"""Nobody gets anything from the server without a token, on any route."""

import base64

import httpx
import pytest
from fastapi.routing import APIRoute

from tests.host.running import RunningHost

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def paths_of(running: RunningHost) -> list[str]:
    """Return a path for each route there is, and some for which there is none."""
    schema = running.http.get("/openapi.json").json()
    paths = [
        path.replace("{", "").replace("}", "").replace(":path", "") for path in schema["paths"]
    ]
    assert {"/api/nodes", "/api/processes", "/files/path", "/programs/hash/form"} <= set(paths)
    return [
        *paths,
        "/openapi.json",
        "/",
        "/nothing",
        "/docs",
        "/api",
        "//api/nodes",
    ]


def answers(client: httpx.Client, paths: list[str]) -> dict[tuple[str, str], int]:
    return {(method, path): status(client, method, path) for path in paths for method in METHODS}


def status(client: httpx.Client, method: str, path: str) -> int:
    with client.stream(method, path) as answer:  # some answers have no end
        return answer.status_code


@pytest.mark.parametrize("token", [None, "wrong", "é"])
def test_every_route_refuses_a_missing_or_wrong_token(running, token) -> None:
    paths = paths_of(running)
    header = {} if token is None else {b"Authorization": f"Bearer {token}".encode()}
    with httpx.Client(base_url=running.host.address.url, headers=header) as client:
        assert set(answers(client, paths).values()) == {401}


def test_route_tables_have_no_route_that_the_schema_hides(running) -> None:
    listed = running.http.get("/openapi.json").json()["paths"]
    routes = [route for route in running.host.web._app.routes if isinstance(route, APIRoute)]
    assert {route.path for route in routes} <= set(listed)


def test_node_may_use_files_and_fetch_programs_and_updates_and_nothing_else(running) -> None:
    # a program may be called "unit", too
    owners = [("PUT", f"/programs/{name}") for name in ("name", "unit")]
    owners.append(("PUT", "/updates/firmware"))
    config = running.host.add_node("n1")
    with running.client(config.password) as client:
        for (method, path), code in answers(client, paths_of(running)).items():
            allowed = path.startswith(("/files", "/fs", "/programs", "/updates"))
            allowed = allowed and (method, path) not in owners
            assert (code != 403) if allowed else (code == 403), path
        assert client.put("/programs/x.lua", content=b"return 1").status_code == 403


def test_node_may_name_itself_with_basic_authentication(running) -> None:
    config = running.host.add_node("n1")
    url = f"{running.host.address.url}/fs/list"
    assert httpx.get(url, auth=("n1", config.password)).status_code == 200
    assert httpx.get(url, auth=("n2", config.password)).status_code == 401
    for junk in ("%%%", base64.b64encode(b"\xff\xfe").decode(), "bjE="):
        assert httpx.get(url, headers={"Authorization": f"Basic {junk}"}).status_code == 401


def test_new_credential_of_a_node_ends_the_old_one(running) -> None:
    old = running.host.add_node("n1").password
    new = running.host.add_node("n1").password
    with running.client(old) as before, running.client(new) as after:
        assert before.get("/fs/list").status_code == 401
        assert after.get("/fs/list").status_code == 200
