"""Makes the fixtures of the import tests. Needs numpy, torch and safetensors; run it in this folder: python make.py"""

import argparse
import collections
import io
import json
import pickle
import struct
import tarfile
import warnings
import zipfile

import numpy as np
import safetensors.torch
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

warnings.simplefilter("ignore")
DATE = (1980, 1, 1, 0, 0, 0)
EXPECTED = {}


class Stream(io.RawIOBase):
    """A file that cannot seek, so that sizes and checksums follow the content in data descriptors."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def archives():
    text = b"padawann " * 20
    with zipfile.ZipFile("stored.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("a/eins.txt", DATE), text)
        archive.writestr(zipfile.ZipInfo("zwei-ü.txt", DATE), b"")
        archive.comment = b"a comment"
    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("a/eins.txt", DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, text)
        archive.writestr(zipfile.ZipInfo("zwei-ü.txt", DATE), b"")
    open("streamed.zip", "wb").write(stream.content)
    with zipfile.ZipFile("wide.zip", "w") as archive:
        with archive.open(zipfile.ZipInfo("a/eins.txt", DATE), "w", force_zip64=True) as entry:
            entry.write(text)
        with archive.open(zipfile.ZipInfo("zwei-ü.txt", DATE), "w", force_zip64=True) as entry:
            entry.write(b"")


def arrays():
    values = np.array([[1, 2, 3], [100, 5, 6]])
    for name in ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"]:
        np.save(f"little-{name}.npy", values.astype("<" + name))
        np.save(f"big-{name}.npy", values.astype(">" + name))
    np.save("bool.npy", np.array([True, False, True]))
    np.save("scalar.npy", np.float32(2.5))
    np.save("empty.npy", np.zeros((3, 0), np.float32))
    np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4)))
    for version in [(2, 0), (3, 0)]:
        with open(f"version-{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, values.astype("<f4"), version=version)
    np.save("object.npy", np.array([None, "text"]), allow_pickle=True)
    np.save("record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    np.save("complex.npy", np.zeros(2, np.complex64))
    np.save("text.npy", np.array(["a", "bc"]))
    np.savez("plain.npz", weight=values.astype("<f4"), bias=np.array([0.5, -1], "<f2"))
    np.savez_compressed("deflated.npz", zeros=np.zeros((20, 20), "<f4"), bias=np.array([0.5, -1], "<f2"))


TYPES = {
    torch.float64: "f64", torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.int64: "i64",
    torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint64: "u64", torch.uint32: "u32",
    torch.uint16: "u16", torch.uint8: "u8", torch.bool: "bool",
}


def expect(name, format, tensors, notes=()):
    """Records what a file must give."""
    EXPECTED[name] = {
        "format": format,
        "notes": list(notes),
        "tensors": [
            {
                "name": key,
                "shape": list(tensor.shape),
                "type": TYPES[tensor.dtype],
                "values": tensor.detach().to(torch.float32).contiguous().flatten().tolist(),
            }
            for key, tensor in tensors.items()
        ],
    }


def save(name, obj, tensors=None, notes=(), **options):
    legacy = options.get("_use_new_zipfile_serialization") is False
    buffer = io.BytesIO()
    torch.save(obj, buffer, **options)
    open(name, "wb").write(buffer.getvalue())
    if tensors is not None:
        expect(name, "PyTorch legacy" if legacy else "PyTorch zip", tensors, notes)


def small():
    """A linear layer whose numbers are easy to tell apart."""
    return collections.OrderedDict(
        [
            ("fc.weight", torch.tensor([[1.5, -2.0, 3.25], [4.0, 5.5, -6.0]])),
            ("fc.bias", torch.tensor([0.125, -0.25])),
        ]
    )


LEGACY = {"_use_new_zipfile_serialization": False}


def plain_files():
    for protocol in [2, 3, 4, 5]:
        save(f"plain-{protocol}.pt", small(), small(), pickle_protocol=protocol)
        save(f"legacy-{protocol}.pt", small(), small(), pickle_protocol=protocol, **LEGACY)
    layer = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 4)
    state = layer.state_dict()
    counter = state.pop("1.num_batches_tracked")
    kept = dict(state)
    state["1.num_batches_tracked"] = counter
    save("module.pt", state, kept, ["left aside, counters: 1.num_batches_tracked"])
    save("parameters.pt", {"w": nn.Parameter(torch.tensor([1.0, 2.0]))}, {"w": torch.tensor([1.0, 2.0])})
    with zipfile.ZipFile("plain-2.pt") as source, zipfile.ZipFile("deflated.pt", "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            copy = zipfile.ZipInfo(info.filename, DATE)
            copy.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(copy, source.read(info))
    expect("deflated.pt", "PyTorch zip", small())
    with zipfile.ZipFile("plain-2.pt") as source, zipfile.ZipFile("big-endian.pt", "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename.endswith("byteorder"):
                content = b"big"
            if "/data/" in info.filename:
                content = np.frombuffer(content, "<f4").astype(">f4").tobytes()
            target.writestr(zipfile.ZipInfo(info.filename.replace("archive/", "other/"), DATE), content)
    expect("big-endian.pt", "PyTorch zip", small())


def views():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    tensors = {
        "transposed": base[0].t(),
        "permuted": base.permute(2, 0, 1),
        "part": base[1, 1:],
        "strided": base[:, ::2, 1::2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
        "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
    }
    save("views.pt", tensors, tensors)
    save("views-legacy.pt", tensors, tensors, **LEGACY)


def all_types():
    values = torch.tensor([0, 1, 1, 0])
    tensors = {name: values.to(kind) for kind, name in TYPES.items()}
    tensors["rounded"] = torch.tensor([1 / 3, 1e-300, 16777217.0], dtype=torch.float64)
    tensors["half"] = torch.tensor([1 / 3, 65504.0, 6e-8, -0.0], dtype=torch.float16)
    tensors["brain"] = torch.tensor([1 / 3, 1e38], dtype=torch.bfloat16)
    tensors["signed"] = torch.tensor([-1, -128], dtype=torch.int8)
    save("types.pt", tensors, tensors)
    safetensors.torch.save_file(tensors, "types.safetensors", {"format": "pt"})
    header = open("types.safetensors", "rb").read()
    order = json.loads(header[8 : 8 + struct.unpack("<Q", header[:8])[0]])
    order.pop("__metadata__")
    expect("types.safetensors", "safetensors", {name: tensors[name] for name in order})
    safetensors.torch.save_file(dict(small()), "plain.safetensors")
    expect("plain.safetensors", "safetensors", {name: small()[name] for name in ["fc.bias", "fc.weight"]})


def nested():
    def prefixed(prefix):
        return collections.OrderedDict((prefix + key, value) for key, value in small().items())

    removed = "the prefix {} was removed from every name"
    save("data-parallel.pt", prefixed("module."), small(), [removed.format("module.")])
    save(
        "compiled.pt", prefixed("_orig_mod.module."), small(),
        [removed.format("_orig_mod."), removed.format("module.")])
    averaged = prefixed("module.")
    averaged["n_averaged"] = torch.tensor(3)
    save("averaged.pt", averaged, small(), ["left aside, counters: n_averaged", removed.format("module.")])

    model = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(3)).sum().backward()
    optimizer.step()
    checkpoint = {
        "epoch": 3,
        "model": small(),
        "optimizer": optimizer.state_dict(),
        "best": np.float64(0.5),
        "args": argparse.Namespace(lr=0.1),
        "history": [1.0, 2, None, True, 2**70, (1, 2, 3, 4)],
        "seen": {1, 2},
    }
    notes = [
        "the weights are under the key model",
        "left aside, no weights: epoch, optimizer, best, args, history, seen",
    ]
    save("checkpoint.pt", checkpoint, small(), notes)
    save("checkpoint-4.pt", checkpoint, small(), notes, pickle_protocol=4)
    save("checkpoint-legacy.pt", checkpoint, small(), notes, **LEGACY)
    # Running means of weights are not what was asked for.
    ema = {"state_dict": {"other": torch.ones(1)}, "state_dict_ema": {"model": prefixed("model.")}}
    save(
        "average.pt", ema, {"other": torch.ones(1)},
        ["the weights are under the key state_dict", "left aside, with weights of their own: state_dict_ema"])
    save("single.pt", {"step": 1, "generator_g": small()}, small(),
         ["the weights are under the key generator_g", "left aside, no weights: step"])
    save("several.pt", {"encoder": small(), "decoder": small()})
    save("tensor.pt", torch.ones(2))
    save("nothing.pt", {"epoch": 1})


def parametrised():
    torch.manual_seed(1)
    layer = nn.Linear(4, 3)
    prune.l1_unstructured(layer, "weight", 5)
    save("pruned.pt", layer.state_dict(), layer.state_dict())
    folded = {}
    for name, apply in [("old", nn.utils.weight_norm), ("new", parametrizations.weight_norm)]:
        for dim in [0, 1, None]:
            if name == "new" and dim is None:
                continue
            layer = apply(nn.Conv1d(2, 3, 4), dim=dim)
            file = f"weight-norm-{name}-{dim}.pt"
            save(file, layer.state_dict())
            layer(torch.ones(1, 2, 4))
            folded[file] = {"weight": layer.weight.detach().flatten().tolist(), "bias": layer.bias.tolist()}
    EXPECTED["folded"] = folded
    save("spectral-new.pt", parametrizations.spectral_norm(nn.Linear(3, 2)).state_dict())
    save("spectral-old.pt", nn.utils.spectral_norm(nn.Linear(3, 2)).state_dict())
    save("not-finite.pt", {"w": torch.tensor([[1.0, 2.0], [3.0, float("nan")]])})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x):
        return self.fc(x)


def refused():
    save("whole.pt", Net())
    save("whole-legacy.pt", Net(), **LEGACY)
    torch.jit.script(Net()).save("script.pt")
    save("sparse.pt", {"w": torch.eye(3).to_sparse()})
    save("quantised.pt", {"w": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)})
    save("complex.pt", {"w": torch.ones(2, dtype=torch.complex64)})
    save("eight-bits.pt", {"w": torch.ones(2).to(torch.float8_e4m3fn)})
    save("meta.pt", {"w": torch.ones(2, device="meta")})


def tar():
    """The layout of PyTorch 0.1.9, written by hand as its `torch.save` did."""

    def pickled(obj):
        buffer = io.BytesIO()
        pickler = pickle.Pickler(buffer, protocol=2)
        pickler.persistent_id = lambda o: str(o.number) if isinstance(o, Numbered) else None
        pickler.dump(obj)
        return buffer.getvalue()

    class Numbered:
        def __init__(self, number):
            self.number = number

    class Named:
        """Pickled as a global of torch."""

        def __init__(self, name):
            self.name = name

        def __reduce__(self):
            return self.name

    def with_global(values, name):
        # A tuple of two values and a global, in the opcodes that the pickler would use.
        head = b"\x80\x02"
        for value in values:
            head += pickle.dumps(value, 2)[2:-1]
        return head + b"ctorch\n" + name + b"\n\x87."

    weight = np.arange(8, dtype="<f4")
    storages = pickled(2)
    storages += with_global([140_000_000_001, "cpu"], b"FloatStorage") + struct.pack("<q", 8) + weight.tobytes()
    storages += with_global([140_000_000_002, "cpu"], b"LongStorage") + struct.pack("<q2q", 2, -1, 5)
    storages += pickled([(140_000_000_003, 140_000_000_001, 6, 2)])

    def described(number, storage, kind, sizes, strides, offset):
        rank = len(sizes)
        numbers = struct.pack(f"<ii{2 * rank + 1}q", rank, 0, *sizes, *strides, offset)
        return with_global([number, storage], kind) + numbers

    tensors = pickled(3)
    tensors += described(11, 140_000_000_001, b"FloatTensor", [3, 2], [1, 3], 1)
    tensors += described(12, 140_000_000_002, b"LongTensor", [2], [1], 0)
    tensors += described(13, 140_000_000_003, b"FloatTensor", [2], [1], 0)
    state = collections.OrderedDict(
        [("fc.weight", Numbered(11)), ("fc.steps", Numbered(12)), ("fc.bias", Numbered(13))])
    with tarfile.open("old.pt", "w:", format=tarfile.PAX_FORMAT) as archive:
        for name, content in [
            ("sys_info", pickled({"protocol_version": 1000, "little_endian": True, "type_sizes": {"long": 4}})),
            ("pickle", pickled(state)),
            ("tensors", tensors),
            ("storages", storages),
        ]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mtime = 0.5  # gives a pax header
            archive.addfile(info, io.BytesIO(content))
    torch_view = torch.from_numpy(weight.copy())
    expected = {
        "fc.weight": torch_view[1:7].reshape(2, 3).t(), "fc.steps": torch.tensor([-1, 5]), "fc.bias": torch_view[6:8]}
    loaded = torch.load("old.pt", weights_only=False)
    assert all(torch.equal(loaded[key], expected[key]) for key in expected), "torch reads the tar file differently"
    expect("old.pt", "PyTorch tar", expected)


if __name__ == "__main__":
    archives()
    arrays()
    plain_files()
    views()
    all_types()
    nested()
    parametrised()
    refused()
    tar()
    expect("plain.npz", "npz", {
        "weight": torch.tensor([[1.0, 2, 3], [100, 5, 6]]), "bias": torch.tensor([0.5, -1], dtype=torch.float16)})
    json.dump(EXPECTED, open("expected.json", "w"), indent=1)
