"""What esptool can do, loaded when it is needed."""

from typing import Any

from moonhop_core.errors import MoonhopError


def esptool_commands() -> Any:
    """Return esptool's commands, with the settings of the first esptool.cfg (or setup.cfg, tox.ini)
    in the current folder, ~/.config/esptool or HOME: esptool reads it when it is imported.

    Raises MoonhopError if one of these folders may not be read.
    """
    try:
        from esptool import cmds
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody knows the home folder
        what = getattr(error, "filename", None) or "the current folder, or the home folder"
        why = getattr(error, "strerror", None) or error
        raise MoonhopError(
            f"esptool cannot look for its settings in {what} ({why}); change to a folder that you"
            " may read, and set HOME to such a one"
        ) from None
    return cmds
