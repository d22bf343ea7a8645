"""Who answers for a figure or commitment: bodies that the text names, resolved to the directory."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.pipeline.bodies import Assignment
from analyzer.records import Department


def departments_for(start: int, end: int, assignments: Sequence[Assignment]) -> tuple[Department, ...]:
    """The bodies named for the reading's characters `start`–`end`: those that bind closest, each once."""
    holding = [a for a in assignments if a.start <= start and end <= a.end]
    if not holding:
        return ()
    rank = min(a.rank for a in holding)
    found: dict[tuple[str, str], Department] = {}
    for assignment in holding:
        if assignment.rank == rank:
            for body in assignment.bodies:
                found.setdefault((body.name, body.role), Department(body.name, body.role, assignment.source))
    return tuple(found.values())
