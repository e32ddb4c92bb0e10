"""The networks of the benchmark as architecture files describe them, and the same in PyTorch and as ONNX graphs."""

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper


def conv(outputs, kernel, **settings):
    return {"op": "conv2d", "outputs": outputs, "kernel": kernel, **settings}


def linear(outputs):
    return {"op": "linear", "outputs": outputs}


RELU, FLATTEN, POOL = {"op": "relu"}, {"op": "flatten"}, {"op": "max_pool", "kernel": 2}


def vgg11():
    """VGG-11 for 32 x 32 images, with one hidden layer of 512."""
    nodes = []
    for width in (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"):
        nodes += [POOL] if width == "pool" else [conv(width, 3, padding=1), RELU]
    return nodes + [FLATTEN, linear(512), RELU, linear(10)]


def resnet20():
    """He et al. 2016, section 4.2, with n = 3; shortcuts of another width are 1 x 1 convolutions."""
    nodes = [{**conv(16, 3, padding=1, bias=False), "name": "stem"}, {"op": "batch_norm", "name": "stem_norm"},
             {"op": "relu", "name": "b0"}]
    before = "b0"
    for block in range(9):
        width, stride = 16 << (block // 3), 2 if block in (3, 6) else 1
        name = f"b{block + 1}"
        nodes += [
            {**conv(width, 3, padding=1, stride=stride, bias=False), "name": name + "_1", "inputs": [before]},
            {"op": "batch_norm", "name": name + "_norm1"},
            {"op": "relu", "name": name + "_relu"},
            {**conv(width, 3, padding=1, bias=False), "name": name + "_2"},
            {"op": "batch_norm", "name": name + "_norm2"},
        ]
        shortcut = before
        if stride == 2:
            shortcut = name + "_short"
            nodes.append({**conv(width, 1, stride=2, bias=False), "name": shortcut, "inputs": [before]})
        nodes += [{"op": "add", "name": name + "_sum", "inputs": [name + "_norm2", shortcut]},
                  {"op": "relu", "name": name}]
        before = name
    return nodes + [{"op": "global_avg_pool"}, linear(10)]


def mobilenet():
    """Howard et al. 2017, sections 3.1 and 3.2, for 32 x 32 images: 3 x 3 filters of single channels and 1 x 1 filters by turns."""
    nodes = [conv(32, 3, padding=1, bias=False), {"op": "batch_norm"}, RELU]
    width = 32
    for outputs, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        nodes += [conv(width, 3, padding=1, stride=stride, groups=width, bias=False), {"op": "batch_norm"}, RELU,
                  conv(outputs, 1, bias=False), {"op": "batch_norm"}, RELU]
        width = outputs
    return nodes + [{"op": "global_avg_pool"}, linear(10)]


ARCHITECTURES = {
    "mnist-net": ([1, 28, 28], [conv(32, 3), RELU, conv(64, 3), RELU, POOL, FLATTEN, linear(128), RELU, linear(10)]),
    "mlp": ([1, 28, 28], [FLATTEN, RELU, linear(64), RELU, linear(10)]),
    "lenet-5": ([1, 28, 28], [conv(6, 5, padding=2), RELU, POOL, conv(16, 5), RELU, POOL, FLATTEN, linear(120), RELU,
                              linear(84), RELU, linear(10)]),
    "vgg-11": ([3, 32, 32], vgg11()),
    "resnet-20": ([3, 32, 32], resnet20()),
    "mobilenet": ([3, 32, 32], mobilenet()),
}


def architecture(name):
    """An architecture file's content, with every name and input written out."""
    size, nodes = ARCHITECTURES[name]
    named = [{"name": f"n{index}", **node} for index, node in enumerate(nodes)]
    for index, node in enumerate(named):
        node.setdefault("inputs", [named[index - 1]["name"] if index else "input"])
    return {"input": size, "nodes": named}


def parameters(graph, density, generator):
    """Weights of signs that are left with a probability, biases, and batch normalisations that keep numbers moderate."""
    state, shapes = {}, {"input": tuple(graph["input"])}
    for node in graph["nodes"]:
        name, source = node["name"], shapes[node["inputs"][0]]
        shape = None
        if node["op"] == "conv2d":
            shape = (node["outputs"], source[0] // node.get("groups", 1), node["kernel"], node["kernel"])
        elif node["op"] == "linear":
            shape = (node["outputs"], source[0])
        if shape:
            signs = torch.randint(0, 2, shape, generator=generator).float() * 2 - 1
            state[name + ".weight"] = signs * (torch.rand(shape, generator=generator) < density)
            if node.get("bias", True):
                state[name + ".bias"] = torch.rand(shape[0], generator=generator) - 0.5
        if node["op"] == "batch_norm":
            state[name + ".weight"] = torch.rand(source[0], generator=generator) + 0.5
            state[name + ".bias"] = torch.rand(source[0], generator=generator) - 0.5
            state[name + ".running_mean"] = torch.randn(source[0], generator=generator)
            state[name + ".running_var"] = torch.rand(source[0], generator=generator) * 200 + 20
        shapes[name] = tuple(step(node, [torch.zeros(1, *shapes[i]) for i in node["inputs"]], state).shape[1:])
    return state


def step(node, inputs, state):
    x, name = inputs[0], node["name"]
    weight, bias = state.get(name + ".weight"), state.get(name + ".bias")
    if node["op"] == "conv2d":
        return F.conv2d(x, weight, bias, node.get("stride", 1), node.get("padding", 0), 1, node.get("groups", 1))
    if node["op"] == "linear":
        return F.linear(x, weight, bias)
    if node["op"] == "batch_norm":
        return F.batch_norm(x, state[name + ".running_mean"], state[name + ".running_var"], weight, bias)
    return {
        "relu": lambda: F.relu(x),
        "max_pool": lambda: F.max_pool2d(x, node["kernel"]),
        "flatten": lambda: torch.flatten(x, 1),
        "global_avg_pool": lambda: x.mean((2, 3)),
        "add": lambda: inputs[0] + inputs[1],
    }[node["op"]]()


class Torch(torch.nn.Module):
    """A network in PyTorch, with a shared weight."""

    def __init__(self, graph, state, shared=1.0):
        super().__init__()
        self.nodes = graph["nodes"]
        self.state = with_weight(graph, state, shared)

    def forward(self, x):
        values = {"input": x}
        for node in self.nodes:
            values[node["name"]] = step(node, [values[i] for i in node["inputs"]], self.state)
        return values[self.nodes[-1]["name"]]


def with_weight(graph, state, shared):
    edges = {node["name"] + ".weight" for node in graph["nodes"] if node["op"] in ("conv2d", "linear")}
    return {key: value * shared if key in edges else value for key, value in state.items()}


def onnx_model(graph, state, batch):
    """The same network as an ONNX graph, opset 17."""
    nodes = []
    for node in graph["nodes"]:
        name, inputs = node["name"], list(node["inputs"])
        attributes = {}
        if node["op"] == "conv2d":
            stride, padding = node.get("stride", 1), node.get("padding", 0)
            attributes = {"strides": [stride] * 2, "pads": [padding] * 4, "kernel_shape": [node["kernel"]] * 2,
                          "group": node.get("groups", 1)}
        if node["op"] == "linear":
            attributes = {"transB": 1}
        if node["op"] == "max_pool":
            attributes = {"kernel_shape": [node["kernel"]] * 2, "strides": [node["kernel"]] * 2}
        keys = ("weight", "bias", "running_mean", "running_var")
        inputs += [f"{name}.{key}" for key in keys if f"{name}.{key}" in state]
        kind = {"conv2d": "Conv", "linear": "Gemm", "batch_norm": "BatchNormalization", "relu": "Relu",
                "max_pool": "MaxPool", "flatten": "Flatten", "add": "Add", "global_avg_pool": "GlobalAveragePool"}
        output = name + "_4d" if node["op"] == "global_avg_pool" else name
        nodes.append(helper.make_node(kind[node["op"]], inputs, [output], **attributes))
        if output != name:
            nodes.append(helper.make_node("Flatten", [output], [name]))
    last = graph["nodes"][-1]["name"]
    model = helper.make_graph(
        nodes, "network",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, *graph["input"]])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, [batch, 10])],
        [numpy_helper.from_array(np.ascontiguousarray(value.numpy()), key) for key, value in state.items()])
    result = helper.make_model(model, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(result)
    return result
