# SPDX-License-Identifier: MIT
"""ncnn; pnnx reads ONNX itself, so it is installed without the torch that its wheel asks for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from source import Run, Source

TITLE = "ncnn"
PACKAGES = ("ncnn==1.0.20261020", "numpy==2.4.6")
CONVERTER_PACKAGES = ("--no-deps", "pnnx==20261020", "numpy==2.4.6")
MODULE = "ncnn"
PRECISIONS = {"f32": "pnnx, fp16=0", "int8": ""}
UNAVAILABLE = {"int8": "its quantizer (ncnn2table, ncnn2int8) is in no wheel"}


def convert(precision: str, source: Source, folder: Path) -> None:
    import importlib.util
    import tempfile

    # The package's own module wants torch; only its program is needed.
    package = importlib.util.find_spec("pnnx")
    assert package is not None and package.origin is not None
    program = Path(package.origin).with_name("pnnx")
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        model = Path(work) / "model.onnx"
        shutil.copyfile(source.onnx, model)
        subprocess.run([str(program), model.name, "inputshape=[1,3,224,224]", "fp16=0"], cwd=work,
                       check=True)
        for kind in ("param", "bin"):
            shutil.move(Path(work) / f"model.ncnn.{kind}", folder)


def load(precision: str, folder: Path, threads: int) -> Run:
    import ncnn
    import numpy as np

    net = ncnn.Net()
    net.opt.num_threads = threads
    # Storage in 16 bits is its default where the CPU has it; this row is float32.
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    net.load_param(str(folder / "model.ncnn.param"))
    net.load_model(str(folder / "model.ncnn.bin"))

    def run(value: np.ndarray) -> np.ndarray:
        with net.create_extractor() as extractor:
            extractor.input("in0", ncnn.Mat(value[0]))
            code, logits = extractor.extract("out0")
            if code != 0:
                raise RuntimeError(f"ncnn: extract returned {code}")
            return np.array(logits)

    return run
