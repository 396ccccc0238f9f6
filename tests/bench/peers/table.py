# SPDX-License-Identifier: MIT
"""The results as one table, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from contender import Result

_MB = 1 << 20


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _times(result: Result, base: Result, threads: int) -> list[str]:
    if not result.visits.get(threads):
        return ["", ""]
    ratio = f"{result.ratio(base, threads):.3f}" if base.visits.get(threads) else ""
    return [ratio, f"{result.min_ms(threads):.1f}, {result.median_ms(threads):.1f}"]


def _row(result: Result, base: Result, threads: list[int]) -> list[str]:
    row = [result.title, result.precision]
    for count in threads:
        row += _times(result, base, count)
    size, peak, top1 = result.file_bytes, result.peak_bytes(), result.top1
    return row + [
        _number(result.first_ms(), 0),
        _number(None if peak is None else peak / _MB, 0),
        _number(None if size is None else size / _MB, 1),
        _number(None if top1 is None else 100 * top1, 1),
        "; ".join(filter(None, [result.note, result.reason and f"**{result.reason}**"])),
    ]


def markdown(results: list[Result], base: Result, threads: list[int]) -> str:
    """A line for each result; ratios are against `base`."""
    head = ["runtime", ""]
    for count in threads:
        plural = "s" if count > 1 else ""
        head += [f"{count} thread{plural}: ratio", "min, median ms"]
    head += ["load + first ms", "peak MB", "file MB", "top-1 %", "notes"]
    rows = [head, ["---"] * len(head)] + [_row(result, base, threads) for result in results]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_json(results: list[Result], base: Result, threads: list[int],
            machine: dict[str, Any]) -> str:
    """Everything that was measured, round by round."""
    entries = []
    for result in results:
        entry = asdict(result)
        entry["ratio"] = {count: result.ratio(base, count) for count in threads
                          if result.visits.get(count) and base.visits.get(count)}
        entries.append(entry)
    return json.dumps({"machine": machine, "results": entries}, indent=1)
