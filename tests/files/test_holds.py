"""A blob that somebody reads is not removed, and nobody waits for the removal of another."""

import threading

from moonhop.files.holds import Holds


def test_blob_that_is_held_is_left_alone() -> None:
    holds, done = Holds(), []
    with holds.holding(["a", "b"]), holds.holding(["a"]):
        assert not holds.unless_held("a", lambda: done.append("a"))
        assert holds.unless_held("c", lambda: done.append("c"))
    assert holds.unless_held("a", lambda: done.append("a"))
    assert done == ["c", "a"]


def test_whoever_wants_a_blob_that_is_just_going_waits_and_others_do_not() -> None:
    holds, begun, end = Holds(), threading.Event(), threading.Event()
    order = []

    def remove() -> None:
        begun.set()
        end.wait()
        order.append("removed")

    def take() -> None:
        holds.take(["a"])
        order.append("taken")

    threads = [threading.Thread(target=holds.unless_held, args=("a", remove))]
    threads[0].start()
    begun.wait()
    threads.append(threading.Thread(target=take))
    threads[1].start()
    with holds.holding(["b"]):
        order.append("other")
    end.set()
    for thread in threads:
        thread.join()
    assert order == ["other", "removed", "taken"]
