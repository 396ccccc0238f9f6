# SPDX-License-Identifier: MIT
"""Photographs as every peer sees them: short side to 256, centre crop of 224, ImageNet's mean and
deviation. Kept as 8-bit crops, for a fifth of the space."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def crop(path: Path) -> np.ndarray:
    """(224, 224, 3), 8-bit RGB; as torchvision's Resize(256), CenterCrop(224)."""
    from PIL import Image

    with Image.open(path) as file:
        image = file.convert("RGB")
    short = min(image.size)
    width, height = (side * 256 // short for side in image.size)
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    return np.asarray(image.crop((left, top, left + 224, top + 224)))


def prepare(crops: np.ndarray) -> Iterator[np.ndarray]:
    """Of each crop the network's input: float32 (1, 3, 224, 224)."""
    for image in crops:
        values = (image.astype(np.float32) / 255 - _MEAN) / _DEVIATION
        yield np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def labels(path: Path) -> list[tuple[str, int]]:
    """File and class index of each line of labels.tsv, after its header."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    fields = [line.split("\t") for line in lines]
    return [(field[0], int(field[1])) for field in fields]
