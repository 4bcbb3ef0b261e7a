"""Downloads that appear whole, and go on where they broke off.

What has come lies beside the file as ``NAME.ETAG.part``: the same command goes on there if the file
is still the version that it was (RFC 9110, ``If-Range``).
"""

import contextlib
import glob
import re
from pathlib import Path

from moonhop.cli.client import Client, Interrupted, Refused, pieces
from moonhop.cli.fs.progress import Progress
from moonhop_core.errors import MoonhopError

WORTH = 1 << 20  # bytes: less is not kept
PART = re.compile(r"\.([0-9a-f]{32})\.part")


def fetch(client: Client, source: str, target: Path) -> int:
    """Copy what the API has under ``source`` to a file; return its size in bytes.

    Raises MoonhopError.
    """
    try:
        before, etag = _begun(target)
        if before:
            try:
                return _fetch(client, source, target, before, etag)
            except Refused as refused:
                if refused.status != 416:  # nothing comes after what is there
                    raise
                before.unlink()
        return _fetch(client, source, target)
    except OSError as error:
        raise MoonhopError(f"cannot write {str(target)!r}: {error.strerror}") from None


def _fetch(
    client: Client, source: str, target: Path, before: Path | None = None, etag: str = ""
) -> int:
    done = before.stat().st_size if before else 0
    headers = {"Range": f"bytes={done}-", "If-Range": f'"{etag}"'} if done else {}
    with client.open("GET", source, headers=headers) as response:
        if before and response.status != 206:
            before.unlink()
            done = 0
        etag = (response.getheader("ETag") or "").strip('"')
        part = target.with_name(f"{target.name}.{etag}.part")
        total = None if response.length is None else done + response.length
        try:
            with part.open("ab" if done else "wb") as file:
                with Progress(target.name, total, done) as progress:
                    for piece in progress.over(pieces(response)):
                        file.write(piece)
                size = file.tell()
            part.replace(target)
        except Interrupted as error:
            if _is_worth(part):
                raise MoonhopError(f"{error}: it goes on where it was") from None
            raise
        finally:
            if not _is_worth(part):
                part.unlink(missing_ok=True)
    return size


def _begun(target: Path) -> tuple[Path | None, str]:
    """Return what has come of a file before, and of which version."""
    for name in glob.glob(f"{glob.escape(str(target))}.*.part"):
        if match := PART.fullmatch(name[len(str(target)) :]):
            return Path(name), match[1]
    return None, ""


def _is_worth(part: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return part.stat().st_size >= WORTH
    return False
