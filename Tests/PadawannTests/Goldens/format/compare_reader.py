#!/usr/bin/env python3
"""Compares what tools/read_padawann.py reads with what the library says, to the bit.
usage: compare_reader.py FOLDER_OF_THE_READER EXPECTED.json     prints what differs; needs h5py and numpy

EXPECTED.json is [{"path", "shared", "task" (may be absent), "layers": {name: [[bit patterns of float32] or null, …]}}, …]: the weights and biases of a
layer, or scale, shift, mean and variance."""
import json, sys
import numpy as np

sys.path.insert(0, sys.argv[1])
from read_padawann import read

wrong = count = 0
for model in json.load(open(sys.argv[2])):
    layers = read(model["path"], np.float32(model["shared"]), model.get("task"))
    if set(layers) != set(model["layers"]):
        wrong += 1
        print(f"{model['path']}: layers {sorted(layers)} instead of {sorted(model['layers'])}")
    for name, expected in model["layers"].items():
        for index, (mine, theirs) in enumerate(zip(expected, layers[name], strict=True)):
            found = None if theirs is None else np.asarray(theirs, "<f4").ravel().view("<u4").tolist()
            count += 1
            if found != mine:
                wrong += 1
                print(f"{model['path']}: {name}, part {index}: {found} instead of {mine}"[:500])
print(f"{count} parts, {wrong} differences")
sys.exit(wrong != 0 or count == 0)
