"""Writes small ONNX models and, in expected.json, inputs with the outputs that numpy computes.

Run with a Python that has onnx and numpy (Debian: python3-onnx).
"""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)
expected = {}


def save(name, nodes, inputs, outputs, weights=None):
    initializers = [numpy_helper.from_array(w, n) for n, w in (weights or {}).items()]
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="maas-fixtures")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


# A linear layer: (batch, 4) -> (batch, 3).
w, b = normal(3, 4), normal(3)
save("linear", [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1)],
     [tensor("x", TensorProto.FLOAT, ["batch", 4])], [tensor("y", TensorProto.FLOAT, ["batch", 3])], {"w": w, "b": b})
x = np.round(normal(2, 4), 3)
expected["linear"] = {"x": x.tolist(), "y": (x.astype(np.float64) @ w.T + b).tolist()}

# A convolutional classifier: (batch, 1, 28, 28) pixels, normalised -> (batch, 10) logits.
k, kb, w, b = normal(2, 1, 3, 3), normal(2), normal(10, 2), normal(10)
save("conv", [helper.make_node("Conv", ["image", "k", "kb"], ["c"], kernel_shape=[3, 3]),
              helper.make_node("Relu", ["c"], ["r"]),
              helper.make_node("GlobalAveragePool", ["r"], ["p"]),
              helper.make_node("Flatten", ["p"], ["f"]),
              helper.make_node("Gemm", ["f", "w", "b"], ["logits"], transB=1)],
     [tensor("image", TensorProto.FLOAT, ["batch", 1, 28, 28])], [tensor("logits", TensorProto.FLOAT, ["batch", 10])],
     {"k": k, "kb": kb, "w": w, "b": b})
scale, mean, std = 1 / 255, 0.1307, 0.3081
pixels = rng.integers(0, 256, (2, 28, 28))
image = (pixels * scale - mean) / std
windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(1, 2))
maps = np.maximum(np.einsum("nhwij,cij->nchw", windows, k[:, 0]) + kb[:, None, None], 0)
logits = maps.mean(axis=(2, 3)) @ w.T + b
e = np.exp(logits - logits.max(axis=1, keepdims=True))
expected["conv"] = {"pixels": pixels.tolist(), "scale": scale, "mean": mean, "std": std, "logits": logits.tolist(),
                    "probabilities": (e / e.sum(axis=1, keepdims=True)).tolist()}

# Two inputs of other types, two outputs: sum of numbers and flags, text as it came.
save("mixed", [helper.make_node("Cast", ["flags"], ["as_int"], to=TensorProto.INT64),
               helper.make_node("Add", ["numbers", "as_int"], ["sum"]),
               helper.make_node("Identity", ["words"], ["echo"])],
     [tensor("numbers", TensorProto.INT64, ["n"]), tensor("flags", TensorProto.BOOL, ["n"]),
      tensor("words", TensorProto.STRING, ["n"])],
     [tensor("sum", TensorProto.INT64, ["n"]), tensor("echo", TensorProto.STRING, ["n"])])

# Refuses indices that are out of range while it runs.
save("gather", [helper.make_node("Gather", ["table", "index"], ["row"])],
     [tensor("index", TensorProto.INT64, ["n"])], [tensor("row", TensorProto.FLOAT, ["n", 2])],
     {"table": np.arange(6, dtype=np.float32).reshape(3, 2)})

# Gives one value for the whole batch, so that rows have no entry of their own.
save("total", [helper.make_node("ReduceSum", ["x"], ["y"], keepdims=0)],
     [tensor("x", TensorProto.FLOAT, ["n"])], [tensor("y", TensorProto.FLOAT, [])])

# Gives back what it gets: infinities and NaN among it.
save("same", [helper.make_node("Identity", ["x"], ["y"])],
     [tensor("x", TensorProto.FLOAT, ["n", "m"])], [tensor("y", TensorProto.FLOAT, ["n", "m"])])

# Doubles one value a row.
save("scale", [helper.make_node("Add", ["x", "x"], ["y"])],
     [tensor("x", TensorProto.FLOAT, ["n", 1])], [tensor("y", TensorProto.FLOAT, ["n", 1])])

# Gives half-precision values back.
save("half", [helper.make_node("Identity", ["x"], ["y"])],
     [tensor("x", TensorProto.FLOAT16, ["n"])], [tensor("y", TensorProto.FLOAT16, ["n"])])

# One text in, the same text out under a name that TensorFlow Serving takes for bytes.
save("text", [helper.make_node("Identity", ["text"], ["echo_bytes"])],
     [tensor("text", TensorProto.STRING, ["n"])], [tensor("echo_bytes", TensorProto.STRING, ["n"])])

(here / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
