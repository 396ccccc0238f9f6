# SPDX-License-Identifier: MIT
"""OpenVINO, and NNCF for int8."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from source import Run, Source

TITLE = "OpenVINO"
PACKAGES = ("openvino==2026.4.1", "nncf==3.4.0")
CONVERTER_PACKAGES: tuple[str, ...] = ()
MODULE = "openvino"
PRECISIONS = {
    "f32": "INFERENCE_PRECISION_HINT f32",
    "int8": "nncf.quantize, 300 images, target CPU",
}
UNAVAILABLE: dict[str, str] = {}


def convert(precision: str, source: Source, folder: Path) -> None:
    import openvino

    model = openvino.convert_model(source.onnx)
    if precision == "int8":
        import nncf

        images = nncf.Dataset(list(source.calibration(300)))
        model = nncf.quantize(model, images, target_device=nncf.TargetDevice.CPU)
    openvino.save_model(model, folder / "model.xml", compress_to_fp16=False)


def load(precision: str, folder: Path, threads: int) -> Run:
    import openvino

    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    if precision == "f32":
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    model = openvino.Core().compile_model(folder / "model.xml", "CPU", settings)
    request = model.create_infer_request()

    def run(value: np.ndarray) -> np.ndarray:
        request.infer([value], share_inputs=True)
        return request.get_output_tensor().data[0]

    return run
