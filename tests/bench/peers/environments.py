# SPDX-License-Identifier: MIT
"""Python environments with the packages of one peer each: nothing is installed system-wide, and no
two peers can disagree about a version."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Failure(Exception):
    """Why something cannot be measured, in one line."""


def last_line(text: str, default: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else default


def run_logged(command: list[str], log: Path, env: dict[str, str] | None = None) -> str:
    """Standard output of a command; its standard error goes to `log`, whose last line is the reason
    when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as errors:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, cwd=log.parent,
                              env=env, text=True, check=False)
    if done.returncode != 0:
        reason = last_line(log.read_text(encoding="utf-8", errors="replace"), "no message")
        raise Failure(f"{reason} (exit {done.returncode}; {log.name})")
    return done.stdout


def environment(build: Path, name: str, packages: tuple[str, ...]) -> Path:
    """The Python of an environment with `packages`, made when it is missing or out of date."""
    folder = build / "env" / name
    python, stamp = folder / "bin/python", folder / "packages.txt"
    wanted = "\n".join(packages)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    print(f"installing {', '.join(packages)}", flush=True)
    log = build / "log" / f"{name}-install.log"
    run_logged([sys.executable, "-m", "venv", str(folder)], log)
    run_logged([str(python), "-m", "pip", "install", "--quiet", *packages], log)
    stamp.write_text(wanted, encoding="utf-8")
    return python
