#!/usr/bin/env python3
"""Makes shapes.json: the sizes that PyTorch gives to convolutions and pools, or null where it refuses them.

Each row is [kind, rows, columns, kernel rows, kernel columns, stride rows, stride columns, padding rows, padding columns,
dilation rows, dilation columns, ceil_mode, [rows, columns] or null]; kind is conv2d, same (conv2d with padding="same"),
max_pool or avg_pool."""
import json, os, random, torch
from torch import nn

random.seed(4)
rows = []
while len(rows) < 400:
    kind = random.choice(["conv2d", "same", "max_pool", "max_pool", "avg_pool"])
    size = [random.randint(1, 14), random.randint(1, 14)]
    kernel = [random.randint(1, 5), random.randint(1, 5)]
    stride = [1, 1] if kind == "same" else [random.randint(1, 4), random.randint(1, 4)]
    dilation = [1, 1] if kind == "avg_pool" else [random.randint(1, 3), random.randint(1, 3)]
    if kind == "conv2d": padding = [random.randint(0, 4), random.randint(0, 4)]
    elif kind == "same": padding = [0, 0]
    else: padding = [random.randint(0, kernel[0] // 2), random.randint(0, kernel[1] // 2)]
    ceil = kind.endswith("pool") and random.random() < 0.5
    if kind == "conv2d": module = nn.Conv2d(1, 1, kernel, stride, padding, dilation)
    elif kind == "same": module = nn.Conv2d(1, 1, kernel, stride, "same", dilation)
    elif kind == "max_pool": module = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil)
    else: module = nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil)
    try: result = list(module(torch.zeros(1, 1, *size)).shape[2:])
    except RuntimeError: result = None
    rows.append([kind, *size, *kernel, *stride, *padding, *dilation, int(ceil), result])
print(len(rows), sum(row[-1] is None for row in rows))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "shapes.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
