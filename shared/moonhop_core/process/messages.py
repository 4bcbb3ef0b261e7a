"""Messages: what a process publishes and hears.

The handler of a subscription gets messages one at a time and in order, each in a task of its own.
`recv` opens a mailbox for its filter, which stays open: what comes between two calls waits in it.
A message that several subscriptions and mailboxes match goes to each of them.
"""

from moonhop_core.lua.decimals import exact_text
from moonhop_core.lua.values import basic_text
from moonhop_core.process.engine import Obj, ProgramError, Suspend
from moonhop_core.process.topics import TopicError, check_filter, check_topic, matches

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call
    from moonhop_core.process.process import Process
    from moonhop_core.process.tasks import Task

MAILBOX = 1000  # messages; the oldest goes when one more comes
THING = "$thing/"  # in front of the topics of what sensors say


class Subscription:
    """A filter with a handler.

    queue    messages not yet handled: [topic, payload]
    handler  the task that handles one now, or None
    """

    def __init__(self, ident: int, filter: str, handle: int):
        self.ident = ident
        self.filter = filter
        self.handle = handle
        self.queue: "list[list[str]]" = []
        self.handler: "int | None" = None


class Mailbox:
    """Messages for `recv` with one filter; `waiting` are tasks, the longest waiting first."""

    def __init__(self, filter: str):
        self.filter = filter
        self.queue: "list[list[str]]" = []
        self.waiting: "list[int]" = []


class Messages:
    """Subscriptions by id, mailboxes by filter.

    taken  per filter how many messages the process has taken in, in all its life: they travel in
           the image, and the node that takes the process over drops, of what it has heard itself,
           as many as the one before had taken (`node/` compares the counts)
    """

    def __init__(self, process: "Process"):
        self.process = process
        self.subscriptions: "dict[int, Subscription]" = {}
        self.mailboxes: "dict[str, Mailbox]" = {}
        self._filters: "list[str]" = []  # of the mailboxes, in the order they were opened in
        self.taken: "dict[str, int]" = {}

    def in_order(self) -> "list[Subscription]":
        """Return the subscriptions, oldest first (MicroPython's dicts have no order)."""
        return [self.subscriptions[ident] for ident in sorted(self.subscriptions)]

    def boxes(self) -> "list[Mailbox]":
        """Return the mailboxes, oldest first."""
        return [self.mailboxes[filter] for filter in self._filters]

    def add_box(self, filter: str) -> Mailbox:
        """Make a mailbox, without a word to the host."""
        mailbox = self.mailboxes[filter] = Mailbox(filter)
        self._filters.append(filter)
        return mailbox

    def filters(self) -> "list[str]":
        """Return what the process hears, each filter once."""
        return list(self.taken)

    def waiting(self) -> int:
        """Return how many messages wait for handlers."""
        count = 0
        for subscription in self.subscriptions.values():
            count += len(subscription.queue)
        return count

    def _hear(self, filter: str) -> None:
        if filter not in self.taken:
            self.taken[filter] = 0
            self.process.host.subscribe(filter)

    def _unhear(self, filter: str) -> None:
        if filter in self.mailboxes:
            return
        for subscription in self.subscriptions.values():
            if subscription.filter == filter:
                return
        del self.taken[filter]
        self.process.host.unsubscribe(filter)

    def add(self, filter: str, handle: int) -> Subscription:
        """Hear a filter with a handler."""
        subscription = self.make(self.process.new_id(), filter, handle)
        self._hear(filter)
        return subscription

    def make(self, ident: int, filter: str, handle: int) -> Subscription:
        """Make a subscription, without a word to the host."""
        subscription = self.subscriptions[ident] = Subscription(ident, filter, handle)
        return subscription

    def cancel(self, ident: int) -> bool:
        """End a subscription; messages that wait for it are dropped."""
        subscription = self.subscriptions.pop(ident, None)
        if subscription is None:
            return False
        self.process.cancel_unstarted(subscription.handler)
        self.process.engine.drop(subscription.handle)
        self._unhear(subscription.filter)
        return True

    def close(self) -> None:
        """Stop hearing everything."""
        for filter in self.taken:
            self.process.host.unsubscribe(filter)
        self.taken = {}
        self.subscriptions = {}
        self.mailboxes = {}
        self._filters = []

    def deliver(self, topic: str, payload: str) -> bool:
        """Take a message in. Tells whether anything matched."""
        found = False
        for filter in self.taken:
            if matches(filter, topic):
                self.taken[filter] += 1
                found = True
        if not found:
            return False
        for subscription in self.in_order():
            if matches(subscription.filter, topic):
                if topic[:7] == THING:
                    subscription.queue = []  # only what a thing says last counts
                subscription.queue.append([topic, payload])
                self._handle_next(subscription)
        for mailbox in self.boxes():
            if matches(mailbox.filter, topic):
                self._post(mailbox, topic, payload)
        return True

    def _handle_next(self, subscription: Subscription) -> None:
        if subscription.handler is None and subscription.queue:
            message: "list[Any]" = subscription.queue.pop(0)
            if subscription.filter[:4] == "$fs/":
                from moonhop_core.process.watching import change_of

                message = [change_of(message[1])]
            elif subscription.filter[:7] == THING:
                from moonhop_core.process.things import value_of

                message = [value_of(message[1])]
            owner = ["subscription", subscription.ident]
            tid = self.process.new_id()
            subscription.handler = tid
            self.process.tasks.start(tid, subscription.handle, message, owner)

    def handled(self, ident: int) -> None:
        """The handler of a subscription has returned."""
        subscription = self.subscriptions.get(ident)
        if subscription is not None:
            subscription.handler = None
            self._handle_next(subscription)

    def _post(self, mailbox: Mailbox, topic: str, payload: str) -> None:
        if mailbox.waiting:
            task = self.process.tasks.all[mailbox.waiting.pop(0)]
            self.process.tasks.wake(task, [topic, payload])
            return
        mailbox.queue.append([topic, payload])
        if len(mailbox.queue) > MAILBOX:
            mailbox.queue.pop(0)
            self.process.host.output(
                "warning",
                "mailbox '%s' is full (%d messages): the oldest is dropped"
                % (mailbox.filter, MAILBOX),
            )

    def open(self, filter: str) -> Mailbox:
        """Return the mailbox of a filter."""
        mailbox = self.mailboxes.get(filter)
        if mailbox is None:
            mailbox = self.add_box(filter)
            self._hear(filter)
        return mailbox

    def stop_waiting(self, task: "Task", filter: str) -> None:
        """A task waits no more for the mailbox of a filter."""
        waiting = self.mailboxes[filter].waiting
        if task.tid in waiting:
            waiting.remove(task.tid)


# ---------------------------------------------------------------- operations


def valid(call: "Call", i: int, check: "Callable[[str], None]") -> str:
    """Return argument `i`: a topic that one can publish to, or a filter, as `check` says."""
    text = call.text(i)
    try:
        check(text)
    except TopicError as error:
        raise call.bad(i, str(error))
    return text


def publish(call: "Call") -> "list[Any]":
    """publish(topic, payload, {qos=, retain=}): numbers, booleans and nil go as text, tables as
    JSON."""
    topic = valid(call, 0, check_topic)
    payload = payload_text(call)
    options = call.options(2, ("qos", "retain"))
    qos = options.get("qos", 0)
    retain = options.get("retain", False)
    if qos not in (0, 1, 2) or type(qos) is bool:
        raise call.bad(2, "qos must be 0, 1 or 2")
    if type(retain) is not bool:
        raise call.bad(2, "retain must be a boolean")
    call.process.publish(topic, payload, int(qos), retain)
    return []


def payload_text(call: "Call") -> str:
    """Return argument 1 as the payload of a message."""
    value = call.get(1)
    if type(value) is str:
        return value
    if value is None:
        return ""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int or type(value) is float:
        return basic_text(value)
    if call.process.engine.type_name(value) != "table":
        raise call.expected(1, "value that can travel")
    return json_text(call.process.engine.plain(value))


def json_text(value: "Any") -> str:
    """Return a plain value as JSON whose characters are bytes (UTF-8 in, UTF-8 out)."""
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        if value - value != 0:
            raise ProgramError("JSON has no infinity and no nan")
        return exact_text(value)
    if type(value) is str:
        return json_string(value)
    if type(value) is list:
        return "[" + ",".join([json_text(v) for v in value]) + "]"
    for key in value:
        if type(key) is not str and type(key) is not int:
            raise ProgramError("JSON has only strings and integers as keys")
    pairs = [json_string(str(k)) + ":" + json_text(v) for k, v in value.items()]
    return "{" + ",".join(pairs) + "}"


def json_string(text: str) -> str:
    """Return a string in JSON's quotes; bytes from 128 on stay as they are."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    if any(c < " " for c in text):
        text = "".join([c if c >= " " else "\\u%04x" % ord(c) for c in text])
    return '"' + text + '"'


def subscribe(call: "Call") -> "list[Any]":
    """subscribe(filter, fn): fn(topic, payload) for each message."""
    filter = valid(call, 0, check_filter)
    subscription = call.process.messages.add(filter, call.function(1))
    return [Obj("subscription", subscription.ident)]


def cancel(call: "Call") -> "list[Any]":
    """sub:cancel(): true if it was still there."""
    return [call.process.messages.cancel(call.ident())]


def recv(call: "Call") -> "Any":
    """recv(filter, timeout): topic and payload of the next message, nil when time is over."""
    filter = valid(call, 0, check_filter)
    timeout = call.timeout(1)
    mailbox = call.process.messages.open(filter)
    if mailbox.queue:
        return list(mailbox.queue.pop(0))
    return Suspend(["recv", filter, timeout])


OF_MESSAGES: "dict[str, Callable[[Call], Any]]" = {
    "publish": publish,
    "subscribe": subscribe,
    "subscription.cancel": cancel,
    "recv": recv,
}
