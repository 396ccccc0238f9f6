# SPDX-License-Identifier: MIT
"""Writes Fashion-MNIST as picture files; needs Debian's dataset-fashion-mnist and nothing but Python.

  python3 apps/fashion/images.py FOLDER

leaves FOLDER/calibration/ (the first 1,000 training pictures, without labels), FOLDER/test/ (10,000 pictures and
labels.tsv) and FOLDER/classes.txt.
"""
import sys
from pathlib import Path

import dataset

CALIBRATION = 1000


def write(folder, pixels, names):
    folder.mkdir(parents=True, exist_ok=True)
    header = f"P5 {dataset.SIDE} {dataset.SIDE} 255\n".encode()
    size = dataset.SIDE ** 2
    for i, name in enumerate(names):
        (folder / name).write_bytes(header + pixels[i * size:(i + 1) * size])


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    write(folder / "calibration", dataset.pictures("train"), [f"{i:05}.pgm" for i in range(CALIBRATION)])
    labels = dataset.labels("t10k")
    names = [f"{i:05}-{dataset.CLASSES[label].replace(' ', '-')}.pgm" for i, label in enumerate(labels)]
    write(folder / "test", dataset.pictures("t10k"), names)
    lines = [f"{name}\t{label}\n" for name, label in zip(names, labels)]
    (folder / "test" / "labels.tsv").write_text("file\tclass_index\n" + "".join(lines))
    (folder / "classes.txt").write_text("".join(name + "\n" for name in dataset.CLASSES))


if __name__ == "__main__":
    main()
