"""The host side of moonhop: command line, server, scheduler, files, broker and boards."""

from moonhop_core import __version__

__all__ = ["__version__"]
