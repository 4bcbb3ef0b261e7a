# mypy: ignore-errors
"""Run by MicroPython: drives UmqttLink by commands of the test on standard input.

Prints one line of JSON for each thing that happens. Arguments: host, port, user, password, "new"
for the API of later clients, a file with whom to trust (PEM) for TLS. The verb "worst" tells how
long other tasks had to wait since the last time.
"""

import asyncio
import gc
import json
import select
import sys
import time

import umqtt.simple

if len(sys.argv) > 5 and sys.argv[5] == "new":
    # Later clients take a time-out for connect and set it on the socket.
    class Newer(umqtt.simple.MQTTClient):
        def connect(self, clean_session=True, timeout=None):
            umqtt.simple.socket.socket().settimeout(timeout)
            return super().connect(clean_session)

    umqtt.simple.MQTTClient = Newer

from moonhop_core.node.link import LinkError
from trust import tls_context
from umqtt_link import UmqttLink


def say(*what):
    print(json.dumps(what))


def delayed():
    """Return the milliseconds that this process was ready and had no processor: no fault of its."""
    with open("/proc/self/schedstat") as file:
        return int(file.read().split()[1]) / 1000000


async def watch(worst):
    """Measure how long other tasks have to wait, in milliseconds."""
    last, before = time.ticks_us(), delayed()
    while True:
        await asyncio.sleep_ms(1)
        now, after = time.ticks_us(), delayed()
        worst[0] = max(worst[0], time.ticks_diff(now, last) / 1000 - (after - before) - 1)
        last, before = now, after


async def main():
    host, port, user, password = sys.argv[1:5]
    context = None
    if len(sys.argv) > 6:
        with open(sys.argv[6]) as file:
            context = tls_context(file.read())
    worst = [0]
    watching = asyncio.create_task(watch(worst))
    link = UmqttLink(host, int(port), user, user, password, context, 5)
    link.on_message = lambda topic, payload, retained: say(
        "message", topic, len(payload), payload[:20].decode(), retained
    )
    link.on_reconnect = lambda: say("reconnected")
    topic = f"moonhop/1/lab/node/{user}/birth"
    try:
        await link.connect(topic, b'{"state": "ready"}', b'{"state": "lost"}')
    except LinkError as error:
        say("refused", str(error))
        return
    link.announce()
    say("connected")
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    while True:
        await asyncio.sleep(0.005)
        if not poll.poll(0):
            continue
        verb, *args = json.loads(sys.stdin.readline())
        if verb == "subscribe":
            await link.subscribe(*args)
        elif verb == "unsubscribe":
            await link.unsubscribe(*args)
        elif verb == "publish":
            topic, size, qos = args
            link.publish(topic, b"x" * size, qos)
        elif verb == "drain":
            await link.drain()
        elif verb == "worst":
            say("worst", worst[0])
            worst[0] = 0
            continue
        elif verb == "ping":
            say("ping", *await ping(link, *args))
            continue
        elif verb == "leave":
            await link.disconnect(b'{"state": "gone"}')
            watching.cancel()
            gc.collect()
            say("left", gc.mem_alloc())
            return
        say("done", verb)


async def ping(link, topic, count):
    """Send messages to oneself; return the times there and back in sequence, milliseconds."""
    came = asyncio.Event()
    link.on_message = lambda *_: came.set()
    await link.subscribe(topic)
    times = []
    for i in range(count):
        begun = time.ticks_us()
        link.publish(topic, b"%d" % i, i & 1)
        await came.wait()
        came.clear()
        times.append(time.ticks_diff(time.ticks_us(), begun) / 1000)
    times.sort()
    return times[len(times) // 2], times[len(times) * 95 // 100]


asyncio.run(main())
