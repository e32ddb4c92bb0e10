#!/usr/bin/env python3
"""Trains the network of the demo, tools/demo-net.pt, on the digits that padawann draws.

The images come from the built binary, so that they are the ones the demo evaluates on. The recipe is PyTorch's MNIST
example: Adadelta from a learning rate of 1 that falls by 0.7 each epoch, dropout after the convolutions and before the
last layer. The dropout matters here: without it the signs alone are worth far less than the trained weights.

One thread and a fixed seed make the result repeatable on one machine with one version of PyTorch. Needs torch and numpy.
"""

import argparse
import copy
import os
import subprocess
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

TOOLS = os.path.dirname(os.path.abspath(__file__))


class DemoNet(nn.Module):
    """What tools/demo-net.json describes, with the dropout that training needs."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 16, 3)
        self.fc1 = nn.Linear(400, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.dropout(torch.flatten(x, 1), 0.25, self.training)
        x = F.dropout(F.relu(self.fc1(x)), 0.5, self.training)
        return F.log_softmax(self.fc2(x), dim=1)


def images(binary, spec):
    """The inputs and labels of a dataset of padawann."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "images.npz")
        subprocess.run([binary, "data", "export", spec, "-o", path], check=True)
        with np.load(path) as archive:
            pixels = torch.from_numpy(archive["images"]).reshape(-1, 1, 28, 28)
            labels = torch.from_numpy(archive["labels"].astype(np.int64))
    return (pixels.float() / 255 - 0.1307) / 0.3081, labels


def train(inputs, labels, epochs, seed):
    torch.manual_seed(seed)
    net = DemoNet()
    optimiser = torch.optim.Adadelta(net.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=1, gamma=0.7)
    net.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(100):
            optimiser.zero_grad()
            F.nll_loss(net(inputs[batch]), labels[batch]).backward()
            optimiser.step()
        schedule.step()
    return net.eval()


def edges(net):
    return [parameter for name, parameter in net.named_parameters() if name.endswith(".weight")]


@torch.no_grad()
def pruned(net, scores, amount):
    """A copy without the `amount` of edges whose scores are smallest, over all layers together."""
    result = copy.deepcopy(net)
    threshold = torch.cat([score.flatten() for score in scores])
    threshold = threshold.kthvalue(round(amount * len(threshold))).values
    for parameter, score in zip(edges(result), scores):
        parameter.mul_(score > threshold)
    return result


@torch.no_grad()
def report(title, net, inputs, labels):
    """Prints the accuracy with the trained weights and with sign times each shared weight."""

    def accuracy(model):
        return 100 * (model(inputs).argmax(1) == labels).double().mean().item()

    line = f"{title:12} own weights {accuracy(net):6.2f}"
    for weight in (0.5, 1.0, 2.0):
        shared = copy.deepcopy(net)
        for parameter in edges(shared):
            parameter.copy_(parameter.sign() * weight)
        line += f"   {weight:g}: {accuracy(shared):6.2f}"
    print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--padawann", default=os.path.join(TOOLS, "../.build/release/padawann"))
    parser.add_argument("-o", "--output", default=os.path.join(TOOLS, "demo-net.pt"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    net = train(*images(options.padawann, "strokes:train"), options.epochs, options.seed)
    torch.save(net.state_dict(), options.output)

    test = images(options.padawann, "strokes:test")
    print(f"torch {torch.__version__}, {sum(p.numel() for p in edges(net))} edges, {options.output}")
    report("all edges", net, *test)
    magnitudes = [parameter.detach().abs() for parameter in edges(net)]
    report("30% by L1", pruned(net, magnitudes, 0.3), *test)
    for seed in range(3):
        draw = torch.Generator().manual_seed(seed)
        scores = [torch.rand(parameter.shape, generator=draw) for parameter in edges(net)]
        report(f"30% random {seed}", pruned(net, scores, 0.3), *test)


if __name__ == "__main__":
    main()
