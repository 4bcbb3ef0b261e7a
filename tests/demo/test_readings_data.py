"""The demo's readings are the recorded ones, as examples/data/README.md says."""

import csv
import hashlib
from datetime import datetime

from moonhop.demo.readings_data import readings_csv
from tests.micropython import ROOT


def test_readings_are_the_file_that_the_readme_names() -> None:
    readme = (ROOT / "examples" / "data" / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(readings_csv()).hexdigest() in readme


def test_readings_are_a_series_of_plausible_temperatures_in_order_of_time() -> None:
    header, *rows = csv.reader(readings_csv().decode("ascii").splitlines())
    times = [datetime.fromisoformat(time) for time, _ in rows]
    assert header == ["time (UTC)", "temperature (celsius)"]
    assert len(rows) == 8760
    assert times == sorted(set(times))
    assert all(3 < float(celsius) < 23 for _, celsius in rows)
