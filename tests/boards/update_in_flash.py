# mypy: ignore-errors
"""Run by MicroPython: cuts a board's power at each write to its flash amid an update over the air.

Takes the server's address, the name of the new set, and size and hash of its list. Fetches the set
from there, up to the write at which power is cut; mounts what is left, looks what the starter makes
of it, and has the update go on. Prints how many cuts there were.
"""

import asyncio
import json
import os
import sys

from flash import Flash, PowerCut, formatted, mounted, unmount

import moonhop_start
import updating
from moonhop_core.node.http import Http
from moonhop_core.node.messages import RequestError

URL, NAME, SIZE, HASH = sys.argv[1:]
OLD = {"same.mpy": "s" * 900, "worker.mpy": "o" * 700, "moonhop.json": '{"node": "n"}'}
BLOCKS = 96


def fetch():
    http = Http(URL)
    try:
        return asyncio.run(updating.fetch(http, "old", NAME, [int(SIZE), HASH], {"tags": ["t"]}))
    finally:
        http.close()
        asyncio.new_event_loop()


def boot():
    how = moonhop_start.choose()
    assert how, os.listdir("sets")
    assert moonhop_start.is_whole(how["set"], True), how
    assert how["safe"] is None, how
    return how


def update():
    """Fetch the set, try it, and keep it."""
    fetch()
    moonhop_start.stage(NAME)
    assert boot() == {"set": NAME, "trial": True, "safe": None, "failed": None}
    assert moonhop_start.good(True)


def full():
    """An update that finds too little room leaves flash as it was, and one that finds enough goes
    through, to the block; return what is said where one block lacks."""
    said = None
    for blocks in range(24, BLOCKS):
        before = formatted(blocks, "old", OLD)
        flash = Flash(bytearray(before))
        mounted(flash)
        try:
            update()
            unmount()
            return said
        except RequestError as error:
            said = error.text
        unmount()
        assert flash.data == before
    raise AssertionError("it has no room anywhere")


def cuts():
    before = formatted(BLOCKS, "old", OLD)
    number = 0
    while True:
        flash = Flash(bytearray(before), number)
        mounted(flash)
        try:
            assert boot()["set"] == "old"
            moonhop_start.good(True)
            update()
            unmount()
            return number
        except PowerCut:
            unmount()
        flash.forgotten = True
        mounted(Flash(flash.data))
        how = boot()
        assert how["set"] in ("old", NAME), how
        moonhop_start.good(True)
        if how["set"] == "old":
            update()
        unmount()
        number += 1


print(json.dumps({"full": full(), "cuts": cuts()}))
