#!/usr/bin/env python3
"""Compares padawann's engine with its peers on the same networks and images, in turns, on this machine.

Every contender evaluates the same images in every round, one after the other, so that what else the machine does touches
all of them alike. A ratio is the peer's time divided by the engine's time of the same round; the table shows the median and
the range over the rounds. Times are CPU time of all threads with one thread, and wall-clock time with more. The engine's
images are 8-bit pixels as stored; the peers get normalised floats that were prepared before the clock started.

Build the engine's side and the command first:

    swift build -c release --product padawann
    swift build -c release --package-path tools/benchmark
    tools/benchmark/benchmark.py --json benchmark.json > benchmark.md

With `--data-dir FOLDER`, networks that read 28 x 28 images read MNIST's test images from FOLDER/mnist, else and for other
sizes random ones: how much of an image is zero matters to the engine, and to nobody else. `--child` compares what a child
costs in the default evolution, 14,000 images with three shared weights, with the published loop in PyTorch.

Needs numpy, torch, onnx; onnxruntime and openvino are compared where they are installed. int8 is ONNX Runtime's static
quantisation, which OpenVINO reads too; int8 and bf16 change answers and are shown for scale.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

import networks

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [("mnist-net", density) for density in (1.0, 0.75, 0.5, 0.25, 0.1)] + [
    ("mlp", 0.5), ("lenet-5", 0.5), ("vgg-11", 0.5), ("resnet-20", 0.5), ("mobilenet", 0.5)]
IMAGES = {"mnist-net": 2000, "mlp": 20000, "lenet-5": 10000, "vgg-11": 200, "resnet-20": 400, "mobilenet": 400}
BATCH = 100


class Engine:
    """The engine's own process, which waits while others have their turn."""

    def __init__(self, options, model, images, level=""):
        command = [options.engine, model, images]
        environment = {**os.environ, "PADAWANN_SIMD": level}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        self.description = json.loads(self.process.stdout.readline() or "{}")
        self.last = {}
        self.images = self.description.get("images", 0)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def run(self, threads, weights=(1.0,)):
        self.last = self.ask(" ".join(map(str, (threads, *weights))))
        return self.last["cpu" if threads == 1 else "wall"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """A function of one batch, run over all batches."""

    def __init__(self, function, batches):
        self.function, self.batches = function, batches
        function(batches[0])

    def run(self, threads):
        clock = time.process_time if threads == 1 else time.perf_counter
        start = clock()
        for batch in self.batches:
            self.function(batch)
        return clock() - start


def torch_peers(graph, state, batches, threads, wanted):
    torch.set_num_threads(threads)
    model = networks.Torch(graph, state).eval()
    tensors = [torch.from_numpy(batch) for batch in batches]
    with torch.inference_mode():
        yield "PyTorch eager", Peer(model, tensors)
        if len(graph["input"]) == 3 and any(node["op"] == "conv2d" for node in graph["nodes"]):
            last = networks.Torch(graph, state).eval()
            last.state = {key: value.contiguous(memory_format=torch.channels_last) if value.dim() == 4 else value
                          for key, value in last.state.items()}
            yield "PyTorch channels_last", Peer(last, [t.contiguous(memory_format=torch.channels_last) for t in tensors])
        if wanted is None or "PyTorch compile" in wanted:
            yield "PyTorch compile", Peer(torch.compile(networks.Torch(graph, state).eval()), tensors)


def runtime_peers(graph, state, batches, threads, folder):
    import onnx
    import onnxruntime as ort
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    plain, quantised = os.path.join(folder, "net.onnx"), os.path.join(folder, "net-int8.onnx")
    onnx.save(networks.onnx_model(graph, state, BATCH), plain)

    class Calibration(CalibrationDataReader):
        def __init__(self):
            self.rest = iter(batches[:2])

        def get_next(self):
            batch = next(self.rest, None)
            return None if batch is None else {"input": batch}

    quantize_static(plain, quantised, Calibration(), quant_format=QuantFormat.QDQ, per_channel=True)
    for name, path in (("ONNX Runtime fp32", plain), ("ONNX Runtime int8", quantised)):
        settings = ort.SessionOptions()
        settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
        session = ort.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        yield name, Peer(lambda batch, session=session: session.run(None, {"input": batch})[0], batches)


def openvino_peers(batches, threads, folder):
    import openvino

    core = openvino.Core()
    plain, quantised = os.path.join(folder, "net.onnx"), os.path.join(folder, "net-int8.onnx")
    kinds = [("OpenVINO fp32", plain, "f32"), ("OpenVINO bf16", plain, "bf16"), ("OpenVINO int8", quantised, "f32")]
    for name, path, precision in kinds:
        settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
        request = core.compile_model(path, "CPU", settings).create_infer_request()
        yield name, Peer(lambda batch, request=request: request.infer([batch], share_inputs=True), batches)


def peers(graph, state, batches, threads, folder, wanted):
    found = {}
    sources = (
        lambda: torch_peers(graph, state, batches, threads, wanted),
        lambda: runtime_peers(graph, state, batches, threads, folder),
        lambda: openvino_peers(batches, threads, folder),
    )
    for source in sources:
        try:
            for name, peer in source():
                if wanted is None or name in wanted:
                    found[name] = peer
        except Exception as error:  # a peer that cannot run here is left out, with the reason
            print(f"left out: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
                  file=sys.stderr)
    return found


def images(options, shape, generator):
    """MNIST's where they have its size and are there, as often as needed, else random ones."""
    if options.data_dir and shape[1:] == (1, 28, 28):
        with gzip.open(os.path.join(options.data_dir, "mnist", "t10k-images-idx3-ubyte.gz")) as file:
            stored = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, *shape[1:])
        return np.resize(stored, shape)
    # A fifth of the pixels is not zero, in the middle, as with handwriting.
    pixels = torch.randint(0, 256, shape, generator=generator)
    if shape[1] == 1:
        pixels *= torch.rand(shape, generator=generator) < 0.5
        pixels[:, :, :5], pixels[:, :, -5:], pixels[:, :, :, :5], pixels[:, :, :, -5:] = 0, 0, 0, 0
    return pixels.to(torch.uint8).numpy()


def prepare(options, name, density, folder, count=None):
    """The model file, the images and the network of a case."""
    generator = torch.Generator().manual_seed(1)
    graph = networks.architecture(name)
    state = networks.parameters(graph, density, generator)
    shape = (count or IMAGES[name] // options.shrink // BATCH * BATCH or BATCH, *graph["input"])
    pixels = images(options, shape, generator)
    paths = {key: os.path.join(folder, key) for key in ("net.json", "net.pt", "net.h5", "images.npz")}
    with open(paths["net.json"], "w") as file:
        json.dump(graph, file)
    torch.save(state, paths["net.pt"])
    np.savez(paths["images.npz"], images=pixels, labels=np.arange(len(pixels)) % 10)
    subprocess.run([options.padawann, "import", paths["net.pt"], "--arch", paths["net.json"], "-o", paths["net.h5"]],
                   check=True, stdout=subprocess.DEVNULL)
    floats = ((pixels.astype(np.float32) / 255 - np.float32(0.1307)) / np.float32(0.3081)).astype(np.float32)
    return graph, state, paths, np.split(floats, len(floats) // BATCH)


def check(engine, graph, state, batches, folder):
    """The largest difference to PyTorch's logits, of the largest one, and how many answers differ."""
    path = os.path.join(folder, "logits")
    engine.ask(f"logits {path} 1")
    ours = np.fromfile(path, "<f4").reshape(-1, 10)
    with torch.inference_mode():
        model = networks.Torch(graph, state)
        theirs = np.concatenate([model(torch.from_numpy(batch)).numpy() for batch in batches])
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max()), int((ours.argmax(1) != theirs.argmax(1)).sum())


def ratios(times, engine):
    both = [other / own for other, own in zip(times, engine)]
    return {"median": statistics.median(both), "low": min(both), "high": max(both)}


def measure(options, name, density):
    with tempfile.TemporaryDirectory() as folder:
        graph, state, paths, batches = prepare(options, name, density, folder)
        data = paths["images.npz"] + ",normalise=mnist"
        best = Engine(options, paths["net.h5"], data)
        engines = {"best": best}
        if best.description["set"] == "avx512":
            engines["avx2"] = Engine(options, paths["net.h5"], data, "avx2")
        error, flips = check(best, graph, state, batches, folder)
        result = {"network": name, "density": density, "images": best.images, "error": error, "answers": flips,
                  "set": best.description["set"], "load": best.description["load"], "threads": {}}
        for threads in options.threads:
            others = peers(graph, state, batches, threads, folder, options.peers)
            result["threads"][threads] = rounds(options, engines, others, threads)
        result["prepare"], result["workspace"] = best.last["prepare"], best.last["workspace"]
        for engine in engines.values():
            engine.close()
    return result


def rounds(options, engines, others, threads):
    times = {}

    def note(key, value):
        times.setdefault(key, []).append(value)

    for _ in range(options.rounds):
        for key, engine in engines.items():
            note(key, engine.run(threads))
        note("three", engines["best"].run(threads, (0.5, 1.0, 2.0)))
        with torch.inference_mode():
            for key, peer in others.items():
                note(key, peer.run(threads))
    own = times["best"]
    return {
        "images per second": engines["best"].images / statistics.median(own),
        "three weights": ratios(times["three"], own),
        "peers": {key: ratios(times[key], own) for key in others},
        "peers, engine with avx2": {key: ratios(times[key], times["avx2"]) for key in others if "avx2" in engines},
    }


def table(results):
    lines = []
    for threads in results[0]["threads"]:
        names = list(dict.fromkeys(key for result in results for key in result["threads"][threads]["peers"]))
        lines += [f"## {threads} thread{'s' if threads > 1 else ''}", "",
                  "How many times faster than each peer: median (lowest to highest).", "",
                  "| network, density | engine | images/s | three weights | " + " | ".join(names) + " |",
                  "|---" * (4 + len(names)) + "|"]
        for result in results:
            figures = result["threads"][threads]
            for key, label in (("peers", result["set"]), ("peers, engine with avx2", "avx2")):
                if not figures[key]:
                    continue
                cells = [cell(figures[key].get(name)) for name in names]
                first = key == "peers"
                speed = f"{figures['images per second']:,.0f}" if first else ""
                three = cell(figures["three weights"]) if first else ""
                title = f"{result['network']}, {result['density']:g}" if first else ""
                lines.append(f"| {title} | {label} | {speed} | {three} | " + " | ".join(cells) + " |")
        lines.append("")
    lines += ["## Against PyTorch's logits", "", "| network, density | largest difference | answers that differ |",
              "|---|---|---|"]
    lines += [f"| {r['network']}, {r['density']:g} | {r['error']:.1e} | {r['answers']} of {r['images']} |" for r in results]
    lines += ["", "## Memory and preparation", "", "| network, density | activations of a thread, three weights | "
              "preparing | loading the model |", "|---|---|---|---|"]
    lines += [f"| {r['network']}, {r['density']:g} | {r['workspace'] / 2**20:.1f} MB | {1e3 * r['prepare']:.1f} ms | "
              f"{1e3 * r['load']:.1f} ms |" for r in results]
    return "\n".join(lines)


def published_loop(graph, state, pixels, labels, weights):
    """How the thesis evaluates a child: PyTorch's DataLoader, batches of 100, the weights rewritten for each shared weight."""
    floats = (torch.from_numpy(pixels).float() / 255 - 0.1307) / 0.3081
    data = torch.utils.data.TensorDataset(floats, torch.from_numpy(labels))
    edges = [node["name"] + ".weight" for node in graph["nodes"] if node["op"] in ("conv2d", "linear")]
    model = networks.Torch(graph, {key: value.clone() for key, value in state.items()}).eval()
    losses = []
    with torch.no_grad():
        for weight in weights:
            for key in edges:
                model.state[key].copy_(state[key] * weight)
            total = 0.0
            for batch, targets in torch.utils.data.DataLoader(data, batch_size=BATCH):
                total += torch.nn.functional.cross_entropy(model(batch), targets, reduction="sum").item()
            losses.append(total / len(labels))
    return losses


def child(options, count=14000, weights=(0.5, 1.0, 2.0)):
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        graph, state, paths, _ = prepare(options, "mnist-net", 0.5, folder, count)
        with np.load(paths["images.npz"]) as archive:
            pixels, labels = archive["images"], archive["labels"].astype(np.int64)
        engine = Engine(options, paths["net.h5"], paths["images.npz"] + ",normalise=mnist")
        line = "child 1 " + " ".join(map(str, weights))
        ours, theirs = [], []
        for _ in range(options.rounds):
            answer = engine.ask(line)
            ours.append(answer["cpu"])
            start = time.process_time()
            losses = published_loop(graph, state, pixels, labels, weights)
            theirs.append(time.process_time() - start)
            if not np.allclose(answer["losses"], losses, rtol=1e-4):
                sys.exit(f"the losses are {answer['losses']} and {losses}")
        engine.close()
    both = ratios(theirs, ours)
    return {"engine seconds": statistics.median(ours), "published loop seconds": statistics.median(theirs), "ratio": both}


def cell(ratio):
    return "" if ratio is None else f"{ratio['median']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--padawann", default=os.path.join(HERE, "../../.build/release/padawann"))
    parser.add_argument("--engine", default=os.path.join(HERE, ".build/release/EngineBenchmark"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", help="networks of this name alone")
    parser.add_argument("--density", type=float, help="this density alone")
    parser.add_argument("--peers", nargs="+", help="these peers alone, as the table calls them")
    parser.add_argument("--shrink", type=int, default=1, help="divide the number of images")
    parser.add_argument("--data-dir", help="the folder of datasets, with mnist in it")
    parser.add_argument("--child", action="store_true", help="only what a child of the default evolution costs")
    parser.add_argument("--json", help="write all figures here")
    options = parser.parse_args()
    if options.child:
        found = child(options)
        print(f"A child: {found['engine seconds']:.2f} s of CPU time; the published loop {found['published loop seconds']:.2f} s, "
              f"{cell(found['ratio'])} times as much")
        return
    results = []
    for name, density in CASES:
        if options.only in (None, name) and options.density in (None, density):
            results.append(measure(options, name, density))
            print(f"measured {name} at {density:g}", file=sys.stderr)
    print(table(results))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
