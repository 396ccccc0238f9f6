# SPDX-License-Identifier: MIT
"""ResNet-50 with batch-norm folded into its convolutions: the one network that all peers get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from checkpoint import read_state_dict

BLOCKS = (3, 4, 6, 3)
_EPSILON = 1e-5  # torchvision's batch-norm


class Block(NamedTuple):
    """A bottleneck: 1x1, 3x3 with the stride, 1x1, added to its input or to that downsampled."""

    name: str
    stride: int
    downsample: bool


def blocks() -> Iterator[Block]:
    for stage, count in enumerate(BLOCKS, start=1):
        for index in range(count):
            stride = 2 if stage > 1 and index == 0 else 1
            yield Block(f"layer{stage}.{index}", stride, index == 0)


def _convolutions() -> Iterator[tuple[str, str]]:
    """Names of each convolution and its batch-norm."""
    yield "conv1", "bn1"
    for block in blocks():
        for i in (1, 2, 3):
            yield f"{block.name}.conv{i}", f"{block.name}.bn{i}"
        if block.downsample:
            yield f"{block.name}.downsample.0", f"{block.name}.downsample.1"


def folded(path: Path) -> dict[str, np.ndarray]:
    """NAME.weight and NAME.bias of every convolution and of fc: w * g / s and b - m * g / s with
    s = sqrt(variance + epsilon)."""
    state = read_state_dict(path)
    result = {"fc.weight": state["fc.weight"], "fc.bias": state["fc.bias"]}
    for convolution, norm in _convolutions():
        scale = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + _EPSILON)
        weight = state[f"{convolution}.weight"] * scale[:, None, None, None]
        result[f"{convolution}.weight"] = weight
        result[f"{convolution}.bias"] = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
    return result


def write_onnx(weights: dict[str, np.ndarray], path: Path) -> None:
    """Input "input" (1, 3, 224, 224), output "logits" (1, 1000)."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes = []

    def add(kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def convolve(name: str, value: str, stride: int = 1, relu: bool = True) -> str:
        kernel = weights[f"{name}.weight"].shape[2]
        value = add("Conv", [value, f"{name}.weight", f"{name}.bias"], name,
                    kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4)
        return add("Relu", [value], f"{name}.relu") if relu else value

    value = convolve("conv1", "input", stride=2)
    value = add("MaxPool", [value], "maxpool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for block in blocks():
        skip = value
        value = convolve(f"{block.name}.conv1", value)
        value = convolve(f"{block.name}.conv2", value, block.stride)
        value = convolve(f"{block.name}.conv3", value, relu=False)
        if block.downsample:
            skip = convolve(f"{block.name}.downsample.0", skip, block.stride, relu=False)
        value = add("Relu", [add("Add", [value, skip], f"{block.name}.add")], block.name)
    value = add("Flatten", [add("GlobalAveragePool", [value], "avgpool")], "flatten")
    add("Gemm", [value, "fc.weight", "fc.bias"], "logits", transB=1)

    shape = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "resnet50",
        [shape("input", TensorProto.FLOAT, [1, 3, 224, 224])],
        [shape("logits", TensorProto.FLOAT, [1, 1000])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
