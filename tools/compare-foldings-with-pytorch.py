#!/usr/bin/env python3
"""Shows that folding scales, and batch normalisations, changes no answer, on all test images of networks that others trained.

Each network is imported with `--scales fold --mask fitted`, with and without `--fold-batch-norms`. PyTorch computes what that stands for
in two ways: the network with its own biases and statistics of which each layer's weights are sign times the mean magnitude of the
edges that are left (the unfolded one; its logits are those of the file but for one factor, which the file's scales make), and the
numbers in the file, read by read_padawann.py. Exits with 1 when a logit is further off than 1e-5 of the largest, or when any image
gets another answer. Needs torch, numpy, h5py and Pillow.

    tools/compare-foldings-with-pytorch.py --data-dir FOLDER [--padawann BINARY] FILE DATASET NORMALISATION [ARCHITECTURE] …

    tools/compare-foldings-with-pytorch.py --data-dir data lenet.onnx mnist:test mnist mnist.pt mnist:test mnist burn.json
"""

import argparse
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import read_padawann

TOLERANCE = 1e-5
FILES = {
    "mnist:test": ("mnist/t10k", 0, 10),
    "fashion-mnist:test": ("fashion-mnist/t10k", 0, 10),
    "emnist-letters:test": ("emnist-letters/emnist-letters-test", 1, 27),
}
NORMALISATIONS = {
    "none": ([0], [1]),
    "mnist": ([0.1307], [0.3081]),
    "imagenet": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
}


def images(folder, dataset, normalisation):
    """The normalised images of a test set, from its published files or a folder of pictures."""
    if dataset in FILES:
        prefix, first, end = FILES[dataset]

        def values(name, header):
            with gzip.open(os.path.join(folder, f"{prefix}-{name}-ubyte.gz")) as file:
                return np.frombuffer(file.read(), np.uint8, offset=header)

        labels = values("labels-idx1", 8)
        pixels = values("images-idx3", 16).reshape(-1, 1, 28, 28)[(labels >= first) & (labels < end)]
    else:
        names = [name for kind in sorted(os.listdir(dataset)) for name in sorted(glob.glob(os.path.join(dataset, kind, "*.png")))]
        pixels = np.stack([np.asarray(Image.open(name)).transpose(2, 0, 1) for name in names])
    mean, deviation = (torch.tensor(numbers, dtype=torch.float32).reshape(1, -1, 1, 1) for numbers in NORMALISATIONS[normalisation])
    return (torch.from_numpy(pixels.copy()).float() / 255 - mean) / deviation


def pad(sides):
    """A padding of the architecture as PyTorch's: left, right, top, bottom."""
    if isinstance(sides, int):
        return [sides] * 4
    top, left, *rest = sides
    bottom, right = rest or (top, left)
    return [left, right, top, bottom]


def pair(size):
    return size if isinstance(size, list) else [size, size]


def compute(node, numbers, inputs):
    """One node by PyTorch's own functions."""
    x, operation = inputs[0], node["op"]
    if operation == "conv2d":
        weight, bias = numbers
        x = F.pad(x, pad(node.get("padding", 0)))
        return F.conv2d(x, weight, bias, node.get("stride", 1), groups=node.get("groups", 1))
    if operation == "linear":
        return F.linear(x, *numbers)
    if operation == "batch_norm":
        scale, shift, mean, variance = numbers
        return F.batch_norm(x, mean, variance, scale, shift, eps=node.get("epsilon", 1e-5))
    if operation == "pad":
        before, behind = pair(node.get("channels", 0))
        return F.pad(x, pad(node.get("padding", 0)) + [before, behind])
    if operation == "max_pool":
        return F.max_pool2d(F.pad(x, pad(node.get("padding", 0)), value=-torch.inf), node["kernel"], node.get("stride", node["kernel"]))
    if operation == "avg_pool":
        return F.avg_pool2d(x, node["kernel"], node.get("stride", node["kernel"]))
    simple = {
        "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "flatten": lambda x: x.flatten(1), "dropout": lambda x: x,
        "global_avg_pool": lambda x: x.mean((2, 3)), "softmax": lambda x: x, "log_softmax": lambda x: x,
    }
    return sum(inputs[1:], x) if operation == "add" else simple[operation](x)


@torch.no_grad()
def logits(architecture, state, x):
    results = []
    for batch in x.split(500):
        values, last = {"input": batch}, "input"
        for place, node in enumerate(architecture["nodes"]):
            name = node.get("name", str(place))
            numbers = [None if part is None else torch.from_numpy(np.asarray(part)) for part in state.get(name, [])]
            values[name] = compute(node, numbers, [values[source] for source in node.get("inputs", [last])])
            last = name
        results.append(values[last])
    return torch.cat(results).flatten(1).double()


def run(options, *arguments):
    return subprocess.run([options.padawann, *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def scores(options, model, dataset):
    """What padawann computes with the file's one shared weight, and that weight."""
    predictions = model.replace(".h5", ".npz")
    run(options, "evaluate", model, "--data", dataset, "--data-dir", options.data_dir, "--predictions", predictions, "--threads", "1")
    with np.load(predictions) as archive:
        return torch.from_numpy(archive["logits"][0]).double(), float(archive["shared_weights"][0])


def unfolded(trained, folded):
    """The network's own numbers, of each layer's weights only the signs times the mean magnitude of what the mask keeps."""
    state = dict(trained)
    for name, numbers in trained.items():
        if len(numbers) == 2:
            weights, kept = numbers[0], folded[name][0] != 0
            state[name] = (np.where(kept, np.sign(weights) * np.abs(weights[kept]).mean(), 0).astype("f4"), numbers[1])
    return state


def agree(title, ours, theirs):
    apart = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    different = (ours.argmax(1) != theirs.argmax(1)).sum().item()
    print(f"{title:70} {len(ours)} images, {different} answers differ, logits within {apart:.1e}", flush=True)
    return apart <= TOLERANCE and different == 0


def compare(options, folder, source, dataset, normalisation, architecture):
    described = ["--arch", architecture] if architecture else []
    common = [source, "--normalise", normalisation, *described]
    own, *models = (os.path.join(folder, f"{name}.h5") for name in ("own", "folded", "without-statistics"))
    run(options, "import", *common, "--weights", "keep", "-o", own)
    for model, extra in zip(models, ([], ["--fold-batch-norms"])):
        run(options, "import", *common, "--scales", "fold", "--mask", "fitted", *extra, "-o", model)
    network = json.loads(run(options, "inspect", own, "--arch"))
    x = images(options.data_dir, dataset, normalisation)
    theirs = logits(network, unfolded(read_padawann.read(own), read_padawann.read(models[0])), x)
    good = True
    for model in models:
        ours, shared = scores(options, model, dataset)
        kind = f"{os.path.basename(source)}, {os.path.basename(model)[:-3]}"
        good &= agree(f"{kind}, the file by PyTorch", ours, logits(json.loads(run(options, "inspect", model, "--arch")), read_padawann.read(model, shared), x))
        # The factor that fits best; the largest logits determine it.
        factor = (ours * theirs).sum() / (theirs * theirs).sum()
        good &= agree(f"{kind}, unfolded, times {factor:.6g}", ours, theirs * factor)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tools = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--padawann", default=os.path.join(tools, "../.build/release/padawann"))
    parser.add_argument("--data-dir", required=True, help="the folder of datasets, with mnist in it")
    parser.add_argument("networks", nargs="+", help="for each network its file, test set, normalisation and, if needed, architecture")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rest, good = list(options.networks), True
    while rest:
        source, dataset, normalisation, *rest = rest
        architecture = rest.pop(0) if rest and rest[0].endswith(".json") else None
        with tempfile.TemporaryDirectory() as folder:
            good &= compare(options, folder, source, dataset, normalisation, architecture)
    print("folded and unfolded networks agree" if good else "folded and unfolded networks DISAGREE")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
