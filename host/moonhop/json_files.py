"""Files of JSON that people write."""

import json
from pathlib import Path
from typing import Any

from moonhop_core.errors import MoonhopError


def read_object(path: Path) -> dict[str, Any]:
    """Return the object in a file. Raises MoonhopError, in one line that names the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MoonhopError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise MoonhopError(f"{path} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise MoonhopError(f"{path} must hold a JSON object, {{…}}")
    return found
