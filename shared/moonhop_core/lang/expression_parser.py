"""Expressions to trees with resolved names (manual 3.4, and 9 for the grammar).

Recursive descent for operands; the operators are kept on a stack of their own, which is quicker
than a call per level and spares the stack of a board.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.lexer import Lexer
from moonhop_core.lang.scope import Scope
from moonhop_core.lang.tokens import FLOAT, INTEGER, NAME, STRING

try:
    from typing import Any
except ImportError:  # MicroPython has no typing
    pass

# Statements and expressions inside each other; PUC Lua allows about as many (LUAI_MAXCCALLS). A
# board's stack ends earlier, which gives the same error.
MAX_LEVELS = 195
TOO_DEEP = "chunk has too many syntax levels (C stack overflow)"

# How tightly a binary operator holds its operands: left, right. `..` and `^` group to the right.
_LEFT = {"or": 1, "and": 2, "<": 3, ">": 3, "<=": 3, ">=": 3, "~=": 3, "==": 3, "|": 4, "~": 5}
_LEFT.update({"&": 6, "<<": 7, ">>": 7, "..": 9, "+": 10, "-": 10, "*": 11, "/": 11, "//": 11})
_LEFT.update({"%": 11, "^": 14})
_RIGHT = {op: {"..": 8, "^": 13}.get(op, left) for op, left in _LEFT.items()}
_UNARY_RIGHT = 12
_UNARY = ("-", "not", "#", "~")

_SUFFIXES = (".", "(", "[", ":", "{", STRING)
_VALUES = (STRING, INTEGER, FLOAT)
_CONSTANTS = {"nil": None, "true": True, "false": False}


class ExpressionParser:
    """Reads expressions from a lexer; what reads statements (parser.py) is built on it.

    level        how many statements and expressions the parser is inside
    last_paren   what stood in the parentheses read last: it is no target of an assignment
    """

    def __init__(self, source: "str | bytes", name: str):
        self.lexer = Lexer(source, name)
        self.scope = Scope(self.lexer)
        self.level = 0
        self.last_paren: "tree.Expr | None" = None

    def statements(self) -> "list[tree.Stat]":
        """Statements up to a token that ends a block, of a function's body."""
        raise NotImplementedError

    # ------------------------------------------------------------ small steps

    def accept(self, token: str) -> bool:
        """Step over `token` if it stands here."""
        lexer = self.lexer
        if lexer.token == token:
            lexer.next()
            return True
        return False

    def expect(self, token: str) -> None:
        """Step over `token`, which must stand here."""
        lexer = self.lexer
        if lexer.token != token:
            raise lexer.unexpected("'%s' expected" % token)
        lexer.next()

    def expect_close(self, token: str, opener: str, line: int) -> None:
        """Step over `token`, which must end what `opener` on `line` began."""
        lexer = self.lexer
        if lexer.token != token:
            if line == lexer.line:
                raise lexer.unexpected("'%s' expected" % token)
            message = "'%s' expected (to close '%s' at line %d)" % (token, opener, line)
            raise lexer.unexpected(message)
        lexer.next()

    def expect_name(self) -> str:
        """Step over a name and return it."""
        lexer = self.lexer
        if lexer.token != NAME:
            raise lexer.unexpected("<name> expected")
        name = str(lexer.value)
        lexer.next()
        return name

    def declare_name(self) -> tree.LocalVar:
        """Step over a name and declare a local of it, not yet in scope."""
        line = self.lexer.line
        return self.scope.declare(self.expect_name(), line)

    # ------------------------------------------------------------ expressions

    def expressions(self) -> "list[tree.Expr]":
        """One or more expressions with commas between."""
        found = [self.expression()]
        while self.lexer.token == ",":
            self.lexer.next()
            found.append(self.expression())
        return found

    def expression(self) -> tree.Expr:
        """An expression: operands and the operators between them.

        `stack` holds, for each operator still waiting for its right operand, four things: its left
        operand (None: it is unary), itself, how tightly it holds what follows, its line.
        """
        lexer = self.lexer
        level = self.level + 1
        stack: "list[Any]" = []
        while True:
            while lexer.token in _UNARY:
                stack.extend((None, lexer.token, _UNARY_RIGHT, lexer.line))
                lexer.next()
            self.level = level + len(stack) // 4
            if self.level > MAX_LEVELS:
                raise lexer.error(TOO_DEEP)
            value = self.operand()
            if isinstance(value, tree.LocalRef):
                value = literal_of(value)
            token = lexer.token
            left = _LEFT.get(token, 0)
            while stack and stack[-2] >= left:
                line = stack.pop()
                stack.pop()
                op = stack.pop()
                value = _combine(op, stack.pop(), value, line)
            if not left:
                self.level = level - 1
                return value
            stack.extend((value, token, _RIGHT[token], lexer.line))
            lexer.next()

    def operand(self) -> tree.Expr:
        """A constant, `...`, a constructor, a function, or a name or parenthesis with all the
        fields and calls that hang on it."""
        lexer = self.lexer
        token = lexer.token
        line = lexer.line
        expr: tree.Expr
        if token == NAME:
            name = str(lexer.value)
            lexer.next()
            expr = self.scope.resolve(name, line)
            if lexer.token in _SUFFIXES:
                expr = literal_of(expr)
        elif token in _VALUES:
            expr = tree.Const(lexer.value, line)
            lexer.next()
            return expr
        elif token == "(":
            lexer.next()
            expr = self.expression()
            self.expect_close(")", "(", line)
            if tree.is_multi(expr):
                expr = tree.Paren(expr, line)
            self.last_paren = expr
        elif token in _CONSTANTS:
            lexer.next()
            return tree.Const(_CONSTANTS[token], line)
        elif token == "{":
            return self.table()
        elif token == "function":
            lexer.next()
            return self.function_body("", line, False)
        elif token == "...":
            if not self.scope.function.function.is_vararg:
                raise lexer.unexpected("cannot use '...' outside a vararg function")
            lexer.next()
            return tree.Vararg(line)
        else:
            raise lexer.unexpected("unexpected symbol")
        while True:
            token = lexer.token
            if token == ".":
                lexer.next()
                key_line = lexer.line
                expr = tree.Index(expr, tree.Const(self.expect_name(), key_line), key_line)
            elif token == "(" or token == STRING or token == "{":
                call_line = lexer.line
                expr = tree.Call(expr, self.arguments(), call_line)
            elif token == "[":
                lexer.next()
                key = self.expression()
                key_line = lexer.line
                self.expect("]")
                expr = tree.Index(expr, key, key_line)
            elif token == ":":
                lexer.next()
                name = self.expect_name()
                call_line = lexer.line
                expr = tree.MethodCall(expr, name, self.arguments(), call_line)
            else:
                return expr

    def arguments(self) -> "list[tree.Expr]":
        """Arguments of a call: in parentheses, one string, or one table."""
        lexer = self.lexer
        line = lexer.line
        if lexer.token == "(":
            lexer.next()
            if self.accept(")"):
                return []
            found = [self.expression()]
            while lexer.token == ",":
                lexer.next()
                found.append(self.expression())
            self.expect_close(")", "(", line)
            return found
        if lexer.token == STRING:
            text = tree.Const(lexer.value, line)
            lexer.next()
            return [text]
        if lexer.token == "{":
            return [self.table()]
        raise lexer.unexpected("function arguments expected")

    def table(self) -> tree.Table:
        """A table constructor."""
        lexer = self.lexer
        line = lexer.line
        items: "list[tree.TableItem]" = []
        lexer.next()
        while lexer.token != "}":
            item_line = lexer.line
            key: "tree.Expr | None" = None
            if lexer.token == NAME and lexer.peek() == "=":
                key = tree.Const(lexer.value, item_line)
                lexer.next()
                lexer.next()
            elif lexer.token == "[":
                lexer.next()
                key = self.expression()
                self.expect("]")
                self.expect("=")
            value = self.expression()
            if key is not None:
                self.name_function(value, key)
            items.append(tree.TableItem(key, value, item_line))
            if not self.accept(",") and not self.accept(";"):
                break
        self.expect_close("}", "{", line)
        return tree.Table(items, line)

    def function_body(self, name: str, line: int, method: bool) -> tree.Function:
        """A function from its parameters to its `end`; `line` is that of the word `function`."""
        lexer = self.lexer
        scope = self.scope
        function = scope.open_function(name, line)
        params = function.params
        self.expect("(")
        if method:
            params.append(scope.declare("self", line))
        if lexer.token != ")":
            while True:
                if lexer.token == NAME:
                    params.append(self.declare_name())
                elif self.accept("..."):
                    function.is_vararg = True
                    break
                else:
                    raise lexer.unexpected("<name> or '...' expected")
                if not self.accept(","):
                    break
        scope.activate(params)
        self.expect(")")
        function.body.line = lexer.line
        function.body.stats = self.statements()
        function.end_line = lexer.line
        self.expect_close("end", "function", line)
        scope.close_function()
        return function

    def name_function(self, value: tree.Expr, name: "tree.Expr | str") -> None:
        """An anonymous function that goes into a variable or field is known by its name."""
        if isinstance(value, tree.Function) and not value.name:
            if isinstance(name, tree.Const):
                name = name.value if isinstance(name.value, str) else ""
            if isinstance(name, str):
                value.name = name


def literal_of(expr: tree.Expr) -> tree.Expr:
    """Return what a name stands for: itself, or the literal that a `<const>` local is."""
    if isinstance(expr, tree.LocalRef) and expr.var.literal is not None:
        return tree.Const(expr.var.literal.value, expr.line)
    return expr


def _combine(op: str, left: "tree.Expr | None", right: tree.Expr, line: int) -> tree.Expr:
    if left is None:
        return tree.Unary(op, right, line)
    if op == "and":
        return tree.And(left, right, line)
    if op == "or":
        return tree.Or(left, right, line)
    return tree.Binary(op, left, right, line)
