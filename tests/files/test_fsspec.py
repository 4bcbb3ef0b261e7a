"""Other tools reach the fleet's files by ``moonhop://``; fsspec's own tests hold for them."""

import io
import os
from collections.abc import Iterator

import duckdb
import fsspec
import pandas
import pytest
from fsspec.tests import abstract

from tests.host.running import FLEET, RunningHost


@pytest.fixture
def fs(running: RunningHost, monkeypatch) -> fsspec.AbstractFileSystem:
    monkeypatch.setenv("MOONHOP_HOME", str(running.home))
    monkeypatch.setenv("MOONHOP_FLEET", FLEET)
    return fsspec.filesystem("moonhop", skip_instance_cache=True)


# -- fsspec's tests -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[fsspec.AbstractFileSystem]:
    """The files of a host that all of fsspec's tests share."""
    with RunningHost(tmp_path_factory.mktemp("fleet")) as running:
        address = running.host.address
        yield fsspec.filesystem("moonhop", url=address.url, token=address.token)


class OfTheFleet(abstract.AbstractFixtures):
    """Fsspec's tests, each in a folder of its own."""

    @pytest.fixture
    def fs(self, shared: fsspec.AbstractFileSystem) -> fsspec.AbstractFileSystem:
        return shared

    @pytest.fixture
    def fs_path(self) -> str:
        return os.urandom(4).hex()


class TestCopy(OfTheFleet, abstract.AbstractCopyTests):
    pass


class TestGet(OfTheFleet, abstract.AbstractGetTests):
    pass


class TestPut(OfTheFleet, abstract.AbstractPutTests):
    pass


class TestOpen(OfTheFleet, abstract.AbstractOpenTests):
    pass


class TestPipe(OfTheFleet, abstract.AbstractPipeTests):
    pass


# -- ours -----------------------------------------------------------------------------------------


def test_file_is_read_by_ranges_as_it_was_when_it_was_opened(fs) -> None:
    content = os.urandom(3_000_000)
    fs.pipe("a/x", content)
    with fs.open("moonhop://a/x", block_size=100_000) as file:
        assert file.read(10) == content[:10]
        fs.pipe("a/x", b"other")
        file.seek(2_500_000)
        assert file.read() == content[2_500_000:]
        file.seek(-5, io.SEEK_END)
        assert file.read() == content[-5:]
    assert fs.cat("a/x") == b"other"


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 3), (2, None), (-3, None), (None, -2), (-4, -1), (5, 100), (7, 5), (99, 100)],
)
def test_part_of_a_file_is_read(fs, start, end) -> None:
    fs.pipe("x", b"0123456789")
    assert fs.cat_file("x", start, end) == b"0123456789"[start:end]


def test_written_file_appears_whole_or_not_at_all(fs) -> None:
    with fs.open("x", "wb", block_size=100_000) as file:
        for _ in range(50):
            file.write(bytes(20_000))
        assert not fs.exists("x")
    assert fs.info("x")["size"] == 1_000_000

    def write_half() -> None:
        with fs.open("x", "wb", block_size=100_000) as file:
            file.write(bytes(200_000))
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert fs.info("x")["version"] == 1


def test_files_of_a_transaction_appear_at_its_end(fs) -> None:
    with fs.transaction:
        for name in ("a", "b"):
            with fs.open(name, "wb") as file:
                file.write(b"1")
        assert fs.ls("") == []
    assert fs.ls("", detail=False) == ["a", "b"]


def test_file_is_appended_to_in_place(fs) -> None:
    fs.pipe("log", b"one\n")
    with fs.open("log", "ab") as file:
        assert file.tell() == 4
        file.write(b"line\n" * 500_000)
    with fs.open("log", "at") as file:
        file.write("end\n")
    assert fs.cat("log") == b"one\n" + b"line\n" * 500_000 + b"end\n"
    assert fs.info("log")["version"] == 1


def test_tree_is_listed_changed_and_searched(fs) -> None:
    for path in ("a/x.csv", "a/b/y.csv", "a/b/z.txt"):
        fs.pipe(path, b"1")
    assert fs.ls("a", detail=False) == ["a/b", "a/x.csv"]
    assert fs.glob("moonhop://a/**/*.csv") == ["a/b/y.csv", "a/x.csv"]
    assert fs.find("") == ["a/b/y.csv", "a/b/z.txt", "a/x.csv"]
    assert fs.du("a") == 3
    fs.mv("a/b", "c")
    fs.mv("c/y.csv", "a")
    assert fs.find("") == ["a/x.csv", "a/y.csv", "c/z.txt"]
    with pytest.raises(OSError, match="not empty"):
        fs.rmdir("c")
    fs.rm("c", recursive=True)
    assert not fs.exists("c")
    key = fs.ukey("a/x.csv")
    fs.pipe("a/x.csv", b"2")
    assert fs.ukey("a/x.csv") != key


@pytest.mark.parametrize(
    ("error", "do"),
    [
        (FileNotFoundError, lambda fs: fs.cat("no")),
        (FileNotFoundError, lambda fs: fs.open("no")),
        (FileNotFoundError, lambda fs: fs.rm_file("no")),
        (FileExistsError, lambda fs: fs.mkdir("folder")),
        (IsADirectoryError, lambda fs: fs.cat("folder")),
        (NotADirectoryError, lambda fs: fs.makedirs("file", exist_ok=True)),
        (OSError, lambda fs: fs.pipe("a/../b", b"")),
    ],
)
def test_what_goes_wrong_is_an_error_that_tools_know(fs, error, do) -> None:
    fs.pipe("file", b"1")
    fs.mkdir("folder")
    with pytest.raises(error):
        do(fs)


def test_wrong_token_and_no_host_are_told(fs, running, monkeypatch) -> None:
    url = running.host.address.url
    with pytest.raises(PermissionError):
        fsspec.filesystem("moonhop", url=url, token="wrong").ls("")
    with pytest.raises(OSError, match="moonhop up"):
        fsspec.filesystem("moonhop", fleet="none").ls("")


def test_pandas_reads_and_writes_fleet_files(fs) -> None:
    fs.pipe("data/x.csv", b"time,celsius\n1,4.5\n2,5.5\n")
    frame = pandas.read_csv("moonhop://data/x.csv")
    assert frame["celsius"].mean() == 5.0
    frame["celsius"] += 1
    frame.to_csv("moonhop://data/y.csv", index=False)
    assert fs.cat("data/y.csv") == b"time,celsius\n1,5.5\n2,6.5\n"
    frame.to_csv("moonhop://data/y.csv", index=False, header=False, mode="a")
    assert len(pandas.read_csv("moonhop://data/y.csv")) == 4


def test_duckdb_reads_and_writes_fleet_files(fs) -> None:
    for day in (1, 2):
        fs.pipe(f"data/{day}.csv", b"time,celsius\n1,4.5\n2,5.5\n")
    with duckdb.connect() as db:
        db.register_filesystem(fs)
        query = "SELECT count(*), sum(celsius) FROM 'moonhop://data/*.csv'"
        assert db.execute(query).fetchone() == (4, 20.0)
        rows = "SELECT range AS n, range % 7 AS k FROM range(200000)"
        db.execute(f"COPY ({rows}) TO 'moonhop://data/n.parquet'")
        query = "SELECT sum(n) FROM 'moonhop://data/n.parquet' WHERE k = 3"
        assert db.execute(query).fetchone() == (sum(range(3, 200_000, 7)),)
