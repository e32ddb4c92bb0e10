"""What ONNX Runtime answers to every-operation.onnx, and what safetensors finds in every-operation.safetensors: expected.json.

The two files are written by `PADAWANN_RECORD=1 swift test --filter ExportGoldenTests`. Needs onnx, onnxruntime, safetensors, numpy.
"""
import json, pathlib
import numpy as np, onnx, onnxruntime
from safetensors import safe_open

here = pathlib.Path(__file__).parent
path = here / "every-operation.onnx"
onnx.checker.check_model(onnx.load(path), full_check=True)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
images = np.random.default_rng(5).integers(-64, 65, (3, 2, 11, 9)).astype(np.float32) / 64
answers = session.run(None, {"input": images})[0]
with safe_open(here / "every-operation.safetensors", "np") as file:
    tensors = {name: list(file.get_tensor(name).shape) for name in file.keys()}
expected = {"images": images.reshape(3, -1).tolist(), "answers": answers.tolist(), "tensors": tensors}
(here / "expected.json").write_text(json.dumps(expected))
