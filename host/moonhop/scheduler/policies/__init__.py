"""Placement policies: pure functions from the fleet as it is to where each process should run."""

from moonhop.scheduler.policies.best_fit import best_fit
from moonhop.scheduler.policies.first_fit import first_fit
from moonhop.scheduler.policies.model import Node, Placement, Policy, PolicyError, Process
from moonhop.scheduler.policies.named import guarded, policy_named
from moonhop.scheduler.policies.nearest import nearest
from moonhop.scheduler.policies.needs import unmet_need
from moonhop.scheduler.policies.optimal import optimal
from moonhop.scheduler.policies.spread import spread

__all__ = [
    "Node",
    "Placement",
    "Policy",
    "PolicyError",
    "Process",
    "best_fit",
    "first_fit",
    "guarded",
    "nearest",
    "optimal",
    "policy_named",
    "spread",
    "unmet_need",
]
