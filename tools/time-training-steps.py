#!/usr/bin/env python3
"""Times steps of training against PyTorch, in turns, on this machine.

usage: time-training-steps.py [--only NAME] [--rounds 7] [--batch 64] [--threads 1] [--order fastest] [--json FILE]

A step goes forward and backward to all weights, biases, scales and shifts, with batch normalisations in training mode, and
changes them all by Adam (PyTorch's fused one). Every round times as many steps of each contender as take about a second, one
contender after the other, so that what else the machine does touches all alike; a ratio is PyTorch's time of a step divided by
ours in the same round. The table shows the median and the range over the rounds. Times are CPU time with one thread, and
wall-clock time with more. PyTorch runs in both memory formats. Needs torch and numpy. Build the engine's side first:

    PADAWANN_BENCHMARK=1 swift build -c release --product training-benchmark
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent


class Shortcut(nn.Module):
    """Option A: every second row and column, and zeros in the new channels."""

    def __init__(self, channels):
        super().__init__()
        self.pad = channels // 4

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.shortcut = Shortcut(outputs) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.shortcut(x))


def resnet20():
    """The preset: He et al. 2016, section 4.2, with n = 3."""
    nodes, before = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for outputs, stride in ((16, 1),) * 3 + ((32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1)):
        nodes.append(Block(before, outputs, stride))
        before = outputs
    return "resnet-20", nn.Sequential(*nodes, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), (3, 32, 32)


def conv(inputs, outputs, kernel, **settings):
    described = {"op": "conv2d", "outputs": outputs, "kernel": kernel, **settings}
    return described, nn.Conv2d(inputs, outputs, kernel, **settings)


RELU, FLATTEN = ({"op": "relu"}, nn.ReLU()), ({"op": "flatten"}, nn.Flatten())
POOL = ({"op": "max_pool", "kernel": 2}, nn.MaxPool2d(2))


def linear(inputs, outputs):
    return {"op": "linear", "outputs": outputs}, nn.Linear(inputs, outputs)


def chain(shape, nodes):
    return {"input": list(shape), "nodes": [n for n, _ in nodes]}, nn.Sequential(*(m for _, m in nodes)), shape


def lenet():
    """LeNet-5 as in FYH620/lenet-mnist-openvino."""
    return chain((1, 28, 28), [conv(1, 6, 5), POOL, RELU, conv(6, 16, 5), POOL, RELU, FLATTEN, linear(256, 120), RELU,
                               linear(120, 84), RELU, linear(84, 10)])


def depthwise():
    """Depthwise and pointwise convolutions by turns, as in MobileNet, for 32 x 32 images."""
    def normalised(layer, channels):
        return [layer, ({"op": "batch_norm"}, nn.BatchNorm2d(channels)), RELU]

    nodes, before = normalised(conv(3, 32, 3, padding=1, bias=False), 32), 32
    for outputs, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        nodes += normalised(conv(before, before, 3, padding=1, stride=stride, groups=before, bias=False), before)
        nodes += normalised(conv(before, outputs, 1, bias=False), outputs)
        before = outputs
    return chain((3, 32, 32), nodes + [({"op": "global_avg_pool"}, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())),
                                       linear(256, 10)])


NETWORKS = {"resnet-20": resnet20, "lenet-5": lenet, "depthwise": depthwise}


class Ours:
    def __init__(self, options, architecture, folder):
        name = architecture
        if isinstance(architecture, dict):
            name = f"{folder}/net.json"
            pathlib.Path(name).write_text(json.dumps(architecture))
        command = [options.engine, name, str(options.batch), options.order, str(options.threads)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, steps, clock):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())[clock]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class PyTorch:
    def __init__(self, options, make, form):
        _, model, shape = make()
        self.model = model.train().to(memory_format=form)
        self.adam = torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True)
        self.x = torch.randn(options.batch, *shape).contiguous(memory_format=form)
        self.y = torch.arange(options.batch) % 10

    def run(self, steps, clock):
        now = time.process_time if clock == "cpu" else time.perf_counter
        start = now()
        for _ in range(steps):
            self.adam.zero_grad()
            F.cross_entropy(self.model(self.x), self.y).backward()
            self.adam.step()
        return now() - start


def measure(options, make):
    clock = "cpu" if options.threads == 1 else "wall"
    with tempfile.TemporaryDirectory() as folder:
        contenders = {"padawann": Ours(options, make()[0], folder),
                      "PyTorch": PyTorch(options, make, torch.contiguous_format),
                      "PyTorch channels_last": PyTorch(options, make, torch.channels_last)}
        steps, times = {}, {name: [] for name in contenders}
        for name, contender in contenders.items():
            contender.run(2, clock)
            steps[name] = max(1, round(options.seconds / (contender.run(2, clock) / 2)))
        for _ in range(options.rounds):
            for name, contender in contenders.items():
                times[name].append(contender.run(steps[name], clock) / steps[name])
        contenders["padawann"].close()
    ratios = {name: [theirs / ours for theirs, ours in zip(times[name], times["padawann"])] for name in times if name != "padawann"}
    return {"milliseconds": {name: 1e3 * statistics.median(values) for name, values in times.items()},
            "ratios": {name: {"median": statistics.median(r), "low": min(r), "high": max(r)} for name, r in ratios.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default=str(HERE / "../.build/release/training-benchmark"))
    parser.add_argument("--only", choices=NETWORKS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1, help="about how long each takes in a round")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--order", default="fastest", choices=["fastest", "position"])
    parser.add_argument("--json")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"PyTorch {torch.__version__}, {options.threads} thread(s), batch {options.batch}, {options.rounds} rounds\n")
    print("| network | padawann, ms a step | PyTorch | PyTorch channels_last |\n|---|---|---|---|")
    results = {}
    for name, make in NETWORKS.items():
        if options.only not in (None, name):
            continue
        results[name] = result = measure(options, make)
        cells = [f"{result['milliseconds'][peer]:.1f} ms, {r['median']:.2f} ({r['low']:.2f}–{r['high']:.2f})"
                 for peer, r in result["ratios"].items()]
        print(f"| {name} | {result['milliseconds']['padawann']:.2f} | " + " | ".join(cells) + " |", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
