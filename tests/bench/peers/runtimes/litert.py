# SPDX-License-Identifier: MIT
"""LiteRT, formerly TensorFlow Lite. Its converter wants other versions, so it lives apart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from source import Run, Source

TITLE = "LiteRT"
PACKAGES = ("ai-edge-litert==2.3.0", "numpy==2.4.6")
CONVERTER_PACKAGES = ("onnx2tf==1.29.24",)
MODULE = "ai_edge_litert.interpreter"
PRECISIONS = {
    "f32": "onnx2tf",
    "int8": "onnx2tf, full integer per channel, 200 images; float input and output",
}
UNAVAILABLE: dict[str, str] = {}

# The converter reads this file if it is there, and else tries to download it.
_TEST_IMAGES = "calibration_image_sample_data_20x128x128x3_float32.npy"


def convert(precision: str, source: Source, folder: Path) -> None:
    import tempfile

    import numpy as np

    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        work = Path(name)
        command = [str(Path(sys.executable).with_name("onnx2tf")), "-i", str(source.onnx),
                   "-o", ".", "-osd", "-n"]
        np.save(work / _TEST_IMAGES, np.zeros((20, 128, 128, 3), np.float32))
        if precision == "int8":
            images = np.concatenate(list(source.calibration(200))).transpose(0, 2, 3, 1)
            np.save(work / "images.npy", images)
            command += ["-oiqt", "-qt", "per-channel", "-cind", "input", "images.npy",
                        "[[[[0,0,0]]]]", "[[[[1,1,1]]]]"]
        subprocess.run(command, cwd=work, check=True)
        kind = "float32" if precision == "f32" else "integer_quant"
        os.replace(work / f"network_{kind}.tflite", folder / "model.tflite")


def load(precision: str, folder: Path, threads: int) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(folder / "model.tflite"), num_threads=threads)
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]
    exit_ = interpreter.get_output_details()[0]["index"]

    def run(value: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(entry, value.transpose(0, 2, 3, 1))
        interpreter.invoke()
        return interpreter.get_tensor(exit_)[0]

    return run
