"""The program's API and what the compiler believes of it."""

from moonhop_core.lang import primitives
from moonhop_core.process import api


def test_compiler_knows_each_operation_that_may_suspend() -> None:
    unknown = []
    for name in api.SUSPENDING.split():
        if name in api.HIDDEN:
            continue
        method = name.split(".")[-1] if name.split(".")[0] in api.OBJECTS else None
        if name not in primitives.SUSPENDING and method not in primitives.SUSPENDING_METHODS:
            unknown.append(name)
    assert unknown == []


def test_no_direct_operation_is_compiled_as_one_that_suspends() -> None:
    wrong = [name for name in api.names() if not api.suspends(name)]
    assert [name for name in wrong if name in primitives.SUSPENDING] == []


def test_object_kinds_and_hidden_names_are_operations() -> None:
    heads = {name.split(".")[0] for name in api.names()}
    assert set(api.OBJECTS) <= heads
    assert {*api.HIDDEN, *api.SUSPENDING.split()} <= set(api.names())


def test_each_operation_is_done_by_the_module_that_is_listed() -> None:
    for name in api.names():
        place = api.operation(name).__module__.rpartition(".")[2]
        assert place == api.module_of(name), name
