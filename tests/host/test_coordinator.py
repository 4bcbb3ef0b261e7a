"""A hop ends with one copy of the process, whatever fails at whichever step."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from moonhop.scheduler.coordinator import Coordinator, HopError
from moonhop.scheduler.requests import NodeGone
from moonhop.scheduler.rows import HopRow, NewProcess
from moonhop.scheduler.store import Store
from moonhop_core.node.messages import DEADLINE, NEEDS, RequestError

BEFORE_COMMIT = ["prepare", "release"]
AFTER_COMMIT = ["start", "drop"]


class ScriptedNodes:
    """Nodes that do as they are told, but for what the script says."""

    def __init__(self, script: dict[str, Callable[[], Any]] | None = None) -> None:
        self.script = script or {}
        self.asked: list[tuple[str, str]] = []
        self.args: dict[str, dict[str, Any]] = {}

    async def ask(self, node: str, verb: str, args: dict[str, Any], timeout: float = 10) -> Any:
        self.asked.append((node, verb))
        self.args[verb] = args
        await asyncio.sleep(0)
        if verb in self.script:
            return self.script[verb]()
        return {"bytes": 1234, "pause_ms": 5.0} if verb == "release" else {}

    async def ask_while(
        self, other: str, node: str, verb: str, args: dict[str, Any], timeout: float = 10
    ) -> Any:
        return await self.ask(node, verb, args, timeout)


def raises(error: Exception) -> Callable[[], Any]:
    def act() -> None:
        raise error

    return act


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state.db")
    row = store.add_process(NewProcess("p", "0" * 64, []), "test")
    store.place(row.pid, "a", "test")
    store.set_state("p1", "running", "test")
    yield store
    store.close()


def hop(store: Store, nodes: ScriptedNodes) -> Any:
    coordinator = Coordinator(store, nodes)
    report = asyncio.run(coordinator.hop(store.process("p1"), "b", {"program": "x"}, "test"))
    assert not coordinator.under_way("p1")
    return report


def test_steps_come_in_order_with_the_epochs_that_the_protocol_names(store: Store) -> None:
    nodes = ScriptedNodes()
    report = hop(store, nodes)
    assert nodes.asked == [
        ("b", "prepare"),
        ("a", "release"),
        ("b", "start"),
        ("a", "drop"),
    ]
    epochs = {verb: args["epoch"] for verb, args in nodes.args.items()}
    assert epochs == {"prepare": 2, "release": 1, "start": 2, "drop": 1}
    assert nodes.args["prepare"]["transfer"] == nodes.args["release"]["transfer"]
    assert (store.process("p1").node, store.process("p1").epoch) == ("b", 2)
    assert list(report.phases) == ["prepare", "release", "commit", "start", "drop"]
    assert report.image_bytes == 1234
    assert store.hops() == []


def test_commit_is_written_before_the_target_starts(store: Store) -> None:
    seen = []
    nodes = ScriptedNodes({"start": lambda: seen.append(store.process("p1"))})
    hop(store, nodes)
    assert [(row.node, row.epoch) for row in seen] == [("b", 2)]


@pytest.mark.parametrize("step", BEFORE_COMMIT)
@pytest.mark.parametrize(
    "error", [NodeGone("node b is gone"), RequestError(NEEDS, "lacks float64")]
)
def test_failure_before_the_commit_leaves_the_process_where_it_is(store, step, error) -> None:
    nodes = ScriptedNodes({step: raises(error)})
    with pytest.raises(HopError, match=f"p1 stays on a: {error}"):
        hop(store, nodes)
    assert ("a", "resume") in nodes.asked
    assert ("b", "abandon") in nodes.asked
    assert ("b", "start") not in nodes.asked
    assert ("a", "drop") not in nodes.asked
    assert (nodes.args["resume"]["epoch"], nodes.args["abandon"]["epoch"]) == (1, 2)
    assert (store.process("p1").node, store.process("p1").epoch) == ("a", 1)
    assert store.hops() == []
    assert store.events(pid="p1")[-1]["kind"] == "hop failed"


def test_deadline_that_passes_is_told(store: Store) -> None:
    nodes = ScriptedNodes({"release": raises(RequestError(DEADLINE, "not at rest in time"))})
    with pytest.raises(HopError, match="not at rest in time"):
        hop(store, nodes)


@pytest.mark.parametrize("step", AFTER_COMMIT)
def test_failure_after_the_commit_leaves_the_process_at_the_target(store, step) -> None:
    nodes = ScriptedNodes({step: raises(NodeGone("node is gone"))})
    hop(store, nodes)
    assert ("a", "resume") not in nodes.asked
    assert ("b", "abandon") not in nodes.asked
    assert ("a", "drop") in nodes.asked
    assert (store.process("p1").node, store.process("p1").epoch) == ("b", 2)


def test_tidying_up_that_fails_too_does_not_hide_the_reason(store: Store) -> None:
    gone = raises(NodeGone("node a is gone"))
    nodes = ScriptedNodes({"release": gone, "resume": gone, "abandon": gone})
    with pytest.raises(HopError, match="node a is gone"):
        hop(store, nodes)


def test_process_that_ended_on_its_way_is_not_started_elsewhere(store: Store) -> None:
    def end() -> dict[str, Any]:
        store.set_state("p1", "ended", "exit status 0")
        return {}

    nodes = ScriptedNodes({"release": end})
    with pytest.raises(HopError, match="changed while it was on its way"):
        hop(store, nodes)
    assert ("b", "abandon") in nodes.asked
    assert ("b", "start") not in nodes.asked


def test_hop_whose_asker_goes_away_before_the_commit_is_undone(store: Store) -> None:
    async def scenario() -> ScriptedNodes:
        nodes = ScriptedNodes()
        reached = asyncio.Event()

        async def ask(node: str, verb: str, args: dict[str, Any], timeout: float = 10) -> Any:
            nodes.asked.append((node, verb))
            if verb == "release":
                reached.set()
                await asyncio.Event().wait()
            return {}

        nodes.ask = ask  # type: ignore[method-assign]
        coordinator = Coordinator(store, nodes)
        task = asyncio.ensure_future(coordinator.hop(store.process("p1"), "b", {}, "test"))
        await reached.wait()
        assert coordinator.owner("p1") == {"node": "a", "epoch": 1, "pending": True}
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert coordinator.owner("p1") == {"node": "a", "epoch": 1, "pending": False}
        return nodes

    nodes = asyncio.run(scenario())
    assert {("a", "resume"), ("b", "abandon")} <= set(nodes.asked)


def test_second_hop_of_a_process_on_its_way_is_refused(store: Store) -> None:
    async def scenario() -> None:
        nodes = ScriptedNodes()
        coordinator = Coordinator(store, nodes)
        process = store.process("p1")
        both = await asyncio.gather(
            coordinator.hop(process, "b", {}, "test"),
            coordinator.hop(process, "c", {}, "test"),
            return_exceptions=True,
        )
        assert [type(result) for result in both][1] is HopError
        assert store.process("p1").node == "b"

    asyncio.run(scenario())


@pytest.mark.parametrize(("committed", "owner"), [(False, ("a", 1)), (True, ("b", 2))])
def test_hop_that_a_restart_cut_off_is_decided_by_its_commit(store, committed, owner) -> None:
    row = HopRow("p1", "t", "a", "b", 2, False)
    store.begin_hop(row, "test")
    if committed:
        store.commit_hop(row)
    coordinator = Coordinator(store, ScriptedNodes())
    coordinator.settle_interrupted()
    answer = coordinator.owner("p1")
    assert (answer["node"], answer["epoch"], answer["pending"]) == (*owner, False)
    assert store.hops() == []


def test_process_that_is_over_or_unknown_has_no_owner(store: Store) -> None:
    coordinator = Coordinator(store, ScriptedNodes())
    store.set_state("p1", "ended", "exit status 0")
    for pid in ("p1", "p7"):
        with pytest.raises(RequestError) as refusal:
            coordinator.owner(pid)
        assert refusal.value.code == "unknown_process"
