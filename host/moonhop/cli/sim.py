"""``moonhop sim``: the real scheduler over simulated nodes, in virtual time."""

import argparse

from moonhop.cli import FAILED, OK
from moonhop.cli.output import print_json, print_table

EXAMPLE = "moonhop sim --nodes 5000 --processes 150000 --seed 1"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--nodes", type=int, default=500, metavar="N", help="(default: 500)")
    parser.add_argument("--processes", type=int, default=15000, metavar="N", help="(15000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--policy", default="first-fit", metavar="P", help="(default: first-fit)")
    parser.add_argument(
        "--events", type=int, default=20, metavar="N", help="deaths, returns, drains (default: 20)"
    )


def run(options: argparse.Namespace) -> int:
    """Simulate; fails if something is where it must not be."""
    from moonhop.scheduler.policies import policy_named
    from moonhop.sim.run import simulate

    policy_named(options.policy)
    report = simulate(
        options.nodes, options.processes, options.seed, options.policy, options.events
    ).as_dict()
    if options.json:
        print_json(report)
    else:
        print_table(("WHAT", "HOW MUCH"), [(key.replace("_", " "), report[key]) for key in report])
    return FAILED if report["violations"] else OK
