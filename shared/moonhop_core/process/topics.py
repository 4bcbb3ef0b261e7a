"""MQTT topic names and filters: what is valid, and which filter matches which name (MQTT 3.1.1,
4.7). Plain string work: MicroPython's regular expressions are small and use the C stack."""

from moonhop_core.errors import MoonhopError

LONGEST = 65535  # bytes


class TopicError(MoonhopError):
    """A topic name or filter that MQTT does not allow."""


def check_topic(topic: str) -> None:
    """Raise TopicError unless something can be published under this name."""
    _check(topic, "topic")
    if "+" in topic or "#" in topic:
        raise TopicError("invalid topic '%s': '+' and '#' stand in filters only" % topic)


def check_filter(filter: str) -> None:
    """Raise TopicError unless this is a filter that one can subscribe to."""
    _check(filter, "topic filter")
    levels = filter.split("/")
    last = len(levels) - 1
    for i, level in enumerate(levels):
        if "#" in level and (level != "#" or i != last):
            raise TopicError("invalid topic filter '%s': '#' must be the whole last level" % filter)
        if "+" in level and level != "+":
            raise TopicError("invalid topic filter '%s': '+' must be a whole level" % filter)


def _check(text: str, what: str) -> None:
    if not text:
        raise TopicError("invalid %s: it is empty" % what)
    if "\0" in text:
        raise TopicError("invalid %s: it holds a zero byte" % what)
    if len(text) > LONGEST:
        raise TopicError("invalid %s: it is longer than %d bytes" % (what, LONGEST))


def matches(filter: str, topic: str) -> bool:
    """Tell whether a valid filter matches a valid name."""
    if "+" not in filter and "#" not in filter:
        return filter == topic
    if topic[0] == "$" and filter[0] != "$":  # 4.7.2: wildcards in front never match $SYS …
        return False
    wanted = filter.split("/")
    levels = topic.split("/")
    count = len(levels)
    for i, want in enumerate(wanted):
        if want == "#":
            return True  # the parent level too: sport/# matches sport
        if i >= count or (want != "+" and want != levels[i]):
            return False
        if i == count - 1 and i == len(wanted) - 2 and wanted[-1] == "#":
            return True
    return count == len(wanted)
