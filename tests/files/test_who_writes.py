"""Who may write where: programs, nodes and the owner of the fleet."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from moonhop.scheduler.rows import NewProcess
from tests.host.running import RunningHost


@pytest.fixture
def nodes(running: RunningHost) -> Iterator[list[httpx.Client]]:
    """Clients with the passwords of two nodes; process p1 is on the first."""
    with ExitStack() as stack:
        passwords = [running.host.add_node(node).password for node in ("n1", "n2")]
        yield [stack.enter_context(running.client(password)) for password in passwords]


@pytest.fixture
def process(running: RunningHost, nodes: list[httpx.Client]) -> dict[str, str]:
    """The headers with which node n1 asks for process p1."""

    async def place() -> dict[str, str]:
        store = running.host.store
        row = store.add_process(NewProcess("p", "0" * 64, []), "")
        row = store.place(row.pid, "n1", "")
        return {"Moonhop-Process": row.pid, "Moonhop-Epoch": str(row.epoch)}

    return dict(running.do(place()))


def changes(client: httpx.Client, path: str, headers: dict[str, str] | None = None) -> set[int]:
    """Try all ways to change a path; return the statuses."""
    answers = [
        client.put(f"/files/{path}", content=b"1", headers=headers),
        client.patch(f"/files/{path}", content=b"1", headers=headers),
        client.post("/fs/copy", json={"from": "x", "to": path}, headers=headers),
        client.post("/fs/rename", json={"from": path, "to": "y"}, headers=headers),
        client.post("/fs/rename", json={"from": "y", "to": path}, headers=headers),
        client.post("/fs/restore", json={"path": path, "version": 1}, headers=headers),
        client.delete(f"/files/{path}", headers=headers),
        client.post("/fs/mkdir", json={"path": f"{path}/folder"}, headers=headers),
        client.delete(f"/files/{path}?deep=true", headers=headers),
    ]
    return {answer.status_code for answer in answers}


def test_program_writes_nothing_that_moonhop_keeps_but_its_own_open_files(
    running, nodes, process
) -> None:
    pid = process["Moonhop-Process"]
    running.http.put("/files/x", content=b"1")
    for path in (
        *("checkpoints", f"checkpoints/{pid}/1.image", "checkpoints/p9/1.image", ".moonhop"),
        *(".moonhop/open", ".moonhop/open/p9/1", ".moonhop/new", ".moonhop/programs/x"),
    ):
        assert changes(nodes[0], path, process) == {403}, path
    assert changes(nodes[0], f".moonhop/open/{pid}/1", process) <= {200, 201, 204, 404}
    assert [entry.path for entry in running.host.files.walk()] == [".moonhop", "x"]


def test_image_of_a_process_is_written_by_the_node_that_has_it(running, nodes, process) -> None:
    pid = process["Moonhop-Process"]
    running.http.put("/files/x", content=b"1")
    images = [f"checkpoints/{pid}/2.image", f"checkpoints/copy-{pid}-a1b2.image"]
    for path in images:
        assert nodes[0].put(f"/files/{path}", content=b"image").status_code == 201
        assert changes(nodes[1], path) == {403}
        assert running.host.files.read(path) == b"image"
    for path in (
        *("checkpoints", f"checkpoints/{pid}", "checkpoints/p9/1.image", "checkpoints/x"),
        f".moonhop/open/{pid}/1",
    ):
        assert changes(nodes[0], path) == {403}, path
    assert running.http.delete(f"/files/{images[0]}").status_code == 204  # it is the owner's fleet
