"""Python packages that boards need and that pip cannot build."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from moonhop_core.errors import MoonhopError

UMQTT_SIMPLE = "micropython-umqtt.simple==1.3.4"
UMQTT_SIMPLE_SHA256 = "8555d2f654deb8eb0d724f79b0811a78cc94029d070f3d96bbd74288653d63a5"


def umqtt_simple() -> Path:
    """Return the path of ``umqtt/simple.py``, fetched from the package registry if need be.

    The folder above ``umqtt`` can go into MICROPYPATH as it stands. Raises MoonhopError if the file
    is not there and cannot be fetched, or is not the one that moonhop was tested with.
    """
    path = cache_folder() / "umqtt" / "simple.py"
    if path.is_file() and _is_tested(path.read_bytes()):
        return path
    source = _unpack(_download())
    if not _is_tested(source):
        raise MoonhopError(
            f"{UMQTT_SIMPLE} from the package registry is not the one moonhop knows "
            "(sha256 differs); check the registry that pip is configured for"
        )
    write_at_once(path, source)
    return path


def cache_folder() -> Path:
    """Return the folder for fetched files: the virtual environment's own, else the user's."""
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix) / "share" / "moonhop"
    user_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user_cache) / "moonhop"


def _is_tested(source: bytes) -> bool:
    return hashlib.sha256(source).hexdigest() == UMQTT_SIMPLE_SHA256


def _download() -> bytes:
    """Return the source package, by way of unearth, from the registry that pip would use."""
    with tempfile.TemporaryDirectory(prefix="moonhop-") as folder:
        command = [sys.executable, "-m", "unearth", "--no-binary", "--download", folder]
        result = _run([*command, *_registry(), UMQTT_SIMPLE])
        archives = list(Path(folder).glob("*.tar.gz"))
        if result.returncode or not archives:
            reason = (result.stderr.strip().splitlines() or ["not found"])[-1]
            raise MoonhopError(
                f"cannot fetch {UMQTT_SIMPLE} ({reason}); "
                "check the network and pip's index-url, then run: make setup"
            )
        return archives[0].read_bytes()


def _registry() -> list[str]:
    """Return unearth's option for the index that pip is configured for, if it is."""
    url = os.environ.get("PIP_INDEX_URL")
    if not url:
        url = _run(
            [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        ).stdout.strip()
    return ["--index-url", url] if url else []


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _unpack(archive: bytes) -> bytes:
    """Return ``umqtt/simple.py`` out of a source package, without writing anything to disk."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file and member.name.endswith("/umqtt/simple.py"):
                    return file.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise MoonhopError(f"{UMQTT_SIMPLE} came damaged ({error}); try again") from error
    raise MoonhopError(f"{UMQTT_SIMPLE} has no umqtt/simple.py; check the registry")


def write_at_once(path: Path, content: bytes) -> None:
    """Write the file in one step, so that nobody reads half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise MoonhopError(f"cannot write {path}: {error.strerror}") from error


if __name__ == "__main__":
    try:
        print(umqtt_simple())
    except MoonhopError as error:
        sys.exit(str(error))
