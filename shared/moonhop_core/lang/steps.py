"""Variables that are counted up or down: `x = x + 1`, which does not make x anything."""

from moonhop_core.lang import facts, tree
from moonhop_core.lang.call_flow import CallFlow
from moonhop_core.lang.facts import ANY, INT, NIL, NUMBER, OTHER, STR, TABLE
from moonhop_core.lang.object_facts import ELEMENTS
from moonhop_core.lang.survey import Slot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moonhop_core.lang.facts import Fact
    from moonhop_core.lang.object_facts import Name
    from moonhop_core.lang.survey import Source

STEP = 256  # greater steps than this are not counted on


class StepFacts(CallFlow):
    """Finds such steps."""

    def step_of(self, slot: Slot, source: "Source", target: "tree.Index | None") -> "Fact | None":
        """What `source` adds, if it is the slot's own value and a little more or less; `target` is
        the field that it is stored in."""
        if not isinstance(source, tree.Binary) or source.op not in ("+", "-"):
            return None
        if slot.fact[0] & (STR | TABLE | OTHER) or slot.fact[0] & INT == 0:
            return None
        added: "Fact" = (INT, 0, 0)
        expr: tree.Expr = source
        while isinstance(expr, tree.Binary) and expr.op in ("+", "-"):
            other = self.of(expr.right)
            if expr.op == "+" and self.reads(expr.right, slot, target):
                other = self.of(expr.left)
                expr = expr.right
            else:
                added = facts.binary(expr.op, added, other, self.meta)
                expr = expr.left
                continue
            added = facts.binary("+", added, other, self.meta)
        if not self.reads(expr, slot, target):
            return None
        if added[0] & ANY & ~NUMBER or added[1] < -STEP or added[2] > STEP:
            return None
        return added

    def reads(self, expr: tree.Expr, slot: Slot, target: "tree.Index | None") -> bool:
        """Does an expression give what is in the slot, and nothing else?"""
        if isinstance(expr, tree.LocalRef):
            alias = self.survey.aliases.get(expr.var)
            if not isinstance(alias, tree.Index):
                return self.survey.locals.get(expr.var) is slot
            expr = alias
        if isinstance(expr, tree.Global):
            return self.survey.globals.get(expr.name) is slot
        if not isinstance(expr, tree.Index) or not self.alone:
            return False
        types = self.of(expr.obj)[0]
        name: "Name" = ELEMENTS
        if not isinstance(expr.key, tree.Const):
            if self.of(expr.key)[0] & STR:
                return False
        elif isinstance(expr.key.value, str):
            name = expr.key.value
        if self.named.slots.get(name) is slot:
            return True
        found = [self.fields[at].slots.get(name) for at in self.tables(types)]  # type: ignore[union-attr]
        if slot not in found:
            return False
        if len(found) > 1 and not (target is not None and same_place(expr, target)):
            return False
        fact = self.of(expr)
        inside = slot.fact[1] <= fact[1] and fact[2] <= slot.fact[2]
        return inside and not fact[0] & ~(slot.fact[0] | NIL)


def same_place(expr: tree.Index, target: tree.Index) -> bool:
    """Is it the same field of the same table?"""
    if not isinstance(expr.obj, tree.LocalRef) or not isinstance(target.obj, tree.LocalRef):
        return False
    var = expr.obj.var
    if var is not target.obj.var or var.is_cell:
        return False
    if isinstance(expr.key, tree.LocalRef) and isinstance(target.key, tree.LocalRef):
        return expr.key.var is target.key.var and not expr.key.var.is_cell
    return (
        isinstance(expr.key, tree.Const)
        and isinstance(target.key, tree.Const)
        and expr.key.value == target.key.value
    )
