#!/usr/bin/env python3
"""Shows that padawann's scores are PyTorch's, on all 10,000 test images of MNIST and all 8,000 of 10letters.

Imports mnist-net.pt and thesis-feedforward.pth with their trained weights and with their signs alone, evaluates them with
padawann and with PyTorch (float32), and compares for the trained weights, and for the shared weights 0.5, 1 and 2 with all
edges, half of them and a tenth (random ones, read from the model file by read_padawann.py). Both
sides are brought to log-softmax first, which leaves scores that are log-softmax already as they are. Exits with 1 when a
score is further off than 1e-5 of the largest one, or when any image gets another answer. Needs torch, numpy and h5py.

    tools/compare-with-pytorch.py --models FOLDER --data-dir FOLDER [--padawann BINARY]
"""

import argparse
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

import read_padawann

TOLERANCE = 1e-5
SHARED_WEIGHTS = (0.5, 1.0, 2.0)
DENSITIES = (1.0, 0.5, 0.1)
MNIST_NET = [
    {"name": "conv1", "op": "conv2d", "outputs": 32, "kernel": 3},
    {"op": "relu"},
    {"name": "conv2", "op": "conv2d", "outputs": 64, "kernel": 3},
    {"op": "relu"},
    {"op": "max_pool", "kernel": 2},
    {"op": "flatten"},
    {"name": "fc1", "op": "linear", "outputs": 128},
    {"op": "relu"},
    {"name": "fc2", "op": "linear", "outputs": 10},
    {"op": "log_softmax"},
]
# The published feed-forward net applies ReLU to its normalised input.
FEED_FORWARD = [
    {"op": "flatten"},
    {"op": "relu"},
    {"name": "fc1", "op": "linear", "outputs": 64},
    {"op": "relu"},
    {"name": "fc2", "op": "linear", "outputs": 10},
    {"op": "log_softmax"},
]
NETWORKS = {"mnist-net.pt": MNIST_NET, "thesis-feedforward.pth": FEED_FORWARD}


def forward(nodes, state, x):
    """The scores before softmax, by PyTorch's own functions."""
    for node in nodes:
        weight, bias = (state.get(f"{node.get('name')}.{part}") for part in ("weight", "bias"))
        if node["op"] == "conv2d":
            x = F.conv2d(x, weight, bias)
        elif node["op"] == "linear":
            x = F.linear(x, weight, bias)
        elif node["op"] == "max_pool":
            x = F.max_pool2d(x, node["kernel"])
        elif node["op"] in ("relu", "flatten"):
            x = F.relu(x) if node["op"] == "relu" else torch.flatten(x, 1)
    return x


def test_set(folder, prefix, first):
    """The normalised images and the labels of a test set, from its published files; ten classes from label `first` on."""

    def values(name, header):
        with gzip.open(os.path.join(folder, f"{prefix}-{name}-ubyte.gz")) as file:
            return torch.from_numpy(np.frombuffer(file.read(), np.uint8, offset=header).copy())

    pixels = values("images-idx3", 16).reshape(-1, 1, 28, 28)
    labels = values("labels-idx1", 8).long() - first
    wanted = (labels >= 0) & (labels < 10)
    return (pixels[wanted].float() / 255 - 0.1307) / 0.3081, labels[wanted]


def run(binary, *arguments):
    print("$ padawann", *arguments)
    subprocess.run([binary, *arguments], check=True, stdout=subprocess.DEVNULL)


def imported(options, folder, name, own):
    """The path of a model."""
    # Names of their own, so that no step meets an older file.
    stem = os.path.join(folder, f"{name}-{'own' if own else 'sign'}")
    architecture, model = stem + ".json", stem + ".h5"
    with open(architecture, "w") as file:
        json.dump({"input": [1, 28, 28], "nodes": NETWORKS[name]}, file)
    source = os.path.join(options.models, name)
    run(options.padawann, "import", source, "--arch", architecture, "--weights", "keep" if own else "sign", "-o", model)
    return model


def pruned(options, model, density):
    """The path of a model of which that share of the edges is left, and its weights as PyTorch's."""
    path = model.replace(".h5", f"-{density:g}.h5")
    run(options.padawann, "prune", model, "--method", "random", "--amount", str(1 - density), "-o", path)
    state = {}
    for layer, (weights, biases) in read_padawann.read(path).items():
        state[layer + ".weight"], state[layer + ".bias"] = torch.from_numpy(weights), torch.from_numpy(biases)
    return path, state


def padawann_scores(options, model, data, own):
    """weights × images × 10, and the labels that padawann read."""
    predictions = model.replace(".h5", f"-{data.replace(':', '-')}.npz")
    weights = ["--own-weights"] if own else ["--weights", ",".join(f"{weight:g}" for weight in SHARED_WEIGHTS)]
    place = ["--data", data, "--data-dir", options.data_dir]
    run(options.padawann, "evaluate", model, *place, *weights, "--predictions", predictions)
    with np.load(predictions) as archive:
        return torch.from_numpy(archive["logits"]), torch.from_numpy(archive["labels"].astype(np.int64))


@torch.no_grad()
def torch_scores(name, state, shared, inputs):
    if shared:
        state = {key: value * shared if key.endswith(".weight") else value for key, value in state.items()}
    return torch.cat([forward(NETWORKS[name], state, batch) for batch in inputs.split(500)])


def agree(title, ours, theirs, labels):
    """Prints one line and tells whether the scores agree."""
    ours, theirs = ours.double(), theirs.double()
    different = (ours.argmax(1) != theirs.argmax(1)).sum().item()
    pairs = {"log-softmax": (ours.log_softmax(1), theirs.log_softmax(1))}
    if ours.logsumexp(1).abs().max() > 1e-3 * ours.abs().max():
        pairs["raw"] = (ours, theirs)
    apart = {kind: ((a - b).abs().max() / b.abs().max()).item() for kind, (a, b) in pairs.items()}
    line = f"{title:64} {different} answers differ"
    for kind, value in apart.items():
        line += f", {kind} within {value:.1e}"
    for scores in (ours, theirs):
        accuracy = 100 * (scores.argmax(1) == labels).double().mean()
        line += f" | {accuracy:.2f}% loss {F.cross_entropy(scores, labels):.6g}"
    print(line, flush=True)
    return different == 0 and all(value <= TOLERANCE for value in apart.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tools = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--padawann", default=os.path.join(tools, "../.build/release/padawann"))
    parser.add_argument("--models", required=True, help="the folder of mnist-net.pt and thesis-feedforward.pth")
    parser.add_argument("--data-dir", required=True, help="the folder of datasets, with mnist in it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    sets = {
        "mnist:test": test_set(os.path.join(options.data_dir, "mnist"), "t10k", 0),
        "10letters:test": test_set(os.path.join(options.data_dir, "emnist-letters"), "emnist-letters-test", 1),
    }
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            trained = torch.load(os.path.join(options.models, name), weights_only=True, map_location="cpu")
            models = [(imported(options, folder, name, True), trained, "own weights", (None,))]
            signs = imported(options, folder, name, False)
            models += [(*pruned(options, signs, density), f"density {density:g}", SHARED_WEIGHTS) for density in DENSITIES]
            for (model, state, kind, weights), (data, (inputs, labels)) in itertools.product(models, sets.items()):
                scores, read = padawann_scores(options, model, data, kind == "own weights")
                if scores.shape != (len(weights), len(labels), 10) or not torch.equal(read, labels):
                    sys.exit(f"the predictions of {name} have shape {tuple(scores.shape)} or other labels")
                for ours, weight in zip(scores, weights):
                    title = f"{name}, {kind}, {data}" + (f", weight {weight:g}" if weight else "")
                    good &= agree(title, ours, torch_scores(name, state, weight, inputs), labels)
    print("padawann and PyTorch agree" if good else "padawann and PyTorch DISAGREE")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
