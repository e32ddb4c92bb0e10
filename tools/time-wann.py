#!/usr/bin/env python3
"""Compares a step of `padawann wann evolve` with the published way of evaluating the same population: numpy over the dense
matrix of each individual, neuron by neuron, for each shared weight. CPU seconds of both (Linux).

usage: time-wann.py PROGRAM RUN IMAGES.npz [INDIVIDUALS [STEPS]]

RUN is the folder of a run that is not at its end; it stays as it is: a copy goes on for STEPS steps (3 unless told) with one thread.
IMAGES is what `padawann data export mnist:train,first=1000,resize=16:bilinear,deskew,normalise=none -o IMAGES.npz` wrote. Of
INDIVIDUALS (3 unless told) evenly spaced ones numpy is timed. Needs numpy and h5py; give numpy one thread (OMP_NUM_THREADS=1).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

ACTIVATIONS = {
    1: lambda x: x, 2: lambda x: 1.0 * (x > 0.0), 3: lambda x: np.sin(np.pi * x), 4: lambda x: np.exp(-x * x / 2.0),
    5: np.tanh, 6: lambda x: (np.tanh(x / 2.0) + 1.0) / 2.0, 7: lambda x: -x, 8: np.abs,
    9: lambda x: np.maximum(0, x), 10: lambda x: np.cos(np.pi * x), 11: lambda x: x**2,
}


def graphs(path, inputs, outputs):
    """Dense matrices and activations of a checkpoint's rows (Formats/runs.md), neurons in an order of computation."""
    with h5py.File(path) as file:
        read = lambda name: file[name][:] if name in file else np.zeros(0, int)
        first, hidden, added = file["enabled_at_start"][:], file["hidden"][:], file["added"][:]
        kinds, sources, destinations, enabled = map(read, ("activation", "source", "destination", "enabled"))
    neuron = connection = 0
    for row in range(len(hidden)):
        count = 1 + inputs + outputs + hidden[row]
        matrix = np.zeros((count, count))
        bits = np.unpackbits(first[row])[: (inputs + 1) * outputs].reshape(inputs + 1, outputs)
        matrix[: inputs + 1, inputs + 1 : inputs + 1 + outputs] = bits
        part = slice(connection, connection + added[row])
        matrix[sources[part], destinations[part]] = enabled[part]
        activation = np.concatenate([np.ones(1 + inputs + outputs, int), kinds[neuron : neuron + hidden[row]]])
        neuron, connection = neuron + hidden[row], connection + added[row]
        yield order(matrix, activation, inputs, outputs)


def order(matrix, activation, inputs, outputs):
    """Bias, inputs, hidden neurons each behind its sources, outputs."""
    count = len(matrix)
    waiting = (matrix != 0).sum(0)
    ready = [n for n in range(count) if waiting[n] == 0]
    sequence = []
    while ready:
        node = ready.pop()
        sequence.append(node)
        for target in np.flatnonzero(matrix[node]):
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    is_hidden = lambda n: n > inputs + outputs
    places = list(range(inputs + 1)) + [n for n in sequence if is_hidden(n)] + list(range(inputs + 1, inputs + outputs + 1))
    return matrix[np.ix_(places, places)], activation[places]


def evaluate(matrix, activation, images, weight, inputs, outputs):
    """As the published program does."""
    weighted = matrix * weight
    values = np.zeros((len(images), len(matrix)))
    values[:, 0] = 1
    values[:, 1 : inputs + 1] = images
    for node in range(inputs + 1, len(matrix)):
        values[:, node] = ACTIVATIONS[activation[node]](np.dot(values, weighted[:, node]))
    return values[:, -outputs:]


def loss(logits, labels):
    shifted = logits - logits.max(1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(labels)), labels])


def seconds_per_generation(program, run, steps):
    """CPU seconds between lines of the log, in which all is in that a generation takes; and the last line."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "run"
        shutil.copytree(run, copy)
        lines = lambda: (copy / "log.jsonl").read_text().splitlines()
        command = [program, "wann", "evolve", "--resume", str(copy), "--threads", "1"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            marks, count = [], len(lines())
            while len(marks) <= steps and process.poll() is None:
                time.sleep(0.02)
                if len(lines()) != count:
                    count = len(lines())
                    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().split()
                    cpu = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
                    marks.append((json.loads(lines()[-1]), cpu))
        finally:
            process.kill()
            process.wait()
    (first, begin), (last, end) = marks[0], marks[-1]
    return (end - begin) / (last["generation"] - first["generation"]), last


def main(program, run, images, individuals=3, steps=3):
    run = pathlib.Path(run)
    configuration = json.loads((run / "configuration.json").read_text())
    search, outputs = configuration["settings"]["search"], configuration["settings"]["outputs"]
    data = np.load(images)
    pixels, labels = data["images"].reshape(len(data["images"]), -1).astype(float), data["labels"]
    inputs = pixels.shape[1]
    population = list(graphs(run / "checkpoint.h5", inputs, outputs))[: search["population"]]
    chosen = [population[i] for i in np.linspace(0, len(population) - 1, int(individuals)).astype(int)]
    begin = time.process_time()
    rewards = [
        -np.mean([loss(evaluate(*graph, pixels, weight, inputs, outputs), labels) for weight in search["weights"]])
        for graph in chosen
    ]
    published = (time.process_time() - begin) / (len(chosen) * len(search["weights"]) * len(pixels))
    generation, last = seconds_per_generation(program, run, int(steps))
    ours = generation / (search["population"] * len(search["weights"]) * search["batch"])
    print(f"generation {last['generation']}: {np.mean([len(a) for _, a in population]):.0f} neurons, "
          f"{np.mean([(m != 0).sum() for m, _ in population]):.0f} connections on average")
    print(f"numpy over dense matrices: {published * 1e9:.1f} ns of CPU for an individual, weight and image "
          f"({len(chosen)} individuals of rewards {', '.join(f'{r:.3f}' for r in rewards)}; the log's mean: {last['mean_reward']:.3f})")
    print(f"padawann: {ours * 1e9:.2f} ns, {generation:.3f} s for a generation, breeding, ranking and storing included: "
          f"{published / ours:.0f} times faster; {100 * last['saved']:.1f}% of neurons were not computed")


if __name__ == "__main__":
    main(*sys.argv[1:])
