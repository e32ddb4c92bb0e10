#!/usr/bin/env python3
"""How runs of padawann scale over ranks: measured here, and simulated for more cores than there are here.

    ranks.py measure PROGRAM [--ranks 1,2] [--repeat 3] -- COMMAND...
    ranks.py simulate [--cores 16,64,256,1024,4096] [options, see --help]

`measure` runs a command of padawann that makes a folder (without -o and --threads) on each number of ranks, one thread each, and
tells the wall-clock seconds, the speedup over the first number, and what rank 0 says about its messages. It needs mpirun and a
padawann with MPI.

`simulate` plays the giving out of pieces, as PieceQueue does it, with measured costs: every message passes rank 0's one connection in
either direction and its one thread; pieces take a random time around their mean; between generations rank 0 alone breeds and writes.
The defaults are assumptions, but for the genome, as Formats/scaling.md says. Only the standard library is needed.
"""

import argparse
import heapq
import json
import math
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def cut(lengths, ranks, least, most, unit):
    """As PieceWork.cut: (thing, images) of every piece."""
    left, pieces = sum(lengths), []
    for thing, length in enumerate(lengths):
        start = 0
        while start < length:
            share = max(least, min(most, left // (3 * max(ranks, 1))))
            whole = -(-share // unit) * unit
            end = length if length - start - whole < least else start + whole
            pieces.append((thing, end - start))
            left -= end - start
            start = end
    return pieces


class Work:
    """A generation: its pieces, what they take, and what travels for them."""

    def __init__(self, name, pieces, seconds, part_bytes, request_bytes, answer_bytes, serial, preparation):
        self.name = name
        self.pieces = sorted(pieces, key=lambda piece: -piece[1])  # (part, size)
        self.seconds = seconds  # of a core for a unit of size
        self.part_bytes, self.request_bytes, self.answer_bytes = part_bytes, request_bytes, answer_bytes
        self.serial = serial  # seconds of rank 0 between two generations
        self.preparation = preparation  # seconds of every rank for a part that is new to it

    def core_seconds(self):
        return self.serial + self.preparation + self.seconds * sum(size for _, size in self.pieces)


def evolution(ranks, options, children, images, tasks):
    lengths = [images] * (children * tasks)
    pieces = [(thing // tasks, size) for thing, size in cut(lengths, ranks, 512, 16384, 64)]
    whole = lambda size: 8 * options.weights if size == images else 8 * options.weights * size
    return Work(
        f"evolution, {children} children", pieces, options.image_seconds * options.weights, options.genome_bytes, 60,
        lambda size: 60 + whole(size), options.serial_per_child * children, 0.0)


def wann(ranks, options, individuals):
    pieces = [(0, size) for _, size in cut([1000], ranks, 64, 4096, 16)]
    networks = individuals * options.wann_distinct
    return Work(
        f"WANN {individuals}", pieces, options.wann_image_seconds, int(individuals * options.graph_bytes), 60,
        lambda size: 60 + int(9 * 6 * networks * -(-size // 16)), options.wann_serial, options.wann_program)


def generation(work, ranks, options, rng):
    """The wall-clock seconds of one generation, and the share of rank 0's connection that is in use."""
    sigma = math.sqrt(math.log(1 + options.variation**2))
    slow = [rng.lognormvariate(-sigma * sigma / 2, sigma) for _ in range(ranks)]
    wire_out = wire_in = thread = work.serial
    busy = 0.0
    held = [set() for _ in range(ranks)]
    queue = list(work.pieces)
    queue.reverse()
    events = [(work.serial, rank, 0) for rank in range(ranks)]  # a rank asks: (time at rank 0, rank, bytes that arrive)
    heapq.heapify(events)
    end = work.serial
    while events:
        now, rank, arriving = heapq.heappop(events)
        own = rank == 0
        if arriving and not own:
            wire_in = max(wire_in, now) + arriving / options.bandwidth
            now = wire_in
            thread = max(thread, now) + options.handling + arriving * options.byte_handling
            now = thread
        end = max(end, now)
        if not queue:
            continue
        part, size = queue.pop()
        sent = work.request_bytes
        prepared = 0.0
        if part not in held[rank]:
            held[rank].add(part)
            sent += work.part_bytes
            prepared = work.preparation
        if not own:
            thread = max(thread, now) + options.handling + sent * options.byte_handling
            wire_out = max(wire_out, thread) + sent / options.bandwidth
            busy += sent / options.bandwidth
            now = wire_out + options.latency
        noise = rng.lognormvariate(-sigma * sigma / 2, sigma)
        done = now + prepared + work.seconds * size * slow[rank] * noise
        if not own:
            done += options.polling + options.latency
        heapq.heappush(events, (done, rank, work.answer_bytes(size)))
    return end, busy / end


def efficiency(make, ranks, options):
    """Of all cores, failures among what costs time; and why not more."""
    rng = random.Random(options.seed)
    work = make(ranks)
    results = [generation(work, ranks, options, rng) for _ in range(options.generations)]
    seconds = statistics.mean(result[0] for result in results)
    nodes = max(1, ranks // options.node_cores)
    per_second = options.failures * nodes / 3600
    # A failure costs what was done of the generation, half of one on average, and beginning again.
    overhead = per_second * (seconds / 2 + options.restart)
    ideal = work.core_seconds() / ranks
    pieces = [work.seconds * size for _, size in work.pieces]
    reasons = {
        "rank 0 alone": (work.serial + work.preparation) / seconds,
        "its connection": statistics.mean(result[1] for result in results),
        "too few pieces": min(1.0, max(pieces) / seconds) if len(pieces) < 3 * ranks else 0.0,
        "failures": overhead,
    }
    why = max(reasons, key=reasons.get)
    return {
        "cores": ranks, "seconds": seconds, "efficiency": ideal / seconds / (1 + overhead), "pieces": len(pieces),
        "limit": f"{why} ({100 * reasons[why]:.0f}%)",
        "sent": sum(work.part_bytes for _ in {piece[0] for piece in work.pieces}),
    }


def simulate(options):
    cores = [int(text) for text in options.cores.split(",")]
    cases = [
        ("default evolution, 14 children of 20, 2 x 7,000 images", lambda r: evolution(r, options, 14, 7000, 2)),
        ("population of 1,000, 700 children", lambda r: evolution(r, options, 700, 7000, 2)),
        ("WANN 960, batches of 1,000", lambda r: wann(r, options, 960)),
    ]
    result = {}
    for name, make in cases:
        print(f"\n{name}\n  cores  pieces  seconds  efficiency  limited most by")
        result[name] = [efficiency(make, count, options) for count in cores]
        for row in result[name]:
            print(f"  {row['cores']:5d}  {row['pieces']:6d}  {row['seconds']:7.3f}  {100 * row['efficiency']:9.1f}%  {row['limit']}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)


def measure(options):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    folder = tempfile.mkdtemp()
    times = {}
    try:
        for round_ in range(options.repeat):
            for ranks in [int(text) for text in options.ranks.split(",")]:
                place = f"{folder}/run"
                shutil.rmtree(place, ignore_errors=True)
                command = ["mpirun", "--oversubscribe", "-n", str(ranks), options.program]
                command += options.command + ["--threads", "1", "-o", place]
                begun = time.monotonic()
                done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
                wall = time.monotonic() - begun
                if done.returncode:
                    sys.exit(f"{' '.join(command)}: {done.stderr}")
                with open(f"{place}/log.jsonl") as file:
                    steps = sum(json.loads(line)["seconds"] for line in file)
                times.setdefault(ranks, []).append((steps, wall))
                said = re.search(r"padawann: (\d+ ranks: .*)", done.stderr)
                print(f"{ranks} ranks: {steps:.2f} s of steps, {wall:.2f} s in all; {said.group(1) if said else ''}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    first = statistics.median(step for step, _ in times[min(times)])
    for ranks, rows in sorted(times.items()):
        print(f"{ranks} ranks: {first / statistics.median(step for step, _ in rows):.2f} times as fast as {min(times)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    measuring = modes.add_parser("measure")
    measuring.add_argument("program")
    measuring.add_argument("--ranks", default="1,2")
    measuring.add_argument("--repeat", type=int, default=3)
    measuring.add_argument("command", nargs="+", help="behind --")
    model = modes.add_parser("simulate", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    model.add_argument("--cores", default="16,64,256,1024,4096")
    model.add_argument("--generations", type=int, default=5, help="that are played")
    model.add_argument("--seed", type=int, default=1)
    model.add_argument("--json")
    for name, value, text in [
        ("image-seconds", 65e-6, "of a core for an image and weight"),
        ("weights", 3, "shared weights of an evolution"),
        ("genome-bytes", 149956, "of a packed genome"),
        ("serial-per-child", 7e-3, "seconds of rank 0 for a child between generations: breeding, writing"),
        ("variation", 0.05, "the deviation of the time of a piece, and of the ranks' speeds, as a share of the mean"),
        ("latency", 20e-6, "seconds of a message"),
        ("bandwidth", 1.2e9, "bytes a second of rank 0's connection, in each direction"),
        ("handling", 20e-6, "seconds of rank 0's thread for a message"),
        ("byte-handling", 1.2e-9, "seconds of it for a byte: check sums and copies"),
        ("polling", 0.5e-3, "seconds until an answer is noticed"),
        ("node-cores", 64, "ranks of a node"),
        ("failures", 1e-4, "of a node in an hour"),
        ("restart", 120.0, "seconds from a failure until the run goes on"),
        ("wann-image-seconds", 60e-6, "of a core for an image, all graphs and weights"),
        ("wann-serial", 0.03, "seconds of rank 0 between two generations"),
        ("wann-program", 0.05, "seconds of every rank to read a population and find what its graphs have in common"),
        ("wann-distinct", 0.8, "the share of graphs that are scored, because no other computes the same"),
        ("graph-bytes", 2500.0, "of a packed graph"),
    ]:
        model.add_argument(f"--{name}", type=type(value), default=value, help=text)
    options = parser.parse_args()
    if options.mode == "measure":
        measure(options)
    else:
        simulate(options)


if __name__ == "__main__":
    main()
