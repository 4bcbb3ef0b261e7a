"""Compares engine python's library with PUC Lua 5.4, and MicroPython with CPython."""

import json
import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.lua.evaluator import evaluate
from tests.micropython import run_micropython

HERE = Path(__file__).parent
Case = list[Any]


def number(value: float) -> dict[str, str]:
    """Return a float as a case's argument."""
    return {"f": struct.pack(">d", value).hex()}


def table(*values: Any, **fields: Any) -> dict[str, Any]:
    """Return a table as a case's argument: a list, and fields by name."""
    pairs = [[at, data(value)] for at, value in enumerate(values, 1) if value is not None]
    return {"t": pairs + [[name, data(value)] for name, value in fields.items()]}


def proxy(*values: Any) -> dict[str, Any]:
    """Return a list behind metamethods as a case's argument."""
    return {"p": table(*values)["t"]}


def fn(name: str) -> dict[str, str]:
    """Return a function of evaluator.FUNCTION_ARGUMENTS as a case's argument."""
    return {"fn": name}


def data(value: Any) -> Any:
    """Return a Python value as a case's argument."""
    return number(value) if isinstance(value, float) else value


def case(name: str, *args: Any) -> Case:
    """Return the case that calls a function with arguments."""
    return [name, *map(data, args)]


def lua_text(value: Any) -> str:
    """Return a case's argument as Lua source."""
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return "math.mininteger" if value == -(1 << 63) else str(value)
    if isinstance(value, str):
        return '"' + "".join(f"\\{ord(char):03d}" for char in value) + '"'
    if "f" in value:
        return f'F"{value["f"]}"'
    if "fn" in value:
        return f'FN["{value["fn"]}"]'
    pairs = value["t"] if "t" in value else value["p"]
    text = "{" + ", ".join(f"[{lua_text(k)}] = {lua_text(v)}" for k, v in pairs) + "}"
    return text if "t" in value else f"proxy({text})"


def lua_line(item: Case) -> str:
    """Return the chunk that evaluates a case."""
    name, *args = item
    texts = [lua_text(arg) for arg in args]
    if name == "sequence":
        *rest, count = texts[2:]
        return f"return sequence({', '.join([*texts[:2], count, *rest])})"
    if name.endswith("*"):
        return f"return iterate({name[:-1]}({', '.join(texts)}))"
    if name == "tostring":
        return f'return "\'" .. tostring({", ".join(texts)}) .. "\'"'
    mutates = "true" if name[:2] in ("ta", "os") and args else "false"
    if not texts:
        return f"return results(table.pack({name}()), nil, false)"
    call = f"{name}({', '.join(['a', *texts[1:]])})"
    return f"local a = {texts[0]} local r = table.pack({call}) return results(r, a, {mutates})"


def comparable(text: str) -> str:
    """Drop what the library does not tell apart: missing and nil arguments, kinds of addresses."""
    return text.replace("got no value)", "got nil)")


def lua_outcomes(cases: Sequence[Case], folder: Path) -> list[str]:
    """Evaluate cases with PUC Lua, in one process."""
    lua = shutil.which("lua5.4")
    assert lua, "lua5.4 is missing: make system installs it"
    path = folder / "cases.lua"
    path.write_text("\n".join(map(lua_line, cases)) + "\n", encoding="latin-1")
    run = subprocess.run(
        [lua, str(HERE / "evaluator.lua"), str(path)],
        capture_output=True,
        env={"TZ": "UTC", "LC_ALL": "C"},
        timeout=100,
        check=True,
    )
    return run.stdout.decode("latin-1").splitlines()


def differences_from_lua(cases: Iterable[Case], folder: Path) -> list[str]:
    """Return the cases whose outcomes differ from PUC Lua's."""
    items = list(cases)
    expected = lua_outcomes(items, folder)
    assert len(expected) == len(items)
    return differing(items, expected, [evaluate(item) for item in items])


def differences_of_micropython(cases: Iterable[Case], folder: Path) -> list[str]:
    """Return the cases whose outcomes on MicroPython differ from those on CPython."""
    items = list(cases)
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="ascii")
    run = run_micropython(HERE / "evaluator.py", argv=[str(path)], heap="16M", timeout=100)
    assert run.returncode == 0, run.stdout[-500:] + run.stderr
    found = run.stdout.splitlines()
    assert len(found) == len(items)
    return differing(items, [evaluate(item) for item in items], found)


def differing(items: Sequence[Case], expected: Sequence[str], found: Sequence[str]) -> list[str]:
    return [
        f"{item}\n  expected {want}\n  found    {got}"
        for item, want, got in zip(items, expected, found, strict=True)
        if comparable(want) != comparable(got)
    ]
