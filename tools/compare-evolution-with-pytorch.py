#!/usr/bin/env python3
"""Shows that `padawann evolve --profile reference` does what the published loop does, generation by generation.

Runs padawann for 0, 1, 2, … generations of one seed, which are beginnings of one evolution, and takes the masks of every
individual from the checkpoints. PyTorch, float32 on the CPU, evaluates each of them anew as the loop of the thesis does:
every weight is its sign times the shared weight where the mask is set, batches of 100 in the order of the file, the best
shared weight by accuracy, the first of equals. Compared are, for every individual and the champion:

- right answers with every shared weight, so accuracies and best weights (exactly),
- fitness, sum of accuracies / sum of (100 - accuracy) in percent (exactly),
- the mean cross-entropy, and the thesis' loss: the sum of the batches' means over the number of images (to 1e-4),
- the ranks: the order of a stable sort by the fitness that PyTorch found,
- the elites: the first int(0.3 n) of a generation are in the next, bit for bit and with the same scores,
- the children: each is a part of ONE of the first int(0.7 n), and lacks of it what one draw of 2.5% of all positions hits,
- the champion: replaced by a strictly fitter best of a generation, and by nothing else.

Exits with 1 at the first difference. Needs torch, h5py and numpy.

    tools/compare-evolution-with-pytorch.py [--padawann BINARY] [--shared FOLDER] [--generations N]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
import torch.nn.functional as F

TOOLS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, TOOLS)
sys.dont_write_bytecode = True
from read_padawann import read  # noqa: E402

BATCH = 100
TOLERANCE = 1e-4


def demo_net(state, x):
    x = F.max_pool2d(F.relu(F.conv2d(x, *state["conv1"])), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, *state["conv2"])), 2)
    x = F.relu(F.linear(torch.flatten(x, 1), *state["fc1"]))
    return F.log_softmax(F.linear(x, *state["fc2"]), 1)


def feed_forward_net(state, x):
    # The published net applies ReLU to its normalised input.
    x = F.relu(F.linear(F.relu(torch.flatten(x, 1)), *state["fc1"]))
    return F.log_softmax(F.linear(x, *state["fc2"]), 1)


def check(condition, message):
    if not condition:
        sys.exit(f"DIFFERENT: {message}")


class Case:
    """One network and its tasks, evolved by padawann and judged by PyTorch."""

    def __init__(self, options, folder, title, source, forward, tasks):
        self.options, self.folder, self.title, self.forward = options, folder, title, forward
        self.model = os.path.join(folder, f"{title}.h5")
        self.padawann("import", *source, "-o", self.model)
        self.specs = [argument for task in tasks for argument in ("--task", task)]
        self.scored = {}

    def padawann(self, *arguments):
        print("$ padawann", *arguments, flush=True)
        environment = dict(os.environ, **({"PADAWANN_DATA": self.options.data} if self.options.data else {}))
        subprocess.run([self.options.padawann, *arguments], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env=environment)

    def evolve(self, generations):
        """The checkpoint after so many generations."""
        run = os.path.join(self.folder, f"{self.title}-{generations}")
        self.padawann("evolve", self.model, "--profile", "reference", "--seed", str(self.options.seed), *self.specs,
                      "--generations", str(generations), "-o", run)
        if generations == 0:
            self.begin(run)
        with h5py.File(os.path.join(run, "checkpoint.h5")) as file:
            check(file.attrs["generation"] == generations, "the checkpoint is of another generation")
            stored = {name: file[name][:] for name in ("masks", "fitness", "images", "right", "cross_entropy")}
            stored["champion_generation"] = int(file.attrs["champion_generation"])
            return stored

    def begin(self, run):
        with open(os.path.join(run, "configuration.json")) as file:
            self.configuration = json.load(file)
        self.settings = self.configuration["settings"]
        evolution = self.settings["evolution"]
        check(evolution["crossover"] == "none" and evolution["pruning_pool"] == "all", "the profile is not the reference")
        self.population = evolution["population"]
        self.elites = int(self.population * evolution["elitism"] + 1e-9)
        self.survivors = int(self.population * (1 - evolution["culling"]) + 1e-9)
        self.weights = [float(text) for text in self.settings["weights"].split(",")]
        layers = read(os.path.join(run, "parent-1.h5"), 1.0)
        self.signs = {name: (torch.from_numpy(w), torch.from_numpy(b)) for name, (w, b) in layers.items()}
        self.sizes = [w.numel() for w, _ in self.signs.values()]
        self.drawn = round(evolution["step"] * sum(self.sizes))
        self.data = [self.images(task) for task in self.configuration["tasks"]]

    def images(self, task):
        file = os.path.join(self.folder, f"{self.title}-{task['name']}.npz")
        self.padawann("data", "export", task["dataset"], "-o", file)
        with np.load(file) as archive:
            pixels = torch.from_numpy(archive["images"]).reshape(-1, 1, 28, 28)
            labels = torch.from_numpy(archive["labels"].astype(np.int64))
        check(len(labels) == task["images"] and len(labels) % BATCH == 0, "the task has other images")
        check(task["outputs"] == list(range(10)), "the task has other outputs")
        return ((pixels.float() / 255 - 0.1307) / 0.3081).split(BATCH), labels.split(BATCH)

    def bits(self, row):
        """A row of the checkpoint as one boolean per edge; each layer's bits are packed on their own."""
        masks, start = [], 0
        for size in self.sizes:
            length = (size + 7) // 8
            masks.append(np.unpackbits(row[start : start + length])[:size].astype(bool))
            start += length
        check(start == len(row), "a mask has another length")
        return np.concatenate(masks)

    @torch.no_grad()
    def judge(self, mask):
        """(right, mean cross-entropy, loss in the thesis' unit), each tasks × weights, by the published loop."""
        key = mask.tobytes()
        if key in self.scored:
            return self.scored[key]
        right = np.zeros((len(self.data), len(self.weights)), np.int64)
        entropy, thesis = np.zeros(right.shape), np.zeros(right.shape)
        for column, shared in enumerate(self.weights):
            state, start = {}, 0
            for (name, (weight, bias)), size in zip(self.signs.items(), self.sizes):
                kept = torch.from_numpy(mask[start : start + size]).reshape(weight.shape)
                state[name] = (weight.sign() * shared * kept, bias)
                start += size
            for row, (batches, labels) in enumerate(self.data):
                total, count = 0.0, 0
                for x, y in zip(batches, labels):
                    scores = self.forward(state, x)
                    right[row, column] += (scores.argmax(1) == y).sum().item()
                    total += F.nll_loss(scores, y).item()
                    entropy[row, column] += F.nll_loss(scores.double(), y, reduction="sum").item()
                    count += len(y)
                entropy[row, column] /= count
                thesis[row, column] = total / count
        self.scored[key] = (right, entropy, thesis)
        return self.scored[key]

    def fitness(self, right, images):
        accuracies = [100 * (int(row.max()) / int(count)) for row, count in zip(right, images)]
        return sum(accuracies) / sum(100 - accuracy for accuracy in accuracies)

    def compare_scores(self, stored, generation):
        """Every individual's figures; returns the fitness that PyTorch found."""
        found, apart = [], 0.0
        for index, row in enumerate(stored["masks"]):
            who = f"generation {generation}, individual {index}" if index < self.population else "the champion"
            right, entropy, thesis = self.judge(self.bits(row))
            check((right == stored["right"][index]).all(),
                  f"{who}: right answers\n{right} in PyTorch,\n{stored['right'][index]} in padawann")
            found.append(self.fitness(right, stored["images"][index]))
            check(found[-1] == stored["fitness"][index], f"{who}: fitness {found[-1]}, not {stored['fitness'][index]}")
            ours = stored["cross_entropy"][index]
            # The loop's loss is that of every batch of 100 divided by 100 once more.
            for theirs, mine, unit in ((entropy, ours, "nats"), (thesis, ours / BATCH, "the thesis' unit")):
                distance = (np.abs(theirs - mine) / np.maximum(np.abs(theirs), 1e-3)).max()
                check(distance <= TOLERANCE, f"{who}: losses {theirs}, not {mine} in {unit}")
                apart = max(apart, distance)
        return found, apart

    def compare_ranks(self, stored, found, generation):
        order = sorted(range(self.population), key=lambda index: -found[index])
        check(order == list(range(self.population)), f"generation {generation}: the ranks are {order}")

    def compare_birth(self, before, after, generation):
        """The elites and the children of a generation, from the ranks of the one before."""
        old = [self.bits(row) for row in before["masks"][:-1]]
        children = list(range(self.population))
        for elite in range(self.elites):
            place = next((i for i in children if (after["masks"][i] == before["masks"][elite]).all()), None)
            check(place is not None, f"generation {generation}: elite {elite} of the one before is not in it")
            for name in ("fitness", "right", "cross_entropy"):
                check((after[name][place] == before[name][elite]).all(), f"elite {elite} has another {name}")
            children.remove(place)
        parents = []
        for index in children:
            child = self.bits(after["masks"][index])
            lost = {rank: int((old[rank] & ~child).sum()) for rank in range(self.survivors) if not (child & ~old[rank]).any()}
            check(lost, f"generation {generation}, individual {index} is no part of any of {self.survivors} survivors")
            rank = min(lost, key=lost.get)
            self.check_draw(lost[rank], old[rank], f"generation {generation}, individual {index}, child of {rank}")
            parents.append(rank)
        best = after["fitness"][0]
        champion = after["masks"][0] if best > before["fitness"][-1] else before["masks"][-1]
        check((after["masks"][-1] == champion).all(), f"generation {generation} has another champion")
        return sorted(parents)

    def check_draw(self, lost, parent, who):
        """`drawn` of all positions without replacement hit so many of the parent's edges: hypergeometric."""
        total, kept = len(parent), int(parent.sum())
        mean = self.drawn * kept / total
        spread = (mean * (1 - kept / total) * (total - self.drawn) / (total - 1)) ** 0.5
        check(lost <= self.drawn and abs(lost - mean) <= 6 * spread + 1e-9, f"{who} lost {lost} of {self.drawn} drawn")

    def compare_beginning(self, stored):
        """One individual is the parent; the others lack exactly the drawn positions of it."""
        lost = sorted(int((~self.bits(row)).sum()) for row in stored["masks"][:-1])
        check(lost == [0] + [self.drawn] * (self.population - 1), f"the first individuals lack {lost} edges")

    def run(self, generations):
        before = None
        for generation in range(generations + 1):
            stored = self.evolve(generation)
            found, apart = self.compare_scores(stored, generation)
            self.compare_ranks(stored, found, generation)
            if before is None:
                self.compare_beginning(stored)
                births = f"{self.population - 1} individuals lack exactly {self.drawn} of {sum(self.sizes)} edges"
            else:
                births = f"parents of ranks {self.compare_birth(before, stored, generation)}"
            print(f"{self.title}, generation {generation}: {len(found)} individuals agree, fitness {found[0]:.6f} to "
                  f"{found[-2]:.6f}, losses within {apart:.1e}; {births}", flush=True)
            before = stored


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--padawann", default=os.path.join(TOOLS, "../.build/release/padawann"))
    parser.add_argument("--shared", help="a folder with models/thesis-feedforward.pth and data/mnist, data/emnist-letters")
    parser.add_argument("--generations", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.padawann = os.path.abspath(options.padawann)
    options.data = os.path.join(options.shared, "data") if options.shared else None
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        demo = [os.path.join(TOOLS, "demo-net.pt"), "--arch", os.path.join(TOOLS, "demo-net.json")]
        tasks = ["strokes:train,per-class=50", "strokes:train,random-per-class=30@5"]
        Case(options, folder, "demo-net", demo, demo_net, tasks).run(options.generations)
        if options.shared:
            source = [os.path.join(options.shared, "models/thesis-feedforward.pth")]
            tasks = ["mnist", "10letters"]
            Case(options, folder, "feed-forward", source, feed_forward_net, tasks).run(options.generations)
        else:
            print("the feed-forward net on MNIST and 10Letters: skipped, because --shared is not given")
    print("padawann and the published loop agree")


if __name__ == "__main__":
    main()
