# SPDX-License-Identifier: MIT
"""Trains the network of the demo and writes it as ONNX; Debian's python3-torch is enough.

  python3 apps/fashion/train.py fashion.onnx [--epochs 5] [--threads 2]
"""
import argparse
import os
import time

import dataset
import numpy
import torch
from network import FashionNet
from torch.nn import functional

MEAN, STD = 0.286, 0.353  # Of the training pictures, in [0, 1].


def tensors(split):
    pixels = numpy.frombuffer(dataset.pictures(split), numpy.uint8)
    x = torch.tensor(pixels).view(-1, 1, dataset.SIDE, dataset.SIDE).float().div(255)
    y = torch.tensor(numpy.frombuffer(dataset.labels(split), numpy.uint8)).long()
    return (x - MEAN) / STD, y


def augment(x):
    """Mirrors half of the pictures and shifts all by up to 2 pixels."""
    mirrored = torch.rand(len(x)) < 0.5
    x[mirrored] = x[mirrored].flip(3)
    padded = functional.pad(x, (2, 2, 2, 2), value=-MEAN / STD)
    for i, (dy, dx) in enumerate(torch.randint(5, (len(x), 2)).tolist()):
        x[i] = padded[i, :, dy:dy + dataset.SIDE, dx:dx + dataset.SIDE]
    return x


@torch.no_grad()
def accuracy(network, x, y):
    network.eval()
    hits = sum((network(x[i:i + 500]).argmax(1) == y[i:i + 500]).sum().item() for i in range(0, len(x), 500))
    return hits / len(x)


def train(network, x, y, epochs, batch):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=steps, pct_start=0.25)
    began = time.time()
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(x))
        total = 0.0
        for step in range(len(x) // batch):
            rows = order[step * batch:(step + 1) * batch]
            loss = functional.cross_entropy(network(augment(x[rows])), y[rows], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / (len(x) // batch):.4f}, {time.time() - began:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(arguments.threads)
    network = FashionNet()
    x, y = tensors("train")
    train(network, x, y, arguments.epochs, arguments.batch)
    x, y = tensors("t10k")
    print(f"{100 * accuracy(network, x, y):.2f} % of the 10,000 test pictures")
    network.eval()
    # Batch-norm stays a layer of its own: the compressor re-estimates it.
    torch.onnx.export(network, torch.zeros(1, 1, dataset.SIDE, dataset.SIDE), arguments.output, input_names=["input"],
                      output_names=["logits"], training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                      opset_version=13)


if __name__ == "__main__":
    main()
