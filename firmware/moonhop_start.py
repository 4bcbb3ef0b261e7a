"""The starter: which set of files a board runs, and what becomes of boots that fail.

A set is what a node needs, below sets/NAME in flash or in the board's ROMFS (a file in flash goes
before one in the ROM); sets/NAME/set.json lists it. moonhop_boot.json says which set runs, which
one is on trial and how many boots in a row have not become good. An update over the air replaces
sets, never this file and black_box.py: so they are small and plain, and lean on nothing else.

moonhop_boot.json: set, trial (null: none), boots; and perhaps failed (the last set that did not
pass its trial), safe (true: the trial was begun in safe mode).
"""

import gc
import hashlib
import json
import os
import sys
import time

import black_box

STATE = "moonhop_boot.json"
NEW = STATE + ".new"
PLACES = ("sets/", "/rom/sets/")
FAILED = 3  # boots in a row before safe mode
TRIAL = 180000  # milliseconds that a set on trial has before the first word of its watchdog
PAUSE = 2  # seconds to read what went wrong, and to press Ctrl-C, before the next boot
PIECE = 1024  # bytes


def start():
    """Choose a set and count this boot. Returns its main function and what to tell it, a dict:

    set     the set's name
    trial   whether the set is on trial: this boot is good only once the broker knows the node
    safe    why this boot is in safe mode; None: it is not
    failed  the set that did not pass the last trial, if there was none since

    Where there is no set, it is the worker that is frozen into the firmware or installed by mip;
    then `set` is None and boots are not counted. Returns None, None if there is none either; resets
    the board if the worker could not be loaded, and another boot may fare better.
    """
    how = choose()
    if how is None:
        how = {"set": None, "trial": False, "safe": None, "failed": None}
    else:
        sys.path[:0] = [place + how["set"] for place in PLACES]
    try:
        if how["trial"]:
            _watch()
        main = __import__("moonhop_board").main
    except Exception as error:
        if not how["set"] and isinstance(error, ImportError):
            print("moonhop: no complete set of files on this board; deploy the worker again")
        else:
            fail(error, how["set"] and not how["safe"])
        return None, None
    sys.modules.pop("moonhop_start", None)  # its work is done, its memory free
    return main, how


def choose():
    """Say which set this boot runs, as `start` does, and count the boot; None: there is none."""
    state = _read() or _found()
    if state is None:
        return None
    trial = state["trial"]
    if trial and (state["boots"] or not is_whole(trial, True)):
        _roll_back(state)
    if not state["trial"] and not is_whole(state["set"]):
        lost = state["set"]
        state = _found()
        if state is None:
            return None
        state["failed"] = lost
    safe = not state["trial"] and state["boots"] >= FAILED
    if not safe:
        state["boots"] += 1
        if not _write(state) and state["trial"]:  # a trial that is not counted would have no end
            _roll_back(state)
            safe = state["boots"] >= FAILED
    return {
        "set": state["trial"] or state["set"],
        "trial": bool(state["trial"]),
        "safe": "%d boots in a row failed" % FAILED if safe else None,
        "failed": state.get("failed"),
    }


def good(reached):
    """Say that this boot is good: the broker knows the node (`reached`), or it has been up for a
    while, which is enough for a set that is not on trial. Returns whether it counts."""
    state = _read()
    if state is None or (state["trial"] and not reached):
        return False
    if state["trial"] or state["boots"]:
        state = {"set": state["trial"] or state["set"], "trial": None, "boots": 0}
        return _write(state)
    return True


def stage(name):
    """Have the next boot try a set. Raises ValueError if it is not whole, OSError if that cannot be
    written; then the next boot does what it would have done."""
    if not is_whole(name, True):
        raise ValueError("set %s is not whole" % name)
    state = _read() or _found()
    state["safe"] = state["boots"] >= FAILED
    state["trial"] = name
    state["boots"] = 0
    state.pop("failed", None)
    if not _write(state):
        raise OSError("cannot write " + STATE)


def leave_safe_mode():
    """Have the next boot be an ordinary one."""
    state = _read()
    if state:
        state["boots"] = 0
        _write(state)


def fail(error, again):
    """Tell of an exception that nothing has caught, keep it for the next boot's birth, and reset
    the board (`again`) if it can be reset."""
    sys.print_exception(error)
    gc.collect()
    try:
        black_box.keep(error)
    except MemoryError:
        pass
    try:
        from machine import reset
    except ImportError:
        return
    if again:
        time.sleep(PAUSE)
        reset()


def is_whole(name, hashes=False):
    """Tell whether all files of a set are there in their sizes, and with the right `hashes`."""
    try:
        with open(find(name, "set.json")) as file:
            files = json.load(file)["files"]
        for path in files:
            size, hash = files[path]
            place = find(name, path)
            if os.stat(place)[6] != size or (hashes and _hash(place) != hash):
                return False
        return bool(files)
    except Exception:  # whatever may stand in that file
        return False


def find(name, path):
    """Return where a file of a set is. Raises OSError if it is nowhere."""
    for place in PLACES:
        place += name + "/" + path
        try:
            os.stat(place)
            return place
        except OSError:
            pass
    raise OSError(2)


def _watch():
    """Have the board reset if the set on trial hangs; its worker sets a shorter time."""
    try:
        from machine import WDT
    except ImportError:
        return
    WDT(timeout=TRIAL)


def _hash(path):
    hash = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            piece = file.read(PIECE)
            if not piece:
                return "".join("%02x" % byte for byte in hash.digest())
            hash.update(piece)


def _read():
    """Return what moonhop_boot.json says; None: nothing that makes sense."""
    for name in (STATE, NEW):  # FAT cannot put a file in another's place without a moment between
        try:
            with open(name) as file:
                state = json.load(file)
            names = isinstance(state["set"], str) and isinstance(state["trial"] or "", str)
            if names and isinstance(state["boots"], int):
                return state
        except Exception:  # whatever may stand in that file
            pass
    return None


def _found():
    """Return a state made of the sets that are there: the second of them on trial, since it cannot
    be known which one ran; None: there is none."""
    names = set()
    for place in PLACES:
        try:
            names.update(os.listdir(place[:-1]))
        except OSError:
            pass
    whole = [name for name in sorted(names) if is_whole(name, True)]
    if not whole:
        return None
    return {"set": whole[0], "trial": whole[1] if whole[1:] else None, "boots": 0}


def _roll_back(state):
    state["failed"] = state["trial"]
    state["trial"] = None
    state["boots"] = FAILED if state.pop("safe", False) else 0


def _write(state):
    """Write moonhop_boot.json, whole or not at all; return whether it could be written."""
    try:
        with open(NEW, "w") as file:
            json.dump(state, file)
        os.rename(NEW, STATE)
        return True
    except OSError as error:
        print("moonhop: cannot write %s: %s" % (STATE, error))
        return False
