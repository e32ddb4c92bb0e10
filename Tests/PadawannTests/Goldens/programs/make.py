#!/usr/bin/env python3
"""Makes small programs of torch.export and what PyTorch answers.

python3 make.py with PyTorch 2.9 or later makes NAME.pt2, and NAME-decomposed.pt2 with ATen's core operations; with PyTorch 2.3 to
2.7 it makes old-NAME.pt2 in the layout of those versions. Both keep in expected.json what the other made: images, and the logits
of the module. Programs under `refused` have words of the error instead.
"""
import json
import os
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

try:
    from torch.export.pt2_archive._package import package_pt2
except ImportError:
    package_pt2 = None

warnings.filterwarnings("ignore")
here = os.path.dirname(os.path.abspath(__file__))
path = f"{here}/expected.json"
expected = json.load(open(path)) if os.path.exists(path) else {"networks": {}, "refused": {}}
is_old = package_pt2 is None or not hasattr(torch.export.pt2_archive._package, "_package_state_dict")


class LeNet(nn.Module):
    """The shape of a batch is asked for, and pools of both kinds."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 5)
        self.conv2 = nn.Conv2d(3, 4, 3, padding="same")
        self.fc1 = nn.Linear(16, 6)
        self.fc2 = nn.Linear(6, 4)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.max_pool2d(torch.tanh(self.conv2(x)), 3, 1, padding=0, ceil_mode=True)
        x = x.view(x.size(0), -1)
        return self.fc2(torch.tanh(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs, affine=False, eps=1e-3))

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(Block(2, 2, 1), Block(2, 3, 2))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(3, 3)

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.layer1(x)), 1))


class MLP(nn.Module):
    """A logarithm of a softmax at the end, whose input are the logits."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(), nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.LeakyReLU(0.2), nn.Dropout(0.25),
            nn.Linear(5, 4), nn.GELU(), nn.Linear(4, 3))

    def logits(self, x):
        return self.net(x.reshape(-1, 6))

    def forward(self, x):
        return F.log_softmax(self.logits(x), dim=-1)


class Operations(nn.Module):
    """What the others have not; `slope` is decomposed into a choice, which no network has."""

    def __init__(self, slope):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, groups=2, dilation=(2, 1), bias=False)
        self.conv1.weight.data = self.conv1.weight.data.contiguous(memory_format=torch.channels_last)
        self.conv2 = nn.Conv2d(4, 4, (3, 2), stride=2)
        both = torch.randn(2, 4)
        self.scale = nn.Parameter(both[0])
        self.shift = nn.Parameter(both[1])
        self.slope = slope
        self.register_buffer("factor", torch.tensor(0.5), persistent=False)
        self.register_buffer("mean", torch.randn(4).double())
        self.weight = nn.Parameter(torch.randn(27, 3))
        self.bias = nn.Parameter(torch.randn(3))

    def forward(self, x):
        x = self.conv1(x)
        a = F.pad(x, (1, 0, 1, 1))
        a = torch.sigmoid(self.conv2(a)) * self.factor
        a = a * self.scale.view(1, -1, 1, 1) + self.shift[None, :, None, None]
        b = self.slope(F.adaptive_avg_pool2d(x, 3))
        b = 1.5 - b.sub(self.mean.float().reshape(4, 1, 1), alpha=2) / 3
        x = torch.cat([a, F.gelu(b, approximate="tanh"), torch.neg(F.adaptive_max_pool2d(b, 3))], 1)
        x = x.permute(0, 2, 3, 1).contiguous().flatten(2).transpose(1, 2).flatten(1)
        x = F.linear(x, torch.cat([self.weight.t(), self.weight.t() * 2, self.weight.t(), self.weight.t() - 1], 1))
        return x.unsqueeze(-1).squeeze(-1) + self.bias


class Slopes(nn.Module):
    """A slope for each channel, and the shortcut of option A with zeros that are made."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, 2, 1)
        self.slopes = nn.PReLU(4)
        self.slopes.weight.data = torch.tensor([0.3, -0.2, 0.1, 0.5])
        self.wide = nn.Conv2d(4, 6, 3, 2, 1)
        self.fc = nn.Linear(24, 3)

    def forward(self, x):
        x = self.slopes(self.conv(x))
        zeros = torch.zeros(x.size(0), 1, 2, 2)
        return self.fc(torch.flatten(self.wide(x) + torch.cat([zeros, x[:, :, ::2, ::2], zeros], 1), 1))


def randomise(module):
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.running_mean = torch.randn_like(layer.running_mean) * 0.3
            layer.running_var = torch.rand_like(layer.running_var) + 0.5
            if layer.affine:
                layer.weight.data = torch.randn_like(layer.weight)
                layer.bias.data = torch.randn_like(layer.bias)


def save(name, program):
    # Where this script and PyTorch are is nobody's business.
    for node in program.graph.nodes:
        for key in ["stack_trace", "from_node"]:
            node.meta.pop(key, None)
    torch.export.save(program, f"{here}/{name}.pt2")


def make(name, module, shape, is_open=False, nodes=(), wanted=("", "-decomposed")):
    randomise(module)
    module.eval()
    images = torch.randn(3, *shape).mul(1e4).round().div(1e4)
    if is_open:
        sizes = {"x": {0: torch.export.Dim("batch")}}
        program = torch.export.export(module, (torch.zeros(2, *shape),), dynamic_shapes=sizes)
    else:
        program = torch.export.export(module, (torch.zeros(1, *shape),))
    logits = getattr(module, "logits", module)
    with torch.no_grad():
        answers = torch.cat([logits(image[None]) for image in images])
    for suffix in wanted if not is_old else [""]:
        variant = ("old-" if is_old else "") + name + suffix
        save(variant, program.run_decompositions() if suffix else program)
        expected["networks"][variant] = {
            "input": list(shape),
            "images": [[round(float(v), 4) for v in image.flatten()] for image in images],
            "answers": [[float(v) for v in row] for row in answers],
            "nodes": list(nodes) if not suffix else [],
        }


class Refused(nn.Module):
    def __init__(self, forward):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)
        self.up = nn.ConvTranspose2d(2, 2, 2)
        self.norm = nn.BatchNorm2d(2)
        self.body = forward

    def forward(self, x):
        return self.body(self, x)


def refuse(name, forward, words, train=False):
    module = Refused(forward).train(train)
    save(name, torch.export.export(module, (torch.zeros(2, 2, 4, 4),)))
    expected["refused"][name] = words


def stale(self, x):
    x = self.conv(x)
    view = x.view(2, 2, 16)
    view.relu_()
    return torch.tanh(x)


def attention(self, x):
    x = self.conv(x).flatten(2)
    return torch.sin(x @ x.transpose(1, 2)) + torch.cumsum(x.mean(2), 1)[:, :, None]


torch.manual_seed(20)
make("lenet", LeNet(), (1, 12, 12), nodes=[
    "conv1", "tanh", "avg_pool2d", "conv2", "tanh_1", "max_pool2d", "flatten", "fc1", "tanh_2", "fc2"])
make("residual", Residual(), (2, 5, 4), is_open=True)
make("mlp", MLP(), (1, 2, 3))
if not is_old:
    make("operations", Operations(nn.PReLU(init=0.3)), (2, 10, 8), is_open=True, wanted=[""])
    make("operations", Operations(nn.Identity()), (2, 10, 8), is_open=True, wanted=["-decomposed"])
    refuse("attention", attention, ["aten.matmul.default matmul", "aten.sin.default sin", "aten.cumsum.default cumsum"])
    refuse("outputs", lambda self, x: (self.conv(x), x), ["2 outputs"])
    refuse("stale", stale, ["aten.tanh.default tanh", "changed in place"])
    refuse("training", lambda self, x: F.dropout(self.norm(x), 0.5), ["aten.batch_norm.default norm", ".eval()"], train=True)
    refuse("transposed", lambda self, x: self.up(self.conv(x)), ["aten.conv_transpose2d.input up"])
    two = torch.export.export(Refused(lambda self, x: self.conv(x)), (torch.zeros(2, 2, 4, 4),))
    for node in two.graph.nodes:
        node.meta.pop("stack_trace", None)
    package_pt2(f"{here}/two.pt2", exported_programs={"first": two, "second": two})
    expected["refused"]["two"] = ["2 programs", "models/first.json"]
    make("slopes", Slopes(), (1, 8, 8), wanted=[""])

with open(path, "w") as file:
    json.dump(expected, file, indent=None, separators=(",", ":"), sort_keys=True)
