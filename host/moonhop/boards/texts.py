"""Puts the texts of a board's modules, those of errors and logs above all, into one a module.

MicroPython makes an object of each text that is longer than a name, when it loads the module: 40
bytes of heap, wherever the text itself lies. So the texts of functions become one object, and a
function cuts out what it needs when it needs it, which is seldom.
"""

import ast

FUNCTION = "_text"
LONG = 10  # characters: shorter ones are names for MicroPython, longer ones objects
FEW = 3  # texts: the function takes as much room
SIZE_BITS = 10  # of a number that says where a text is and how long


def join_texts(text: str) -> str:
    """Return a module, text of Python, that does the same with fewer texts in its heap."""
    tree = ast.parse(text)
    collector = _Collector()
    for node in tree.body:
        collector.visit(node)
    if len(set(collector.found)) <= FEW:
        return text
    joined, places = b"", {}
    for found in dict.fromkeys(collector.found):
        data = found.encode()
        places[found] = len(joined) << SIZE_BITS | len(data)
        joined += data
    replacer = _Replacer(collector.nodes, places)
    tree = replacer.visit(tree)
    cut = f"{joined!r}[at >> {SIZE_BITS}:(at >> {SIZE_BITS}) + (at & {(1 << SIZE_BITS) - 1})]"
    made = ast.parse(f"def {FUNCTION}(at):\n return str({cut}, 'utf-8')")
    tree.body[:0] = made.body
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


class _Collector(ast.NodeVisitor):
    """Finds the texts that may be cut out when they are needed."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.nodes: set[ast.Constant] = set()
        self._depth = 0  # functions around

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look into a function's body; what its head says is made once anyway."""
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Do the same."""
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._depth += 1
        for inner in node.body:
            self.visit(inner)
        self._depth -= 1

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Leave alone what is said when there is no room for a new text."""
        if not any(getattr(n, "id", "") == "MemoryError" for n in ast.walk(node.type or node)):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take a text of words; names stay, for they are looked up and compared all the time."""
        text = node.value
        if (
            self._depth
            and isinstance(text, str)
            and LONG < len(text) < 1 << (SIZE_BITS - 2)  # in UTF-8 as well
            and (" " in text or "%" in text)
            and "memory" not in text
        ):
            self.found.append(text)
            self.nodes.add(node)


class _Replacer(ast.NodeTransformer):
    """Puts calls in the places of texts."""

    def __init__(self, nodes: set[ast.Constant], places: dict[str, int]) -> None:
        self._nodes = nodes
        self._places = places

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Replace a text that was found."""
        if node not in self._nodes:
            return node
        return ast.Call(ast.Name(FUNCTION), [ast.Constant(self._places[str(node.value)])], [])
