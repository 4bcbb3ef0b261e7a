import json
import subprocess

import pytest

from moonhop.bench.figures import Figure, of_samples, percentile
from moonhop.bench.hop import longest_gaps
from moonhop.bench.measurements import LATER, MEASUREMENTS, Effort, check
from moonhop.cli import main
from moonhop_core.errors import MoonhopError
from tests.bench import images, run
from tests.bench.bare import run_bare
from tests.bench.programs import FOLDER, PROGRAMS, path_of

KEYS = ["name", "value", "unit", "p50", "p95", "n", "peer", "goal"]


def test_every_program_has_sizes() -> None:
    files = [*FOLDER.glob("*.lua"), path_of("dhrystone")]
    assert sorted(PROGRAMS) == sorted(path.stem for path in files)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_program_prints_the_same_on_puc_lua_and_on_bare_lupa(name: str) -> None:
    size = str(PROGRAMS[name].small)
    puc = subprocess.run(
        ["lua5.4", path_of(name), size], capture_output=True, text=True, check=True
    )
    assert puc.stdout == run_bare("lua54", name, [size]).output + "\n"
    assert puc.stdout == run_bare("luajit", name, [size]).output + "\n"


@pytest.mark.parametrize("engine", ["lua54", "luajit", "python", "micropython"])
def test_figures_of_the_language_programs_have_the_shape_of_bench_json(engine, tmp_path) -> None:
    out = tmp_path / "bench.json"
    arguments = ["--quick", "--no-table", "--part", "language", "--engine", engine]
    assert run.main([*arguments, "--program", "queens", "--out", str(out)]) == 0
    figures = json.loads(out.read_text())
    assert [figure["name"] for figure in figures] == [
        f"language/{engine}/queens",
        f"language/{engine}: mean",
        f"language/{engine}: worst (queens)",
        f"language/{engine}: loading",
        f"language/{engine}: compiling on the host",
    ]
    for figure in figures:
        assert list(figure) == KEYS
        assert figure["value"] > 0


@pytest.mark.parametrize("name", sorted(images.THINGSJS))
def test_image_programs_are_measured_in_the_middle_of_their_run(name: str) -> None:
    figures = images.measure_one(name, "python", 1)
    assert figures[0].unit == "bytes"
    assert figures[0].value > 400
    assert figures[0].met


def test_start_of_a_process_is_measured_on_a_real_engine() -> None:
    from moonhop.bench.start import starts

    assert len(starts("python", 2)) == 2


def test_names_of_later_parts_are_refused_in_one_line(capsys) -> None:
    for name in (*LATER, "nothing"):
        assert main(["bench", name]) == 1
        told = capsys.readouterr().err
        assert name in told
        assert told.count("\n") == 1


def test_no_name_means_all_measurements() -> None:
    assert check([]) == list(MEASUREMENTS)
    with pytest.raises(MoonhopError, match="yet"):
        check(["start", "call"])


def test_samples_become_a_median_and_a_95th_percentile() -> None:
    figure = of_samples("x", [3.0, 1.0, 2.0, 10.0, 4.0], "ms", goal=5.0)
    assert (figure.value, figure.p95, figure.n, figure.met) == (3.0, 10.0, 5, True)
    assert percentile(list(range(1, 101)), 95) == 95
    assert Figure("y", 3.0, "1/s", goal=5.0, more_is_better=True).met is False
    assert list(figure.as_dict()) == KEYS


def test_gaps_are_what_exceeds_the_period() -> None:
    ticks = ["1 100.000", "2 100.005", "3 100.030", "4 100.035"]
    assert longest_gaps(ticks, 1) == [pytest.approx(20.0)]


def test_effort_scales_repeats() -> None:
    assert Effort(0.1, print).times(100) == 10
    assert Effort(0.001, print).times(100) == 2
