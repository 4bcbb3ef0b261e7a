"""What the unix port lacks of a chip's `esp32`: two places for a firmware, kept in files. The boot
loader that chooses between them at each reset is moonhop.boards.bootloader."""

import hashlib
import json
import os

_folder = os.getenv("MOONHOP_SLOTS")
if not _folder:
    raise ImportError("this board has no OTA slots")

BLOCK = 4096  # bytes
SIZE = 1 << 18  # bytes of a place
NAMES = ("ota_0", "ota_1")
INVALID = -5379  # ESP_ERR_OTA_VALIDATE_FAILED


class Partition:
    """One of the two places."""

    BOOT, RUNNING = range(2)

    def __init__(self, which):
        if which == self.RUNNING:
            which = os.getenv("MOONHOP_SLOT")
        elif which == self.BOOT:
            which = _chosen()["boot"]
        self._name = which
        self._path = f"{_folder}/{which}.bin"

    def info(self):
        """Return type, subtype, address, size, name and whether it is encrypted."""
        number = NAMES.index(self._name)
        return (0, 16 + number, 0x10000 + number * SIZE, SIZE, self._name, False)

    def get_next_update(self):
        """Return the other place."""
        return Partition(NAMES[1 - NAMES.index(self._name)])

    def readblocks(self, number, buffer, offset=0):
        """Read; what was never written is erased flash."""
        data = b""
        try:
            with open(self._path, "rb") as file:
                file.seek(number * BLOCK + offset)
                data = file.read(len(buffer))
        except OSError:
            pass
        buffer[:] = data + b"\xff" * (len(buffer) - len(data))

    def writeblocks(self, number, buffer, offset=0):
        """Write."""
        if number * BLOCK + offset + len(buffer) > SIZE:
            raise OSError(22)
        mode = "r+b" if f"{self._name}.bin" in os.listdir(_folder) else "w+b"
        with open(self._path, mode) as file:
            file.seek(number * BLOCK + offset)
            file.write(buffer)

    def ioctl(self, what, argument):
        """Tell how many blocks there are, and their size."""
        return {4: SIZE // BLOCK, 5: BLOCK}.get(what, 0)

    def set_boot(self):
        """Have the next reset start what is here. Raises OSError if it is no whole image."""
        try:
            with open(self._path, "rb") as file:
                data = file.read()
            end = _end(data)
            whole = hashlib.sha256(data[:end]).digest() == data[end : end + 32]
        except (OSError, IndexError):
            whole = False
        if not whole:
            raise OSError(INVALID)
        _choose({"boot": self._name, "state": "new"})

    @staticmethod
    def mark_app_valid_cancel_rollback():
        """Keep the running firmware."""
        _choose({"boot": os.getenv("MOONHOP_SLOT"), "state": "valid"})


def _end(data):
    """Return where an image's checksum ends and its hash begins."""
    if data[0] != 0xE9:
        raise IndexError
    at = 24
    for _ in range(data[1]):
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    return (at | 15) + 1


def _chosen():
    with open(_folder + "/otadata.json") as file:
        return json.load(file)


def _choose(data):
    with open(_folder + "/otadata.new", "w") as file:
        json.dump(data, file)
    os.rename(_folder + "/otadata.new", _folder + "/otadata.json")
