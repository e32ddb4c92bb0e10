#!/usr/bin/env python3
"""Makes small ONNX models and what ONNX Runtime answers: python3 make.py, with onnx, onnxscript, onnxruntime, torch
and numpy.

Every model NAME.onnx has its inputs and logits in expected.json, where the inputs have the order of axes that the network
here has: channels, rows, columns. Models under `refused` have words of the error instead.
"""
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(20)
expected = {"networks": {}, "refused": {}}


def numbers(*shape, scale=1.0):
    return (random.standard_normal(shape) * scale).astype(np.float32)


class Graph:
    """A graph that is built node by node; `x` is its input."""

    def __init__(self, shape, opset, batch="N"):
        self.shape, self.opset = list(shape), opset
        self.input = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch] + self.shape)
        self.nodes, self.initialisers, self.last, self.count = [], [], "x", 0

    def weight(self, array, name=None):
        name = name or f"w{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, operation, *inputs, name=None, outputs=1, **attributes):
        """Adds a node that reads the last result, or `inputs`; arrays become initialisers."""
        domain = attributes.pop("domain", "")
        names = [i if isinstance(i, str) else self.weight(i) for i in (inputs or [self.last])]
        results = [f"v{self.count + i}" for i in range(outputs)]
        self.count += outputs
        name = name if name is not None else f"{operation}_{self.count}"
        self.nodes.append(helper.make_node(operation, names, results, name=name, domain=domain, **attributes))
        self.last = results[0]
        return self.last

    def model(self, outputs=None, producer=("make.py", "1"), domains=()):
        values = [helper.make_tensor_value_info(o, TensorProto.FLOAT, [None, None]) for o in outputs or [self.last]]
        graph = helper.make_graph(self.nodes, "graph", [self.input], values, self.initialisers)
        opsets = [helper.make_opsetid("", self.opset)] + [helper.make_opsetid(d, 1) for d in domains]
        model = helper.make_model(graph, opset_imports=opsets, producer_name=producer[0], producer_version=producer[1])
        model.ir_version = 8 if self.opset < 20 else 9
        return model


def save(name, graph, model=None, images=3, transpose=None, input_shape=None, external=False, logits=None):
    model = model or graph.model()
    if not external:
        onnx.checker.check_model(model)
        onnx.save(model, f"{here}/{name}.onnx")
    batch = graph.input.type.tensor_type.shape.dim[0].dim_value or images
    x = numbers(batch, *graph.shape)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(f"{here}/{name}.onnx", options)
    y = session.run(logits, {"x": x})[0]
    own = x if transpose is None else x.transpose(transpose)
    expected["networks"][name] = {
        "input": list(input_shape or own.shape[1:]),
        "images": [[round(float(v), 6) for v in row.ravel()] for row in own],
        "answers": [[float(v) for v in row.ravel()] for row in y],
        "nodes": [],
    }
    # The images are rounded above, so the answers are those of rounded images.
    x = np.array(expected["networks"][name]["images"], np.float32).reshape(own.shape)
    x = x if transpose is None else np.ascontiguousarray(x.transpose(np.argsort(transpose)))
    y = session.run(logits, {"x": x})[0]
    expected["networks"][name]["answers"] = [[float(v) for v in row.ravel()] for row in y]


def refuse(name, graph, words, outputs=None, domains=()):
    onnx.save(graph.model(outputs, domains=domains), f"{here}/{name}.onnx")
    expected["refused"][name] = words


def padding():
    g = Graph((2, 9, 8), 13)
    g.node("Conv", "x", numbers(4, 1, 3, 3), numbers(4), auto_pad="SAME_UPPER", strides=[2, 2], group=2)
    g.node("Conv", g.last, numbers(5, 4, 2, 2), auto_pad="SAME_LOWER")
    g.node("Add", g.last, numbers(5, 1, 1))
    g.node("Conv", g.last, numbers(3, 5, 3, 2), pads=[2, 1, 0, 1], dilations=[2, 1])
    g.node("Relu")
    g.node("Pad", g.last, np.array([0, 0, 1, 0, 0, 0, 1, 2], np.int64))
    g.node("Conv", g.last, numbers(2, 3, 2, 2), numbers(2), auto_pad="VALID", name="/last/Conv")
    g.node("Flatten")
    save("padding", g)


def pooling():
    g = Graph((2, 11, 10), 11)
    a = g.node("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    b = g.node("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    c = g.node("AveragePool", "x", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 0], count_include_pad=1)
    d = g.node("MaxPool", "x", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 0], ceil_mode=1)
    g.node("Concat", a, b, c, d, axis=1)
    means = g.node("GlobalAveragePool")
    g.node("GlobalMaxPool", "v4")
    g.node("Add", g.last, means)
    g.node("Reshape", g.last, np.array([0, -1], np.int64))
    save("pooling", g)


def shapes():
    """Shape arithmetic as PyTorch writes x.view(x.size(0), -1)."""
    g = Graph((2, 4, 3), 9)
    conv = g.node("Conv", "x", numbers(3, 2, 2, 2), numbers(3))
    size = g.node("Shape", conv)
    index = g.node("Constant", name="index", outputs=1)
    g.nodes[-1] = helper.make_node("Constant", [], [index], value=numpy_helper.from_array(np.array(0, np.int64)))
    g.node("Gather", size, index, axis=0)
    batch = g.node("Unsqueeze", g.last, axes=[0])
    shape = g.node("Concat", batch, np.array([-1], np.int64), axis=0)
    g.node("Reshape", conv, shape)
    g.node("BatchNormalization", g.last, numbers(18), numbers(18), numbers(18), np.abs(numbers(18)) + 0.5, epsilon=1e-3)
    weight = g.node("Transpose", numbers(5, 18), perm=[1, 0])
    g.node("MatMul", "v%d" % (g.count - 2), weight)
    g.node("Add", g.last, numbers(5))
    save("shapes", g)


def vectors():
    g = Graph((6,), 7, batch=1)
    g.node("MatMul", "x", g.weight(numbers(6, 5)))
    g.node("Add", numbers(1, 5), g.last)
    g.node("BatchNormalization", g.last, numbers(5), numbers(5), numbers(5), np.abs(numbers(5)) + 0.5)
    g.node("LeakyRelu", alpha=0.2)
    g.node("Gemm", g.last, numbers(4, 5), numbers(4), alpha=0.5, beta=2.0, transB=1)
    g.node("Tanh")
    g.node("Gemm", g.last, g.weight(numbers(4, 3), "fc.weight"), numbers(1), name="/net/fc/Gemm")
    save("vectors", g)


def channels_last():
    g = Graph((5, 6, 2), 12)
    g.node("Transpose", perm=[0, 3, 1, 2])
    g.node("Conv", g.last, numbers(3, 2, 2, 2), numbers(3))
    g.node("Relu")
    g.node("Transpose", perm=[0, 2, 3, 1])
    g.node("Add", g.last, numbers(3))
    g.node("Flatten")
    g.node("Mul", g.last, numbers(60))
    g.node("MatMul", g.last, numbers(60, 4))
    save("channels-last", g, transpose=(0, 3, 1, 2))


def scaling():
    g = Graph((2, 4, 4), 14)
    g.node("Sub", "x", numbers(2, 1, 1))
    g.node("Div", g.last, np.abs(numbers(1, 2, 1, 1)) + 0.5)
    g.node("Conv", g.last, numbers(3, 2, 3, 3), numbers(3), pads=[1, 1, 1, 1])
    conv = g.last
    g.node("Mul", g.last, np.array(0.25, np.float32))
    g.node("Add", g.last, numbers(3, 1, 1))
    g.node("Sub", np.array([1.5], np.float32), g.last)
    g.node("Add", g.last, conv)
    g.node("Sigmoid")
    g.node("ReduceMean", axes=[2, 3], keepdims=0)
    save("scaling", g)


def gelus():
    g = Graph((4, 2, 2), 20)
    half, one, root = (np.array(v, np.float32) for v in (0.5, 1, 2**0.5))
    x = g.node("Conv", "x", numbers(4, 1, 1, 1), group=4)
    # x / 2 · (1 + erf(x / √2)), in the two orders in which it is written.
    g.node("Div", x, root)
    g.node("Erf")
    g.node("Add", g.last, one)
    g.node("Mul", x, g.last)
    y = g.node("Mul", g.last, half)
    h = g.node("Mul", y, half)
    g.node("Mul", y, np.array(0.5**0.5, np.float32))
    g.node("Erf")
    g.node("Add", g.last, one)
    g.node("Mul", h, g.last)
    g.node("Gelu")
    g.node("Gelu", approximate="tanh")
    g.node("Dropout", g.last, np.array(0.3, np.float32))
    g.node("Identity")
    g.node("ReduceMean", g.last, np.array([-1, -2], np.int64), keepdims=1)
    g.node("Flatten")
    save("gelus", g)


def residual():
    g = Graph((3, 4, 4), 17, batch=2)
    a = g.node("Conv", "x", g.weight(numbers(3, 3, 3, 3), "layer1.0.conv.weight"), pads=[1, 1, 1, 1], name="c")
    a = g.node("BatchNormalization", a, numbers(3), numbers(3), numbers(3), np.abs(numbers(3)) + 0.5, name="/layer1/layer1.0/bn/BatchNormalization")
    a = g.node("Clip", a, np.array(0, np.float32), name="input")
    g.node("Sum", a, "x", name="")
    g.node("Squeeze", g.node("Unsqueeze", g.last, np.array([1], np.int64)), np.array([1], np.int64))
    logits = g.node("Gemm", g.node("Flatten"), numbers(48, 4))
    g.node("Softmax", axis=1)
    g.node("Log")
    model = g.model()
    save("residual", g, model)
    # The logits are what is before the softmax.
    probe = g.model([logits])
    session = onnxruntime.InferenceSession(probe.SerializeToString())
    x = np.array(expected["networks"]["residual"]["images"], np.float32).reshape(2, 3, 4, 4)
    expected["networks"]["residual"]["answers"] = [[float(v) for v in row] for row in session.run(None, {"x": x})[0]]
    expected["networks"]["residual"]["nodes"] = [
        "layer1.0.conv", "layer1.0.bn", "input_2", "add", "flatten", "Gemm_8", "Softmax_9"]


def reshaped_image():
    """An image that comes as a vector, and half-precision weights."""
    g = Graph((12,), 21)
    g.node("Reshape", "x", np.array([-1, 3, 4, 1], np.int64))
    g.node("Transpose", perm=[0, 3, 1, 2])
    weight = g.node("Cast", numbers(2, 1, 2, 2).astype(np.float16), to=1)
    g.node("Conv", "v1", weight)
    g.node("Relu")
    g.node("GlobalAveragePool")
    g.node("Flatten")
    g.node("MatMul", g.last, numbers(2, 3))
    save("reshaped-image", g, input_shape=(1, 3, 4))


def external():
    g = Graph((4,), 13)
    g.node("Gemm", "x", numbers(4, 300), numbers(300))
    g.node("Relu")
    g.node("MatMul", g.last, numbers(300, 2))
    model = g.model()
    path = f"{here}/external.onnx.data"
    if os.path.exists(path):
        os.remove(path)
    onnx.save(
        model, f"{here}/external.onnx", save_as_external_data=True, location="external.onnx.data", size_threshold=100)
    save("external", g, model, external=True)


def bounds():
    """Clips as attributes and as inputs, by Min and Max, and PRelu."""
    g = Graph((3, 2, 4), 10)
    g.node("Conv", "x", numbers(4, 3, 1, 1), numbers(4))
    g.node("Clip", min=-0.5, max=1.5)
    g.node("Clip", max=1.25)
    g.node("Max", g.last, np.array(-0.25, np.float32))
    a = g.node("Conv", g.last, numbers(3, 4, 1, 1))
    g.node("Max", np.array([0], np.float32), a)
    g.node("Min", g.last, np.array(6, np.float32))
    b = g.node("Clip", a)
    g.node("Add", g.last, "v6")
    g.node("PRelu", g.last, numbers(3, 1, 1))
    g.node("Conv", g.last, numbers(2, 3, 1, 1))
    g.node("PRelu", g.last, np.array([[[0.3]]], np.float32))
    g.node("Flatten")
    save("bounds", g)
    expected["networks"]["bounds"]["nodes"] = [
        "Conv_1", "Max_4", "Conv_5", "Min_7", "Add_9", "PRelu_10.positive", "PRelu_10.opposite", "PRelu_10.negative",
        "PRelu_10.slope", "PRelu_10", "Conv_11", "PRelu_12", "flatten"]


def swishes():
    """SiLU, hard sigmoid and hard swish, as operations and written out, and the GELU with tanh written out."""
    g = Graph((3, 2, 2), 17)
    zero, half, one, three, six = (np.array(v, np.float32) for v in (0, 0.5, 1, 3, 6))

    def conv():
        return g.node("Conv", "x" if g.count == 0 else g.last, numbers(3, 3, 1, 1), numbers(3))

    x = conv()
    g.node("Mul", x, g.node("Sigmoid", x))
    g.node("HardSwish", conv())
    x = conv()
    g.node("Mul", g.node("HardSigmoid", x, alpha=1 / 6), x)
    x = conv()
    g.node("Mul", x, g.node("Div", g.node("Clip", g.node("Add", x, three), zero, six), six))
    x = conv()
    g.node("Div", g.node("Mul", g.node("Clip", g.node("Add", three, x), zero, six), x), six)
    g.node("HardSigmoid", conv(), alpha=0.3, beta=0.4)
    for cube in ("Pow", "Mul", "factor"):
        x = conv()
        if cube == "Pow":
            term = g.node("Mul", g.node("Pow", x, three), np.array(0.044715, np.float32))
        elif cube == "Mul":
            term = g.node("Mul", np.array(0.044715, np.float32), g.node("Mul", x, g.node("Mul", x, x)))
        else:
            term = g.node("Mul", g.node("Mul", g.node("Mul", x, np.array(0.044715, np.float32)), x), x)
        g.node("Mul", g.node("Add", x, term), np.array((2 / np.pi) ** 0.5, np.float32))
        share = g.node("Add", g.node("Tanh"), one)
        g.node("Mul", g.node("Mul", x, half), share)
    g.node("Flatten", conv())
    save("swishes", g)
    expected["networks"]["swishes"]["operations"] = [
        "silu", "hard_swish", "hard_swish", "hard_swish", "hard_swish", "hard_sigmoid", "gelu", "gelu", "gelu"]


def option_a():
    """Every second row and column, and zeros in new channels."""
    g = Graph((2, 5, 6), 13)

    def ints(*values):
        return np.array(values, np.int64)

    a = g.node("Slice", "x", ints(0, 0), ints(2**63 - 1, 6), ints(2, 3), ints(2, 2))
    a = g.node("Pad", a, ints(0, 1, 0, 0, 0, 2, 0, 0))
    b = g.node("Slice", "x", ints(1, -5), ints(5, 6), ints(-2, -1), ints(2, 2))
    b = g.node("Pad", b, ints(0, 1, 1, 0, 0, 2, 0, 0))
    c = g.node("MaxPool", "x", kernel_shape=[1, 1], strides=[2, 2])
    c = g.node("Concat", np.zeros((1, 1, 3, 3), np.float32), c, np.zeros((1, 2, 3, 3), np.float32), axis=1)
    d = g.node("Pad", g.node("Slice", "x", ints(1), ints(2), ints(1)), ints(0, 3, 0, -1, 0, 1, -2, -2))
    g.node("Add", a, c)
    g.node("Add", g.last, b)
    g.node("Add", g.last, d)
    g.node("Conv", g.last, numbers(4, 5, 3, 3), pads=[1, 1, 1, 1])
    g.node("Flatten")
    # The zeros of torch.cat stand for one image.
    model = g.model()
    save("option-a", g, model, images=1)


def windows():
    """Pools whose padding is at one side, counted or not, and pads before them."""
    g = Graph((2, 7, 6), 11)
    a = g.node("MaxPool", "x", kernel_shape=[3, 3], strides=[1, 1], pads=[2, 0, 0, 1])
    b = g.node("AveragePool", "x", kernel_shape=[3, 3], strides=[1, 1], pads=[2, 0, 0, 1], count_include_pad=1)
    c = g.node("AveragePool", "x", kernel_shape=[3, 3], strides=[1, 1], pads=[2, 0, 0, 1])
    pads = g.weight(np.array([0, 0, 1, 1, 0, 0, 1, 0], np.int64))
    p = g.node("Pad", "x", pads)
    d = g.node("AveragePool", p, kernel_shape=[3, 3], strides=[1, 1])
    e = g.node("MaxPool", p, kernel_shape=[3, 3], strides=[1, 1])
    f = g.node("AveragePool", g.node("Pad", "x", pads), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 1])
    g.node("Concat", a, b, c, d, e, axis=1)
    g.node("MaxPool", g.last, kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_LOWER")
    means = g.node("AveragePool", g.last, kernel_shape=[7, 5])
    g.node("Concat", g.node("Flatten", f), g.node("Flatten", means), axis=1)
    save("windows", g)
    expected["networks"]["windows"]["operations"] = ["global_avg_pool"]


def exports():
    """Small nets as PyTorch's two exporters write them; the nets are those of tools/compare-exports-with-pytorch.py."""
    import importlib.util
    import logging
    import torch
    spec = importlib.util.spec_from_file_location("nets", f"{here}/../../../../tools/compare-exports-with-pytorch.py")
    nets = importlib.util.module_from_spec(spec)
    sys.path.insert(0, os.path.dirname(spec.origin))
    spec.loader.exec_module(nets)
    logging.disable(logging.CRITICAL)
    torch.manual_seed(3)
    made = {
        "export-option-a": (nets.Residual(2, 4, 2, "A"), (2, 6, 6)),
        "export-mobile": (nets.Inverted(2, 2, 1, nets.nn.ReLU6, 2), (2, 4, 4)),
        "export-swish": (nets.Inverted(2, 3, 2, nets.nn.Hardswish, 2), (2, 4, 4)),
    }
    for name, (module, shape) in made.items():
        net = nets.randomised(nets.nn.Sequential(module, nets.nn.Flatten()))
        images = numbers(2, *shape).round(3)
        for kind, dynamo in (("dynamo", True), ("script", False)):
            path = f"{here}/{name}-{kind}.onnx"
            torch.onnx.export(
                net, (torch.from_numpy(images[:1]),), path, dynamo=dynamo, opset_version=18, external_data=False,
                verbose=False)
            model = onnx.load(path)
            # Where in which file a node comes from.
            for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer]:
                part.ClearField("metadata_props")
                part.ClearField("doc_string")
            for value in [*model.graph.input, *model.graph.output]:
                value.ClearField("metadata_props")
            onnx.save(model, path)
            session = onnxruntime.InferenceSession(path)
            first = session.get_inputs()[0].name
            answers = [session.run(None, {first: image[None]})[0] for image in images]
            expected["networks"][f"{name}-{kind}"] = {
                "input": list(shape), "images": [[float(v) for v in image.ravel()] for image in images],
                "answers": [[float(v) for v in row.ravel()] for row in answers], "nodes": []}


def refusals():
    g = Graph((2, 4, 4), 13)
    g.node("Conv", "x", numbers(2, 2, 1, 1))
    sine = g.node("Sin", name="wave")
    g.node("BipolarQuant", g.last, name="quant", domain="onnx.brevitas")
    g.node("Mul", g.last, sine, name="gate")
    g.node("Relu")
    refuse("unknown", g, ["Sin wave", "BipolarQuant quant", "onnx.brevitas"], domains=("onnx.brevitas",))
    g = Graph((4,), 13)
    a = g.node("Gemm", "x", numbers(4, 2))
    g.node("Relu")
    refuse("outputs", g, ["2 outputs"], outputs=[a, g.last])
    g = Graph((4,), 23)
    g.node("Gemm", "x", numbers(4, 2))
    refuse("opset", g, ["opset 23", "7 to 22"])
    g = Graph((2, 4, 4), 13)
    a = g.node("Conv", "x", numbers(2, 2, 1, 1))
    b = g.node("Sigmoid", "x")
    g.node("Mul", a, b, name="gate")
    g.node("Pad", g.last, np.array([0, 1, 0, 0, 0, 1, 0, 0], np.int64), name="unseen")
    refuse("gate", g, ["Mul gate", "two activations"])
    g = Graph((2, 4, 4), 13)
    g.node("Pad", "x", np.array([0, 0, 1, 0, 0, 0, 1, 0], np.int64), name="mirror", mode="reflect")
    g.node("Relu")
    refuse("pad", g, ["Pad mirror", "other than zeros"])
    g = Graph((2, 4, 4), 13)
    g.node("Slice", "x", *(np.array([v], np.int64) for v in (0, 2, 1, 2)), name="half")
    g.node("Slice", "x", *(np.array([v], np.int64) for v in (-1, -9, 2, -1)), name="mirror")
    g.node("Max", "x", g.node("Relu", "x"), name="both")
    g.node("Concat", "x", g.weight(numbers(1, 1, 4, 4)), name="ones", axis=1)
    g.node("Concat", "v0", "v1", "v3", g.last, axis=1)
    refuse("parts", g, ["Slice half", "some rows", "Slice mirror", "backwards", "Max both", "Concat ones"])
    g = Graph((4,), 13)
    g.node("MatMul", "x", numbers(4, 4), name="first")
    g.node("MatMul", g.last, g.last, name="square")
    refuse("attention", g, ["MatMul square"])


for make in [
    padding, pooling, shapes, vectors, channels_last, scaling, gelus, residual, reshaped_image, external, refusals, bounds, swishes, option_a, windows,
    exports
]:
    make()
with open(f"{here}/expected.json", "w") as file:
    json.dump(expected, file, indent=None, separators=(",", ":"))
