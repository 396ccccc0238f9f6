# SPDX-License-Identifier: MIT
"""Bitdown and other runtimes on the same network and input, in turns; see README.md."""

from __future__ import annotations

import argparse
import importlib
import platform
import time
from pathlib import Path
from typing import Any

import artifacts
import table
from contender import Contender, Result
from environments import HERE, Failure, environment, run_logged
from ours import Ours
from peer import NAMES, Peer

_BASE = "ort"  # Its float32 is what ratios are against.
_FIRSTS = 5  # Fresh processes for load + first inference.
_PREPARE_PACKAGES = ("numpy==2.4.6", "onnx==1.23.2", "pillow==13.0.0")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev peers", description=__doc__.split(";")[0] + ".",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        epilog="The first time installs the peers and converts the network, which takes long.")
    parser.add_argument("--peers", default=",".join(NAMES), metavar="NAMES",
                        help=f"which; {_BASE} is always there")
    parser.add_argument("--networks", default="pqf-resnet50-large", metavar="NAMES",
                        help="compressed networks that Bitdown runs: models/NAME.pth")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each contender")
    parser.add_argument("--runs", type=int, default=5, help="timed runs a turn")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, one after the other")
    parser.add_argument("--avx2", action="store_true",
                        help="no more than AVX2 for Bitdown and OpenVINO")
    parser.add_argument("--quick", action="store_true",
                        help="three rounds of three runs, no accuracy")
    parser.add_argument("--tool", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.peers = arguments.peers.split(",")
    unknown = set(arguments.peers) - set(NAMES)
    if unknown:
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    arguments.networks = arguments.networks.split(",")
    arguments.threads = [int(count) for count in arguments.threads.split(",")]
    if arguments.quick:
        arguments.rounds, arguments.runs = 3, 3
    return arguments


def prepared_source(build: Path, data: Path) -> Path:
    """The network and photographs for all peers: prepare.py's folder."""
    python = environment(build, "prepare", _PREPARE_PACKAGES)
    recipes = [HERE / f"{name}.py" for name in ("prepare", "network", "checkpoint", "photographs")]
    labels = data / "images/imagenet-sample/labels.tsv"
    key = artifacts.digest(data / "models/resnet50-float.pth", labels, *recipes)
    command = [str(python), str(HERE / "prepare.py"), str(data)]
    return artifacts.made(build, "source", key, lambda folder: run_logged(
        [*command, str(folder)], build / "log/prepare.log"))


def contenders(arguments: argparse.Namespace, source: Path) -> list[Contender]:
    """The base first."""
    build, found = arguments.build, []
    names = [_BASE] + [name for name in arguments.peers if name != _BASE]
    for name in names:
        forced = arguments.avx2 and name == "openvino"
        variables = {"ONEDNN_MAX_CPU_ISA": "AVX2"} if forced else {}
        for precision in importlib.import_module(f"runtimes.{name}").PRECISIONS:
            found.append(Peer(build, source, name, precision, variables))
    for network in arguments.networks:
        for precision in ("f32", "int8"):
            found.append(Ours(arguments.tool, build, arguments.data, source, network, precision,
                              "avx2" if arguments.avx2 else None))
    return found


class Comparison:
    """Measures contenders in turns; one that fails keeps its reason and is left out from then."""

    def __init__(self, entries: list[Contender]) -> None:
        self.results = [Result(entry.title, entry.precision, entry.note) for entry in entries]
        self._entries = list(zip(entries, self.results, strict=True))

    def prepare(self) -> None:
        for entry, result in self._able():
            try:
                entry.prepare()
                result.file_bytes = entry.file_bytes()
            except Failure as failure:
                self._give_up(entry, result, failure)

    def measure_top1(self) -> None:
        for entry, result in self._able():
            print(f"top-1 of {result.title} {result.precision}", flush=True)
            try:
                result.top1 = entry.top1()
            except Failure as failure:
                self._give_up(entry, result, failure)

    def measure_first(self, rounds: int) -> None:
        print(f"load + first inference, {rounds} processes each", flush=True)
        for _ in range(rounds):
            for entry, result in self._able():
                try:
                    result.firsts.append(entry.first())
                except Failure as failure:
                    self._give_up(entry, result, failure)

    def measure_latency(self, threads: int, rounds: int, runs: int) -> None:
        print(f"{threads} thread(s): {rounds} rounds of {runs} runs", flush=True)
        able = []
        for entry, result in self._able():
            try:
                entry.start(threads)
                able.append((entry, result))
            except Failure as failure:
                self._give_up(entry, result, failure)
        for i in range(rounds):
            # Another one begins each time, so that no one always follows the same neighbour's heat.
            turn = i % len(able)
            for entry, result in able[turn:] + able[:turn]:
                if result.reason:
                    continue
                try:
                    result.visits.setdefault(threads, []).append(entry.visit(runs))
                except Failure as failure:
                    self._give_up(entry, result, failure)
                    result.visits.pop(threads, None)  # Rounds are compared pair by pair.
        for entry, _ in able:
            entry.stop()

    def _able(self) -> list[tuple[Contender, Result]]:
        return [(entry, result) for entry, result in self._entries if not result.reason]

    @staticmethod
    def _give_up(entry: Contender, result: Result, failure: Failure) -> None:
        result.reason = str(failure)
        print(f"{result.title} {result.precision}: {failure}", flush=True)
        entry.stop()


def machine(arguments: argparse.Namespace) -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    levels = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni")
              if flag in facts.get("flags", "").split()]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": facts.get("model name", platform.processor()),
        "family": facts.get("cpu family"),
        "model": facts.get("model"),
        "isa": levels,
        "python": platform.python_version(),
        "avx2_forced": arguments.avx2,
        "rounds": arguments.rounds,
        "runs": arguments.runs,
    }


def main() -> None:
    arguments = parse_arguments()
    source = prepared_source(arguments.build, arguments.data)
    comparison = Comparison(contenders(arguments, source))
    comparison.prepare()
    if not arguments.quick:
        comparison.measure_top1()
    comparison.measure_first(_FIRSTS)
    for threads in arguments.threads:
        comparison.measure_latency(threads, arguments.rounds, arguments.runs)

    results, base = comparison.results, comparison.results[0]
    stem = arguments.build / ("peers-avx2" if arguments.avx2 else "peers")
    text = table.markdown(results, base, arguments.threads)
    stem.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    facts = machine(arguments)
    report = table.as_json(results, base, arguments.threads, facts)
    stem.with_suffix(".json").write_text(report + "\n", encoding="utf-8")
    print(f"\n{facts['cpu']}, family {facts['family']} model {facts['model']},"
          f" {', '.join(facts['isa'])}; {facts['date']}\n{text}\n\nin {stem}.md and .json")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"peers: {failure}") from failure
