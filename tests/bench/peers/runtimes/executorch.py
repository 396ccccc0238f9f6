# SPDX-License-Identifier: MIT
"""ExecuTorch with its XNNPACK delegate. It starts from a torch module, made of the same weights as
the ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from source import Run, Source

TITLE = "ExecuTorch"
PACKAGES = ("executorch==1.5.1", "torch==2.15.0", "torchao==0.18.0")
CONVERTER_PACKAGES: tuple[str, ...] = ()
MODULE = "executorch.runtime"
PRECISIONS = {
    "f32": "XNNPACK delegate; memory includes torch",
    "int8": "XNNPACKQuantizer, symmetric per channel, 32 images; memory includes torch",
}
UNAVAILABLE: dict[str, str] = {}


def _module(weights: dict[str, np.ndarray]) -> Any:
    import torch
    from torch.nn import functional

    import network

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, value in weights.items():
                self.register_buffer(name.replace(".", "_"), torch.from_numpy(value))

        def convolve(self, name: str, value: Any, stride: int = 1) -> Any:
            kernel = getattr(self, f"{name}.weight".replace(".", "_"))
            bias = getattr(self, f"{name}.bias".replace(".", "_"))
            return functional.conv2d(value, kernel, bias, stride, kernel.shape[2] // 2)

        def forward(self, value: Any) -> Any:
            value = functional.relu(self.convolve("conv1", value, 2))
            value = functional.max_pool2d(value, 3, 2, 1)
            for block in network.blocks():
                skip = value
                value = functional.relu(self.convolve(f"{block.name}.conv1", value))
                value = functional.relu(self.convolve(f"{block.name}.conv2", value, block.stride))
                value = self.convolve(f"{block.name}.conv3", value)
                if block.downsample:
                    skip = self.convolve(f"{block.name}.downsample.0", skip, block.stride)
                value = functional.relu(value + skip)
            value = functional.adaptive_avg_pool2d(value, 1).flatten(1)
            return functional.linear(value, self.fc_weight, self.fc_bias)

    return Network().eval()


def convert(precision: str, source: Source, folder: Path) -> None:
    import torch
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    example = (torch.from_numpy(source.input()),)
    program = torch.export.export(_module(source.weights()), example)
    if precision == "int8":
        program = torch.export.export(_quantized(program.module(), source), example)
    lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()])
    (folder / "model.pte").write_bytes(lowered.to_executorch().buffer)


def _quantized(module: Any, source: Source) -> Any:
    import torch
    from executorch.backends.xnnpack.quantizer import xnnpack_quantizer
    from torchao.quantization.pt2e import quantize_pt2e

    settings = xnnpack_quantizer.get_symmetric_quantization_config(is_per_channel=True)
    quantizer = xnnpack_quantizer.XNNPACKQuantizer().set_global(settings)
    prepared = quantize_pt2e.prepare_pt2e(module, quantizer)
    for value in source.calibration(32):
        prepared(torch.from_numpy(value))
    return quantize_pt2e.convert_pt2e(prepared)


def load(precision: str, folder: Path, threads: int) -> Run:
    import torch
    from executorch.extension.pybindings import portable_lib
    from executorch.runtime import Runtime

    portable_lib._unsafe_reset_threadpool(threads)
    program = Runtime.get().load_program(folder / "model.pte")
    method = program.load_method("forward")

    def run(value: np.ndarray) -> np.ndarray:
        return method.execute([torch.from_numpy(value)])[0].numpy()[0]

    run.program = program  # The method does not keep it alive.
    return run
