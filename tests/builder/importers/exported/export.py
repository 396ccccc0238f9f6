# SPDX-License-Identifier: MIT
"""Makes the files of this folder: a tiny network of random weights as PyTorch itself writes it. Each
version of PyTorch makes its own; Debian's 1.13 the first, 2.15 from PyPI (with onnxscript and
safetensors) the others. Prints what the network answers to pixel i = (i % 7 - 3) / 4.

  python3 export.py
"""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.downsample = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False),
                                        nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.downsample(x))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(4, 8, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        x = self.avgpool(x)
        return self.fc(self.dropout(x.view(x.size(0), -1)))


def randomize(network):
    """The same numbers in every version: multiples of 1/64 from a generator of our own."""
    state = 1
    for name, tensor in network.state_dict().items():
        if not tensor.is_floating_point():
            continue
        numbers = []
        for _ in range(tensor.numel()):
            state = (state * 1664525 + 1013904223) % 2**32
            numbers.append((state >> 26) / 64 - 0.5 + ("running_var" in name))
        tensor.copy_(torch.tensor(numbers).view(tensor.shape))


def main():
    network = Network().eval()
    randomize(network)
    x = torch.tensor([(i % 7 - 3) / 4 for i in range(144)]).view(1, 1, 12, 12)
    print(network(x).tolist())
    if torch.__version__.startswith("1."):
        torch.onnx.export(network, x, "script.onnx", input_names=["x"], dynamic_axes={"x": {0: "n"}},
                          training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
        return
    program = torch.onnx.export(network, (x,))
    for node in program.model.graph:
        node.metadata_props.clear()  # Where the sources lie.
    program.save("dynamo.onnx", external_data=True)
    from safetensors.torch import save_file
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()},
              "tiny.safetensors")


if __name__ == "__main__":
    with torch.no_grad():
        main()
