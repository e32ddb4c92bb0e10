#!/usr/bin/env python3
"""Times learning a mask: padawann against the same algorithm in PyTorch, one thread each, CPU time with everything included.

usage: time-mask-learning.py NET.pt [--program .build/release/padawann] [--density 0.5] [--epochs 16] [--type float32|bfloat16]
NET.pt holds MNIST-Net; the data is where PADAWANN_DATA says. Two tasks, mnist and 10letters, 700 training images per class.
Needs torch, numpy, h5py. Prints seconds, the ratio, and test accuracies of both.
"""
import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F

PER_CLASS, BATCH, SHIFTS = 700, 100, [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
LAYERS = ["conv1", "conv2", "fc1", "fc2"]
SPECS = ["mnist:train,per-class=700", "10letters:train,per-class=700"]
FILES = {
    "mnist": ("mnist/train", "mnist/t10k", 0),
    "10letters": ("emnist-letters/emnist-letters-train", "emnist-letters/emnist-letters-test", 1),
}


def idx(path):
    data = gzip.open(path).read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def load(folder, name, test):
    stem, first = FILES[name][1 if test else 0], FILES[name][2]
    x, y = idx(f"{folder}/{stem}-images-idx3-ubyte.gz"), idx(f"{folder}/{stem}-labels-idx1-ubyte.gz").astype(np.int64) - first
    chosen = (y >= 0) & (y < 10)
    if not test:
        ranks = np.zeros(len(y), int)
        for c in range(10):
            ranks[y == c] = np.arange((y == c).sum())
        chosen &= ranks < PER_CLASS
    x, y = x[chosen], y[chosen]
    return torch.tensor((x[:, None] / 255.0 - 0.1307) / 0.3081, dtype=torch.float32), torch.tensor(y)


def features(x, w, b):
    h = F.relu(F.conv2d(x, w[0], b[0]))
    return F.max_pool2d(F.relu(F.conv2d(h, w[1], b[1])), 2).flatten(1)


def learn(net, tasks, density, epochs, kind, weight=0.5):
    """The masks, by the algorithm of MaskLearning."""
    state = torch.load(net)
    signs = [torch.where(state[n + ".weight"] < 0, -1.0, 1.0) for n in LAYERS]
    biases = [state[n + ".bias"].float() for n in LAYERS]
    sizes = [s.numel() for s in signs]
    kept = [sizes[0], sizes[1], 0, int(round(max(density, 0.5) * sizes[3]))]
    kept[2] = int(round(density * sum(sizes))) - sum(kept)
    scores = [torch.rand(s.shape) if l > 1 else torch.ones(s.shape) for l, s in enumerate(signs)]

    def threshold(s, k):
        return s.flatten().kthvalue(s.numel() - k).values if k < s.numel() else torch.tensor(-1e9)
    limits = [threshold(s, k) for s, k in zip(scores, kept)]
    x, y = torch.cat([t[0] for t in tasks]), torch.cat([t[1] for t in tasks])
    scale, factor = [1.0] * 4, [1.0] * 4
    h = x[:: len(x) // 400]
    for l in range(4):
        before = factor[l - 1] if l else 1.0
        w = signs[l] * (scores[l] > limits[l])
        bias = biases[l] * (before / weight)
        z = F.conv2d(h, w, bias) if l < 2 else F.linear(h, w, bias)
        scale[l] = (3.0 if l == 3 else 1.0) / float(z.std())
        factor[l] = scale[l] * before / weight
        h = F.relu(z * scale[l])
        if l == 1:
            h = F.max_pool2d(h, 2).flatten(1)
    w = [(scale[l] * signs[l]).to(kind) for l in range(2)]
    b = [(biases[l] * factor[l]).to(kind) for l in range(4)]
    with torch.no_grad():
        kept_features = torch.cat([
            torch.cat([features(torch.roll(x[i:i + 500], s, (2, 3)).to(kind), w, b) for i in range(0, len(x), 500)])
            for s in SHIFTS]).to(torch.bfloat16 if kind == torch.bfloat16 else torch.float16)
    parameters = scores[2:]
    for p in parameters:
        p.grad = torch.zeros_like(p)
    adam = torch.optim.Adam(parameters, lr=0.02, betas=(0.9, 0.99), fused=True)
    steps, step = epochs * (len(x) // BATCH), 0
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for i in range(0, len(x) - BATCH + 1, BATCH):
            adam.param_groups[0]["lr"] = 0.02 * 0.5 * (1 + np.cos(np.pi * step / steps))
            if step % 10 == 0:
                limits = [threshold(s, k) for s, k in zip(scores, kept)]
            j = order[i:i + BATCH]
            h = kept_features[j + len(x) * torch.randint(len(SHIFTS), j.shape)].to(kind)
            used = [(scale[l] * signs[l] * (scores[l] > limits[l])).to(kind).requires_grad_() for l in (2, 3)]
            logits = F.linear(F.relu(F.linear(h, used[0], b[2])), used[1], b[3]).float()
            F.cross_entropy(logits, y[j]).backward()
            for p, u, l in zip(parameters, used, (2, 3)):
                torch.mul(u.grad.float(), signs[l], out=p.grad)
            adam.step()
            step += 1
    limits = [threshold(s, k) for s, k in zip(scores, kept)]
    return [weight * s * (q > t) for s, q, t in zip(signs, scores, limits)], biases


@torch.no_grad()
def accuracy(w, b, x, y):
    right = 0
    for i in range(0, len(x), 500):
        h = F.relu(F.linear(features(x[i:i + 500], w, b), w[2], b[2]))
        right += int((F.linear(h, w[3], b[3]).argmax(1) == y[i:i + 500]).sum())
    return right / len(x)


def ours(arguments, folder):
    program = arguments.program
    with tempfile.TemporaryDirectory() as place:
        model, learned = f"{place}/net.h5", f"{place}/run"
        subprocess.run([program, "import", arguments.net, "-o", model], check=True, capture_output=True)
        command = [program, "learn", model, "-o", learned, "--density", str(arguments.density), "--epochs",
                   str(arguments.epochs), "--threads", "1"]
        for spec in SPECS:
            command += ["--task", spec]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        report = subprocess.run([program, "evaluate", f"{learned}/model.h5", "--data", "mnist:test", "--data", "10letters:test", "--json"],
                                check=True, capture_output=True, env={**os.environ, "PADAWANN_DATA": folder})
        sets = json.loads(report.stdout)["datasets"]
        return seconds, [d["sweep"]["points"][0]["scores"]["accuracy"]["value"] for d in sets]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net")
    parser.add_argument("--program", default=".build/release/padawann")
    parser.add_argument("--density", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--type", default="float32", choices=["float32", "bfloat16"])
    arguments = parser.parse_args()
    folder = os.environ.get("PADAWANN_DATA")
    if not folder:
        sys.exit("set PADAWANN_DATA to the folder with mnist and emnist-letters")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    start = time.process_time()
    tasks = [load(folder, name, False) for name in FILES]
    w, b = learn(arguments.net, tasks, arguments.density, arguments.epochs, getattr(torch, arguments.type))
    theirs = time.process_time() - start
    print(f"PyTorch {torch.__version__} {arguments.type}: {theirs:.1f} s,",
          [round(accuracy(w, b, *load(folder, name, True)), 4) for name in FILES], flush=True)
    seconds, accuracies = ours(arguments, folder)
    print(f"padawann: {seconds:.1f} s, {[round(a, 4) for a in accuracies]}")
    print(f"padawann takes {seconds / theirs:.2f} of PyTorch's CPU time")


if __name__ == "__main__":
    main()
