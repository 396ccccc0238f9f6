# SPDX-License-Identifier: MIT
"""Reads a state_dict that torch.save wrote, without torch: most peers have no other use for it."""

from __future__ import annotations

import collections
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

_DTYPES = {"FloatStorage": np.float32, "HalfStorage": np.float16, "LongStorage": np.int64}


class _Unpickler(pickle.Unpickler):
    """Knows the few names a state_dict needs; anything else in the file is refused."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(archive.open(f"{root}/data.pkl"))
        self._archive = archive
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        raise pickle.UnpicklingError(f"unexpected name {module}.{name}")

    def persistent_load(self, pid: Any) -> np.ndarray:
        _, dtype, key, _, count = pid
        return np.frombuffer(self._archive.read(f"{self._root}/data/{key}"), dtype, count)


def _tensor(storage: np.ndarray, offset: int, shape: tuple[int, ...], strides: tuple[int, ...],
            *_: Any) -> np.ndarray:
    bytes_apart = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, bytes_apart, writeable=False)


def read_state_dict(path: Path) -> dict[str, np.ndarray]:
    """Name to array, integers as they are, all floats as float32."""
    with zipfile.ZipFile(path) as archive:
        root = next(name.split("/")[0] for name in archive.namelist() if name.endswith("/data.pkl"))
        state = _Unpickler(archive, root).load()
    return {name: np.ascontiguousarray(value, np.float32 if value.dtype.kind == "f" else None)
            for name, value in state.items()}
