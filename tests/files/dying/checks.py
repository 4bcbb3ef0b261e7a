"""What must be true of a store that died, once it is open again."""

import hashlib
from pathlib import Path

from moonhop.files.store import FileStore
from tests.files.dying.workload import Model, Workload

AGAIN = 4  # acknowledged steps that are asked for once more


def check_whole(folder: Path, workload: Workload, begun: int, done: int) -> None:
    """Open a store; all that was acknowledged is there, what was begun is there or not, and if it
    is asked for again it counts once; in the end nothing is too much."""
    with FileStore(folder) as store:
        assert list((folder / "blobs/parts").iterdir()) == []
        possible = range(done, begun + 1)
        matching = [n for n in possible if holds(store, workload.models[n])]
        assert matching, (done, begun, differences(store, workload.models[done]))
        for step in workload.steps[max(0, done - AGAIN) : begun]:
            step.begin(store).result()
        assert holds(store, workload.models[begun]), differences(store, workload.models[begun])
    with FileStore(folder) as store:  # closing has done what was left to do
        store.sweep()
    with FileStore(folder) as store:
        assert holds(store, workload.models[begun])
        check_index(store)


def holds(store: FileStore, model: Model) -> bool:
    """Tell whether the store has what the model says, and nothing else."""
    return differences(store, model) == []


def differences(store: FileStore, model: Model) -> list[str]:
    """Return where store and model differ."""
    found = []
    there = {entry.path for entry in store.walk(deep=True) if entry.kind == "file"}
    if there != model.there:
        found.append(f"there is {sorted(there)}, not {sorted(model.there)}")
    known = {path for (path,) in store._reader().execute("SELECT DISTINCT path FROM versions")}
    if known != set(model.versions):
        found.append(f"versions of {sorted(known)}, not {sorted(model.versions)}")
    for path in known & set(model.versions):
        versions = {each.version: each.size for each in store.versions(path)}
        wanted = model.versions[path]
        if versions != {number: len(content) for number, content in wanted.items()}:
            found.append(f"{path} has versions {versions}")
            continue
        found += [
            f"{path}, version {number}: other content"
            for number, content in wanted.items()
            if store.open(path, number).read() != content
        ]
    return found


def check_index(store: FileStore) -> None:
    """Index and blobs fit each other: none is missing, damaged or too much, and sums are right."""
    db = store._reader()
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    outside = {hash for (hash,) in db.execute("SELECT hash FROM blobs WHERE content IS NULL")}
    assert set(store._blobs.hashes()) == outside
    for hash in outside:
        content = b"".join(store._blobs.read(hash, 0, 1 << 40))
        assert hashlib.sha256(content).hexdigest() == hash
    for query in (
        "SELECT blob FROM parts WHERE blob NOT IN (SELECT hash FROM blobs)",
        "SELECT hash FROM blobs WHERE hash NOT IN (SELECT blob FROM parts)",
        "SELECT id FROM bodies WHERE id NOT IN (SELECT body FROM versions)",
        "SELECT body FROM tail WHERE body NOT IN (SELECT id FROM bodies)",
        "SELECT body FROM charges WHERE body NOT IN (SELECT id FROM bodies)",
        "SELECT id FROM bodies WHERE size != coalesce((SELECT sum(size) FROM parts WHERE body = id)"
        ", 0) + coalesce((SELECT sum(length(content)) FROM tail WHERE body = id), 0)",
        "SELECT account FROM accounts WHERE used != coalesce((SELECT sum(bytes) FROM charges WHERE"
        " charges.account = accounts.account), 0)",
        "SELECT hash FROM garbage",
    ):
        assert db.execute(query).fetchall() == [], query
