"""Sizes in bytes, as people read and write them."""

import pytest

from moonhop.sizes import parse_size, shown


@pytest.mark.parametrize(
    ("text", "size"),
    [("1500", 1500), ("500MB", 500_000_000), ("1.5 G", 1_500_000_000), ("2kB", 2000)],
)
def test_sizes_are_read_as_people_write_them(text, size) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "1 2", "-1", "1XB", "nan"])
def test_what_is_no_size_is_refused(text) -> None:
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


def test_sizes_are_shown_for_people() -> None:
    assert [shown(size) for size in (0, 999, 1000, 1_500_000, 2 * 10**12)] == [
        *("0 B", "999 B", "1.0 kB", "1.5 MB", "2000.0 GB")
    ]
