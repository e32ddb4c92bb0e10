#!/usr/bin/env python3
"""Exports models with padawann and asks ONNX Runtime, PyTorch and compiled C what they make of the same images.

usage: check-exports.py --padawann PROGRAM [--shared FOLDER] [--learned MODEL]
Needs torch, onnx, onnxruntime, numpy, gcc, and clang where it is there; the folder `shared` has the data and the networks that are not
part of this repository (default: ../shared). Prints a table and exits with 1 when any answer differs.

For every network: padawann's own logits (evaluate --predictions) on 1,000 images; the answers of ONNX Runtime (whose model the
checker of the onnx package has accepted) and of the ONNX file that reads pixels; of PyTorch, in a class of its own that loads the state
dict strictly; and of the C file, compiled by each compiler with every warning an error. `differ` is how many answers are not the same,
`error` the largest difference of a logit as a share of the largest logit.
"""
import argparse, ctypes, json, os, pathlib, subprocess, sys, tempfile
import numpy as np, onnx, onnxruntime, safetensors, torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent


class MNISTNet(nn.Module):
    """The class of PyTorch's example whose state dict models/mnist-net.pt is."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1), nn.Conv2d(32, 64, 3, 1)
        self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
        self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv2(functional.relu(self.conv1(x)))), 2)
        x = functional.relu(self.fc1(torch.flatten(self.dropout1(x), 1)))
        return functional.log_softmax(self.fc2(self.dropout2(x)), dim=1)


class DemoNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3), nn.Conv2d(16, 16, 3)
        self.fc1, self.fc2 = nn.Linear(400, 32), nn.Linear(32, 10)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return functional.log_softmax(self.fc2(functional.relu(self.fc1(torch.flatten(x, 1)))), dim=1)


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(784, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = functional.relu(torch.flatten(x, 1))
        return functional.log_softmax(self.fc2(functional.relu(self.fc1(x))), dim=1)


class Residual(nn.Module):
    """Two basic blocks with batch normalisations; the second has a strided shortcut."""

    def __init__(self):
        super().__init__()
        self.conv0, self.bn0 = nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.conv1, self.bn1 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.conv3, self.bn3 = nn.Conv2d(8, 16, 3, 2, padding=1, bias=False), nn.BatchNorm2d(16)
        self.short, self.bns = nn.Conv2d(8, 16, 1, 2, bias=False), nn.BatchNorm2d(16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = torch.relu(self.bn0(self.conv0(x)))
        x = torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))) + x)
        x = torch.relu(self.bn3(self.conv3(x)) + self.bns(self.short(x)))
        return self.fc(x.mean((2, 3)))

    layers = [
        ("conv0", "conv2d", ["input"], dict(outputs=8, kernel=3, padding=1, bias=False)), ("bn0", "batch_norm", ["conv0"], {}),
        ("relu0", "relu", ["bn0"], {}),
        ("conv1", "conv2d", ["relu0"], dict(outputs=8, kernel=3, padding=1, bias=False)), ("bn1", "batch_norm", ["conv1"], {}),
        ("relu1", "relu", ["bn1"], {}),
        ("conv2", "conv2d", ["relu1"], dict(outputs=8, kernel=3, padding=1, bias=False)), ("bn2", "batch_norm", ["conv2"], {}),
        ("add1", "add", ["bn2", "relu0"], {}), ("relu2", "relu", ["add1"], {}),
        ("conv3", "conv2d", ["relu2"], dict(outputs=16, kernel=3, stride=2, padding=1, bias=False)), ("bn3", "batch_norm", ["conv3"], {}),
        ("short", "conv2d", ["relu2"], dict(outputs=16, kernel=1, stride=2, bias=False)), ("bns", "batch_norm", ["short"], {}),
        ("add2", "add", ["bn3", "bns"], {}), ("relu3", "relu", ["add2"], {}), ("pool", "global_avg_pool", ["relu3"], {}),
        ("fc", "linear", ["pool"], dict(outputs=10)),
    ]


class Depthwise(nn.Module):
    """Depthwise and pointwise convolutions, leaky and gaussian units, an average pooling that rounds up."""

    def __init__(self):
        super().__init__()
        self.stem, self.bn0 = nn.Conv2d(1, 12, 3, 2, padding=1), nn.BatchNorm2d(12)
        self.depth1, self.point1, self.bn1 = nn.Conv2d(12, 12, 3, padding=1, groups=12), nn.Conv2d(12, 20, 1), nn.BatchNorm2d(20)
        self.depth2, self.point2 = nn.Conv2d(20, 20, 3, 2, padding=2, dilation=2, groups=20), nn.Conv2d(20, 24, 1, groups=4)
        self.fc = nn.Linear(24 * 16, 10)

    def forward(self, x):
        x = functional.leaky_relu(self.bn0(self.stem(x)), 0.1)
        x = functional.gelu(self.bn1(self.point1(self.depth1(x))))
        x = torch.tanh(self.point2(self.depth2(x)))
        x = functional.avg_pool2d(x, 2, 2, 0, ceil_mode=True)
        return self.fc(torch.flatten(x, 1))

    layers = [
        ("stem", "conv2d", ["input"], dict(outputs=12, kernel=3, stride=2, padding=1)), ("bn0", "batch_norm", ["stem"], {}),
        ("leaky", "leaky_relu", ["bn0"], dict(slope=0.1)),
        ("depth1", "conv2d", ["leaky"], dict(outputs=12, kernel=3, padding=1, groups=12)),
        ("point1", "conv2d", ["depth1"], dict(outputs=20, kernel=1)), ("bn1", "batch_norm", ["point1"], {}),
        ("gelu", "gelu", ["bn1"], {}),
        ("depth2", "conv2d", ["gelu"], dict(outputs=20, kernel=3, stride=2, padding=2, dilation=2, groups=20)),
        ("point2", "conv2d", ["depth2"], dict(outputs=24, kernel=1, groups=4)), ("tanh", "tanh", ["point2"], {}),
        ("pool", "avg_pool", ["tanh"], dict(kernel=2, stride=2, ceil_mode=True)), ("flatten", "flatten", ["pool"], {}),
        ("fc", "linear", ["flatten"], dict(outputs=10)),
    ]


class Check:
    def __init__(self, program, shared):
        self.program, self.shared = program, shared
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="check-exports-"))
        self.rows, self.wrong = [], 0

    def run(self, *arguments):
        environment = dict(os.environ, PADAWANN_DATA=str(self.shared / "data"))
        done = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, env=environment, capture_output=True, text=True)
        if done.returncode: sys.exit(f"padawann {' '.join(map(str, arguments))}\n{done.stderr}")
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    def make(self, name, net, seed=1, density=None):
        """A model of a class here, whose batch normalisations have seen something."""
        torch.manual_seed(seed)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-1, 1); module.running_var.uniform_(0.5, 30)
                nn.init.uniform_(module.weight, 0.5, 1.5); nn.init.uniform_(module.bias, -0.5, 0.5)
        torch.save(net.state_dict(), self.folder / f"{name}.pt")
        nodes = [dict(name=n, op=op, inputs=i, **a) for n, op, i, a in net.layers]
        (self.folder / f"{name}.json").write_text(json.dumps({"input": [1, 28, 28], "nodes": nodes}))
        model = f"{name}.h5"
        self.run("import", f"{name}.pt", "--arch", f"{name}.json", "--shared-weights", "0.25", "--normalise", "mnist", "-o", model)
        if density:
            self.run("prune", model, "--method", "random", "--amount", 1 - density, "-o", f"{name}-pruned.h5")
            model = f"{name}-pruned.h5"
        return model

    def check(self, name, model, net, *options, data="mnist:test,per-class=100"):
        """Compares all formats of a model."""
        stem = f"{name.replace(' ', '-').replace('%', '')}"
        self.run("export", model, "-o", f"{stem}.onnx", *options)
        record = {p.key: p.value for p in onnx.load(self.folder / f"{stem}.onnx").metadata_props}
        normalisation = json.loads(record["padawann.normalisation"])
        weight = ["--weights=" + record["padawann.shared_weight"]] if "padawann.shared_weight" in record else ["--own-weights"]
        task = options if "--task" in options else []
        if task: weight = []
        self.run("evaluate", model, "--data", data, *weight, *task, "--predictions", f"{stem}.npz")
        with np.load(self.folder / f"{stem}.npz") as stored:
            ours = stored["logits"][0]
        pixels = self.pixels(data)
        mean, deviation = np.float32(normalisation["mean"][0]), np.float32(normalisation["deviation"][0])
        inputs = ((pixels.astype(np.float32) / np.float32(normalisation["divisor"]) - mean) / deviation)
        for title, extra, given in [("int8", [], inputs), ("float", ["--float"], inputs), ("pixels", ["--with-normalisation"], pixels.astype(np.float32))]:
            path = self.folder / f"{stem}-{title}.onnx"
            self.run("export", model, "-o", path, *options, *extra)
            onnx.checker.check_model(onnx.load(path), full_check=True)
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
            self.row(name, f"ONNX Runtime, {title}", ours, session.run(None, {"input": given})[0], path)
        path = self.folder / f"{stem}.safetensors"
        self.run("export", model, "-o", path, *options)
        net.load_state_dict(load_file(path), strict=True)
        net.eval()
        with torch.no_grad(): answers = torch.cat([net(torch.from_numpy(part)) for part in np.array_split(inputs, 10)]).numpy()
        # PyTorch's class has all outputs; a task may answer some.
        with safetensors.safe_open(path, "np") as stored: kept = json.loads(stored.metadata().get("padawann.outputs", "null"))
        self.row(name, "PyTorch", ours, answers if kept is None else answers[:, kept], path)
        for compiler in ["gcc", "clang"]:
            if subprocess.run(["which", compiler], capture_output=True).returncode: continue
            path = self.folder / f"{stem}.c"
            self.run("export", model, "-o", path, *options, "--data", data)
            flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic"]
            test, library = self.folder / f"{stem}-{compiler}", self.folder / f"{stem}-{compiler}.so"
            subprocess.run([compiler, *flags, "-DPADAWANN_TEST", path, "-o", test, "-lm"], check=True)
            if subprocess.run([test], capture_output=True).returncode: sys.exit(f"{test} says failed")
            subprocess.run([compiler, *flags, "-shared", "-fPIC", path, "-o", library, "-lm"], check=True)
            predict = getattr(ctypes.CDLL(library), ("n" if not stem[0].isalpha() else "") + stem.replace("-", "_") + "_predict")
            answers = np.zeros(ours.shape, np.float32)
            for image in range(len(pixels)):
                pointer = answers[image].ctypes.data_as(ctypes.POINTER(ctypes.c_float))
                best = predict(pixels[image].tobytes(), pointer)
                if best != answers[image].argmax(): sys.exit(f"{stem}: predict answers {best}")
            self.row(name, f"C, {compiler}", ours, answers, path)

    def pixels(self, data):
        """The test images as bytes, images x 1 x 28 x 28."""
        self.run("data", "export", data, "-o", "images.npz")
        with np.load(self.folder / "images.npz") as stored: images = stored["images"]
        return images.reshape(len(images), 1, 28, 28)

    def row(self, name, what, ours, theirs, path):
        differ = int((ours.argmax(1) != theirs.argmax(1)).sum())
        # Logits and their log-softmax are the same answer: compared is what they have in common.
        a, b = (torch.log_softmax(torch.from_numpy(x.astype(np.float64)), 1).numpy() for x in (ours, theirs))
        error = np.abs(a - b).max() / np.abs(a).max()
        self.wrong += differ > 0 or not error < 1e-4
        self.rows.append((name, what, len(ours), differ, f"{error:.1e}", f"{path.stat().st_size:,}"))
        print("  ".join(str(v).ljust(w) for v, w in zip(self.rows[-1], (22, 22, 7, 7, 9, 12))), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--padawann", required=True)
    parser.add_argument("--shared", type=pathlib.Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--learned", help="a learned model of MNIST-Net, else one is made")
    options = parser.parse_args()
    check = Check(os.path.abspath(options.padawann), options.shared.resolve())
    torch.set_num_threads(1)
    print("  ".join(v.ljust(w) for v, w in zip(("network", "program", "images", "differ", "error", "bytes"), (22, 22, 7, 7, 9, 12))))
    for name in ["demo-net.pt", "demo-net.json"]: (check.folder / name).write_bytes((HERE / name).read_bytes())
    check.run("import", "demo-net.pt", "--arch", "demo-net.json", "--shared-weights", "0.5", "--normalise", "mnist", "-o", "demo.h5")
    check.check("demo", "demo.h5", DemoNet())
    check.run("import", options.shared.resolve() / "models/mnist-net.pt", "--normalise", "mnist", "-o", "mnist.h5")
    check.check("mnist", "mnist.h5", MNISTNet(), "--weight", "0.5")
    check.run("import", options.shared.resolve() / "models/mnist-net.pt", "--weights", "keep", "--normalise", "mnist", "-o", "own.h5")
    check.check("mnist own weights", "own.h5", MNISTNet())
    learned = options.learned and os.path.abspath(options.learned)
    if not learned:
        check.run("learn", "mnist.h5", "--task", "mnist", "--per-class", "700", "--density", "0.05", "-o", "learned")
        learned = "learned/model.h5"
    check.check("mnist 5%", learned, MNISTNet(), "--normalise", "mnist")
    check.run("import", options.shared.resolve() / "models/thesis-feedforward.pth", "--normalise", "mnist", "-o", "thesis.h5")
    check.check("thesis", "thesis.h5", FeedForward(), "--weight=-1")
    check.check("residual", check.make("residual", Residual(), density=0.5), Residual())
    check.check("depthwise", check.make("depthwise", Depthwise()), Depthwise())
    check.run("finetune", learned, "--task", "10letters:train,per-class=100", "--name", "letters", "--layers", "fc2", "--epochs", "2",
              "--test", "10letters:test,per-class=10", "-o", "tuned.h5")
    check.check("task head", "tuned.h5", MNISTNet(), "--task", "letters", data="10letters:test,per-class=100")
    check.run("finetune", learned, "--task", "10letters:train,per-class=100,classes=1-4", "--name", "four", "--layers", "fc2",
              "--epochs", "2", "--test", "10letters:test,per-class=10,classes=1-4", "-o", "four.h5")
    check.check("four outputs", "four.h5", MNISTNet(), "--task", "four", data="10letters:test,per-class=250,classes=1-4")
    print(f"{check.wrong} of {len(check.rows)} comparisons are wrong" if check.wrong else f"all {len(check.rows)} comparisons agree")
    sys.exit(1 if check.wrong else 0)


if __name__ == "__main__":
    main()
