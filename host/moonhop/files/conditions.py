"""Conditional requests (RFC 9110, 13): which version a caller knows."""

from collections.abc import Mapping

from moonhop.files.entries import Entry, Known


def known(headers: Mapping[str, str]) -> Known:
    """Return what ``If-Match`` and ``If-None-Match`` of a write say."""
    return Known(_etags(headers.get("if-match")), _etags(headers.get("if-none-match")))


def is_known(headers: Mapping[str, str], entry: Entry) -> bool:
    """Tell whether ``If-None-Match`` of a read names the version: 304."""
    return not Known(none_match=_etags(headers.get("if-none-match"))).holds(entry)


def range_holds(headers: Mapping[str, str], entry: Entry) -> bool:
    """Tell whether ``If-Range`` lets ``Range`` count."""
    return Known(match=_etags(headers.get("if-range"))).holds(entry)


def _etags(header: str | None) -> tuple[str, ...] | None:
    if header is None:
        return None
    return tuple(tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
