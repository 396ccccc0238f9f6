# SPDX-License-Identifier: MIT
"""What conversions start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from photographs import prepare

Run = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Source:
    """The files of prepare.py in one folder."""

    folder: Path

    @property
    def onnx(self) -> Path:
        return self.folder / "network.onnx"

    def weights(self) -> dict[str, np.ndarray]:
        """As network.folded()."""
        with np.load(self.folder / "weights.npz") as file:
            return dict(file)

    def calibration(self, count: int) -> Iterator[np.ndarray]:
        """Inputs (1, 3, 224, 224) of the first `count` calibration images."""
        return islice(prepare(np.load(self.folder / "calibration.npy", mmap_mode="r")), count)

    def sample(self) -> Iterator[tuple[np.ndarray, int]]:
        """Input and class of each labelled photograph."""
        crops = np.load(self.folder / "sample.npy", mmap_mode="r")
        return zip(prepare(crops), np.load(self.folder / "classes.npy").tolist(), strict=True)

    def input(self) -> np.ndarray:
        """The input that is timed: the first labelled photograph."""
        return np.load(self.folder / "input.npy")
