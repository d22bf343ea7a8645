"""Who answers for a figure or commitment: bodies that the text names, resolved to the directory, or likely ones."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.directory import resolve
from analyzer.likely_departments import infer_departments
from analyzer.pipeline.bodies import Assignment
from analyzer.records import Department

__all__ = ["NEIGHBOURHOOD", "departments_for", "group_assignments", "infer_departments"]


NEIGHBOURHOOD = 512  # characters


def group_assignments(assignments: Sequence[Assignment]) -> dict[int, list[Assignment]]:
    """The assignments that reach into each stretch of NEIGHBOURHOOD characters, so that none has to be sought in all of a long text."""
    groups: dict[int, list[Assignment]] = {}
    for assignment in assignments:
        for number in range(assignment.start // NEIGHBOURHOOD, assignment.end // NEIGHBOURHOOD + 1):
            groups.setdefault(number, []).append(assignment)
    return groups


def departments_for(start: int, end: int, assignments: Sequence[Assignment], *, level: str | None = None,
                    region: str | None = None, date: str | None = None) -> tuple[Department, ...]:
    """The bodies named for the reading's characters `start`–`end`: those that bind closest, each once.

    `level`, `region` and `date` (ISO) are the document's; with them each body gets its id in the directory.
    """
    holding = [a for a in assignments if a.start <= start and end <= a.end]
    if not holding:
        return ()
    rank = min(a.rank for a in holding)
    found: dict[str, Department] = {}
    for assignment in holding:
        for body in assignment.bodies if assignment.rank == rank else ():
            if body.name not in found:
                known = resolve(body.name, level=level, region=region, date=date, prefix=body.prefix)
                found[body.name] = Department(body.name, body.role, assignment.source, known.id if known else None)
    return tuple(found.values())
