#!/usr/bin/env python3
"""Shows that nets exported by PyTorch answer here as they do there.

Fourteen architectures with random weights and batch statistics are exported by every exporter of PyTorch, imported by padawann
and evaluated. With their own weights the logits are compared with those of PyTorch and of ONNX Runtime; with one sign and one mask bit for each edge
(half of the edges pruned at random, shared weight 0.25) with those that PyTorch computes from the signs and masks in the
model file, which read_padawann.py reads. Exits with 1 when a logit is further off than 1e-5 of the largest one, when any image
gets another answer, or when padawann refuses a net. What an exporter itself cannot do is skipped and named. Needs torch,
onnx, onnxscript, onnxruntime, numpy and h5py.

    tools/compare-exports-with-pytorch.py [--padawann BINARY] [--only NAME] [--keep FOLDER]
"""

import argparse
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

import read_padawann

TOLERANCE = 1e-5
SHARED_WEIGHT = 0.25
IMAGES = 24


# --- the nets ---------------------------------------------------------------------------------------------------------


def unit(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.ReLU):
    """Convolution, batch normalisation, activation."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class Residual(nn.Module):
    """A basic block of a ResNet; its shortcut is that of option A (He et al. 2016) or B."""

    def __init__(self, inputs, outputs, stride, option):
        super().__init__()
        self.first, self.second = unit(inputs, outputs, stride=stride), unit(outputs, outputs, activation=None)
        self.extra, self.option = outputs - inputs, option
        if option == "B" and stride > 1:
            self.shortcut = unit(inputs, outputs, 1, stride, activation=None)

    def forward(self, x):
        y = self.second(self.first(x))
        if self.extra and self.option == "A":
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.extra // 2, self.extra // 2))
        elif self.extra and self.option == "A by concatenation":
            x = F.max_pool2d(x, 1, 2)
            zeros = torch.zeros(x.shape[0], self.extra // 2, x.shape[2], x.shape[3])
            x = torch.cat([zeros, x, zeros], 1)
        elif self.extra:
            x = self.shortcut(x)
        return F.relu(y + x)


def resnet(option):
    blocks = [Residual(8, 8, 1, option), Residual(8, 16, 2, option), Residual(16, 32, 2, option)]
    return nn.Sequential(unit(3, 8), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


class Inverted(nn.Module):
    """The inverted residual of MobileNet v2 and, without its squeeze, v3."""

    def __init__(self, inputs, outputs, stride, activation, expansion=4):
        super().__init__()
        hidden = inputs * expansion
        self.layers = nn.Sequential(
            unit(inputs, hidden, 1, activation=activation), unit(hidden, hidden, 3, stride, hidden, activation),
            unit(hidden, outputs, 1, activation=None))
        self.adds = inputs == outputs and stride == 1

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


def mobile(activation):
    blocks = [Inverted(8, 8, 1, activation), Inverted(8, 16, 2, activation), Inverted(16, 16, 1, activation),
              Inverted(16, 24, 2, activation)]
    return nn.Sequential(
        unit(3, 8, stride=2, activation=activation), *blocks, unit(24, 48, 1, activation=activation),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(48, 10))


def mobilenet_v1():
    layers = [unit(3, 8, stride=2)]
    for inputs, outputs, stride in [(8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2)]:
        layers += [unit(inputs, inputs, 3, stride, inputs), unit(inputs, outputs, 1)]
    return nn.Sequential(*layers, nn.AvgPool2d(4), nn.Flatten(), nn.Linear(64, 10))


def vgg():
    layers, inputs = [], 3
    for outputs in (8, 8, None, 16, 16, None, 32, None):
        layers += unit(inputs, outputs) if outputs else [nn.MaxPool2d(2)]
        inputs = outputs or inputs
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10))


class Fire(nn.Module):
    def __init__(self, inputs, squeezed, outputs):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.one, self.three = nn.Conv2d(squeezed, outputs, 1), nn.Conv2d(squeezed, outputs, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)


def squeezenet():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(16, 4, 16), Fire(32, 4, 16),
        nn.MaxPool2d(3, 2, ceil_mode=True), Fire(32, 8, 16), nn.Conv2d(32, 10, 1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Dense(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, growth, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


def densenet():
    def transition(inputs, outputs):
        return [nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False), nn.AvgPool2d(2)]

    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), Dense(8, 6), Dense(14, 6), *transition(20, 10), Dense(10, 6),
        Dense(16, 6), nn.BatchNorm2d(22), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(22, 10))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 60), nn.Tanh(), nn.Linear(60, 10), nn.LogSoftmax(1))


def perceptron():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 32), nn.BatchNorm1d(32),
        nn.ReLU(), nn.Linear(32, 10))


def kmnist():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.BatchNorm2d(8), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.BatchNorm2d(16),
        nn.MaxPool2d(2), nn.Conv2d(16, 16, 5, 2, 2), nn.PReLU(16), nn.BatchNorm2d(16), nn.Flatten(),
        nn.Linear(576, 10))


def alexnet():
    return nn.Sequential(
        nn.Conv2d(3, 16, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Conv2d(16, 24, 5, padding=2), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), nn.Conv2d(24, 24, 3, padding=1), nn.LeakyReLU(0.1), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
        nn.Dropout(), nn.Linear(96, 32), nn.ReLU(), nn.Linear(32, 10))


class TanhGELU(nn.Module):
    """GELU with its formula of `tanh` written out."""

    def forward(self, x):
        return 0.5 * x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x * x * x)))


class HardSwish(nn.Module):
    """Hard swish as it is written by hand."""

    def forward(self, x):
        return x * F.relu6(x + 3) / 6


def smooth():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.SiLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.GELU(), nn.AvgPool2d(3, 2, 1),
        nn.Conv2d(8, 16, 3), nn.GELU("tanh"), nn.Conv2d(16, 16, 1), TanhGELU(), nn.Conv2d(16, 16, 1), HardSwish(),
        nn.Conv2d(16, 16, 1), nn.Hardsigmoid(), nn.Conv2d(16, 16, 1), nn.Hardtanh(-0.5, 0.75), nn.Conv2d(16, 16, 1),
        nn.Sigmoid(), nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(3, 2), nn.Flatten(), nn.Linear(64, 10), nn.Softmax(1))


NETS = {
    "vgg": ([3, 32, 32], vgg),
    "resnet, option A": ([3, 32, 32], lambda: resnet("A")),
    "resnet, option A by concatenation": ([3, 32, 32], lambda: resnet("A by concatenation")),
    "resnet, option B": ([3, 32, 32], lambda: resnet("B")),
    "mobilenet v1": ([3, 32, 32], mobilenet_v1),
    "mobilenet v2": ([3, 32, 32], lambda: mobile(nn.ReLU6)),
    "mobilenet v3": ([3, 32, 32], lambda: mobile(nn.Hardswish)),
    "squeezenet": ([3, 35, 35], squeezenet),
    "densenet": ([3, 16, 16], densenet),
    "lenet": ([1, 28, 28], lenet),
    "perceptron": ([1, 28, 28], perceptron),
    "kmnist": ([1, 28, 28], kmnist),
    "alexnet": ([3, 67, 67], alexnet),
    "smooth": ([3, 28, 28], smooth),
}


def randomised(module):
    """Weights as PyTorch initialises them, but batch statistics, scales and slopes that are not the initial ones."""
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            part.running_mean.normal_(0, 0.3)
            part.running_var.uniform_(0.4, 1.6)
            part.weight.data.uniform_(0.5, 1.5)
            part.bias.data.normal_(0, 0.3)
        if isinstance(part, nn.PReLU):
            part.weight.data.uniform_(-0.1, 0.4)
    return module.eval()


# --- the exporters ----------------------------------------------------------------------------------------------------


def onnx_by(dynamo, opset):
    def export(module, example, path):
        torch.onnx.export(module, (example,), path, dynamo=dynamo, opset_version=opset, verbose=False)

    return ".onnx", export


def program(decomposed):
    def export(module, example, path):
        if decomposed and any(isinstance(part, nn.PReLU) for part in module.modules()):
            raise ValueError("a PReLU is decomposed into a choice, which no network here has")
        exported = torch.export.export(module, (example,))
        torch.export.save(exported.run_decompositions() if decomposed else exported, path)

    return ".pt2", export


# Each is a suffix and a function of a module, an example and a path.
EXPORTS = {
    f"{kind}, opset {opset}": onnx_by(dynamo, opset)
    for kind, dynamo in (("dynamo", True), ("TorchScript", False)) for opset in (11, 17, 20)
} | {"torch.export": program(False), "torch.export, decomposed": program(True)}


def exported(export, module, example, path):
    """None, or in a few words why the exporter could not do it."""
    try:
        with warnings.catch_warnings(), open(os.devnull, "w") as nowhere:
            warnings.simplefilter("ignore")
            stdout, sys.stdout = sys.stdout, nowhere
            try:
                export(module, example, path)
            finally:
                sys.stdout = stdout
    except Exception as error:  # noqa: BLE001: exporters raise anything
        return re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:150]
    return None


# --- the answers ------------------------------------------------------------------------------------------------------


def pair(value):
    return value if isinstance(value, list) else [value, value]


def sides(value):
    value = pair(value)
    return value if len(value) == 4 else value + value


def around(x, padding, value=0.0):
    top, left, bottom, right = sides(padding)
    return F.pad(x, (left, right, top, bottom), value=value)


def pooled(node, x):
    kernel, padding = pair(node["kernel"]), sides(node.get("padding", 0))
    settings = {"stride": pair(node.get("stride", kernel)), "ceil_mode": node.get("ceil_mode", False)}
    if padding[:2] == padding[2:]:
        settings["padding"] = padding[:2]
    elif node["op"] == "max_pool" or node.get("count_include_pad", True):
        x = around(x, padding, -torch.inf if node["op"] == "max_pool" else 0.0)
    else:
        inside = F.avg_pool2d(around(torch.ones_like(x), padding), kernel, **settings)
        return F.avg_pool2d(around(x, padding), kernel, **settings) / inside
    if node["op"] == "max_pool":
        return F.max_pool2d(x, kernel, dilation=pair(node.get("dilation", 1)), **settings)
    return F.avg_pool2d(x, kernel, count_include_pad=node.get("count_include_pad", True), **settings)


def normalised(node, x, numbers):
    scale, shift, mean, variance = numbers
    return F.batch_norm(x, mean, variance, scale, shift, eps=node.get("epsilon", 1e-5))


def run(architecture, numbers, images):
    """The logits by PyTorch's own functions, node by node of an architecture file."""
    values, last = {"input": images}, "input"
    for node in architecture["nodes"]:
        name, op = node["name"], node["op"]
        inputs = [values[i] for i in node.get("inputs", [last])]
        x, own = inputs[0], numbers.get(name)
        if op in ("softmax", "log_softmax") and node is architecture["nodes"][-1]:
            return x
        values[name] = {
            "conv2d": lambda: F.conv2d(
                around(x, node.get("padding", 0)), own[0], own[1], pair(node.get("stride", 1)), 0,
                pair(node.get("dilation", 1)), node.get("groups", 1)),
            "linear": lambda: F.linear(x.flatten(1), own[0], own[1]),
            "batch_norm": lambda: normalised(node, x, own),
            "relu": lambda: F.relu(x), "leaky_relu": lambda: F.leaky_relu(x, node.get("slope", 0.01)),
            "clip": lambda: x.clamp(node.get("min"), node.get("max")), "tanh": lambda: x.tanh(),
            "sigmoid": lambda: x.sigmoid(), "silu": lambda: F.silu(x), "hard_swish": lambda: F.hardswish(x),
            "hard_sigmoid": lambda: (x * node.get("alpha", 1 / 6) + node.get("beta", 0.5)).clamp(0, 1),
            "gelu": lambda: F.gelu(x, approximate=node.get("approximate", "none")),
            "max_pool": lambda: pooled(node, x), "avg_pool": lambda: pooled(node, x),
            "pad": lambda: F.pad(around(x, node.get("padding", 0)), (0, 0, 0, 0, *pair(node.get("channels", 0)))),
            "global_avg_pool": lambda: x.mean((2, 3), keepdim=True), "flatten": lambda: x.flatten(1),
            "add": lambda: sum(inputs[1:], x), "concat": lambda: torch.cat(inputs, 1), "dropout": lambda: x,
            "softmax": lambda: x.softmax(1), "log_softmax": lambda: x.log_softmax(1),
        }[op]()
        last = name
    return values[last].flatten(1)


class Refusal(Exception):
    """What padawann said."""


def padawann(options, *arguments):
    done = subprocess.run([options.padawann, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Refusal(f"padawann {arguments[0]}: {done.stderr.strip()[:500]}")
    return done.stdout


def evaluated(options, model, data, *weights):
    predictions = model + ".npz"
    padawann(options, "evaluate", model, "--data", f"{data},normalise=none", *weights, "--predictions", predictions)
    with np.load(predictions) as archive:
        return torch.from_numpy(archive["logits"][0])


def difference(ours, theirs, is_logits=True):
    """The largest difference as a share of the largest number, and how many answers differ."""
    ours, theirs = ours.double(), theirs.double()
    if ours.shape != theirs.shape:
        return float("inf"), len(theirs)
    if not is_logits:  # The graph ends with a softmax.
        ours, theirs = ours.log_softmax(1), theirs
    apart = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    return apart, (ours.argmax(1) != theirs.argmax(1)).sum().item()


def onnx_answers(path, images):
    """ONNX Runtime's, image by image, as the graph may have a batch of one."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return torch.cat([torch.from_numpy(session.run(None, {name: image[None].numpy()})[0]) for image in images])


@torch.no_grad()
def own_weights(options, path, stem, module, images, data):
    """Imports with own weights; padawann's logits against the answers of the module and of ONNX Runtime."""
    padawann(options, "import", path, "--weights", "keep", "-o", stem + "-own.h5")
    ours = evaluated(options, stem + "-own.h5", data, "--own-weights")
    ending = type(list(module.children())[-1])
    differences = []
    for theirs in [module(images)] + ([onnx_answers(path, images)] if path.endswith(".onnx") else []):
        theirs = theirs.double().log() if ending is nn.Softmax else theirs
        differences.append(difference(ours, theirs, is_logits=ending not in (nn.Softmax, nn.LogSoftmax)))
    return tuple(map(max, zip(*differences)))


@torch.no_grad()
def signs(options, path, stem, images, data):
    """Imports the signs and prunes half of the edges; padawann's logits against PyTorch's."""
    padawann(options, "import", path, "--weights", "sign", "-o", stem + "-sign.h5")
    pruned = stem + "-half.h5"
    padawann(options, "prune", stem + "-sign.h5", "--method", "random", "--amount", "0.5", "-o", pruned)
    ours = evaluated(options, pruned, data, "--weights", str(SHARED_WEIGHT))
    numbers = {
        layer: [None if values is None else torch.from_numpy(values) for values in all]
        for layer, all in read_padawann.read(pruned, SHARED_WEIGHT).items()}
    return difference(ours, run(json.loads(padawann(options, "inspect", pruned, "--arch")), numbers, images))


def compare(options, folder, name, shape, make, kind):
    """One line of the table; whether it is good."""
    torch.manual_seed(sum(map(ord, name)))
    module = randomised(make())
    images = torch.randn(IMAGES, *shape)
    module(images)  # A net that PyTorch itself refuses would be skipped.
    stem = os.path.join(folder, re.sub(r"\W+", "-", f"{name} {kind}"))
    data = stem + "-images.npz"
    np.savez(data, images=images.numpy(), labels=np.arange(IMAGES) % 10)
    suffix, export = EXPORTS[kind]
    title = f"{name:34} {kind:22}"
    reason = exported(export, module, images[:1], stem + suffix)
    if reason:
        print(f"{title} skipped, the exporter says {reason}", flush=True)
        return True
    if suffix == ".onnx":  # An exporter may take another opset than it was asked for.
        opset = onnx.load(stem + suffix, load_external_data=False).opset_import[0].version
        title += f" ({opset})"
    try:
        own = own_weights(options, stem + suffix, stem, module, images, data)
        sign = signs(options, stem + suffix, stem, images, data)
    except Refusal as refusal:
        print(f"{title} REFUSED: {refusal}", flush=True)
        return False
    good = all(apart <= TOLERANCE and answers == 0 for apart, answers in (own, sign))
    print(
        f"{title} own weights {own[0]:.1e}, {own[1]} answers differ | signs {sign[0]:.1e}, {sign[1]} answers differ"
        f"{'' if good else '  DIFFERENT'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tools = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--padawann", default=os.path.join(tools, "../.build/release/padawann"))
    parser.add_argument("--only", default="", help="nets and exporters whose name has this")
    parser.add_argument("--keep", help="a folder for the files; otherwise they are removed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    logging.disable(logging.CRITICAL)
    good = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for name, (shape, make) in NETS.items():
            for kind in EXPORTS:
                if options.only in f"{name} {kind}":
                    good &= compare(options, folder, name, shape, make, kind)
    print("padawann and PyTorch agree" if good else "padawann and PyTorch DISAGREE")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
