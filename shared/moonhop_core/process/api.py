"""The program's API: every name with what it does, and which names may suspend.

The compiler's own list (`lang/primitives.py`) has to agree; a test compares them.
"""

try:
    from typing import TYPE_CHECKING
except ImportError:  # MicroPython has no typing
    TYPE_CHECKING = False  # type: ignore[misc]

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moonhop_core.process.arguments import Call

# Modules, each with the dotted names of its operations behind it; it is loaded with the first call
# of one. One text: on a board each name would be an object of its own.
OPERATIONS = (
    " timers: now sleep after every timer.cancel"
    " task_calls: spawn task.join task.cancel task.__index"
    " messages: publish subscribe subscription.cancel recv"
    " watching: fs.watch"
    " itself: print log exit hop.to hop.away hop.on_arrive"
    " files: fs.append fs.copy fs.exists fs.lines fs.list fs.mkdir fs.read fs.remove fs.rename"
    " fs.stat fs.write"
    " open_files: fs.lines.next"
    " handles: fs.open file.__close file.__tostring file.close file.flush file.lines file.read"
    " file.seek file.write"
    " things: sensor Sensor.read Sensor.on actuator Actuator.set Actuator.get Actuator.close"
    " Pin.get Pin.toggle Pin.on Pin.close Adc.read Adc.volts Adc.close Pwm.close I2c.scan I2c.close"
    " Onewire.scan Onewire.close Neopixel.close"
    " pins: pin Pin.set adc pwm Pwm.set Pwm.freq i2c I2c.read I2c.write onewire Onewire.read"
    " neopixel Neopixel.set Neopixel.fill Neopixel.show "
)
# Those that may suspend.
SUSPENDING = (
    " sleep task.join recv hop.to hop.away"
    " fs.append fs.copy fs.exists fs.lines.next fs.list fs.mkdir fs.open fs.read fs.remove"
    " fs.rename fs.stat fs.write file.close file.read file.seek file.write Sensor.read"
    " Onewire.read "
)

# Registered, for images and Bound, but not reachable from _G.
HIDDEN = ("fs.lines.next",)

# Kinds of objects: their operations stand in a builtin table of that name, not reachable from _G.
# A kind with a capital is made by the function of that name, and nothing else.
OBJECTS = ("timer", "task", "subscription", "file", "Sensor", "Actuator", "Pin", "Adc", "Pwm") + (
    "I2c",
    "Onewire",
    "Neopixel",
)


def names() -> "list[str]":
    """Return the dotted names of all operations."""
    return [name for name in OPERATIONS.split() if name[-1] != ":"]


def suspends(name: str) -> bool:
    """Tell whether an operation may suspend."""
    return " " + name + " " in SUSPENDING


def module_of(name: str) -> str:
    """Return the name of the module that an operation is in."""
    end = OPERATIONS.rfind(":", 0, OPERATIONS.find(" " + name + " "))
    return OPERATIONS[OPERATIONS.rfind(" ", 0, end) + 1 : end]


def operation(name: str) -> "Callable[[Call], Any]":
    """Return what does an operation: a function of a `Call`."""
    module = module_of(name)
    if module == "itself":
        from moonhop_core.process.itself import OF_ITSELF

        return OF_ITSELF[name]
    if module == "task_calls":
        from moonhop_core.process.task_calls import OF_TASKS

        return OF_TASKS[name]
    if module == "timers":
        from moonhop_core.process.timers import OF_TIMERS

        return OF_TIMERS[name]
    if module == "messages":
        from moonhop_core.process.messages import OF_MESSAGES

        return OF_MESSAGES[name]
    if module == "watching":
        from moonhop_core.process.watching import OF_WATCHING

        return OF_WATCHING[name]
    if module == "handles":
        from moonhop_core.process.handles import OF_HANDLES

        return OF_HANDLES[name]
    if module == "open_files":
        from moonhop_core.process.open_files import OF_LINES

        return OF_LINES[name]
    if module == "things":
        from moonhop_core.process.things import OF_THINGS

        return OF_THINGS[name]
    if module == "pins":
        from moonhop_core.process.pins import OF_PINS

        return OF_PINS[name]
    from moonhop_core.process.files import OF_FILES

    return OF_FILES[name]
