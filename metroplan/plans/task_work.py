"""What is done for the tasks of a plan: apps that keep such work register how it is found."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class TaskWork:
    """One piece of work for a task, such as a campaign, as the reader may see it."""

    title: str
    url: str
    state: str | Promise


Finder = Callable[[Any, Collection[int]], Mapping[int, list[TaskWork]]]
"""Takes the reader and ids of tasks, gives the work of each in a fixed number of queries."""

finders: list[Finder] = []


def work_for(user: Any, tasks: Collection[int]) -> dict[int, list[TaskWork]]:
    """By task id, whatever the reader may see of the work done for it."""
    found: dict[int, list[TaskWork]] = defaultdict(list)
    for finder in finders:
        for task, rows in finder(user, tasks).items():
            found[task].extend(rows)
    return found
