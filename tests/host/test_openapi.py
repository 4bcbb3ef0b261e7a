"""The server does what its OpenAPI description says, whatever it is asked."""

import subprocess
import sys
from pathlib import Path

CHECKS = (
    # Which paths, names and programs are allowed is more than a JSON schema can tell.
    "positive_data_acceptance",
    # Anything is a path, and headers that are no conditions are none (RFC 9110).
    "negative_data_rejection",
    # What one does to a process and what one reads of it have addresses of the same form.
    "unsupported_method",
)
# where an answer may have no end
ENDLESS = ("/fs/watch", "/api/events", "/api/nodes/{node}/monitor")


def test_answers_conform_to_the_description_and_nothing_is_a_fault_of_the_server(running) -> None:
    result = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{running.host.address.url}/openapi.json",
            "--header",
            f"Authorization: Bearer {running.host.credentials.token}",
            "--exclude-checks",
            ",".join(CHECKS),
            *[f"--exclude-path={path}" for path in ENDLESS],
            "--phases=examples,coverage,fuzzing",
            "--max-examples=25",
            "--request-timeout=20",
            "--generation-deterministic",
        ],
        capture_output=True,
        text=True,
        cwd=running.home,
        timeout=100,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-10_000:] + result.stderr
