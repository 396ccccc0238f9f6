# SPDX-License-Identifier: MIT
"""Exports torchvision's ResNet-18 or -50 with the weights of a state_dict to ONNX, batch-norms kept, as
released_onnx_test.cpp compares it; Debian's python3-torch is enough.

  python3 resnet.py STATE_DICT.pth NETWORK.onnx
"""
import sys

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels_in, width, stride, bottleneck):
        super().__init__()
        channels = 4 * width if bottleneck else width
        self.conv1 = nn.Conv2d(channels_in, width, 1 if bottleneck else 3, 1 if bottleneck else stride,
                               0 if bottleneck else 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride if bottleneck else 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if bottleneck:
            self.conv3 = nn.Conv2d(width, channels, 1, bias=False)
            self.bn3 = nn.BatchNorm2d(channels)
        self.bottleneck = bottleneck
        self.relu = nn.ReLU()
        self.downsample = None
        if channels_in != channels:
            self.downsample = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False),
                                            nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.bottleneck:
            y = self.bn3(self.conv3(self.relu(y)))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, blocks, bottleneck):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for stage, count in enumerate(blocks):
            width = 64 << stage
            layer = []
            for block in range(count):
                layer.append(Block(channels, width, 2 if stage > 0 and block == 0 else 1, bottleneck))
                channels = 4 * width if bottleneck else width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, 1000)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def main():
    state = torch.load(sys.argv[1], map_location="cpu")
    bottleneck = "layer1.0.conv3.weight" in state
    network = ResNet([3, 4, 6, 3] if bottleneck else [2, 2, 2, 2], bottleneck)
    network.load_state_dict(state)  # Half weights become floats.
    network.eval()
    options = {} if torch.__version__.startswith("1.") else {"dynamo": False}
    torch.onnx.export(network, torch.zeros(1, 3, 224, 224), sys.argv[2], input_names=["input"],
                      dynamic_axes={"input": {0: "batch"}}, training=torch.onnx.TrainingMode.PRESERVE,
                      do_constant_folding=False, opset_version=13, **options)


if __name__ == "__main__":
    main()
