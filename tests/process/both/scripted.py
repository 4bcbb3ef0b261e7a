"""An engine for tests of the process alone: a function is the name of a script, a script a list of
steps (operation, arguments …), and an image holds where each task stands.

Arguments: ("fn", name) is a function, "$1" the first value of the last result. Steps of their own:
("raise", message), ("return", value …), ("save",) which appends the last result to `trace`.
"""

# mypy: ignore-errors

from moonhop_core.process.engine import Engine, Kept, Obj, ProgramError, Suspend
from moonhop_core.process.local_host import LocalHost
from moonhop_core.process.process import Process
from moonhop_core.process.program import Program


class ScriptedEngine(Engine):
    name = "scripted"

    def __init__(self, program, host):
        Engine.__init__(self, program, host)
        self.tasks = {}  # tid -> [script, place, last result, arguments]
        self.kept = {}
        self.next = 1

    def spawn(self, tid, fn, args):
        script = "main" if fn is None else self.kept[fn][1]
        values = [self.kept[a.handle] if isinstance(a, Kept) else a for a in args]
        self.tasks[tid] = [script, 0, values, values]

    def resume(self, tid, values, error=None):
        task = self.tasks[tid]
        if error is not None:
            del self.tasks[tid]
            return ("failed", str(error), "traceback")
        if values:
            task[2] = [self.inside(v) for v in values]
        steps = self.program.forms_of_tests[task[0]]
        while task[1] < len(steps):
            step = steps[task[1]]
            task[1] += 1
            if step[0] == "return":
                del self.tasks[tid]
                return ("done", list(step[1:]))
            if step[0] == "raise":
                del self.tasks[tid]
                return ("failed", step[1], "traceback")
            if step[0] == "repeat":
                task[1] = 0
                continue
            try:
                result = self.host.op(step[0], [self.argument(task, a) for a in step[1:]])
            except ProgramError as error:
                del self.tasks[tid]
                return ("failed", str(error), "traceback")
            if isinstance(result, Suspend):
                return ("wait", result.wait)
            if result:
                task[2] = [self.inside(v) for v in result]
        del self.tasks[tid]
        return ("done", [])

    def inside(self, value):
        if isinstance(value, Obj):
            return {"id": value.ident}
        return self.kept[value.handle] if isinstance(value, Kept) else value

    def argument(self, task, argument):
        if type(argument) is str and argument[:1] == "$":
            which = task[2] if argument[1] != "a" else task[3]
            place = int(argument[-1]) - 1
            return which[place] if place < len(which) else None
        return argument

    def cancel(self, tid):
        del self.tasks[tid]

    def keep(self, value):
        self.next += 1
        self.kept[self.next] = value
        return self.next

    def drop(self, handle):
        del self.kept[handle]

    def plain(self, value):
        return value

    def is_function(self, value):
        return type(value) in (tuple, list) and value[:1] in (("fn",), ["fn"])

    def type_name(self, value):
        names = {str: "string", int: "number", float: "number", dict: "table", tuple: "function"}
        return "nil" if value is None else names.get(type(value), "boolean")

    def write_image(self, put):
        for handle, value in self.kept.items():
            put(["h", handle, list(value) if type(value) is tuple else value])
        for tid, task in self.tasks.items():
            put(["T", tid, task])
        put(["next", self.next])

    def read_record(self, record):
        if record[0] == "h":
            value = record[2]
            self.kept[record[1]] = tuple(value) if type(value) is list else value
        elif record[0] == "T":
            self.tasks[record[1]] = record[2]
        else:
            self.next = record[1]

    def finish_restore(self):
        pass

    def close(self):
        pass


class Clock:
    """A clock that tests set, in microseconds."""

    def __init__(self):
        self.time = 1000000

    def now(self):
        return self.time

    def monotonic(self):
        return self.time


class Rig:
    """A process over scripts with its host, and what it printed: (seconds since start, text)."""

    def __init__(self, files=None, **scripts):
        self.program = Program("test.lua", "", "hash", {}, {})
        self.program.forms_of_tests = scripts
        self.clock = Clock()
        self.printed = []
        self.host = LocalHost(self.clock, files, self.output)
        self.process = Process(self.program, ScriptedEngine, self.host)

    def output(self, kind, text):
        seconds = (self.clock.time - 1000000) / 1000000
        self.printed.append((seconds, text if kind == "print" else kind + ": " + text))

    def start(self):
        self.process.start()
        self.work()
        return self

    def work(self):
        """Do all that can be done now."""
        more = True
        while more:
            more = self.process.turn()
            more = self.host.settle(self.process) or more

    def until(self, seconds):
        """Let time pass up to a moment after the start, waking exactly when something is due."""
        end = 1000000 + int(seconds * 1000000)
        while True:
            self.work()
            due = self.process.due()
            if due is None or due > end:
                self.clock.time = end
                return self
            self.clock.time = max(due, self.clock.time)

    def late(self, seconds):
        """Let time pass without a turn, then do what is due."""
        self.clock.time = 1000000 + int(seconds * 1000000)
        self.work()
        return self

    def texts(self):
        return [text for _, text in self.printed]

    def hop(self, seconds=0.0, elapsed=0, shift=0, **options):
        """Write the process down and restore it in a new one, whose clock may be `shift` off."""
        lines = []
        self.process.snapshot(lines.append, self.process.epoch + 1)
        self.process.let_go()
        self.clock.time += int(seconds * 1000000) + shift
        self.process = Process(self.program, ScriptedEngine, self.host)
        self.process.restore(lines, elapsed, **options)
        return lines
