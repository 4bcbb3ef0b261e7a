"""Runs without a fleet, in virtual time, on both Pythons."""

# mypy: ignore-errors

from scripted import ScriptedEngine

from moonhop_core.process.program import Program
from moonhop_core.process.runner import local_runner, run_program


def run(hop_every=None, args=(), **scripts):
    """Run scripts in virtual time; return the result and what was put out."""
    program = Program("test.lua", "", "hash", {}, {})
    program.forms_of_tests = scripts
    put_out = []
    runner = local_runner(program, ScriptedEngine, lambda kind, text: put_out.append((kind, text)))
    result = run_program([runner, runner], args, hop_every, virtual=True)
    return result, put_out


def check_a_day_passes_at_once_and_messages_come_back():
    scripts = {
        "main": [
            ("subscribe", "a/+", ("fn", "f")),
            ("publish", "a/1", "x"),
            ("sleep", 86400),
            ("now",),
            ("print", "$1"),
            ("publish", "a/2", "y", {"retain": True}),
            ("recv", "a/2"),
            ("print", "$1", "$2"),
            ("exit", 4),
        ],
        "f": [("print", "heard", "$a1", "$a2")],
    }
    result, plain = run(**scripts)
    assert (result["status"], result["exit_status"]) == ("ended", 4)
    texts = [text for _, text in plain]
    assert texts[0] == "heard\ta/1\tx"
    assert sorted(texts[1:]) == ["86400.0", "a/2\ty", "heard\ta/2\ty"]
    for hop_every in (1, 2, 3):
        again, hopped = run(hop_every, **scripts)
        assert hopped == plain, (hop_every, hopped)
        assert again["exit_status"] == 4


def check_arguments_are_those_of_the_main_chunk():
    _, put_out = run(args=["x", "y"], main=[("print", "$a1", "$a2", "$a3")])
    assert put_out == [("print", "x\ty\tnil")]


def check_a_failure_tells_message_and_traceback():
    result, put_out = run(main=[("log", "here"), ("raise", "oops")])
    assert (result["status"], result["exit_status"]) == ("failed", 1)
    assert put_out == [("log", "here"), ("error", "oops\ntraceback")]


def check_waiting_for_what_cannot_come_is_told():
    result, _ = run(main=[("spawn", ("fn", "f")), ("task.join", "$1")], f=[("recv", "a/b")])
    assert result["status"] == "stuck"
    assert sorted(result["waits"]) == [
        "task 1 waits for the end of task 2",
        "task 2 waits for a message on 'a/b'",
    ]


def check_a_subscription_alone_ends_the_run():
    result, _ = run(main=[("subscribe", "a", ("fn", "f"))], f=[])
    assert (result["status"], result["exit_status"]) == ("ended", 0)
