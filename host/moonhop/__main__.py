"""``python -m moonhop`` is the command ``moonhop``."""

import sys

from moonhop.cli import main

if __name__ == "__main__":
    sys.exit(main())
