"""Writes small ONNX models and, for linear.onnx, the outputs that numpy computes: linear.json.

Run with a Python that has onnx and numpy (Debian: python3-onnx).
"""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)


def save(name, nodes, inputs, outputs, weights=None):
    initializers = [numpy_helper.from_array(w, n) for n, w in (weights or {}).items()]
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="maas-fixtures")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    (here / f"{name}.onnx").write_bytes(model.SerializeToString())


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


# y = x W' + b, (batch, 4) -> (batch, 3)
w, b = rng.normal(size=(3, 4)).astype(np.float32), rng.normal(size=3).astype(np.float32)
save("linear", [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1)],
     [tensor("x", TensorProto.FLOAT, ["batch", 4])], [tensor("y", TensorProto.FLOAT, ["batch", 3])], {"w": w, "b": b})
x = rng.normal(size=(5, 4)).astype(np.float32)
y = x.astype(np.float64) @ w.T.astype(np.float64) + b
(here / "linear.json").write_text(json.dumps(
    {"x": x.astype(float).ravel().tolist(), "y": y.ravel().tolist()}, separators=(",", ":")) + "\n")

# Two inputs of other types, two outputs of which one is text.
save("mixed", [helper.make_node("Cast", ["flags"], ["as_int"], to=TensorProto.INT64),
               helper.make_node("Add", ["numbers", "as_int"], ["sum"]),
               helper.make_node("Identity", ["words"], ["echo"])],
     [tensor("numbers", TensorProto.INT64, ["n"]), tensor("flags", TensorProto.BOOL, ["n"]),
      tensor("words", TensorProto.STRING, ["m"])],
     [tensor("sum", TensorProto.INT64, ["n"]), tensor("echo", TensorProto.STRING, ["m"])])

# Fails while it runs when an index is out of range.
save("gather", [helper.make_node("Gather", ["table", "index"], ["row"])],
     [tensor("index", TensorProto.INT64, ["n"])], [tensor("row", TensorProto.FLOAT, ["n", 2])],
     {"table": np.arange(6, dtype=np.float32).reshape(3, 2)})

# float16 in and out.
save("half", [helper.make_node("Neg", ["x"], ["y"])],
     [tensor("x", TensorProto.FLOAT16, ["n"])], [tensor("y", TensorProto.FLOAT16, ["n"])])
