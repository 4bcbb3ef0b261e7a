"""A program that hears numbers and tells what is wrong with them."""

from moonhop.host import Host
from tests.host.fleet import printed, until_printed

# Its arguments: "numbers" (each must come once and in order), "repeated" (some may come again) or
# "alike" (all are the same), then filters, each of which has a handler of its own. On the topic
# "tell" it tells how many messages each handler was given, repeated ones left out.
LISTENER = b"""
local kind, filters = (...), {select(2, ...)}
local counts = {}
for i, filter in ipairs(filters) do
  counts[i] = 0
  subscribe(filter, function(topic, payload)
    if kind == "repeated" and tonumber(payload) <= counts[i] then return end
    local n = counts[i] + 1
    counts[i] = n
    if kind ~= "alike" and payload ~= tostring(n) then
      print("wrong: " .. filter .. " got " .. payload .. " in place of " .. n)
      counts[i] = tonumber(payload)
    end
  end)
end
subscribe("tell", function() print("heard " .. table.concat(counts, " ")) end)
print("ready")
sleep(1e6)
"""


def wrong(host: Host, pid: str) -> list[str]:
    """Return what it found wrong so far."""
    return [text for text in printed(host, pid) if text.startswith("wrong")]


def heard(host: Host, pid: str) -> list[int] | None:
    """Return the last counts that it told, one for each filter; None if it has not yet."""
    told = [text for text in printed(host, pid) if text.startswith("heard")]
    return [int(word) for word in told[-1].split()[1:]] if told else None


async def all_heard(host: Host, pid: str, count: int, filters: int) -> None:
    """Wait until each of its handlers was given ``count`` messages; check that none was more."""

    def done() -> bool:
        told = heard(host, pid)
        return told is not None and min(told) >= count

    while not done():
        before = len(printed(host, pid))
        host.scheduler.link.publish("tell", b"", 1)
        await until_printed(host, pid, before + 1)
        assert not wrong(host, pid)
    assert heard(host, pid) == [count] * filters
