"""Which of a board's modules become one: those that are always loaded together."""

import ast
import importlib

from moonhop.boards.free_names import with_free_names
from moonhop.boards.join import Joiner
from moonhop.boards.slim import RARE
from moonhop.boards.texts import join_texts

SUPPORT = "moonhop_core.lua.support"  # programs import it by its name
SECTIONS = "moonhop_core.lua.sections"  # the same for large ones
TAIL_FORM = "moonhop_core.lua.tail_form"  # and for those with tail calls that go in circles
DEPTH = "moonhop_core.lua.depth"  # and for those that may recurse
ALARM = "moonhop_core.lua.alarm"  # small, and imported by several of those that are loaded late
WORKER = "moonhop_core.worker"  # the module that the worker's modules become
NODE = "moonhop_core.node.worker"
EAGER = (  # what every board uses sooner or later
    "umqtt_link",
    NODE,
    "moonhop_core.node.http",
    "moonhop_core.node.files",
    "moonhop_core.process.python_engine",
    "moonhop_core.node.hop",
    "moonhop_core.node.hop_target",
    "moonhop_core.process.process",
    "moonhop_core.process.alarm",
    "moonhop_core.process.local_host",  # only where something runs `alone`
)
IMAGES = "moonhop_core.images"  # the module of what is loaded with the first image
FOR_IMAGES = (
    "moonhop_core.process.image",
    "moonhop_core.process.snapshot",
    "moonhop_core.process.python_records",
)
# What is loaded with the first call of it; most programs of nodes use some of it.
FOR_NODES = (
    "moonhop_core.process.messages",
    "moonhop_core.process.timers",
    "moonhop_core.process.files",
    "moonhop_core.process.itself",
    "moonhop_core.process.task_calls",
)
# Others that are loaded when something needs them: the module, with what it alone imports.
LATE = (
    "moonhop_core.lua.base",
    "moonhop_core.lua.string_matching",
    "moonhop_core.lua.faults",
    DEPTH,
    "moonhop_core.process.messages",
)


def join(modules: dict[str, str]) -> dict[str, str]:
    """Return modules with those joined that are always loaded together; in the place of each of
    these stands one that only imports, for whoever wants it by its name."""
    shims: dict[str, str] = {}
    modules = {**modules, SUPPORT: _without_rare(modules[SUPPORT])}
    modules = _join(modules, shims, [ALARM, SUPPORT], SUPPORT, SUPPORT)
    if NODE in modules:  # what hops needs images; loaded late, it would find the heap in pieces
        modules = _join(modules, shims, [*EAGER, *FOR_IMAGES, *FOR_NODES], WORKER)
    else:
        modules = _join(modules, shims, list(EAGER), WORKER)
        modules = _join(modules, shims, list(FOR_IMAGES), IMAGES)
    for late in LATE:
        if late in modules and late not in shims:
            modules = _join(modules, shims, [late], late, late)
    found = with_free_names(shims | _shortened(modules, shims))
    return {module: join_texts(text) for module, text in found.items()}


def _shortened(modules: dict[str, str], shims: dict[str, str]) -> dict[str, str]:
    """Return modules with short names for what no other one imports from them."""
    trees = {module: ast.parse(text) for module, text in (shims | modules).items()}
    shared: dict[str, set[str]] = {module: set() for module in modules}
    members: set[str] = set()
    for place in (SUPPORT, SECTIONS, TAIL_FORM, DEPTH):
        members.update(dir(importlib.import_module(place)))
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in shared:
                shared[node.module].update(alias.name for alias in node.names)
            elif isinstance(node, ast.Attribute):
                members.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                members.add(node.value)
    found = dict(modules)
    for module in modules:
        if module.startswith("moonhop_core.") and module not in (SUPPORT, WORKER, IMAGES):
            alone = {module: trees[module]}
            joiner = Joiner(alone, [module], module, kept=members | shared[module])
            found[module] = ast.unparse(ast.fix_missing_locations(joiner.joined())) + "\n"
    return found


def _without_rare(support: str) -> str:
    """Return the module that programs import without the modules that only some of them use."""
    tree = ast.parse(support)
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.ImportFrom) and node.module in RARE)
    ]
    return ast.unparse(tree) + "\n"


def _join(
    modules: dict[str, str], shims: dict[str, str], wanted: list[str], name: str, shown: str = ""
) -> dict[str, str]:
    """Join modules and what they import at once, if no other group has it."""
    trees = {module: ast.parse(text) for module, text in modules.items()}
    packages = {module.rpartition(".")[0] for module in modules}
    order = [
        m
        for m in _in_order(trees, wanted)
        if m not in packages
        and m not in (SUPPORT, WORKER, IMAGES)
        and (m not in LATE or m in wanted)
    ]
    if shown and shown not in order:
        order.append(shown)
    joiner = Joiner(trees, order, name, shown)
    found = {
        module: ast.unparse(ast.fix_missing_locations(joiner.importer(module))) + "\n"
        if joiner.concerns(module)
        else text
        for module, text in modules.items()
        if not joiner.is_joined(module)
    }
    shims.update(joiner.shims())
    found[name] = ast.unparse(ast.fix_missing_locations(joiner.joined())) + "\n"
    return found


def _in_order(trees: dict[str, ast.Module], wanted: list[str]) -> list[str]:
    """Return modules and what they import at once, each behind what it imports."""
    found: dict[str, bool] = {}

    def visit(name: str) -> None:
        if name in found or name not in trees:
            return
        found[name] = False
        for node in trees[name].body:
            if isinstance(node, ast.ImportFrom) and node.module:
                visit(node.module)
                for alias in node.names:
                    visit(f"{node.module}.{alias.name}")
        del found[name]
        found[name] = True

    for name in wanted:
        visit(name)
    return list(found)
