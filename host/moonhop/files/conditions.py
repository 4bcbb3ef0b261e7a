"""Conditional requests (RFC 9110, 13): which version a caller knows."""

from starlette.datastructures import Headers

from moonhop.files.entries import Entry, Known


def known(headers: Headers) -> Known:
    """Return what ``If-Match`` and ``If-None-Match`` of a write say."""
    return Known(_etags(headers, "if-match", strong=True), _etags(headers, "if-none-match"))


def is_known(headers: Headers, entry: Entry) -> bool:
    """Tell whether a reader has the version already, by ``If-None-Match``: 304.

    Raises NotThatVersion if ``If-Match`` wants another.
    """
    Known(match=_etags(headers, "if-match", strong=True)).require(entry, entry.path)
    return not Known(none_match=_etags(headers, "if-none-match")).holds(entry)


def range_holds(headers: Headers, entry: Entry) -> bool:
    """Tell whether ``If-Range`` lets ``Range`` count."""
    return Known(match=_etags(headers, "if-range", strong=True)).holds(entry)


def _etags(headers: Headers, name: str, *, strong: bool = False) -> tuple[str, ...] | None:
    """Return the etags of a header, which may come in several lines; None: there is none.

    ``strong``: without the weak ones, which do not say that each byte is the same (8.8.3).
    """
    lines = headers.getlist(name)
    if not lines:
        return None
    tags = [tag.strip() for tag in ",".join(lines).split(",")]
    if strong:
        tags = [tag for tag in tags if not tag.startswith("W/")]
    return tuple(tag.removeprefix("W/").strip('"') for tag in tags)
