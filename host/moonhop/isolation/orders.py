"""Messages between a nursery and its zygote: of a fixed size, over a stream socket."""

import struct

ORDER = struct.Struct("!cI")  # what, the child's number
FORK = b"f"  # a child, whose end of its socket comes along
KILL = b"k"

REPORT = struct.Struct("!cIi")  # what, the child's number, a value
BORN = b"b"  # its process id
ENDED = b"e"  # its exit status; below 0: the signal that killed it
REFUSED = b"r"  # the errno of fork
