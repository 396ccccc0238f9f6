# SPDX-License-Identifier: MIT
"""ONNX Runtime; its float32 at the same number of threads is what all ratios are against."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from source import Run, Source

TITLE = "ONNX Runtime"
PACKAGES = ("onnxruntime==1.32.0", "onnx==1.23.2", "sympy==1.14.0")
CONVERTER_PACKAGES: tuple[str, ...] = ()
MODULE = "onnxruntime"
PRECISIONS = {
    "f32": "",
    "int8": "quantize_static: QDQ, weights S8 per channel, activations U8, MinMax, 200 images",
}
UNAVAILABLE: dict[str, str] = {}


def convert(precision: str, source: Source, folder: Path) -> None:
    model = folder / "model.onnx"
    if precision == "f32":
        shutil.copyfile(source.onnx, model)
        return
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self._inputs = source.calibration(200)

        def get_next(self) -> dict | None:
            value = next(self._inputs, None)
            return None if value is None else {"input": value}

    prepared = folder / "prepared.onnx"
    quant_pre_process(str(source.onnx), str(prepared))
    quantization.quantize_static(
        str(prepared), str(model), Reader(), quant_format=quantization.QuantFormat.QDQ,
        per_channel=True, weight_type=quantization.QuantType.QInt8,
        activation_type=quantization.QuantType.QUInt8,
        calibrate_method=quantization.CalibrationMethod.MinMax)
    prepared.unlink()


def load(precision: str, folder: Path, threads: int) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options,
                                           providers=["CPUExecutionProvider"])
    return lambda value: session.run(None, {"input": value})[0][0]
