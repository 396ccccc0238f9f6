# SPDX-License-Identifier: MIT
"""Folders of files that take long to make, kept until something they are made from changes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path


def digest(*parts: Path | str) -> str:
    """Of files' contents and of strings."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()[:16]


def made(build: Path, name: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder NAME-KEY; when missing, what `make` leaves in an empty folder, if it succeeds.
    Earlier versions are removed."""
    folder = build / "made" / f"{name}-{key}"
    if folder.exists():
        return folder
    for old in folder.parent.glob(f"{name}-{'?' * len(key)}"):
        shutil.rmtree(old)
    print(f"making {name}", flush=True)
    unfinished = folder.with_name(f"unfinished-{name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    make(unfinished)
    return unfinished.rename(folder)


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
