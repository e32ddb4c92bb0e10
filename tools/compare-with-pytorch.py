#!/usr/bin/env python3
"""Shows that padawann's scores are PyTorch's, on all 10,000 test images of MNIST.

Imports mnist-net.pt and thesis-feedforward.pth with their trained weights and with their signs alone, evaluates them with
padawann and with PyTorch (float32), and compares for the trained weights and for the shared weights 0.5, 1 and 2. Both
sides are brought to log-softmax first, which leaves scores that are log-softmax already as they are. Exits with 1 when a
score is further off than 1e-5 of the largest one, or when any image gets another answer. Needs torch and numpy.

    tools/compare-with-pytorch.py --models FOLDER --data-dir FOLDER [--padawann BINARY]
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

TOLERANCE = 1e-5
SHARED_WEIGHTS = (0.5, 1.0, 2.0)
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


def mnist_test(folder):
    """The normalised images and the labels of MNIST's test set, from its published files."""

    def values(name, header):
        with gzip.open(os.path.join(folder, "mnist", name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header).copy()

    pixels = torch.from_numpy(values("t10k-images-idx3-ubyte.gz", 16)).reshape(-1, 1, 28, 28)
    labels = torch.from_numpy(values("t10k-labels-idx1-ubyte.gz", 8)).long()
    return (pixels.float() / 255 - 0.1307) / 0.3081, labels


def run(binary, *arguments):
    print("$ padawann", *arguments)
    subprocess.run([binary, *arguments], check=True, stdout=subprocess.DEVNULL)


def padawann_scores(options, folder, name, own):
    """weights × images × 10, and the labels that padawann read."""
    # Names of their own, so that no step meets an older file.
    stem = os.path.join(folder, f"{name}-{'own' if own else 'sign'}")
    architecture, model, predictions = stem + ".json", stem + ".h5", stem + ".npz"
    with open(architecture, "w") as file:
        json.dump({"input": [1, 28, 28], "nodes": NETWORKS[name]}, file)
    source = os.path.join(options.models, name)
    run(options.padawann, "import", source, "--arch", architecture, "--weights", "keep" if own else "sign", "-o", model)
    weights = ["--own-weights"] if own else ["--weights", ",".join(f"{weight:g}" for weight in SHARED_WEIGHTS)]
    data = ["--data", "mnist:test", "--data-dir", options.data_dir]
    run(options.padawann, "evaluate", model, *data, *weights, "--predictions", predictions)
    with np.load(predictions) as archive:
        return torch.from_numpy(archive["logits"]), torch.from_numpy(archive["labels"].astype(np.int64))


@torch.no_grad()
def torch_scores(name, state, shared, inputs):
    if shared:
        state = {key: value.sign() * shared if key.endswith(".weight") else value for key, value in state.items()}
    return torch.cat([forward(NETWORKS[name], state, batch) for batch in inputs.split(500)])


def agree(title, ours, theirs, labels):
    """Prints one line and tells whether the scores agree."""
    ours, theirs = ours.double(), theirs.double()
    different = (ours.argmax(1) != theirs.argmax(1)).sum().item()
    pairs = {"log-softmax": (ours.log_softmax(1), theirs.log_softmax(1))}
    if ours.logsumexp(1).abs().max() > 1e-3 * ours.abs().max():
        pairs["raw"] = (ours, theirs)
    apart = {kind: ((a - b).abs().max() / b.abs().max()).item() for kind, (a, b) in pairs.items()}
    line = f"{title:41} {different} answers differ"
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
    torch.set_num_threads(2)
    inputs, labels = mnist_test(options.data_dir)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            state = torch.load(os.path.join(options.models, name), weights_only=True, map_location="cpu")
            for own in (True, False):
                weights = (None,) if own else SHARED_WEIGHTS
                scores, read = padawann_scores(options, folder, name, own)
                if scores.shape != (len(weights), len(labels), 10) or not torch.equal(read, labels):
                    sys.exit(f"the predictions of {name} have shape {tuple(scores.shape)} or other labels")
                for ours, weight in zip(scores, weights):
                    title = f"{name}, " + ("own weights" if own else f"shared weight {weight:g}")
                    good &= agree(title, ours, torch_scores(name, state, weight, inputs), labels)
    print("padawann and PyTorch agree" if good else "padawann and PyTorch DISAGREE")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
