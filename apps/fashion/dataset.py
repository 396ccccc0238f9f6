# SPDX-License-Identifier: MIT
"""Fashion-MNIST as Debian's package dataset-fashion-mnist has it: 28x28 grey pictures of 10 classes."""
import gzip
import struct
from pathlib import Path

FOLDER = Path("/usr/share/datasets/fashion-mnist")
CLASSES = ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
SIDE = 28


def _read(name, magic, header):
    data = gzip.decompress((FOLDER / name).read_bytes())
    if struct.unpack_from(">I", data)[0] != magic:
        raise SystemExit(f"{FOLDER / name}: is no file of the dataset")
    return data[header:]


def pictures(split):
    """The bytes of all pictures of "train" or "t10k", 28 * 28 each."""
    return _read(f"{split}-images-idx3-ubyte.gz", 0x803, 16)


def labels(split):
    """A byte each: the class."""
    return _read(f"{split}-labels-idx1-ubyte.gz", 0x801, 8)
