"""Large functions in blocks as several Python functions: jumps of MicroPython reach 16 kB only.

Each section is a function of its own, with the same locals. Where control leaves it, the locals
that are still needed go into the frame, as at a suspension, but to a block instead of a resume
point: `fr[1]` is -1 - block. Direct functions have a frame for this alone.
"""

from moonhop_core.lang import tree
from moonhop_core.lang.emit_python_frame import FrameEmitter
from moonhop_core.lang.emit_python_text import Line
from moonhop_core.lang.liveness import Liveness, successors
from moonhop_core.lang.lowered import Block, Suspend

REACH = 24_000  # characters of Python: more may take 16 kB of bytecode
SECTION = 10_000  # about as many go into one function


def too_long(lines: "list[Line]") -> bool:
    """Does a statement of Python, the rest of its chain included, take more than jumps reach?"""
    opened: "list[tuple[int, int]]" = []  # indentation of a statement, characters before it
    size = 0
    for line in lines:
        text = line.text
        while opened and line.indent <= opened[-1][0]:
            if line.indent == opened[-1][0] and text[:4] in ("else", "elif", "exce"):
                break
            if size - opened.pop()[1] > REACH:
                return True
        if text[-1:] == ":" and (not opened or opened[-1][0] < line.indent):
            opened.append((line.indent, size))
        size += len(text)
    return any(size - before > REACH for _, before in opened)


class SectionEmitter(FrameEmitter):
    """Emits a function in blocks as sections q0, q1 … and the callable `run` made of them."""

    def sections(self) -> None:
        """The lines of the factory's body."""
        proto = self.proto
        blocks = proto.blocks
        direct = not proto.frame
        self.at_start = Liveness(proto).at_start
        texts = self.block_texts()
        bounds = self.bounds(texts)
        entries = "0," if direct else ", ".join([str(b.index) for b in proto.resumes]) + ","
        for at, high in enumerate(bounds):
            low = bounds[at - 1] if at else 0
            self.indent = 1
            self.put("def q%d(fr, v):" % at)
            self.indent = 2
            if direct and self.function.is_vararg:
                self.put("va = fr[2]")
            if self.left:
                self.put("tail = fr[0]")
            self.enter(low, high)
            self.put("while %d <= b < %d:" % (low, high))
            self.indent += 1
            self.texts = texts
            self.half(low, high)
            self.indent -= 1
            self.leave(blocks[low:high], low, high)
        self.indent = 1
        names = ", ".join(["q%d" % at for at in range(len(bounds))])
        limits = ", ".join([str(bound) for bound in bounds[:-1]])
        self.put(
            "run = sectioned((%s), (%s), (%s,)%s)"
            % (
                entries,
                limits + "," if limits else "",
                names,
                ", %d" % len(self.function.params) if direct else "",
            )
        )

    def block_texts(self) -> "list[list[Line]]":
        """The lines of each block, from indentation 0 on."""
        texts = []
        self.indent = 0
        for block in self.proto.blocks:
            self.lines = []
            FrameEmitter.block_body(self, block)
            texts.append(self.lines)
        self.lines = []
        return texts

    def block_body(self, block: Block) -> None:
        for line in self.texts[block.index]:
            line.indent += self.indent
            self.lines.append(line)

    def bounds(self, texts: "list[list[Line]]") -> "list[int]":
        """The first block behind each section."""
        found = []
        size = 0
        for at, lines in enumerate(texts):
            own = 0
            for line in lines:
                own += len(line.text)
            if size and size + own > SECTION:
                found.append(at)
                size = 0
            size += own
        found.append(len(texts))
        return found

    def live(self, block: Block) -> "list[tree.LocalVar]":
        """The locals that a block needs, in a fixed order."""
        return sorted(self.at_start[block], key=self.names.of)

    def enter(self, low: int, high: int) -> None:
        """Take up the locals, from a resume point or from another section."""
        proto = self.proto
        self.check()
        self.put("pc = fr[1]")
        word = "if"
        starts = [proto.blocks[0]] if not proto.frame else proto.resumes
        for pc, block in enumerate(starts):
            if low <= block.index < high:
                self.put("%s pc == %d:" % (word, pc))
                self.indent += 1
                self.take_frame(proto.live[pc] if proto.frame else self.function.params)
                if pc == 0:
                    self.cell_params()
                else:
                    self.take_results(self.suspend_of(pc))
                self.put("b = %d" % block.index)
                self.indent -= 1
                word = "elif"
        targets = set()
        for block in proto.blocks:
            if not low <= block.index < high and not isinstance(block.end, Suspend):
                targets.update([b.index for b in successors(block) if low <= b.index < high])
        for at in sorted(targets):
            self.put("%s pc == %d:" % (word, -1 - at))
            self.indent += 1
            self.take_frame(self.live(proto.blocks[at]))
            self.put("b = %d" % at)
            self.indent -= 1
            word = "elif"

    def leave(self, blocks: "list[Block]", low: int, high: int) -> None:
        """Hand the locals on to the section of block `b`."""
        targets = set()
        for block in blocks:
            if not isinstance(block.end, Suspend):
                targets.update([b.index for b in successors(block) if not low <= b.index < high])
        word = "if"
        for at in sorted(targets):
            self.put("%s b == %d:" % (word, at))
            self.indent += 1
            self.fill_frame(self.live(self.proto.blocks[at]))
            self.indent -= 1
            word = "elif"
        if targets:
            self.put("fr[1] = -1 - b")
            self.put("return MORE")
