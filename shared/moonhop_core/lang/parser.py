"""Tokens to a tree with resolved names, in one pass (manual 3.3, 3.4, and 9 for the grammar).

Recursive descent; this file reads statements, expression_parser.py what they are made of.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.expression_parser import (
    MAX_LEVELS,
    TOO_DEEP,
    ExpressionParser,
    literal_of,
)
from moonhop_core.lang.scope import AssignsEnv
from moonhop_core.lang.tokens import EOF, NAME

_BLOCK_END = ("end", EOF, "else", "elseif", "until")


def parse(source: "str | bytes", name: str) -> tree.Chunk:
    """The tree of a whole source text.

    `source` is a str of code points 0..255 or the bytes themselves; `name` stands in messages.
    Raises LuaSyntaxError.
    """
    try:
        return Parser(source, name).chunk(False)
    except AssignsEnv:
        return Parser(source, name).chunk(True)


class Parser(ExpressionParser):
    """One pass over one source."""

    def chunk(self, own_env: bool) -> tree.Chunk:
        """Parse it all. `own_env`: the program assigns to `_ENV`, so the chunk starts with
        `local _ENV = _ENV`, which is what an upvalue named `_ENV` amounts to."""
        lexer = self.lexer
        scope = self.scope
        main = scope.functions[0]
        main.is_vararg = True
        too_deep = False
        stats: "list[tree.Stat]" = []
        try:
            lexer.next()
            if own_env:
                env = tree.LocalVar("_ENV", 0, main)
                stats.append(tree.Local([env], [scope.resolve("_ENV", 0)], 0))
                scope.activate([env])
            stats.extend(self.statements())
            if lexer.token != EOF:
                raise lexer.unexpected(EOF + " expected")
            scope.close_function()
        except RuntimeError as error:  # RecursionError, which MicroPython calls RuntimeError
            if "recursion" not in str(error):
                raise error  # by its name: MicroPython's native code takes no other raise
            too_deep = True
        if too_deep:
            raise lexer.error(TOO_DEEP)
        main.body.stats = stats
        main.end_line = lexer.line
        chunk = tree.Chunk(lexer.name, main, scope.functions)
        chunk.globals_assigned = scope.globals_assigned
        chunk.names_env = lexer.names_env
        return chunk

    # ------------------------------------------------------------ blocks and statements

    def statements(self) -> "list[tree.Stat]":
        """Statements up to a token that ends a block; the scope is the caller's matter."""
        lexer = self.lexer
        stats: "list[tree.Stat]" = []
        while True:
            token = lexer.token
            if token in _BLOCK_END:
                return stats
            if token == ";":
                lexer.next()
                continue
            self.level += 1
            if self.level > MAX_LEVELS:
                raise lexer.error(TOO_DEEP)
            if token == "::":
                self.labels(stats)
            elif token in _STATEMENTS:
                stats.append(_STATEMENTS[token](self))
            else:
                stats.append(self.expression_statement())
            self.level -= 1
            if token == "return":
                return stats

    def block(self, loop: bool = False) -> tree.Block:
        """A block with a scope of its own; `loop`: it is the body of a while or for loop."""
        line = self.lexer.line
        self.scope.open_block(loop)
        stats = self.statements()
        self.scope.close_block()
        if loop:
            for stat in reversed(stats):
                if not isinstance(stat, tree.Label):
                    break
                stat.continues = True
        return tree.Block(stats, line)

    def do_statement(self) -> tree.Stat:
        """`do … end`"""
        line = self.lexer.line
        self.lexer.next()
        body = self.block()
        self.expect_close("end", "do", line)
        return tree.Do(body, line)

    def while_statement(self) -> tree.Stat:
        """`while … do … end`"""
        line = self.lexer.line
        self.lexer.next()
        cond = self.expression()
        self.expect("do")
        body = self.block(loop=True)
        self.expect_close("end", "while", line)
        return tree.While(cond, body, line)

    def repeat_statement(self) -> tree.Stat:
        """`repeat … until …`; the condition is inside the body's scope."""
        line = self.lexer.line
        self.lexer.next()
        body_line = self.lexer.line
        self.scope.open_block(loop=True)
        stats = self.statements()
        self.expect_close("until", "repeat", line)
        cond = self.expression()
        self.scope.close_block()
        return tree.Repeat(tree.Block(stats, body_line), cond, line)

    def if_statement(self) -> tree.Stat:
        """`if … then … elseif … else … end`"""
        lexer = self.lexer
        line = lexer.line
        conds: "list[tree.Expr]" = []
        blocks: "list[tree.Block]" = []
        while not conds or lexer.token == "elseif":
            lexer.next()
            conds.append(self.expression())
            self.expect("then")
            blocks.append(self.block())
        orelse = self.block() if self.accept("else") else None
        self.expect_close("end", "if", line)
        return tree.If(conds, blocks, orelse, line)

    def for_statement(self) -> tree.Stat:
        """Both kinds of `for`."""
        lexer = self.lexer
        line = lexer.line
        lexer.next()
        name_line = lexer.line
        name = self.expect_name()
        if lexer.token == "=":
            return self.numeric_for(name, name_line, line)
        if lexer.token == "," or lexer.token == "in":
            return self.generic_for(name, name_line, line)
        raise lexer.unexpected("'=' or 'in' expected")

    def numeric_for(self, name: str, name_line: int, line: int) -> tree.Stat:
        """`for name = start, limit, step do … end`, from the `=` on."""
        scope = self.scope
        scope.open_block()
        scope.hide(3)
        var = scope.declare(name, name_line)
        self.lexer.next()
        start = self.expression()
        self.expect(",")
        limit = self.expression()
        step = self.expression() if self.accept(",") else None
        body = self.for_body([var], line)
        return tree.NumericFor(var, start, limit, step, body, line)

    def generic_for(self, name: str, name_line: int, line: int) -> tree.Stat:
        """`for name, … in … do … end`, from behind the first name on."""
        scope = self.scope
        scope.open_block()
        scope.hide(4)
        variables = [scope.declare(name, name_line)]
        while self.accept(","):
            variables.append(self.declare_name())
        self.expect("in")
        exprs = self.expressions()
        body = self.for_body(variables, line)
        return tree.GenericFor(variables, exprs, body, line)

    def for_body(self, variables: "list[tree.LocalVar]", line: int) -> tree.Block:
        """`do … end` of a for loop; closes the scope that its head opened."""
        self.expect("do")
        self.scope.activate(variables)
        body = self.block(loop=True)
        self.expect_close("end", "for", line)
        self.scope.close_block()
        return body

    def function_statement(self) -> tree.Stat:
        """`function a.b:c(…) … end`, an assignment."""
        lexer = self.lexer
        line = lexer.line
        lexer.next()
        name_line = lexer.line
        name = self.expect_name()
        target = self.scope.resolve(name, name_line)
        method = False
        if lexer.token == "." or lexer.token == ":":
            target = literal_of(target)
        while not method and (lexer.token == "." or lexer.token == ":"):
            method = lexer.token == ":"
            name += lexer.token
            lexer.next()
            key = tree.Const(lexer.value, lexer.line)
            name += self.expect_name()
            target = tree.Index(target, key, key.line)
        func = self.function_body(name, line, method)
        self.scope.assign(target)
        target.line = line  # the definition happens where it starts
        return tree.Assign([target], [func], line)

    def local_statement(self) -> tree.Stat:
        """`local function f …` or `local a <attrib>, b = …`"""
        lexer = self.lexer
        scope = self.scope
        line = lexer.line
        lexer.next()
        if self.accept("function"):
            var = self.declare_name()
            scope.activate([var])
            return tree.LocalFunction(var, self.function_body(var.name, lexer.line, False), line)
        variables = []
        closes = 0
        while True:
            var = self.declare_name()
            if self.accept("<"):
                attrib = self.expect_name()
                self.expect(">")
                scope.set_attrib(var, attrib)
                closes += attrib == "close"
                if closes > 1:
                    raise lexer.error("multiple to-be-closed variables in local list")
            variables.append(var)
            if not self.accept(","):
                break
        exprs = self.expressions() if self.accept("=") else []
        for var, expr in zip(variables, exprs):
            self.name_function(expr, var.name)
        if len(variables) == len(exprs) and variables[-1].attrib == "const":
            last = exprs[-1]  # PUC Lua looks at no other
            if isinstance(last, tree.Const) and variables[-1].name != "_ENV":
                variables[-1].literal = last
        scope.activate(variables)
        return tree.Local(variables, exprs, line)

    def return_statement(self) -> tree.Stat:
        """`return …;`"""
        lexer = self.lexer
        line = lexer.line
        lexer.next()
        done = lexer.token in _BLOCK_END or lexer.token == ";"
        exprs = [] if done else self.expressions()
        self.accept(";")
        return tree.Return(exprs, line)

    def break_statement(self) -> tree.Stat:
        """`break`"""
        lexer = self.lexer
        line, start = lexer.line, lexer.start
        lexer.next()
        return self.scope.add_break(line, start)

    def goto_statement(self) -> tree.Stat:
        """`goto name`"""
        lexer = self.lexer
        start = lexer.start
        lexer.next()
        line = lexer.line  # the name's, as in PUC Lua's messages
        return self.scope.add_goto(self.expect_name(), line, start)

    def labels(self, stats: "list[tree.Stat]") -> None:
        """`::name::` and the labels and semicolons that follow it, onto `stats`."""
        lexer = self.lexer
        found: "list[tree.Label]" = []
        while lexer.token == "::" or lexer.token == ";":
            line = lexer.line
            if self.accept("::"):
                found.append(tree.Label(self.expect_name(), line))
                self.expect("::")
            else:
                lexer.next()
        at_end = lexer.token in _BLOCK_END and lexer.token != "until"
        for label in reversed(found):  # as PUC Lua does, which matters for its messages
            self.scope.add_label(label, at_end)
        stats.extend(found)

    def expression_statement(self) -> tree.Stat:
        """A call, or an assignment."""
        lexer = self.lexer
        line = lexer.line
        target = self.assignable()
        if lexer.token != "=" and lexer.token != ",":
            if not isinstance(target, (tree.Call, tree.MethodCall)) or target is self.last_paren:
                raise lexer.unexpected("syntax error")
            return tree.CallStat(target, line)
        targets: "list[tree.Expr]" = []
        while True:
            is_name = isinstance(target, (tree.LocalRef, tree.Global, tree.Index, tree.Env))
            if not is_name or target is self.last_paren:
                raise lexer.unexpected("syntax error")
            self.scope.assign(target)
            targets.append(target)
            if not self.accept(","):
                break
            target = self.assignable()
        self.expect("=")
        exprs = self.expressions()
        for target in targets:
            target.line = lexer.last_line  # PUC Lua stores when it has read all values
        for target, expr in zip(targets, exprs):
            if isinstance(target, tree.Index):
                self.name_function(expr, target.key)
            elif isinstance(target, tree.LocalRef):
                self.name_function(expr, target.var.name)
            elif isinstance(target, tree.Global):
                self.name_function(expr, target.name)
        return tree.Assign(targets, exprs, line)

    def assignable(self) -> tree.Expr:
        """What can start a statement: a name or something in parentheses, and what hangs on it."""
        lexer = self.lexer
        if lexer.token != NAME and lexer.token != "(":
            raise lexer.unexpected("unexpected symbol")
        return self.operand()


_STATEMENTS = {
    "break": Parser.break_statement,
    "do": Parser.do_statement,
    "for": Parser.for_statement,
    "function": Parser.function_statement,
    "goto": Parser.goto_statement,
    "if": Parser.if_statement,
    "local": Parser.local_statement,
    "repeat": Parser.repeat_statement,
    "return": Parser.return_statement,
    "while": Parser.while_statement,
}
