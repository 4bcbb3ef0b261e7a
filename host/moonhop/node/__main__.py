"""`python -m moonhop.node --config FILE`."""

import os
import sys

from moonhop.node.main import main

if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a program in an endless turn would keep its thread, and so this process
