"""Gives what has a short name (`_0`, `_1` …) one that MicroPython's firmware holds anyway.

A name of a method or of a library's function is in the firmware's own table, so it takes none of
the heap, and a search among the names in the heap does not meet it.
"""

import ast
import re

# Names that MicroPython 1.24 and newer have built in, on all ports with the usual modules; where
# one lacks, it takes as much room as any other name.
FIRMWARE = (
    "acos acosh array asin asinh atan atan2 atanh byteorder calcsize ceil center collect "
    "copysign cos cosh count degrees deque difference difference_update disable discard "
    "dump enable endswith erf erfc errorcode executable expm1 fabs factorial floor fmod "
    "frexp from_bytes fromhex fromkeys gamma getrandbits getcwd hexlify ilistdir index "
    "insert intersection intersection_update isalpha isclose isdigit isdisjoint isenabled "
    "isfinite isinf islower isnan isspace issubset issuperset isupper items ldexp lgamma "
    "listdir localtime log log10 log2 lower lstrip match maxsize mem_free mkdir mktime "
    "modf modules mount namedtuple pack_into partition phase pi platform polar poll "
    "popitem print_exception radians randint random randrange readline rect rename "
    "replace reverse rfind rindex rmdir rpartition rsplit rstrip search seed sep "
    "setdefault sin sinh sleep_ms sleep_us sort splitlines sqrt statvfs stderr stdin "
    "stdout strip symmetric_difference symmetric_difference_update tan tanh threshold "
    "throw ticks_add ticks_cpu to_bytes trunc umount unhexlify uniform union unlink "
    "unpack_from update upper urandom values version version_info readlines StringIO "
    "BytesIO OrderedDict EACCES EADDRINUSE EAGAIN EALREADY EBADF ECONNABORTED "
    "ECONNREFUSED ECONNRESET EEXIST EHOSTUNREACH EINPROGRESS EINVAL EIO EISDIR ENOBUFS "
    "ENODEV ENOENT ENOMEM ENOTCONN EOPNOTSUPP EPERM ETIMEDOUT POLLERR POLLHUP POLLIN "
    "POLLOUT ARRAY AUTO BFINT16 BFINT32 BFINT8 BFUINT16 BFUINT32 BFUINT8 BF_LEN BF_POS "
    "BIG_ENDIAN CERT_NONE CERT_OPTIONAL CERT_REQUIRED FLOAT32 FLOAT64 FrameBuffer "
    "FrameBuffer1 GS2_HMSB GS4_HMSB GS8 GZIP INT INT16 INT32 INT64 INT8 IOQueue "
    "LITTLE_ENDIAN LONG LONGLONG MONO_HLSB MONO_HMSB MONO_VLSB MVLSB NATIVE "
    "PROTOCOL_TLS_CLIENT PROTOCOL_TLS_SERVER PTR RAW RGB565 RingIO SHORT "
    "SingletonGenerator StreamReader StreamWriter TaskQueue ThreadSafeFlag UINT UINT16 "
    "UINT32 UINT64 UINT8 ULONG ULONGLONG USHORT VOID VfsFat VfsLfs2 aclose addressof aes "
    "appendleft awrite awritestr blit bytearray_at bytes_at call_exception_handler "
    "core create_task cur_task current_task default_exception_handler drain ellipse "
    "fill_rect funcs gather get_event_loop get_exception_handler get_extra_info heap_lock "
    "hline kbd_intr load_cert_chain load_verify_locations mem16 mem32 mem8 mem_info "
    "new_event_loop opt_level pixel poly popleft qstr_info readexactly run_forever "
    "schedule scroll set_exception_handler sizeof soft_reset stack_use start_server "
    "stream_awrite time_pulse_us verify_mode vline wait_closed wait_for_ms wrap_socket"
)
SHORT = re.compile(r"_[0-9]+")
FIELDS = ("id", "attr", "name", "asname", "arg")


def with_free_names(modules: dict[str, str]) -> dict[str, str]:
    """Return modules with the most frequent short names replaced; nothing else in them may have
    such a name."""
    trees = {module: ast.parse(text) for module, text in modules.items()}
    counts: dict[str, int] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            for name in _names(node):
                counts[name] = counts.get(name, 0) + 1
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                counts[node.value] = 1
    short = sorted((name for name in counts if SHORT.fullmatch(name)), key=lambda n: -counts[n])
    free = (name for name in FIRMWARE.split() if name not in counts)
    names = dict(zip(short, free, strict=False))
    for tree in trees.values():
        for node in ast.walk(tree):
            for field in FIELDS:
                found = getattr(node, field, None)
                if found in names:
                    setattr(node, field, names[found])
            if isinstance(node, ast.Global | ast.Nonlocal):
                node.names = [names.get(name, name) for name in node.names]
    return {module: ast.unparse(tree) + "\n" for module, tree in trees.items()}


def _names(node: ast.AST) -> list[str]:
    """Return the identifiers that a node of a tree has itself."""
    found = [value for field in FIELDS if isinstance(value := getattr(node, field, None), str)]
    return found + (node.names if isinstance(node, ast.Global | ast.Nonlocal) else [])
