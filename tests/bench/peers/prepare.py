# SPDX-License-Identifier: MIT
"""prepare.py DATA FOLDER: writes the network and the photographs, once, for all peers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import network
import photographs

CALIBRATION_IMAGES = 300  # What the most demanding peer takes.


def main(data: Path, folder: Path) -> None:
    weights = network.folded(data / "models/resnet50-float.pth")
    np.savez(folder / "weights.npz", **weights)
    network.write_onnx(weights, folder / "network.onnx")

    images = sorted((data / "images/ilsvrc-calibration").glob("*.JPEG"))[:CALIBRATION_IMAGES]
    np.save(folder / "calibration.npy", [photographs.crop(image) for image in images])

    sample = data / "images/imagenet-sample"
    labels = photographs.labels(sample / "labels.tsv")
    crops = np.stack([photographs.crop(sample / file) for file, _ in labels])
    np.save(folder / "sample.npy", crops)
    np.save(folder / "classes.npy", [label for _, label in labels])
    np.save(folder / "input.npy", next(photographs.prepare(crops)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
