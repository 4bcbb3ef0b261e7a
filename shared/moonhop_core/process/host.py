"""What a process needs of the node it runs on."""

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from typing import Any


class Host:
    """The node's side of a process. Every method may be called from an engine's own thread, none
    may wait. Times are whole microseconds."""

    def now(self) -> int:
        """Return the time since 1970."""
        raise NotImplementedError

    def monotonic(self) -> int:
        """Return the time since some fixed moment; it never goes back."""
        raise NotImplementedError

    def output(self, kind: str, text: str) -> None:
        """Take a line of the process: kind "print", "log" (the program's), "error" (a failure,
        with its traceback) or "warning" (the process's own)."""
        raise NotImplementedError

    if TYPE_CHECKING:

        def evaluated(self, number: int, kind: str, text: str) -> None:
            """Take a word of evaluation `number` (process/shell.py): "print" or "log" with what it
            said, or its last, "done" or "error" with what went wrong."""

    def publish(self, topic: str, payload: str, qos: int, retain: bool) -> None:
        """Send a message; `payload` has code points 0..255."""
        raise NotImplementedError

    def subscribe(self, filter: str) -> None:
        """Hear a filter. Called once while any subscription or mailbox of the process has it."""
        raise NotImplementedError

    def unsubscribe(self, filter: str) -> None:
        """Stop hearing a filter."""
        raise NotImplementedError

    def request(self, number: int, verb: str, args: "list[Any]") -> None:
        """Start something that takes time and answer with `process.finish(number, values)` or
        `process.finish(number, None, error)`, once. Verbs and what they give:

            fs.read path [offset size version]
                    -> text (shorter than size: the end), version, size of the file; a version,
                       if not None, is one that a read gave before
            fs.write path text, fs.append path text [size]
                    -> (nothing); with a size the file has to have so many bytes, and any more are
                       cut off: the process has gone back to a checkpoint
            fs.list path [limit after prefix]
                    -> names, sorted, folders with a "/" at the end; with a limit the first so many
                       behind `after`, and which to go on after, None at the end
            fs.exists path
                    -> bool
            fs.stat path
                    -> {"size": bytes, "kind": "file" or "folder", "modified": s, …}
            fs.remove path, fs.mkdir path, fs.rename path to, fs.copy path to
                    -> (nothing)
            sensor.read name           -> what the sensor says
            onewire.read pin chip      -> degrees Celsius; chip None: the first at the pin
            hop target                 -> an error only; it goes on elsewhere if it succeeds.
                                          `target` is a node or direction, None for hop.away()

        Errors end in C's words (`file_errors.py`) where it has some. A process that hopped before
        the answer asks again, under the same number: a host that has done it already answers again
        and does not do it twice.
        """
        raise NotImplementedError

    def thing(self, kind: str, names: "list[str]", method: str, args: "list[Any]") -> "Any":
        """Use a sensor, actuator, pin or bus of the node at once, and return what it gives: "open"
        [options, state or None], "close", "state", or what its kind can do (`things/things.py`).
        Raises MoonhopError if it is not there, is held by another process or fails."""
        raise NotImplementedError

    def changed(self) -> None:
        """Learn that the process has something to do sooner, or that its status changed."""
        raise NotImplementedError
