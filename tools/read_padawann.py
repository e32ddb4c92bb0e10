#!/usr/bin/env python3
"""Rebuilds the weights of a padawann model with h5py and numpy alone; Formats/padawann.md explains every step.
usage: read_padawann.py MODEL.h5 [SHARED_WEIGHT [TASK]]   in Python: {layer: (weights, bias)} = read(path, 0.5, "mnist")"""
import sys, h5py, numpy as np

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

    def mask(self, count, columns):
        m, contexts = [0] * count, [[0, 0] for _ in range(8)]
        for e in range(count):
            left, second = e % columns > 0 and m[e - 1], e % columns > 1 and m[e - 2]
            m[e] = self.bit(contexts[left + 2 * second + 4 * (m[e - columns] if e >= columns else 0)])
        return np.array(m, bool)

    def signs(self, edges, count, columns):
        state, before, contexts = [0] * count, -1, [[0, 0] for _ in range(9)]
        for e in edges.tolist():
            left = state[before] if before >= 0 and before // columns == e // columns else 0
            state[e], before = 1 + self.bit(contexts[left + 3 * (state[e - columns] if e >= columns else 0)]), e
        return np.array(state)[edges] == 2

def own(node, layer):  # what a task has instead of a layer's numbers
    if "scale" in node: return [node[key][:] for key in ("scale", "shift", "mean", "variance")]
    weights, bias = layer
    if "mask" in node:
        shape, n, columns = node.attrs["shape"], int(node.attrs["shape"].prod()), weights[0].size
        weights, edges = np.zeros(n, "f4"), np.flatnonzero(np.unpackbits(node["mask"][:])[:n])
        weights[edges] = ((node["codes"][:].astype("f4") - 128) * node["scales"][:][edges // columns] if "codes" in node
                          else node["values"][:])
        weights = weights.reshape(shape)
    return weights, node["bias"][:] if "bias" in node else bias

def read(path, shared=1.0, task=None):
    layers, file = {}, h5py.File(path, "r")
    compact = b"compact-planes" in file.attrs["required_features"].split()
    decoder, numbers = (Decoder(file["coded"][:]), iter(file["parameters"][:])) if compact else (None, None)
    for name, node in sorted(file["nodes"].items(), key=lambda item: item[1].attrs["position"]):
        take = lambda key, n: np.fromiter(numbers, "f4", n) if compact else node[key][:]
        if node.attrs["op"] == b"batch_norm":
            layers[name] = [take(key, node.attrs["channels"]) for key in ("scale", "shift", "mean", "variance")]
        if "shape" not in node.attrs: continue
        shape, n, columns = node.attrs["shape"], int(node.attrs["shape"].prod()), int(node.attrs["shape"][1:].prod())
        mask = decoder.mask(n, columns) if compact else np.unpackbits(node["mask"][:])[:n].astype(bool)
        edges, weights = np.arange(n) if node.attrs.get("retains_pruned") else np.flatnonzero(mask), np.zeros(n, "f4")
        if node.attrs.get("weights") == b"float": weights[edges] = take("values", len(edges))
        else:
            bits = decoder.signs(edges, n, columns) if compact else np.unpackbits(node["signs"][:])[:len(edges)]
            weight = np.float32(shared) * node.attrs.get("multiplier", np.float32(1))
            weights[edges] = np.where(bits, -weight, weight)
        weights[~mask] = 0
        layers[name] = (weights.reshape(shape), take("bias", shape[0]) if node.attrs.get("bias", 1) else None)
    for name, node in file["tasks"][task].items() if task else (): layers[name] = own(node, layers[name])
    return layers

if __name__ == "__main__":
    for name, numbers in read(sys.argv[1], float((sys.argv + [1.0])[2]), *sys.argv[3:]).items():
        print(name, *(f"{n.shape} {np.count_nonzero(n)} {n.sum(dtype='f8'):.9g}" for n in numbers if n is not None))
