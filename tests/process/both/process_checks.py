"""Tasks, timers and messages of a process, on both Pythons."""

# mypy: ignore-errors
# ruff: noqa: PT017, PT018, UP031 - MicroPython runs it too, and without pytest

from scripted import Rig

from moonhop_core.process.engine import ProgramError

FOREVER = ("sleep", 1000000)


def check_a_process_ends_when_nothing_is_left():
    rig = Rig(main=[("print", "hello", 1, 1.5, None, True)]).start()
    assert rig.texts() == ["hello\t1\t1.5\tnil\ttrue"]
    assert (rig.process.status, rig.process.exit_status) == ("ended", 0)


def check_a_process_lives_while_a_timer_or_subscription_is_left():
    rig = Rig(main=[("after", 2, ("fn", "f"))], f=[("print", "late")]).start().until(1)
    assert rig.process.status == "running"
    assert rig.until(3).process.status == "ended" and rig.printed == [(2.0, "late")]
    rig = Rig(main=[("subscribe", "a", ("fn", "f"))], f=[]).start().until(9)
    assert rig.process.status == "running" and rig.process.due() is None


def check_sleepers_wake_in_order_of_time_then_of_entry():
    rig = Rig(
        main=[("spawn", ("fn", "a")), ("spawn", ("fn", "b")), ("spawn", ("fn", "c"))],
        a=[("sleep", 2), ("print", "a")],
        b=[("sleep", 1), ("print", "b")],
        c=[("sleep", 2), ("print", "c")],
    )
    rig.start().until(5)
    assert rig.printed == [(1.0, "b"), (2.0, "a"), (2.0, "c")]


def check_exit_ends_everything_with_its_status():
    rig = Rig(main=[("every", 1, ("fn", "f")), ("sleep", 2.5), ("exit", 3)], f=[("print", "t")])
    rig.start().until(9)
    assert (rig.process.status, rig.process.exit_status) == ("ended", 3)
    assert rig.texts() == ["t", "t"]


def check_periodic_timers_do_not_drift_when_turns_are_late():
    rig = Rig(main=[("every", 1, ("fn", "f"))], f=[("print", "tick")]).start()
    rig.late(1.3).late(2.9).until(4)
    assert [at for at, _ in rig.printed] == [1.3, 2.9, 3.0, 4.0]


def check_missed_ticks_become_one():
    rig = Rig(main=[("every", 1, ("fn", "f"))], f=[("print", "tick")]).start()
    rig.late(5.5).until(7)
    assert [at for at, _ in rig.printed] == [5.5, 6.0, 7.0]


def check_ticks_run_one_at_a_time_and_those_missed_meanwhile_become_one():
    rig = Rig(
        main=[("every", 1, ("fn", "f"))], f=[("print", "in"), ("sleep", 2.5), ("print", "out")]
    )
    rig.start().until(6.2)
    assert rig.printed == [(1.0, "in"), (3.5, "out"), (3.5, "in"), (6.0, "out"), (6.0, "in")]


def check_cancelled_timers_stay_silent():
    rig = Rig(main=[("every", 1, ("fn", "f")), ("sleep", 2.5), ("timer.cancel", "$1")], f=[])
    rig.start()
    assert len(rig.process.engine.kept) == 1
    rig.until(3)
    assert rig.process.status == "ended" and rig.process.engine.kept == {}


def check_timers_keep_their_phase_over_a_hop():
    rig = Rig(main=[("every", 1, ("fn", "f")), FOREVER], f=[("print", "tick")]).start().until(1.3)
    rig.hop(seconds=0.2, elapsed=200000)
    rig.until(3.5)
    assert [at for at, _ in rig.printed] == [1.0, 2.0, 3.0]


def check_timers_keep_their_remaining_time_when_clocks_differ():
    rig = Rig(main=[("after", 2, ("fn", "f")), FOREVER], f=[("print", "once")]).start().until(0.5)
    rig.hop(shift=100000000)
    rig.until(103)
    assert rig.printed == [(102.0, "once")]


def check_ticks_that_fell_into_the_hop_come_once_after_it():
    rig = Rig(main=[("every", 1, ("fn", "f"))], f=[("print", "tick")]).start().until(0.5)
    rig.hop(seconds=3.2, elapsed=3200000)
    rig.until(5)
    assert [at for at, _ in rig.printed] == [3.7, 4.0, 5.0]


def check_entries_of_one_moment_keep_their_order_over_a_hop():
    rig = Rig(
        main=[("spawn", ("fn", "a")), ("after", 2, ("fn", "b")), ("sleep", 2), ("print", "main")],
        a=[("sleep", 2), ("print", "a")],
        b=[("print", "b")],
    )
    plain = rig.start().until(3).texts()
    again = Rig(**rig.program.forms_of_tests).start().until(1)
    again.hop()
    assert again.until(3).texts() == plain
    assert sorted(plain) == ["a", "b", "main"]


def check_handlers_of_a_subscription_run_one_at_a_time_and_in_order():
    rig = Rig(
        main=[("subscribe", "n/#", ("fn", "f"))],
        f=[("print", "$a1", "$a2"), ("sleep", 1), ("print", "done")],
    ).start()
    for i in range(3):
        assert rig.process.deliver("n/%d" % i, str(i))
    assert not rig.process.deliver("m", "x")
    rig.until(1.5)
    rig.hop()
    rig.until(9)
    assert rig.texts() == ["n/0\t0", "done", "n/1\t1", "done", "n/2\t2", "done"]
    assert [at for at, _ in rig.printed] == [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]


def check_overlapping_subscriptions_each_get_a_message():
    rig = Rig(
        main=[("subscribe", "a/#", ("fn", "f")), ("subscribe", "a/+", ("fn", "g"))],
        f=[("print", "f", "$a2")],
        g=[("print", "g", "$a2")],
    ).start()
    rig.process.deliver("a/b", "1")
    rig.process.deliver("a/b", "2")
    rig.until(1)
    assert sorted(rig.texts()) == ["f\t1", "f\t2", "g\t1", "g\t2"]
    assert rig.process.messages.taken == {"a/#": 2, "a/+": 2}
    rig.hop()
    assert rig.process.messages.taken == {"a/#": 2, "a/+": 2}


def check_a_cancelled_subscription_drops_what_waits_and_is_heard_no_more():
    heard = []
    rig = Rig(
        main=[("subscribe", "a", ("fn", "f")), ("sleep", 1), ("subscription.cancel", "$1")],
        f=[("print", "$a2"), ("sleep", 5)],
    )
    rig.host.unsubscribe = heard.append
    rig.start()
    rig.process.deliver("a", "1")
    rig.process.deliver("a", "2")
    rig.until(9)
    assert rig.texts() == ["1"] and heard == ["a"]
    assert rig.process.status == "ended"


def check_recv_takes_messages_in_order_and_keeps_those_that_come_between():
    rig = Rig(
        main=[
            ("recv", "a/+", 1),
            ("print", "$1", "$2"),
            ("sleep", 1),
            ("recv", "a/+"),
            ("print", "$1", "$2"),
            ("recv", "a/+", 0.5),
            ("print", "$1"),
        ]
    ).start()
    rig.process.deliver("a/x", "1")
    rig.until(0.5)
    rig.process.deliver("a/y", "2")
    rig.hop()
    rig.until(9)
    assert rig.printed == [(0.0, "a/x\t1"), (1.0, "a/y\t2"), (1.5, "nil")]


def check_a_waiting_recv_hops():
    rig = Rig(main=[("recv", "a", 4), ("print", "$1", "$2")]).start().until(1)
    rig.hop()
    rig.process.deliver("a", "\xff\0")
    assert rig.until(2).texts() == ["a\t\xff\0"]


def check_what_it_publishes_goes_out_as_text():
    rig = Rig(
        main=[
            ("subscribe", "o", ("fn", "f")),
            ("publish", "o", 1),
            ("publish", "o", 0.1),
            ("publish", "o", 2.0),
            ("publish", "o", True),
            ("publish", "o", None),
            ("publish", "o", {"a": [1, "x\n"], "b": False}, {"qos": 1, "retain": True}),
        ],
        f=[("print", "$a2")],
    ).start()
    texts = rig.texts()
    assert texts[:5] == ["1", "0.1", "2.0", "true", ""], texts
    assert sorted(texts[5]) == sorted('{"a":[1,"x\\n"],"b":false}')
    assert rig.host.retained == {"o": texts[5]}


def check_join_gives_results_before_and_after_the_end():
    rig = Rig(
        main=[("spawn", ("fn", "f")), ("task.join", "$1"), ("print", "$1", "$2"), ("sleep", 1)],
        f=[("sleep", 1), ("return", 7, "x")],
    )
    assert rig.start().until(3).texts() == ["7\tx"]
    rig = (
        Rig(
            main=[("spawn", ("fn", "f")), ("sleep", 2), ("task.join", "$1"), ("print", "$1")],
            f=[("return", ("fn", "f"))],
        )
        .start()
        .until(1)
    )
    rig.hop()
    assert rig.until(3).texts()[0] != "nil"


def check_an_error_nobody_joins_fails_the_process():
    rig = Rig(main=[("spawn", ("fn", "f")), FOREVER], f=[("sleep", 1), ("raise", "oops")])
    rig.start().until(2)
    assert (rig.process.status, rig.process.exit_status) == ("failed", 1)
    assert rig.process.failure == ["oops", "traceback"]
    assert rig.texts() == ["error: oops\ntraceback"]


def check_an_error_goes_to_those_who_join():
    rig = Rig(
        main=[("spawn", ("fn", "f")), ("task.join", "$1")], f=[("sleep", 1), ("raise", "oops")]
    )
    rig.start().until(2)
    assert rig.process.failure == ["oops", "traceback"]  # main failed, because it joined
    assert len(rig.printed) == 1


def check_a_cancelled_task_is_gone_and_its_joiner_goes_on():
    rig = Rig(
        main=[("spawn", ("fn", "f")), ("spawn", ("fn", "g"), "$1"), ("sleep", 1)],
        f=[FOREVER],
        g=[("task.cancel", "$a1"), ("print", "$1"), ("task.join", "$a1"), ("print", "end")],
    )
    rig.start().until(2)
    assert rig.texts() == ["true", "end"] and rig.process.status == "ended"


def check_wrong_arguments_read_as_in_lua():
    rig = Rig(main=[FOREVER]).start()
    for name, args, words in (
        ("sleep", ["x"], "bad argument #1 to 'sleep' (number expected, got string)"),
        ("sleep", [], "bad argument #1 to 'sleep' (number expected, got no value)"),
        ("every", [0, ("fn", "f")], "bad argument #1 to 'every' (interval must be positive)"),
        ("after", [1], "bad argument #2 to 'after' (function expected, got no value)"),
        ("spawn", [None], "bad argument #1 to 'spawn' (function expected, got nil)"),
        ("subscribe", ["a#", ("fn", "f")], "bad argument #1 to 'subscribe' (invalid topic filter"),
        ("publish", ["a/+", ""], "bad argument #1 to 'publish' (invalid topic 'a/+'"),
        ("publish", ["a", "", {"qos": 3}], "bad argument #3 to 'publish' (qos must be 0, 1 or 2)"),
        ("publish", ["a", "", {"qoz": 1}], "(unknown option 'qoz'; known: qos, retain)"),
        ("publish", ["a", ("fn", "f")], "(value that can travel expected, got function)"),
        ("fs.read", [None], "bad argument #1 to 'fs.read' (string expected, got nil)"),
        ("timer.cancel", [1], "calling 'cancel' on bad self (timer expected, got number)"),
    ):
        try:
            rig.process.op(name, args)
        except ProgramError as error:
            assert words in str(error), str(error)
        else:
            raise AssertionError(name)


def check_pause_holds_everything_and_resume_goes_on():
    rig = Rig(main=[("every", 1, ("fn", "f"))], f=[("print", "tick")]).start().until(1)
    rig.process.pause()
    assert rig.process.due() is None
    rig.late(4.5)
    rig.process.resume()
    rig.until(6)
    assert [at for at, _ in rig.printed] == [1.0, 4.5, 5.0, 6.0]


def check_tasks_of_every_state_hop():
    rig = Rig(
        main=[("spawn", ("fn", "f"), 1, "x", 0.5, ("fn", "f")), ("sleep", 1), ("print", "main")],
        f=[("print", "$a1", "$a2", "$a3")],
    )
    rig.process.start()
    rig.process.turn()  # main sleeps, f has not begun
    rig.hop()
    rig.until(2)
    assert rig.texts() == ["1\tx\t0.5", "main"]
    assert rig.process.engine.kept == {}


def check_unanswered_requests_are_asked_again_after_a_hop():
    rig = Rig(main=[("fs.read", "a"), ("print", "$1")])
    rig.process.start()
    rig.process.turn()
    asked = rig.host.requests
    assert len(asked) == 1
    rig.host.requests = []  # the old node never answers
    rig.hop()
    assert rig.host.requests == asked
    rig.process.finish(asked[0][0], ["text"])
    rig.process.finish(asked[0][0], ["twice"])
    rig.host.requests = []
    assert rig.until(1).texts() == ["text"]


def check_a_hop_answers_true_there_and_the_reason_here():
    rig = Rig(main=[("hop.to", "x"), ("print", "$1", "$2")])
    rig.process.start()
    rig.process.turn()
    rig.host.requests = []
    rig.hop()
    assert rig.until(1).texts() == ["true\tnil"] and rig.process.hops == 1
    rig = Rig(main=[("hop.to", "x"), ("print", "$1", "$2")]).start()
    assert rig.texts()[0][:16] == "nil\tthere is no "


def check_on_arrive_runs_after_each_hop():
    rig = Rig(main=[("hop.on_arrive", ("fn", "f")), ("sleep", 5)], f=[("print", "here")]).start()
    rig.hop()
    rig.until(1)
    rig.hop(arrived=False)
    rig.until(2)
    rig.hop()
    assert rig.until(9).texts() == ["here", "here"]
