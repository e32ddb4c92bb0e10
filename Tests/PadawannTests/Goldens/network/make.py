#!/usr/bin/env python3
"""Makes cases.json: small networks of every operation, with the outputs that PyTorch computes for them.

Needs torch. Each case has an architecture in our JSON, the parameters by name, some inputs and the expected outputs; `shared`
cases have their convolution and linear weights replaced by sign(w) * w0.
"""
import json
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_num_threads(1)
cases = []


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def case(name, shape, nodes, modules, forward, shared=None, images=3):
    module = nn.Module()
    for key, value in modules.items():
        module.add_module(key, value)
        for parameter in value.parameters():
            parameter.data = torch.randn_like(parameter) * 0.5
        if isinstance(value, nn.BatchNorm2d):
            value.running_mean = torch.randn_like(value.running_mean) * 0.3
            value.running_var = torch.rand_like(value.running_var) + 0.5
    module.eval()
    state = {k: v.clone() for k, v in module.state_dict().items() if "tracked" not in k}
    x = torch.randn(images, *shape)
    if shared is not None:
        for value in modules.values():
            if isinstance(value, (nn.Conv2d, nn.Linear)):
                value.weight.data = torch.sign(value.weight.data) * shared
    with torch.no_grad():
        y = forward(module, x)
    cases.append({
        "name": name, "architecture": {"input": list(shape), "nodes": nodes}, "shared": shared,
        "parameters": {k: {"shape": list(v.shape), "values": numbers(v)} for k, v in state.items()},
        "inputs": [numbers(i) for i in x], "outputs": [numbers(o) for o in y],
    })


def conv(name, outputs, kernel, **settings):
    return {"name": name, "op": "conv2d", "outputs": outputs, "kernel": kernel, **settings}


case("plain convolution", (2, 5, 4), [conv("c", 3, 3)], {"c": nn.Conv2d(2, 3, 3)}, lambda m, x: m.c(x))
case("strides and paddings", (2, 7, 6), [conv("c", 3, [3, 2], stride=[2, 1], padding=[1, 2])],
     {"c": nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 2))}, lambda m, x: m.c(x))
case("dilation", (1, 8, 9), [conv("c", 2, 3, dilation=[2, 3], padding=2)],
     {"c": nn.Conv2d(1, 2, 3, dilation=(2, 3), padding=2)}, lambda m, x: m.c(x))
case("groups without bias", (4, 5, 5), [conv("c", 6, 3, groups=2, bias=False)],
     {"c": nn.Conv2d(4, 6, 3, groups=2, bias=False)}, lambda m, x: m.c(x))
case("depthwise", (3, 5, 5), [conv("c", 3, 3, groups=3, padding=1)],
     {"c": nn.Conv2d(3, 3, 3, groups=3, padding=1)}, lambda m, x: m.c(x))
case("same padding of an even kernel", (2, 5, 6), [conv("c", 2, [4, 2], padding="same")],
     {"c": nn.Conv2d(2, 2, (4, 2), padding="same")}, lambda m, x: m.c(x))
case("one by one on one pixel", (3, 1, 1), [conv("c", 2, 1)], {"c": nn.Conv2d(3, 2, 1)}, lambda m, x: m.c(x))
case("linear", (7,), [{"name": "f", "op": "linear", "outputs": 4}], {"f": nn.Linear(7, 4)},
     lambda m, x: m.f(x.flatten(1)))
case("shared weight", (2, 6, 6), [
    conv("c", 4, 3), {"op": "relu"}, {"op": "max_pool", "kernel": 2}, {"op": "flatten"},
    {"name": "f", "op": "linear", "outputs": 5}, {"op": "log_softmax"}],
    {"c": nn.Conv2d(2, 4, 3), "f": nn.Linear(16, 5)},
    lambda m, x: F.log_softmax(m.f(F.max_pool2d(F.relu(m.c(x)), 2).flatten(1)), 1), shared=0.3)
case("batch normalisation", (3, 4, 4), [{"name": "b", "op": "batch_norm", "epsilon": 1e-3}],
     {"b": nn.BatchNorm2d(3, eps=1e-3)}, lambda m, x: m.b(x))
for op, function in [("relu", F.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("gelu", F.gelu),
                     ("softmax", lambda x: F.softmax(x, 1)), ("log_softmax", lambda x: F.log_softmax(x, 1))]:
    case(op, (3, 2, 2), [{"op": op}], {}, lambda m, x, function=function: function(x))
case("leaky relu", (5, 1, 1), [{"op": "leaky_relu", "slope": 0.2}], {}, lambda m, x: F.leaky_relu(x, 0.2))
case("gelu with tanh", (5, 1, 1), [{"op": "gelu", "approximate": "tanh"}], {},
     lambda m, x: F.gelu(x, approximate="tanh"))
case("max pool", (2, 5, 6), [{"op": "max_pool", "kernel": [2, 3], "stride": 2}], {},
     lambda m, x: F.max_pool2d(x, (2, 3), 2))
case("max pool with padding, dilation and ceiling", (2, 7, 8),
     [{"op": "max_pool", "kernel": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True}], {},
     lambda m, x: F.max_pool2d(x, 3, 2, 1, 2, ceil_mode=True))
for counts in (True, False):
    for ceil in (True, False):
        case(f"average pool, padding {'counts' if counts else 'does not count'}, {'up' if ceil else 'down'}", (2, 6, 7),
             [{"op": "avg_pool", "kernel": 3, "stride": 2, "padding": 1, "ceil_mode": ceil,
               "count_include_pad": counts}], {},
             lambda m, x, counts=counts, ceil=ceil: F.avg_pool2d(x, 3, 2, 1, ceil, counts))
case("global average pool", (3, 4, 5), [{"op": "global_avg_pool"}], {}, lambda m, x: x.mean((2, 3)))
case("residual and concatenation", (2, 4, 4), [
    conv("a", 3, 3, padding=1), {"name": "r", "op": "relu"}, conv("b", 3, 1),
    {"name": "s", "op": "add", "inputs": ["b", "a"]},
    {"name": "k", "op": "concat", "inputs": ["s", "r", "input"]}, {"op": "dropout", "rate": 0.5},
    {"op": "global_avg_pool"}, {"name": "f", "op": "linear", "outputs": 4}],
    {"a": nn.Conv2d(2, 3, 3, padding=1), "b": nn.Conv2d(3, 3, 1), "f": nn.Linear(8, 4)},
    lambda m, x: (lambda a: m.f(torch.cat([m.b(F.relu(a)) + a, F.relu(a), x], 1).mean((2, 3))))(m.a(x)), images=17)
case("mlp of the thesis, small", (1, 3, 3), [
    {"op": "flatten"}, {"op": "relu"}, {"name": "fc1", "op": "linear", "outputs": 6}, {"op": "relu"},
    {"name": "fc2", "op": "linear", "outputs": 3}, {"op": "log_softmax"}],
    {"fc1": nn.Linear(9, 6), "fc2": nn.Linear(6, 3)},
    lambda m, x: F.log_softmax(m.fc2(F.relu(m.fc1(F.relu(x.flatten(1))))), 1), shared=2.0)
for op, settings, function in [
    ("clip", {"min": -0.5, "max": 0.75}, lambda x: x.clamp(-0.5, 0.75)), ("clip", {"max": 0.2}, lambda x: x.clamp(max=0.2)),
    ("relu6", {}, F.relu6), ("silu", {}, F.silu), ("hard_swish", {}, F.hardswish),
    ("hard_sigmoid", {}, F.hardsigmoid)]:
    case(f"{op} {settings}", (7, 3, 2), [{"op": op, **settings}], {}, lambda m, x, function=function: function(x * 1), images=20)
case("option A", (4, 5, 6), [
    {"op": "max_pool", "kernel": 1, "stride": 2}, {"op": "pad", "channels": [2, 3]}], {},
    lambda m, x: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 3)))
case("pad that cuts off", (4, 5, 6), [{"op": "pad", "channels": [-1, 1], "padding": [2, -3, -1, 0]}], {},
     lambda m, x: F.pad(x, (-3, 0, 2, -1, -1, 1)))
case("max pool with unequal padding", (2, 6, 5), [{"op": "max_pool", "kernel": 3, "stride": 2, "padding": [0, 2, 1, 0]}], {},
     lambda m, x: F.max_pool2d(F.pad(x, (2, 0, 0, 1), value=-torch.inf), 3, 2))
case("average pool with unequal padding", (2, 6, 5), [{"op": "avg_pool", "kernel": 3, "stride": 2, "padding": [0, 2, 1, 0]}], {},
     lambda m, x: F.avg_pool2d(F.pad(x, (2, 0, 0, 1)), 3, 2))
case("average of what is inside with unequal padding", (2, 6, 5),
     [{"op": "avg_pool", "kernel": 3, "stride": 2, "padding": [0, 2, 1, 0], "count_include_pad": False}], {},
     lambda m, x: F.avg_pool2d(F.pad(x, (2, 0, 0, 1)), 3, 2) / F.avg_pool2d(F.pad(torch.ones_like(x), (2, 0, 0, 1)), 3, 2))
for size, rows, columns in [(1, 5, 7), (2, 6, 4), ([3, 2], 6, 8), ([3, 3], 7, 3)]:
    case(f"adaptive average pool to {size} of {rows}x{columns}", (2, rows, columns),
         [{"op": "adaptive_avg_pool", "size": size}], {}, lambda m, x, size=size: F.adaptive_avg_pool2d(x, size))

path = pathlib.Path(__file__).with_name("cases.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
