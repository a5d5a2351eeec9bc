"""Writes two models whose outputs anybody can tell.

successor.onnx: a decoder with a cache whose next token is always (last token + 1) modulo 64.
length.onnx: a classifier of texts with the logits (number of tokens, 5).

Run with a Python that has onnx (Debian: python3-onnx).
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VOCABULARY, CYCLE = 300, 64


def constant(name, value, kind=np.int64):
    return numpy_helper.from_array(np.asarray(value, dtype=kind), name)


def info(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


cache = ["batch", 1, "past", 1]
longer = ["batch", 1, "total", 1]
nodes = [
    helper.make_node("Gather", ["input_ids", "minus_one"], ["last"], axis=1),
    helper.make_node("Add", ["last", "one"], ["after"]),
    helper.make_node("Mod", ["after", "cycle"], ["next"]),
    helper.make_node("OneHot", ["next", "vocabulary", "off_on"], ["logits"]),
    helper.make_node("Cast", ["input_ids"], ["floats"], to=TensorProto.FLOAT),
    helper.make_node("Unsqueeze", ["floats", "axes"], ["step"]),
    helper.make_node("Concat", ["past_key_values.0.key", "step"], ["present.0.key"], axis=2),
    helper.make_node("Concat", ["past_key_values.0.value", "step"], ["present.0.value"], axis=2),
]


def save(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="maas-fixtures")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    (pathlib.Path(__file__).parent / f"{name}.onnx").write_bytes(model.SerializeToString())


save("successor", nodes,
     [info("input_ids", TensorProto.INT64, ["batch", "sequence"]), info("past_key_values.0.key", TensorProto.FLOAT, cache),
      info("past_key_values.0.value", TensorProto.FLOAT, cache)],
     [info("logits", TensorProto.FLOAT, ["batch", VOCABULARY]), info("present.0.key", TensorProto.FLOAT, longer),
      info("present.0.value", TensorProto.FLOAT, longer)],
     [constant("minus_one", -1), constant("one", 1), constant("cycle", CYCLE), constant("vocabulary", VOCABULARY),
      constant("off_on", [0, 1], np.float32), constant("axes", [1, 3])])

ids = ["batch", "sequence"]
save("length",
     [helper.make_node("Mul", ["input_ids", "zero"], ["none"]),
      helper.make_node("Add", ["none", "attention_mask"], ["tokens"]),
      helper.make_node("Cast", ["tokens"], ["floats"], to=TensorProto.FLOAT),
      helper.make_node("ReduceSum", ["floats", "axis"], ["count"], keepdims=1),
      helper.make_node("Mul", ["count", "zero_float"], ["zeros"]),
      helper.make_node("Add", ["zeros", "five"], ["fives"]),
      helper.make_node("Concat", ["count", "fives"], ["logits"], axis=1)],
     [info("input_ids", TensorProto.INT64, ids), info("attention_mask", TensorProto.INT64, ids)],
     [info("logits", TensorProto.FLOAT, ["batch", 2])],
     [constant("zero", 0), constant("axis", [1]), constant("zero_float", 0, np.float32), constant("five", 5, np.float32)])
