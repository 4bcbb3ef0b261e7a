"""File stores of every kind, for the tests that all of them have to pass."""

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

from moonhop.files.object_blobs import ObjectBlobs
from moonhop.files.store import FileStore


@contextmanager
def in_a_folder(folder: Path) -> Iterator[Callable[[], FileStore]]:
    """A store with its blobs in a folder."""
    yield lambda: FileStore(folder)


@contextmanager
def on_s3(folder: Path) -> Iterator[Callable[[], FileStore]]:
    """A store with its blobs in S3."""
    with s3_bucket() as url:
        yield lambda: FileStore(folder, ObjectBlobs(f"{url}/blobs", folder / "parts", "lab"))


STORES = {"folder": in_a_folder, "s3": on_s3}


@contextmanager
def s3_bucket() -> Iterator[str]:
    """A fresh bucket; gives its URL. The environment knows the way to it meanwhile."""
    import s3fs

    known = {
        "AWS_ENDPOINT_URL": s3_server(),
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with mock.patch.dict(os.environ, known):
        name = f"bucket-{os.urandom(8).hex()}"
        s3fs.S3FileSystem(use_listings_cache=False).mkdir(name)
        yield f"s3://{name}"


@cache
def s3_server() -> str:
    """Start an S3 server that ends with the tests; return its URL."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"
