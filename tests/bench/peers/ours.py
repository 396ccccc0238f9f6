# SPDX-License-Identifier: MIT
"""Bitdown: the released network in its compressed form, through the tool that people use."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import artifacts
from contender import First, Visit
from environments import Failure, last_line


class Ours:
    def __init__(self, tool: Path, build: Path, data: Path, source: Path, network: str,
                 precision: str, isa: str | None) -> None:
        """`network` names models/NETWORK.pth in `data`; `isa` forces an instruction set."""
        self.title = f"Bitdown, {network}"
        self.precision = precision
        self.note = "calibrate, 200 images" if precision == "int8" else ""
        self._tool, self._build, self._data, self._source = tool, build, data, source
        self._network = network
        self._flags = ["--precision", "fast" if precision == "int8" else "exact"]
        self._flags += ["--isa", isa] if isa else []
        self._blob = Path()
        self._threads = 1

    def prepare(self) -> None:
        checkpoint = self._data / "models" / f"{self._network}.pth"
        if not checkpoint.exists():
            raise Failure(f"no {checkpoint.name} in the data's models")
        folder = artifacts.made(self._build, self._network,
                                artifacts.digest(checkpoint, self._tool),
                                lambda folder: self._import(checkpoint, folder))
        self._blob = folder / "model.bdn"

    def _import(self, checkpoint: Path, folder: Path) -> None:
        blob = str(folder / "model.bdn")
        self._run("import", str(checkpoint), "-o", blob)
        images = str(self._data / "images/ilsvrc-calibration")
        self._run("calibrate", blob, "--images", images, "--limit", "200")

    def file_bytes(self) -> int:
        return self._blob.stat().st_size

    def top1(self) -> float:
        labels = str(self._data / "images/imagenet-sample/labels.tsv")
        return self._json("eval", str(self._blob), "--labels", labels, *self._flags)["top1"]

    def first(self) -> First:
        report = self._bench(runs=1)
        return First(report["first_inference_ms"], report["peak_rss_bytes"])

    def start(self, threads: int) -> None:
        self._threads = threads

    def visit(self, runs: int) -> Visit:
        """A process for each visit, since the tool has no other way to pause."""
        report = self._bench(runs)
        return Visit(report["min_ms"], report["p50_ms"])

    def stop(self) -> None:
        self._threads = 1

    def _bench(self, runs: int) -> dict[str, Any]:
        return self._json("bench", str(self._blob), "--input", str(self._source / "input.npy"),
                          "--runs", str(runs), "--warmup", "2", "--threads", str(self._threads),
                          *self._flags)

    def _json(self, *arguments: str) -> dict[str, Any]:
        return json.loads(self._run(*arguments, "--json"))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([str(self._tool), *arguments], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise Failure(last_line(done.stderr, f"exit {done.returncode}"))
        return done.stdout
