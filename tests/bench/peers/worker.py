# SPDX-License-Identifier: MIT
"""The only program that runs in a peer's environment:

worker.py convert PEER PRECISION SOURCE FOLDER           writes FOLDER
worker.py top1    PEER PRECISION SOURCE FOLDER           prints the share of right classes
worker.py first   PEER PRECISION SOURCE FOLDER THREADS   prints ms to load and run once, peak bytes
worker.py serve   PEER PRECISION SOURCE FOLDER THREADS   loads; then for each line N on standard
                                                         input runs N times and prints the ms

Answers are JSON, a line each, on standard output; whatever else the peers print goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from source import Run, Source

_WARMUP = 2  # Runs after a pause, to have the weights back in the caches.


def _take_stdout() -> TextIO:
    """Keeps standard output for answers; the libraries' own output moves to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _timed_ms(run: Run, value: Any) -> float:
    start = time.perf_counter()
    run(value)
    return (time.perf_counter() - start) * 1e3


def _peak_bytes() -> int:
    """Of this program alone: what getrusage reports includes the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _top1(run: Run, source: Source) -> float:
    right = [run(value).argmax() == label for value, label in source.sample()]
    return float(sum(right)) / len(right)


def main(task: str, name: str, precision: str, source_folder: str, model: str,
         threads: int = 2) -> None:
    answers = _take_stdout()
    peer = importlib.import_module(f"runtimes.{name}")
    source, folder = Source(Path(source_folder)), Path(model)

    def answer(value: Any) -> None:
        print(json.dumps(value), file=answers, flush=True)

    if task == "convert":
        peer.convert(precision, source, folder)
        return
    value = source.input()
    importlib.import_module(peer.MODULE)
    start = time.perf_counter()
    run = peer.load(precision, folder, threads)
    if task == "top1":
        answer(_top1(run, source))
    elif task == "first":
        run(value)
        answer({"ms": (time.perf_counter() - start) * 1e3, "peak_bytes": _peak_bytes()})
    else:
        answer("ready")
        for line in sys.stdin:
            for _ in range(_WARMUP):
                run(value)
            answer([_timed_ms(run, value) for _ in range(int(line))])


if __name__ == "__main__":
    main(*sys.argv[1:6], *map(int, sys.argv[6:]))
