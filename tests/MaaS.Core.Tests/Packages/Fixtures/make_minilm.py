#!/usr/bin/env python3
"""Writes minilm.json: tokens and vectors of some texts, by all-MiniLM-L6-v2 in NumPy and float64.

    python3 make_minilm.py FOLDER

FOLDER has model.onnx and vocab.txt. The weights are read out of the ONNX file, the network is written down here, after
Devlin et al. 2018 and Reimers, Gurevych 2019: neither MaaS nor ONNX Runtime has a part in it.
"""
import json
import math
import os
import re
import sys

import numpy as np

TEXTS = [
    "A model as a service.",
    "The cat sat on the mat.",
    "A kitten was sitting on a rug.",
    "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and nothing "
    "particular to interest me on shore, I thought I would sail about a little.",
    "x",
]
HEADS, LAYERS = 12, 6


def fields(data):
    """The fields of a protobuf message: (number, value), bytes or integers."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
        elif kind == 2:
            size = varint()
            yield key >> 3, data[at:at + size]
            at += size
        else:
            size = 4 if kind == 5 else 8
            yield key >> 3, data[at:at + size]
            at += size


def tensor(data):
    dims, name, raw = [], "", b""
    for number, value in fields(data):
        if number == 1:
            if isinstance(value, int):
                dims.append(value)
            else:
                dims += list(value)
        elif number == 8:
            name = bytes(value).decode()
        elif number == 9:
            raw = bytes(value)
        elif number == 2:
            kind = value
    return name, np.frombuffer(raw, "<f4").reshape(dims).astype(np.float64) if kind == 1 and raw else None


def load(path):
    with open(path, "rb") as file:
        model = memoryview(file.read())
    graph = next(value for number, value in fields(model) if number == 7)
    weights, products, sums = {}, {}, []
    for number, value in fields(graph):
        if number == 5:
            name, values = tensor(value)
            if values is not None:
                weights[name] = values
        elif number == 1:
            node = {1: [], 2: [], 4: ""}
            for part, text in fields(value):
                if part in (1, 2):
                    node[part].append(bytes(text).decode())
                elif part == 4:
                    node[4] = bytes(text).decode()
            if node[4] == "MatMul":
                products[node[2][0]] = node[1][1]
            elif node[4] == "Add":
                sums.append(node[1])
    # The matrices of the graph have numbers: the bias that is added to a product says whose it is.
    for inputs in sums:
        bias = [i for i in inputs if i.endswith(".bias")]
        product = [i for i in inputs if i in products]
        if bias and product:
            weights[bias[0][:-len("bias")] + "weight"] = weights[products[product[0]]]
    return weights


def tokens(text, vocabulary):
    ids = [vocabulary["[CLS]"]]
    for word in re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower()):
        start = 0
        while start < len(word):
            end = len(word)
            while ("##" if start else "") + word[start:end] not in vocabulary:
                end -= 1
            ids.append(vocabulary[("##" if start else "") + word[start:end]])
            start = end
    return ids + [vocabulary["[SEP]"]]


def main():
    folder = sys.argv[1]
    weights = load(os.path.join(folder, "model.onnx"))
    with open(os.path.join(folder, "vocab.txt"), encoding="utf-8") as file:
        vocabulary = {line.rstrip("\n"): i for i, line in enumerate(file)}
    erf = np.vectorize(math.erf)

    def linear(x, name):
        return x @ weights[name + ".weight"] + weights[name + ".bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-12)
        return centred / scale * weights[name + ".weight"] + weights[name + ".bias"]

    def embed(ids):
        e = "embeddings."
        x = weights[e + "word_embeddings.weight"][ids] + weights[e + "position_embeddings.weight"][:len(ids)]
        x = norm(x + weights[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
        for layer in range(LAYERS):
            p = f"encoder.layer.{layer}."
            q, k, v = (
                linear(x, f"{p}attention.self.{part}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
                for part in ("query", "key", "value"))
            scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            context = (scores / scores.sum(-1, keepdims=True)) @ v
            context = linear(context.transpose(1, 0, 2).reshape(len(ids), -1), p + "attention.output.dense")
            x = norm(x + context, p + "attention.output.LayerNorm")
            inner = linear(x, p + "intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
            x = norm(x + linear(inner, p + "output.dense"), p + "output.LayerNorm")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)

    rows = [tokens(text, vocabulary) for text in TEXTS]
    out = [{"text": t, "tokens": r, "vector": [round(float(v), 7) for v in embed(r)]} for t, r in zip(TEXTS, rows)]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "minilm.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(entry) for entry in out) + "\n]\n")


if __name__ == "__main__":
    main()
