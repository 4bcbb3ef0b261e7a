from pathlib import Path

import pytest

from moonhop.boards.catalog import board_names, load_board, read_board
from moonhop_core.errors import MoonhopError


@pytest.mark.parametrize("name", board_names())
def test_every_board_file_is_a_board(name: str) -> None:
    assert load_board(name).name == name


def test_an_unknown_board_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MoonhopError, match=r"no board 'toaster'; known boards: .*virtual"):
        load_board("toaster")


GOOD = 'name = "b"\nchip = "esp32"\nheap = "160K"\nfloat_bits = 32\nmpy_arch = ""\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace('"160K"', '"lots"'), "heap is 'lots'; write it like 192K"),
        (GOOD.replace("32\n", "16\n"), "float_bits is 16"),
        (GOOD.replace('"b"', '"c"'), "must be the file's, 'b'"),
        (GOOD + "color = 3\n", "unexpected keyword argument 'color'"),
        (GOOD.replace("chip", "# chip"), "missing 1 required positional argument: 'chip'"),
        ("name = ", "Invalid value"),
    ],
)
def test_a_faulty_board_file_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "b.toml"
    path.write_text(text)
    with pytest.raises(MoonhopError) as caught:
        read_board(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)
