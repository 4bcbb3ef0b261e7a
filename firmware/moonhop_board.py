"""A board as a node: reads its set's moonhop.json, joins Wi-Fi if there is any, runs the worker.

moonhop.json: fleet, node, password, mqtt_host, mqtt_port, url; and perhaps user, token, tags, wifi
({"ssid", "password"}), name of the board's kind as "board".
"""

import asyncio
import gc
import json
import sys
import time

import micropython

from health import Health
from moonhop_core.node.http import Http
from moonhop_core.node.link import LinkError
from moonhop_core.node.worker import About, Worker
from umqtt_link import UmqttLink

CONFIG = "moonhop.json"
CHUNK = 240  # bytes of an image at once: with its head 8 blocks of a heap that has no larger pieces
GARBAGE = 8192  # bytes between collections, so that what stays is not scattered among garbage
WINDOW = 8  # chunks under way
WAITING = 4096  # bytes that each process keeps for a broker that is away
PROCESSES = 8
AGAIN = 30  # seconds after a refusal


def engine(name):
    """Return what makes an engine of a program and a process; boards have one."""
    if not _engines:
        from moonhop_core.process.alarm import bounded
        from moonhop_core.process.bounds import SLICE
        from moonhop_core.process.python_engine import PythonEngine

        _engines.append(bounded(PythonEngine, SLICE))
    return _engines[0]


def make_worker(config):
    """Return the worker of a configuration, not yet started."""
    node = config["node"]
    password = config["password"]
    link = UmqttLink(
        config["mqtt_host"],
        config["mqtt_port"],
        config["fleet"] + "/" + node,
        config.get("user") or node,
        password,
    )
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
    )
    return Worker(about, link, Http(config["url"], config.get("token") or password), engine)


async def _serve(config, how):
    health = Health(how)
    wifi = config.get("wifi")
    if wifi:
        import wifi as radio

        await radio.connect(wifi["ssid"], wifi.get("password", ""))
    while True:
        worker = make_worker(config)
        _running[:] = [worker]
        try:
            await worker.start()
        except LinkError as error:
            print("moonhop:", error)
            await worker.stop()
            await asyncio.sleep(AGAIN)
            continue
        gc.collect()
        gc.threshold(GARBAGE)
        print("moonhop: node", config["node"], "is ready,", gc.mem_free(), "bytes free")
        await worker.link.drain()
        health.born()
        while True:
            await asyncio.sleep(3600)


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


_running = []
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
        started = time.time()
        for worker in _running:
            try:
                asyncio.run(asyncio.wait_for(worker.stop(), 5))
            except (OSError, asyncio.TimeoutError):
                print("moonhop: could not say goodbye in", time.time() - started, "s")
        print("moonhop: stopped")
