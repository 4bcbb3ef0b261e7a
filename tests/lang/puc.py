"""What PUC Lua says about source texts: Debian's lua5.4, asked for many of them at once."""

import shutil
import subprocess
from collections.abc import Iterable

_ASK = """
for hex in io.lines() do
  local text = hex:gsub("..", function(d) return string.char(tonumber(d, 16)) end)
  local _, message = load(text, "=chunk", "t")
  print(((message or ""):gsub(".", function(c) return ("%02x"):format(c:byte()) end)))
end
"""


def puc_messages(sources: Iterable[str]) -> list[str | None]:
    """For each text (code points 0..255) None if PUC Lua accepts it, else its error message."""
    lua = shutil.which("lua5.4")
    assert lua, "these tests need PUC Lua: run make system"
    answer = subprocess.run(
        [lua, "-e", _ASK],
        input="".join(source.encode("latin-1").hex() + "\n" for source in sources),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [bytes.fromhex(line).decode("latin-1") or None for line in answer.stdout.splitlines()]


def without_place(message: str) -> str:
    """A message behind its `chunk:line: `."""
    return message.split(": ", 1)[1] if message.startswith("chunk:") else message
