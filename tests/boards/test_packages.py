"""umqtt.simple comes from the package registry, checked, and is kept."""

import sys
from pathlib import Path

import pytest

from moonhop.boards import packages
from moonhop_core.errors import MoonhopError
from tests.brokers import free_port
from tests.micropython import run_micropython


@pytest.fixture
def no_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and a registry that does not answer; returns the cache's folder."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/simple")
    return tmp_path / "share" / "moonhop"


def test_umqtt_simple_imports_under_micropython() -> None:
    path = packages.umqtt_simple()
    program = "from umqtt.simple import MQTTClient\nprint(MQTTClient.__name__)\n"
    result = run_micropython(program, path=[path.parents[1]])
    assert (result.stdout, result.stderr) == ("MQTTClient\n", "")


def test_umqtt_simple_that_was_fetched_needs_no_registry(no_registry: Path) -> None:
    kept = no_registry / "umqtt" / "simple.py"
    kept.parent.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "prefix", str(Path(sys.executable).parents[1]))
        kept.write_bytes(packages.umqtt_simple().read_bytes())
    assert packages.umqtt_simple() == kept


def test_umqtt_simple_without_a_registry_says_in_one_line_what_to_do(no_registry: Path) -> None:
    with pytest.raises(MoonhopError, match=r"cannot fetch .*make setup") as error:
        packages.umqtt_simple()
    assert "\n" not in str(error.value)
    assert not no_registry.exists()


def test_umqtt_simple_is_fetched_again_when_the_kept_file_was_altered(no_registry: Path) -> None:
    kept = no_registry / "umqtt" / "simple.py"
    kept.parent.mkdir(parents=True)
    kept.write_text("altered")
    with pytest.raises(MoonhopError, match="cannot fetch"):
        packages.umqtt_simple()


def test_umqtt_simple_of_other_content_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(packages, "UMQTT_SIMPLE_SHA256", "0" * 64)
    with pytest.raises(MoonhopError, match="sha256 differs"):
        packages.umqtt_simple()
    assert list(tmp_path.rglob("simple.py")) == []
