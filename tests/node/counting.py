"""An engine for tests of nodes, on both Pythons: it counts, publishes, hears; no compiler needed.

The program is JSON: {"interval": seconds, "hear": filter or null, "padding": bytes, "busy":
seconds of each turn, "log": whether it prints "heard" and what it heard}. Its main task publishes
"out/<pid>" with 1, 2, 3 … and its handler publishes what it hears on "heard/<pid>".
"""

import json
import time

from moonhop_core.process.engine import Engine

HANDLER = object()


class CountingEngine(Engine):
    """Runs the one program that there is."""

    name = "python"
    int_bits = 64
    float_bits = 64

    def __init__(self, program, host):
        super().__init__(program, host)
        self.plan = json.loads(program.source or program.python().TEXT)
        self.count = 0
        self.tasks = {}
        self.padding = "x" * self.plan.get("padding", 0)
        self.closed = False

    def spawn(self, tid, fn, args):
        self.tasks[tid] = [fn, 0, list(args)]

    def resume(self, tid, values, error=None):
        task = self.tasks[tid]
        if task[0] is not None:
            self.host.op("publish", ["heard/" + self.host.pid, task[2][1], None])
            if self.plan.get("log"):
                self.host.op("print", ["heard " + task[2][1]])
            del self.tasks[tid]
            return ("done", [])
        if task[1] == 0:
            task[1] = 1
            if self.plan.get("hear"):
                self.host.op("subscribe", [self.plan["hear"], HANDLER])
            self.host.op("print", ["begin"])  # who reads this knows that it hears
        else:
            self.count += 1
            self.host.op("publish", ["out/" + self.host.pid, str(self.count)])
            self.host.op("print", [str(self.count)])
        end = time.time() + self.plan.get("busy", 0)
        while time.time() < end and not self.closed:
            pass
        if self.count == self.plan.get("last"):
            return ("done", [])
        if self.plan.get("fail") == self.count:
            return ("failed", "count.lua:1: it fails", "stack traceback")
        return ("wait", self.host.op("sleep", [self.plan.get("interval", 0.02)]).wait)

    def cancel(self, tid):
        del self.tasks[tid]

    def keep(self, value):
        return 1

    def drop(self, handle):
        pass

    def plain(self, value):
        return value

    def is_function(self, value):
        return value is HANDLER

    def type_name(self, value):
        if value is HANDLER:
            return "function"
        if value is None:
            return "nil"
        return {str: "string", bool: "boolean"}.get(type(value), "number")

    def write_image(self, put):
        put(["x", self.count])
        for start in range(0, len(self.padding), 500):
            put(["y", "s" + self.padding[start : start + 500]])
        for tid in self.tasks:
            put(["T", tid] + self.tasks[tid])

    def read_record(self, record):
        if record[0] == "x":
            self.count = record[1]
            self.padding = ""
        elif record[0] == "y":
            self.padding += record[1][1:]
        else:
            self.tasks[record[1]] = list(record[2:])

    def finish_restore(self):
        if len(self.padding) != self.plan.get("padding", 0):
            raise ValueError("padding")

    def close(self):
        self.closed = True
        self.tasks = {}
