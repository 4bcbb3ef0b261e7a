"""A virtual board's boot loader: starts one of two firmwares, as ESP-IDF's does with rollback on.

A firmware that was just chosen is started once; if it has not been called good by the next reset,
the other one is started from then on. What is in a slot is an image as chips have them; its last
segment is a script for sh, which gets MicroPython's command as its arguments.
"""

import json
import os
import sys
from pathlib import Path

from moonhop.boards.image import read_image, segments

CHOSEN = "otadata.json"  # {"boot": slot, "state": "new", "pending" or "valid"}
SLOTS = ("ota_0", "ota_1")


def lay_out(folder: Path, image: bytes) -> None:
    """Make the slots of a board that has one firmware."""
    folder.mkdir(parents=True)
    (folder / f"{SLOTS[0]}.bin").write_bytes(image)
    _write(folder, SLOTS[0], "valid")


def choose(folder: Path) -> str:
    """Return the slot to start, and note that it is started."""
    chosen = json.loads((folder / CHOSEN).read_text(encoding="ascii"))
    slot, state = chosen["boot"], chosen["state"]
    if state == "new":
        _write(folder, slot, "pending")
    elif state == "pending":
        slot = SLOTS[1 - SLOTS.index(slot)]
        _write(folder, slot, "valid")
    return str(slot)


def main(arguments: list[str]) -> None:
    """FOLDER COMMAND…: become the firmware that is to be started."""
    folder, *command = arguments
    slot = choose(Path(folder))
    data = Path(folder, f"{slot}.bin").read_bytes()
    read_image(data)  # it is whole
    script = segments(data)[-1].rstrip(b"\0").decode()
    os.environ.update(MOONHOP_SLOTS=folder, MOONHOP_SLOT=slot)
    os.execv("/bin/sh", ["/bin/sh", "-c", script, "firmware", *command])


def _write(folder: Path, slot: str, state: str) -> None:
    new = folder / "otadata.new"
    new.write_text(json.dumps({"boot": slot, "state": state}), encoding="ascii")
    new.rename(folder / CHOSEN)


if __name__ == "__main__":
    main(sys.argv[1:])
