"""How long a message takes from one program to another."""

from moonhop.bench.figures import Figure, of_samples
from moonhop.bench.fleet import Fleet
from moonhop.bench.measurements import Effort

ECHO = """--! engines = ["lua54"]
subscribe("ping/#", function(topic, payload) publish("pong", payload) end)
publish("bench/ready", "yes")
"""
# Times each message there and back by the program's own clock.
ASK = """--! engines = ["lua54"]
local count = tonumber((...))
local times, at, sent = {}, 0
local function send()
  at = at + 1
  sent = now()
  publish("ping/" .. at, ("x"):rep(100))
end
subscribe("pong", function()
  times[at] = string.format("%.3f", (now() - sent) * 1e6 / 2)
  if at == count then
    publish("bench/times", "[" .. table.concat(times, ",") .. "]")
    exit(0)
  end
  send()
end)
after(0.3, send)
"""
COUNT = 500
WARM_UP = 10


async def measure(effort: Effort) -> list[Figure]:
    """Send 100 bytes there and back many times; half of that is one way."""
    count = effort.times(COUNT, 20) + WARM_UP
    effort.say("messages from node to node")
    between = await one_way("n2", count)
    effort.say("messages inside a worker")
    inside = await one_way("n1", count)
    peer = "VNetOS 0.1 ms (threads), 3 ms (node.js), 5 ms (ESP32)"
    return [
        of_samples("message/node to node", between, "ms", peer, 1.0),
        of_samples("message/inside a worker", inside, "ms", peer, 0.05),
    ]


async def one_way(other: str, count: int) -> list[float]:
    """Return the milliseconds of one way between a program on n1 and one on `other`."""
    async with Fleet(cpython=2) as fleet:
        echo = await fleet.run(ECHO, "echo", other)
        await fleet.wait_heard("bench/ready", 1, echo.pid)
        row = await fleet.run(ASK, "ask", "n1", count)
        times = await fleet.wait_json("bench/times", row.pid)
        return [time / 1e3 for time in times[WARM_UP:]]
