"""Outputs and gradients of PyTorch's own attention, encoder and decoder layers. Writes blocks.json beside this file.

Weights are drawn under MaaS's parameter names, kept in the file and joined to PyTorch's (query, key and value are one
matrix there). The loss is the sum of output * ramp. Gradients are those of MaaS's parameters and of the inputs.
"""
import json
import os

import torch
import torch.nn as nn

torch.set_num_threads(1)
torch.manual_seed(5)
BATCH, TARGET, SOURCE, WIDTH, HEADS, HIDDEN = 3, 4, 5, 8, 2, 12


def draw(*shape, scale=1.0):
    return (torch.randn(shape) * scale).mul(1e4).round().div(1e4)


def linear(name, outputs, inputs):
    return {name + ".weight": draw(outputs, inputs, scale=0.4), name + ".bias": draw(outputs, scale=0.3)}


def norm(name):
    return {name + ".weight": 1 + draw(WIDTH, scale=0.2), name + ".bias": draw(WIDTH, scale=0.2)}


def attention(name):
    prefix = name + "." if name else ""
    return {k: v for part in ("query", "key", "value", "output") for k, v in linear(prefix + part, WIDTH, WIDTH).items()}


def feed_forward():
    return {**linear("feedForward.up", HIDDEN, WIDTH), **linear("feedForward.down", WIDTH, HIDDEN)}


STATES = {
    "attention": attention(""),
    "encoder": {**attention("attention"), **norm("norm1"), **feed_forward(), **norm("norm2")},
    "decoder": {**attention("attention"), **norm("norm1"), **attention("crossAttention"), **norm("norm2"),
                **feed_forward(), **norm("norm3")},
}
# PyTorch's attribute of each of MaaS's modules.
NAMES = {"norm1": "norm1", "norm2": "norm2", "norm3": "norm3", "feedForward.up": "linear1", "feedForward.down": "linear2"}
ATTENTIONS = {"attention": {"": ""}, "encoder": {"attention.": "self_attn."},
              "decoder": {"attention.": "self_attn.", "crossAttention.": "multihead_attn."}}


def to_pytorch(kind, state):
    result = {}
    for ours, theirs in ATTENTIONS[kind].items():
        for part in ("weight", "bias"):
            result[theirs + "in_proj_" + part] = torch.cat([state[f"{ours}{p}.{part}"] for p in ("query", "key", "value")])
            result[f"{theirs}out_proj.{part}"] = state[f"{ours}output.{part}"]
    for ours, theirs in NAMES.items():
        for part in ("weight", "bias"):
            if f"{ours}.{part}" in state:
                result[f"{theirs}.{part}"] = state[f"{ours}.{part}"]
    return result


def gradients(kind, module):
    theirs = {name: p.grad for name, p in module.named_parameters()}
    result = {}
    for ours, prefix in ATTENTIONS[kind].items():
        for part in ("weight", "bias"):
            for name, grad in zip(("query", "key", "value"), theirs[f"{prefix}in_proj_{part}"].chunk(3)):
                result[f"{ours}{name}.{part}"] = grad
            result[f"{ours}output.{part}"] = theirs[f"{prefix}out_proj.{part}"]
    for ours, name in NAMES.items():
        for part in ("weight", "bias"):
            if f"{name}.{part}" in theirs:
                result[f"{ours}.{part}"] = theirs[f"{name}.{part}"]
    return result


def plain(t):
    return {"shape": list(t.shape), "data": [float("%.8g" % v) for v in t.detach().reshape(-1).tolist()]}


X = draw(BATCH, TARGET, WIDTH)
MEMORY = draw(BATCH, SOURCE, WIDTH)
X_MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]])
MEMORY_MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 0, 0]])
CAUSAL = torch.triu(torch.ones(TARGET, TARGET, dtype=torch.bool), 1)
cases = []


def case(kind, module, call, causal, padding, memory_padding=False, cross=False, **options):
    module.load_state_dict(to_pytorch(kind, STATES[kind]))
    module.train()    # dropout is 0; evaluation mode would take another path
    x, memory = X.clone().requires_grad_(), MEMORY.clone().requires_grad_()
    output = call(module, x, memory, CAUSAL if causal else None, X_MASK.eq(0) if padding else None,
                  MEMORY_MASK.eq(0) if memory_padding else None)
    (output * torch.linspace(-1, 1, output.numel()).reshape(output.shape)).sum().backward()
    grads = {**gradients(kind, module), "input": x.grad}
    if memory.grad is not None:
        grads["memory"] = memory.grad
    cases.append({"kind": kind, "causal": causal, "padding": padding, "memory_padding": memory_padding, "cross": cross,
                  **options, "output": plain(output), "gradients": {k: plain(v) for k, v in grads.items()}})


for causal, padding in ((False, False), (False, True), (True, False), (True, True)):
    case("attention", nn.MultiheadAttention(WIDTH, HEADS, batch_first=True),
         lambda m, x, _, mask, pad, __: m(x, x, x, key_padding_mask=pad, attn_mask=mask)[0], causal, padding)
for padding in (False, True):
    case("attention", nn.MultiheadAttention(WIDTH, HEADS, batch_first=True),
         lambda m, x, memory, _, __, pad: m(x, memory, memory, key_padding_mask=pad)[0], False, False, padding, True)

for pre_norm in (False, True):
    for activation, causal, padding in (("relu", False, True), ("gelu", True, False), ("gelu", True, True)):
        make = dict(dropout=0.0, activation=activation, batch_first=True, norm_first=pre_norm)
        options = dict(pre_norm=pre_norm, activation=activation)
        case("encoder", nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, **make),
             lambda m, x, _, mask, pad, __: m(x, src_mask=mask, src_key_padding_mask=pad), causal, padding, **options)
        case("decoder", nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, **make),
             lambda m, x, memory, mask, pad, memory_pad: m(
                 x, memory, tgt_mask=mask, tgt_key_padding_mask=pad, memory_key_padding_mask=memory_pad),
             causal, padding, padding, True, **options)

record = {"input": plain(X), "memory": plain(MEMORY), "mask": plain(X_MASK), "memory_mask": plain(MEMORY_MASK),
          "states": {kind: {k: plain(v) for k, v in state.items()} for kind, state in STATES.items()}, "cases": cases}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "blocks.json"), "w") as file:
    json.dump(record, file, separators=(",", ":"))
