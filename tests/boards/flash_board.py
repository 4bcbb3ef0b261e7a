"""Virtual boards whose flash is a LittleFS in a file, and whose power can be cut amid any write."""

import shutil
import socket
from pathlib import Path

from moonhop.boards.console import BoardConsole

TIMEOUT = 30.0  # seconds
BLOCK = 4096  # bytes
ERASED = b"\xff" * BLOCK
PROMPT = b">>> "
DEVICE = "flash_file.py"
FIRST = """
import flash_file
flash_file.mount({image!r})
"""


class FlashBoard(BoardConsole):
    """A board whose flash is the file ``image``; ``content``: what is in it, else nothing in so
    many blocks."""

    def __init__(self, folder: Path, content: bytes | int, heap: str = "192K") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.image = folder / "flash.img"
        self.image.write_bytes(ERASED * content if isinstance(content, int) else content)
        self._when = folder / "flash.img.cut"
        shutil.copy(Path(__file__).with_name(DEVICE), folder)
        super().__init__(folder, heap, FIRST.format(image=str(self.image)))

    def cut_amid(self, write: int) -> None:
        """Have the power cut amid that write, from 0 on, after the next start; it is back at
        once."""
        self._when.write_text(str(write))

    @property
    def was_cut(self) -> bool:
        """Whether power was cut as it was to be."""
        return not self._when.exists()

    def said(self) -> str:
        """Return what its console said since it was last heard, up to the prompt."""
        host, _, port = self.url.removeprefix("socket://").partition(":")
        found = b""
        # pyserial's socket:// would throw away what came before it has opened
        with socket.create_connection((host, int(port)), TIMEOUT) as line:
            while not found.endswith(PROMPT):
                heard = line.recv(BLOCK)
                assert heard, found
                found += heard
        return found.decode()
