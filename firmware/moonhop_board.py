"""A board as a node: reads its set's moonhop.json, joins Wi-Fi if there is any, runs the worker.

moonhop.json: fleet, node, password, mqtt_host, mqtt_port, url; and perhaps user, token, tags, wifi
({"ssid", "password"}), name of the board's kind as "board", watchdog (seconds, 0: off), ca (PEM,
whom to trust: the broker then speaks TLS), ntp (a server's name), proof (seconds that the set has
to reach the broker when it is on trial), things (the board's pins, sensors and actuators), native
(bytes of machine code that programs may bring), bridge (true: there is no network, a host's bridge
is at the serial line).
"""

import asyncio
import gc
import json
import sys
import time

import micropython

import health
from black_box import say
from moonhop_core.node.http import Http
from moonhop_core.node.link import LinkError
from moonhop_core.node.messages import BUSY, RequestError
from moonhop_core.node.worker import About, Worker
from umqtt_link import UmqttLink

CONFIG = "moonhop.json"
CHUNK = 240  # bytes of an image at once: with its head 8 blocks of a heap that has no larger pieces
GARBAGE = 8192  # bytes between collections, so that what stays is not scattered among garbage
WINDOW = 8  # chunks under way
WAITING = 4096  # bytes that each process keeps for a broker that is away
PROCESSES = 8
GOODBYE = 5  # seconds to leave in good order
AGAIN = 30  # seconds after a refusal
KEEP = 6 * 3600  # seconds that a clock goes right enough
THIS_YEAR = 2025  # a clock that shows an earlier one has not been set


def engine(name):
    """Return what makes an engine of a program and a process; boards have one."""
    if not _engines:
        from moonhop_core.process.alarm import bounded
        from moonhop_core.process.bounds import SLICE
        from moonhop_core.process.python_engine import PythonEngine

        _engines.append(bounded(PythonEngine, SLICE))
    return _engines[0]


def things_of_board(config, elapsed):
    """Return the board's things, once something uses them."""
    from board_things import make_things

    return make_things(config, elapsed)


def make_worker(config, context, http, boot):
    """Return the worker of a configuration, not yet started. `context` is the broker's
    ssl.SSLContext or None, `http` the host's server, `boot` what the birth tells of this boot."""
    node = config["node"]
    link = UmqttLink(
        config["mqtt_host"],
        config["mqtt_port"],
        config["fleet"] + "/" + node,
        config.get("user") or node,
        config["password"],
        context,
    )
    if config.get("bridge"):
        from serial_link import SerialConnection

        link.make_connection = SerialConnection
    about = About(
        config["fleet"],
        node,
        ["python"],
        64 if 1.0 + 2.0**-40 != 1.0 else 32,
        config.get("tags"),
        config.get("board", "micropython"),
        sys.platform,
        PROCESSES,
        CHUNK,
        WINDOW,
        WAITING,
        boot,
        config.get("things"),
        config.get("native", 0),
    )
    return Worker(about, link, http, engine, things=things_of_board)


async def _serve(config, how):
    life = health.Health(how, config)
    _running["life"] = life
    boot = health.report(how)
    if boot.get("cause"):
        say("moonhop: started by", boot["cause"])
    if boot.get("safe"):
        say("moonhop: safe mode, no programs:", boot["safe"])
    wifi = config.get("wifi")
    if wifi and not config.get("bridge"):
        from wifi import Wifi

        radio = Wifi(wifi["ssid"], wifi.get("password", ""))
        await radio.connect()
        life.spawn(radio.watch())
    context = None
    if config.get("ca") and not config.get("bridge"):
        from trust import tls_context

        context = tls_context(config["ca"])
    http = Http(config["url"], config.get("token") or config["password"], context)
    if config.get("bridge"):
        import serial_link

        serial_link.begin(config, http)
    if time.gmtime()[0] < THIS_YEAR or config.get("ntp"):
        life.spawn(_keep_time(http, config.get("ntp"), await _set_clock(http, config.get("ntp"))))
    while True:
        worker = make_worker(config, context, http, boot)
        _running["worker"] = worker
        life.offer_restart(worker)
        _offer_update(worker)
        try:
            await worker.start()
        except LinkError as error:
            say("moonhop:", error)
            await worker.stop()
            await asyncio.sleep(AGAIN)
            continue
        await worker.link.drain()
        life.born()
        gc.collect()
        gc.threshold(GARBAGE)
        say("moonhop: node", config["node"], "is ready,", gc.mem_free(), "bytes free")
        while True:
            await asyncio.sleep(3600)


async def _set_clock(http, ntp):
    from board_clock import set_clock

    right = await set_clock(http, ntp)
    del sys.modules["board_clock"]  # until it is needed again
    now = "%d-%02d-%02d %02d:%02d:%02d UTC" % time.gmtime()[:6]
    say("moonhop: the clock", "is set:" if right else "is not set, nobody tells the time:", now)
    return right


async def _keep_time(http, ntp, right):
    while True:
        await asyncio.sleep(KEEP if right else AGAIN)
        right = await _set_clock(http, ntp)


def _offer_update(worker):
    """Give a worker the verb `update` (NMP-060); what carries it out is loaded for each request."""

    async def update(request):
        if "updating" in sys.modules:
            raise RequestError(BUSY, "an update is under way")
        try:
            from updating import update as carry_out

            return await carry_out(worker, request)
        finally:
            for name in ("updating", "slots", "moonhop_start"):
                sys.modules.pop(name, None)

    worker.special["update"] = update


def _read_config(name):
    """Return the moonhop.json of a set, or the board's own for a set that has none."""
    place = CONFIG
    if name:
        from moonhop_start import find

        try:
            place = find(name, CONFIG)
        except OSError:
            pass
    with open(place) as file:
        return json.load(file)


_running = {}
_engines = []


def main(how=None):
    """Run the worker of moonhop.json until Ctrl-C. `how` is what the starter says of this boot;
    None: there is no starter."""
    config = _read_config(how and how["set"])
    sys.modules.pop("moonhop_start", None)
    try:
        asyncio.run(_serve(config, how))
    except KeyboardInterrupt:
        try:
            bytearray(64)
        except MemoryError:  # on unix Ctrl-C can come amid a collection, which has locked the heap
            micropython.heap_unlock()
        if "life" in _running:
            _running["life"].at_prompt()
        if "worker" in _running:
            try:
                asyncio.run(asyncio.wait_for(_running["worker"].stop(), GOODBYE))
            except (OSError, asyncio.TimeoutError):
                print("moonhop: could not say goodbye in", GOODBYE, "s")
        print("moonhop: stopped")
