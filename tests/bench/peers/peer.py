# SPDX-License-Identifier: MIT
"""A peer: worker.py in the peer's own environment."""

from __future__ import annotations

import importlib
import json
import os
import signal
import statistics
import subprocess
from pathlib import Path
from typing import IO, Any

import artifacts
from contender import First, Visit
from environments import HERE, Failure, environment, last_line, run_logged

NAMES = ("ort", "openvino", "ncnn", "executorch", "litert")


class Peer:
    def __init__(self, build: Path, source: Path, name: str, precision: str,
                 variables: dict[str, str]) -> None:
        """`source` is prepare.py's folder; `variables` are added to the environment's."""
        self._module = importlib.import_module(f"runtimes.{name}")
        self.title = self._module.TITLE
        self.precision = precision
        self.note = self._module.PRECISIONS[precision]
        self._build, self._source, self._name = build, source, name
        self._variables = variables
        self._environ = {**os.environ, **variables}
        self._log = build / "log" / f"{name}-{precision}.log"
        self._python = self._folder = Path()
        self._process: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        module = self._module
        if self.precision in module.UNAVAILABLE:
            raise Failure(module.UNAVAILABLE[self.precision])
        self._python = environment(self._build, self._name, module.PACKAGES)
        key = artifacts.digest(self._source.name, Path(module.__file__ or ""))
        self._folder = artifacts.made(self._build, f"{self._name}-{self.precision}", key,
                                      self._convert)

    def _convert(self, folder: Path) -> None:
        python = self._python
        if self._module.CONVERTER_PACKAGES:
            python = environment(self._build, f"{self._name}-convert",
                                 self._module.CONVERTER_PACKAGES)
        command = [str(python), *self._command("convert", folder)[1:]]
        run_logged(command, self._log, self._environ)

    def file_bytes(self) -> int:
        return artifacts.size(self._folder)

    def top1(self) -> float:
        """Measured once for each conversion: it takes half a minute and does not change."""
        variables = "".join(f"-{value}" for value in self._variables.values())
        kept = self._build / "made" / f"{self._folder.name}{variables}-top1.json"
        if not kept.exists():
            kept.write_text(self._worker("top1", self._folder), encoding="ascii")
        return json.loads(kept.read_text(encoding="ascii"))

    def first(self) -> First:
        return First(**json.loads(self._worker("first", self._folder, 1)))

    def start(self, threads: int) -> None:
        command = self._command("serve", self._folder, threads)
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=log, cwd=self._build,
                                             env=self._environ, text=True, bufsize=1)
        self._answer()
        self._process.send_signal(signal.SIGSTOP)

    def visit(self, runs: int) -> Visit:
        """The process is stopped between visits, so that threads which spin disturb no one."""
        process = self._running()
        process.send_signal(signal.SIGCONT)
        try:
            self._pipe(process.stdin).write(f"{runs}\n")
        except BrokenPipeError as error:
            raise self._failure() from error
        times = self._answer()
        process.send_signal(signal.SIGSTOP)
        return Visit(min(times), statistics.median(times))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "start() comes first"
        return self._process

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def _answer(self) -> Any:
        line = self._pipe(self._running().stdout).readline()
        if not line:
            raise self._failure()
        return json.loads(line)

    def _failure(self) -> Failure:
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return Failure(last_line(text, "the process ended without a message"))

    def _command(self, task: str, folder: Path, *more: int) -> list[str]:
        return [str(self._python), str(HERE / "worker.py"), task, self._name, self.precision,
                str(self._source), str(folder), *map(str, more)]

    def _worker(self, task: str, folder: Path, *more: int) -> str:
        return run_logged(self._command(task, folder, *more), self._log, self._environ)
