#!/usr/bin/env python3
"""Makes the goldens of training with PyTorch: losses, gradients, running statistics, and weights after steps of optimisers.

usage: make.py (in this folder; needs torch and numpy)
Each NAME.npz holds the network NAME.json with its numbers (`n.weight`, …), `images`, `labels`, the `loss` of the batch in
training mode (no dropout), `gradient.n.weight`, …, `after.n.running_mean`, …; optimisers.npz holds `OPTIMISER.n.weight`, … after
five steps on the same batch.
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent

NETWORKS = {
    "convolutions": {
        "input": [8, 9, 11],
        "nodes": [
            {"name": "a", "op": "conv2d", "outputs": 12, "kernel": 3, "padding": 1},
            {"op": "relu"},
            {"name": "b", "op": "conv2d", "outputs": 10, "kernel": 3, "padding": [2, 0, 1, 1], "bias": False},
            {"op": "leaky_relu", "slope": 0.1},
            {"name": "c", "op": "conv2d", "outputs": 18, "kernel": [3, 2], "stride": [2, 1], "padding": [1, 2, 0, 1], "groups": 2},
            {"op": "tanh"},
            {"name": "d", "op": "conv2d", "outputs": 20, "kernel": 2, "stride": [1, 3], "dilation": [2, 1]},
            {"op": "flatten"},
            {"name": "e", "op": "linear", "outputs": 19},
            {"op": "gelu"},
            {"name": "f", "op": "linear", "outputs": 5},
            {"op": "log_softmax"},
        ],
    },
    "nodes": {
        "input": [3, 8, 7],
        "nodes": [
            {"name": "a", "op": "conv2d", "outputs": 6, "kernel": 3, "padding": "same"},
            {"name": "n", "op": "batch_norm", "epsilon": 0.001},
            {"name": "r", "op": "relu"},
            {"name": "p", "op": "max_pool", "kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True, "inputs": ["r"]},
            {"name": "q", "op": "avg_pool", "kernel": [3, 2], "stride": 2, "padding": [1, 1], "inputs": ["r"]},
            {"name": "u", "op": "max_pool", "kernel": 2, "dilation": [3, 2], "stride": [1, 1], "inputs": ["n"]},
            {"name": "v", "op": "avg_pool", "kernel": [4, 3], "stride": [1, 2], "padding": [1, 1], "count_include_pad": False,
             "inputs": ["r"]},
            {"name": "s", "op": "sigmoid", "inputs": ["q"]},
            {"name": "g", "op": "gelu", "approximate": "tanh", "inputs": ["p"]},
            {"name": "gap", "op": "global_avg_pool", "inputs": ["v"]},
            {"name": "fu", "op": "flatten", "inputs": ["u"]},
            {"name": "fs", "op": "flatten", "inputs": ["s"]},
            {"name": "fg", "op": "flatten", "inputs": ["g"]},
            {"name": "all", "op": "concat", "inputs": ["fu", "fs", "fg", "gap"]},
            {"name": "x", "op": "linear", "outputs": 6, "inputs": ["all"]},
            {"name": "t", "op": "softmax", "inputs": ["x"]},
            {"name": "l", "op": "log_softmax", "inputs": ["gap"]},
            {"name": "sum", "op": "add", "inputs": ["x", "t", "l", "x"]},
            {"name": "m", "op": "batch_norm", "inputs": ["sum"]},
            {"name": "y", "op": "linear", "outputs": 4, "bias": False},
        ],
    },
    "perceptron": {
        "input": [1, 4, 5],
        "nodes": [
            {"op": "flatten"},
            {"name": "fc1", "op": "linear", "outputs": 17},
            {"op": "relu"},
            {"name": "fc2", "op": "linear", "outputs": 3},
        ],
    },
    "activations": {
        "input": [3, 8, 9],
        "nodes": [
            {"name": "a", "op": "conv2d", "outputs": 8, "kernel": 3, "padding": 1},
            {"name": "c", "op": "clip", "min": 0, "max": 0.7},
            {"name": "b", "op": "conv2d", "outputs": 6, "kernel": 3, "groups": 2, "padding": 1},
            {"name": "n", "op": "batch_norm"},
            {"name": "h", "op": "hard_swish"},
            {"name": "s", "op": "silu", "inputs": ["n"]},
            {"name": "sum", "op": "add", "inputs": ["h", "s"]},
            {"name": "g", "op": "hard_sigmoid", "alpha": 0.3, "beta": 0.4, "inputs": ["n"]},
            {"name": "k", "op": "clip", "max": 0.4, "inputs": ["sum"]},
            {"name": "o", "op": "max_pool", "kernel": 1, "stride": 2, "inputs": ["sum"]},
            {"name": "w", "op": "pad", "channels": [1, -1], "padding": [1, -1, 0, 2], "inputs": ["o"]},
            {"name": "m", "op": "max_pool", "kernel": 3, "stride": 2, "padding": [0, 2, 1, 0], "inputs": ["g"]},
            {"name": "v", "op": "avg_pool", "kernel": 3, "stride": 3, "padding": [1, 0, 0, 2], "inputs": ["k"]},
            {"name": "fw", "op": "flatten", "inputs": ["w"]},
            {"name": "fm", "op": "flatten", "inputs": ["m"]},
            {"name": "fv", "op": "flatten", "inputs": ["v"]},
            {"name": "all", "op": "concat", "inputs": ["fw", "fm", "fv"]},
            {"name": "y", "op": "linear", "outputs": 7},
            {"name": "r", "op": "clip", "min": -0.8, "max": 0.9},
            {"name": "z", "op": "linear", "outputs": 4},
        ],
    },
    "residual": {
        "input": [3, 8, 9],
        "nodes": [
            {"name": "a", "op": "conv2d", "outputs": 9, "kernel": 3, "padding": 1, "bias": False},
            {"name": "an", "op": "batch_norm"},
            {"name": "ar", "op": "relu"},
            {"name": "b", "op": "conv2d", "outputs": 21, "kernel": 3, "padding": 1, "bias": False},
            {"name": "bn", "op": "batch_norm"},
            {"name": "br", "op": "leaky_relu", "slope": 0.1},
            {"name": "c", "op": "conv2d", "outputs": 9, "kernel": 3, "padding": 1},
            {"name": "cn", "op": "batch_norm"},
            {"name": "cs", "op": "add", "inputs": ["cn", "ar"]},
            {"name": "cr", "op": "relu"},
            {"name": "d", "op": "conv2d", "outputs": 9, "kernel": 3, "padding": 1, "groups": 9, "bias": False},
            {"name": "dn", "op": "batch_norm"},
            {"name": "dr", "op": "clip", "min": 0, "max": 6},
            {"name": "e", "op": "conv2d", "outputs": 10, "kernel": 1, "bias": False},
            {"name": "en", "op": "batch_norm"},
            {"name": "eh", "op": "hard_swish"},
            {"name": "f", "op": "conv2d", "outputs": 20, "kernel": 5, "stride": 2, "padding": 2, "groups": 10},
            {"name": "g", "op": "conv2d", "outputs": 12, "kernel": 3, "stride": 2, "padding": 1, "inputs": ["cr"]},
            {"name": "gn", "op": "batch_norm"},
            {"name": "gp", "op": "max_pool", "kernel": 1, "stride": 2, "inputs": ["cr"]},
            {"name": "gw", "op": "pad", "channels": [1, 2], "padding": [0, 0, 0, 0]},
            {"name": "gs", "op": "add", "inputs": ["gn", "gw", "gn"]},
            {"name": "gr", "op": "relu"},
            {"name": "h", "op": "concat", "inputs": ["f", "gr"]},
            {"name": "i", "op": "conv2d", "outputs": 8, "kernel": 3, "inputs": ["h"]},
            {"name": "is", "op": "add", "inputs": ["i", "i"]},
            {"name": "ir", "op": "relu"},
            {"name": "ia", "op": "global_avg_pool"},
            {"name": "y", "op": "linear", "outputs": 5},
        ],
    },
}


def pair(value):
    return value if isinstance(value, list) else [value, value]


def convolution(node, x, numbers):
    kernel, stride, dilation = pair(node["kernel"]), pair(node.get("stride", 1)), pair(node.get("dilation", 1))
    padding = node.get("padding", 0)
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel)]
        padding = [total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2]
    elif not isinstance(padding, list):
        padding = [padding] * 4
    elif len(padding) == 2:
        padding = padding + padding
    top, left, bottom, right = padding
    name = node["name"]
    return F.conv2d(F.pad(x, (left, right, top, bottom)), numbers[name + ".weight"], numbers.get(name + ".bias"), tuple(stride),
                    0, tuple(dilation), node.get("groups", 1))


def pool(node, x):
    kernel, padding = pair(node["kernel"]), pair(node.get("padding", 0))
    if len(padding) == 4:  # PyTorch's pools have equal sides only.
        top, left, bottom, right = padding
        x = F.pad(x, (left, right, top, bottom), value=-torch.inf if node["op"] == "max_pool" else 0)
        padding = [0, 0]
    settings = dict(stride=pair(node.get("stride", kernel)), padding=padding,
                    ceil_mode=node.get("ceil_mode", False))
    if node["op"] == "max_pool":
        return F.max_pool2d(x, kernel, dilation=pair(node.get("dilation", 1)), **settings)
    return F.avg_pool2d(x, kernel, count_include_pad=node.get("count_include_pad", True), **settings)


def padded(node, x):
    (top, left, bottom, right), (before, behind) = node["padding"], node["channels"]
    return F.pad(x, (left, right, top, bottom, before, behind))


def normalise(node, x, numbers):
    name = node["name"]
    return F.batch_norm(x, numbers[name + ".running_mean"], numbers[name + ".running_var"], numbers[name + ".weight"],
                        numbers[name + ".bias"], training=True, momentum=0.1, eps=node.get("epsilon", 1e-5))


def run(network, images, numbers):
    """The logits: what comes before a softmax at the end."""
    values, last = {"input": images}, "input"
    nodes = network["nodes"]
    for index, node in enumerate(nodes):
        if index == len(nodes) - 1 and node["op"] in ("softmax", "log_softmax"):
            break
        name, op = node.get("name", f"{node['op']}{index}"), node["op"]
        inputs = [values[i] for i in node.get("inputs", [last])]
        x = inputs[0]
        values[name] = {
            "conv2d": lambda: convolution(node, x, numbers), "linear": lambda: F.linear(x, numbers[name + ".weight"],
                                                                                          numbers.get(name + ".bias")),
            "batch_norm": lambda: normalise(node, x, numbers), "relu": lambda: F.relu(x),
            "leaky_relu": lambda: F.leaky_relu(x, node["slope"]), "tanh": lambda: torch.tanh(x),
            "sigmoid": lambda: torch.sigmoid(x), "gelu": lambda: F.gelu(x, approximate=node.get("approximate", "none")),
            "max_pool": lambda: pool(node, x), "avg_pool": lambda: pool(node, x),
            "clip": lambda: F.hardtanh(x, node.get("min", -torch.inf), node.get("max", torch.inf)), "silu": lambda: F.silu(x),
            "hard_sigmoid": lambda: F.hardtanh(x * node["alpha"] + node["beta"], 0, 1), "hard_swish": lambda: F.hardswish(x),
            "pad": lambda: padded(node, x),
            "global_avg_pool": lambda: x.mean(dim=(2, 3)), "flatten": lambda: x.flatten(1),
            "concat": lambda: torch.cat(inputs, 1), "add": lambda: sum(inputs[1:], inputs[0]),
            "softmax": lambda: F.softmax(x, 1), "log_softmax": lambda: F.log_softmax(x, 1),
        }[op]()
        last = name
    return values[last]


def numbers_for(network, generator):
    numbers, sizes = {}, {"input": torch.zeros([1] + network["input"])}
    last = "input"
    for index, node in enumerate(network["nodes"]):
        name, op = node.get("name", f"{node['op']}{index}"), node["op"]
        x = sizes[node.get("inputs", [last])[0]]

        def draw(*shape, scale):
            return torch.tensor(generator.uniform(-1, 1, shape) * scale, dtype=torch.float32)
        if op == "conv2d":
            shape = (node["outputs"], x.shape[1] // node.get("groups", 1), *pair(node["kernel"]))
            numbers[name + ".weight"] = draw(*shape, scale=1.5 / math.sqrt(np.prod(shape[1:])))
        if op == "linear":
            numbers[name + ".weight"] = draw(node["outputs"], x.shape[1], scale=1.5 / math.sqrt(x.shape[1]))
        if op in ("conv2d", "linear") and node.get("bias", True):
            numbers[name + ".bias"] = draw(node["outputs"], scale=0.5)
        if op == "batch_norm":
            channels = x.shape[1]
            numbers[name + ".weight"] = draw(channels, scale=0.5) + 1
            numbers[name + ".bias"] = draw(channels, scale=0.5)
            numbers[name + ".running_mean"] = draw(channels, scale=0.5)
            numbers[name + ".running_var"] = draw(channels, scale=0.5) + 1
        part = {"input": network["input"], "nodes": network["nodes"][: index + 1] + [{"op": "softmax"}]}
        copies = {k: v.clone() for k, v in numbers.items()}
        with torch.no_grad():
            sizes[name] = run(part, torch.rand([2] + network["input"]), copies)
        last = name
    return numbers


def trainable(numbers):
    return {k: v.requires_grad_() for k, v in numbers.items() if "running" not in k}


def make(name, network, generator):
    numbers = numbers_for(network, generator)
    count = 19
    images = torch.tensor(generator.uniform(-1, 1, [count] + network["input"]), dtype=torch.float32)
    used = {k: v.clone() for k, v in numbers.items()}
    trained = trainable(used)
    logits = run(network, images, used)
    labels = torch.tensor(generator.integers(0, logits.shape[1], count))
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    result = {k: v.numpy() for k, v in numbers.items()}
    result |= {"images": images.numpy(), "labels": labels.numpy().astype(np.int64), "loss": np.float32([loss.item()])}
    result |= {"gradient." + k: v.grad.numpy() for k, v in trained.items()}
    result |= {"after." + k: v.numpy() for k, v in used.items() if "running" in k}
    np.savez_compressed(HERE / f"{name}.npz", **result)
    (HERE / f"{name}.json").write_text(json.dumps(network, indent=1) + "\n")
    return numbers, images, labels


def optimisers(network, numbers, images, labels):
    kinds = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.2, weight_decay=0.01),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.95), weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
        "adadelta": lambda p: torch.optim.Adadelta(p, lr=1, weight_decay=0.01),
    }
    result = {}
    for kind, make_optimiser in kinds.items():
        used = {k: v.detach().clone() for k, v in numbers.items()}
        trained = trainable(used)
        optimiser = make_optimiser(list(trained.values()))
        for _ in range(5):
            optimiser.zero_grad()
            F.cross_entropy(run(network, images, used), labels).backward()
            optimiser.step()
        result |= {f"{kind}.{k}": v.detach().numpy() for k, v in trained.items()}
    np.savez_compressed(HERE / "optimisers.npz", **result)


def margin(network, images, numbers):
    """How far the numbers that activations read are from where their slopes jump: rounding must not decide about a gradient."""
    kinks = {"relu": [0], "leaky_relu": [0], "hard_swish": [-3, 3]}
    nodes, least = network["nodes"], torch.inf
    names = [node.get("name") for node in nodes]
    exact = {k: v.detach().double() for k, v in numbers.items()}
    for index, node in enumerate(nodes):
        read = names.index(node["inputs"][0]) if "inputs" in node else index - 1
        part = {"input": network["input"], "nodes": nodes[: read + 1] + [{"op": "softmax"}]}
        jumps = [node.get("min", -torch.inf), node.get("max", torch.inf)] if node["op"] == "clip" else kinks.get(node["op"], [])
        for jump in jumps:
            least = min(least, (run(part, images.double(), dict(exact)) - jump).abs().min().item())
    return least


generator = np.random.default_rng(1)
for name, network in NETWORKS.items():
    made = make(name, network, generator)
    while name == "residual" and margin(network, made[1], made[0]) < 2e-5:
        made = make(name, network, generator)
    if name == "perceptron":
        optimisers(network, *made)
