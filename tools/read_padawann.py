#!/usr/bin/env python3
"""Rebuilds the weights of a padawann model with h5py and numpy alone; Formats/padawann.md explains every step.
usage: read_padawann.py MODEL.h5 [SHARED_WEIGHT [TASK]]   in Python: {layer: (weights, bias)} = read(path, 0.5, "mnist")"""
import collections, sys, h5py, numpy as np

class Decoder:  # of "Compact planes": binary arithmetic decoding with adaptive contexts
    def __init__(self, data):
        self.bytes, self.low, self.high, self.code = iter(data.tolist()), 0, 0xFFFFFFFF, 0
        for _ in range(4): self.code = self.code << 8 | next(self.bytes, 0)

    def bit(self, counts):
        p = min(max((2 * counts[1] + 1 << 16) // (2 * sum(counts) + 2), 256), 65280)
        middle = self.low + ((self.high - self.low) * p >> 16)
        bit = int(self.code <= middle)
        self.low, self.high = (self.low, middle) if bit else (middle + 1, self.high)
        counts[bit] += 1
        if sum(counts) >= 2048: counts[:] = counts[0] // 2, counts[1] // 2
        while (self.low ^ self.high) >> 24 == 0:
            self.low, self.high = self.low << 8 & 0xFFFFFFFF, self.high << 8 & 0xFFFFFFFF | 255
            self.code = self.code << 8 & 0xFFFFFFFF | next(self.bytes, 0)
        return bit

    def mask(self, count, columns, other=None):  # with another mask: where it differs from that
        m, contexts, beside = [0] * count, [[0, 0] for _ in range(16)], np.zeros(count, int) if other is None else 8 * other
        for e in range(count):
            left, second = e % columns > 0 and m[e - 1], e % columns > 1 and m[e - 2]
            m[e] = self.bit(contexts[left + 2 * second + 4 * (m[e - columns] if e >= columns else 0) + beside[e]])
        return np.array(m, bool)

    def signs(self, edges, count, columns):
        state, before, contexts = [0] * count, -1, [[0, 0] for _ in range(9)]
        for e in edges.tolist():
            left = state[before] if before >= 0 and before // columns == e // columns else 0
            state[e], before = 1 + self.bit(contexts[left + 3 * (state[e - columns] if e >= columns else 0)]), e
        return np.array(state)[edges] == 2

class Group(dict): attrs = {}  # of "Packed groups": groups by name, and attributes

def unpack(data):  # the bytes of which copies were made
    decoder, contexts, out, copied = Decoder(data), collections.defaultdict(lambda: [0, 0]), bytearray(), 0
    bit = lambda *context: decoder.bit(contexts[context])
    def number(kind):
        n, count = 1, 0
        while bit(kind, count): count += 1
        for place in range(count): n = 2 * n + bit(kind, count, place)
        return n
    size = number("size") - 1
    while len(out) < size:
        copied = bit("copy", copied)
        if copied:
            length, distance = number("length") + 1, number("distance")
            for _ in range(length): out.append(out[-distance])
        else:
            node = 1
            for _ in range(8): node = 2 * node + bit("literal", node)
            out.append(node - 256)
    return out

def tree(data):  # the groups and attributes in those bytes
    data = iter(data)
    def unsigned():
        byte = next(data)
        return byte if byte < 128 else byte - 128 + 128 * unsigned()
    def take(count): return bytes(next(data) for _ in range(count))
    def text(): return take(unsigned())
    def signed(): return (n := unsigned()) >> 1 ^ -(n & 1)
    def real(kind): return np.frombuffer(take(np.dtype(kind).itemsize), kind)[0]
    read = {b"i": signed, b"f": lambda: real("<f4"), b"d": lambda: real("<f8"), b"t": text}
    lists = {b"T": (text, None), b"B": (lambda: next(data), "u1"), b"I": (signed, "i4"), b"L": (signed, "i8"),
             b"F": (lambda: real("<f4"), "f4"), b"D": (lambda: real("<f8"), "f8")}
    def value(kind):
        if kind in read: return read[kind]()
        one, dtype = lists[kind]
        return np.array([one() for _ in range(unsigned())], dtype)
    def group():
        result = Group()
        result.attrs = {text().decode(): value(take(1)) for _ in range(unsigned())}
        for _ in range(unsigned()): name = text().decode(); result[name] = group()
        return result
    return group()

def own(node, layer, mask=None):  # what a task has instead of a layer's numbers
    if "scale" in node: return [node[key][:].astype("f4") for key in ("scale", "shift", "mean", "variance")]
    weights, bias = layer
    if "survivors" in node.attrs: weights = mask
    if "mask" in node:
        shape, n, columns = node.attrs["shape"], int(node.attrs["shape"].prod()), weights[0].size
        weights, edges = np.zeros(n, "f4"), np.flatnonzero(np.unpackbits(node["mask"][:])[:n])
        weights[edges] = ((node["codes"][:].astype("f4") - 128) * node["scales"][:][edges // columns] if "codes" in node
                          else node["values"][:])
        weights = weights.reshape(shape)
    return weights, node["bias"][:].astype("f4") if "bias" in node else bias

def read(path, shared=1.0, task=None):
    layers, file = {}, h5py.File(path, "r")
    compact, halves, packed = (name in file.attrs["required_features"].split()
                               for name in (b"compact-planes", b"half-numbers", b"packed-groups"))
    groups = tree(unpack(file["packed"][:])) if packed else file
    nodes = list(groups["nodes"].items())  # packed ones are in order
    if not packed: nodes.sort(key=lambda item: item[1].attrs["position"])
    tasks = sorted((file if "tasks" in file else groups).get("tasks", {}).items())
    masks = {}  # the layers with the task's own masks
    decoder = Decoder(file["coded"][:]) if compact else None
    numbers, half_numbers = (iter(file[name][:]) if name in file else None for name in ("parameters", "half_parameters"))
    for name, node in nodes:
        def take(key, n):
            if packed and "constant_" + key in node.attrs: return np.full(n, node.attrs["constant_" + key], "f4")
            single = not halves or key == "values" or key.encode() in node.attrs.get("single_precision", b"").split()
            return np.fromiter(numbers if single else half_numbers, "f4", n) if compact else node[key][:].astype("f4")
        if node.attrs["op"] == b"batch_norm":
            layers[name] = [take(key, node.attrs["channels"]) for key in ("scale", "shift", "mean", "variance")]
        if "shape" not in node.attrs: continue
        shape, n, columns = node.attrs["shape"], int(node.attrs["shape"].prod()), int(node.attrs["shape"][1:].prod())
        mask = decoder.mask(n, columns) if compact else np.unpackbits(node["mask"][:])[:n].astype(bool)
        stored, own_mask, weights = mask.copy(), mask, np.zeros(n, "f4")
        for other, nodes_of_task in tasks:
            if name not in nodes_of_task or "survivors" not in nodes_of_task[name].attrs: continue
            kept = mask ^ (decoder.mask(n, columns, mask) if compact else
                           np.unpackbits(nodes_of_task[name]["difference"][:])[:n].astype(bool))
            stored |= kept
            if other == task: own_mask = kept
        edges = np.arange(n) if node.attrs.get("retains_pruned") else np.flatnonzero(stored)
        if node.attrs.get("weights") == b"float": weights[edges] = take("values", len(edges))
        else:
            bits = decoder.signs(edges, n, columns) if compact else np.unpackbits(node["signs"][:])[:len(edges)]
            weight = np.float32(shared) * node.attrs.get("multiplier", np.float32(1))
            weights[edges] = np.where(bits, -weight, weight)
        masks[name] = np.where(own_mask, weights, np.float32(0)).reshape(shape)
        weights[~mask] = 0
        layers[name] = (weights.reshape(shape), take("bias", shape[0]) if node.attrs.get("bias", 1) else None)
    for name, node in dict(tasks)[task].items() if task else (): layers[name] = own(node, layers[name], masks.get(name))
    return layers

def wann(path):  # Formats/wann.md: inputs, the activations of outputs and hidden neurons, the enabled connections and their factors
    file = h5py.File(path, "r")
    outputs, activations, edges = file["neurons"].attrs["outputs"], file["neurons/activation"][:], file["connections"]
    count = edges.attrs["count"]
    on = np.unpackbits(edges["enabled"][:])[:count].astype(bool) if count else np.zeros(0, bool)
    take = lambda key, type: edges[key][:][on] if key in edges else np.ones(on.sum(), type)
    return (int(file.attrs["input_shape"].prod()), activations[:outputs], activations[outputs:],
            take("source", "i4"), take("destination", "i4"), take("factor", "f4"))

if __name__ == "__main__":
    if h5py.File(sys.argv[1], "r").attrs["class"] == b"wann":
        inputs, outputs, hidden, sources, destinations, factors = wann(sys.argv[1])
        print(inputs, *outputs, "/", *hidden)
        for edge in zip(sources, destinations, factors): print("%d %d %.9g" % edge)
        sys.exit()
    for name, numbers in read(sys.argv[1], float((sys.argv + [1.0])[2]), *sys.argv[3:]).items():
        print(name, *(f"{n.shape} {np.count_nonzero(n)} {n.sum(dtype='f8'):.9g}" for n in numbers if n is not None))
