# SPDX-License-Identifier: MIT
"""What is compared: one runtime in one precision."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Visit:
    """A few runs in a row, within one round."""

    min_ms: float
    median_ms: float


@dataclass(frozen=True)
class First:
    """A fresh process."""

    ms: float  # Load and run once.
    peak_bytes: int


class Contender(Protocol):
    title: str
    precision: str
    note: str

    def prepare(self) -> None:
        """Installs, converts, calibrates. Raises Failure when that cannot be done."""

    def file_bytes(self) -> int: ...

    def top1(self) -> float: ...

    def first(self) -> First: ...

    def start(self, threads: int) -> None: ...

    def visit(self, runs: int) -> Visit: ...

    def stop(self) -> None: ...


@dataclass
class Result:
    """All that was measured of a contender; `reason` says why some of it was not."""

    title: str
    precision: str
    note: str
    reason: str = ""
    file_bytes: int | None = None
    top1: float | None = None
    firsts: list[First] = field(default_factory=list)
    visits: dict[int, list[Visit]] = field(default_factory=dict)  # By threads, one a round.

    def first_ms(self) -> float | None:
        return statistics.median(first.ms for first in self.firsts) if self.firsts else None

    def peak_bytes(self) -> int | None:
        return max((first.peak_bytes for first in self.firsts), default=None)

    def min_ms(self, threads: int) -> float:
        return min(visit.min_ms for visit in self.visits[threads])

    def median_ms(self, threads: int) -> float:
        return statistics.median(visit.median_ms for visit in self.visits[threads])

    def ratio(self, base: Result, threads: int) -> float:
        """Median over the rounds of this visit's median against the base's in the same round."""
        pairs = zip(self.visits[threads], base.visits[threads], strict=True)
        return statistics.median(mine.median_ms / other.median_ms for mine, other in pairs)
