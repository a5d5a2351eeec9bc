"""Values and gradients of every loss and of functions without a layer, by PyTorch. Writes losses.json beside this file.

The scalar that backward starts from is the sum of the results * linspace(-1, 1), or the result itself where it is one number.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

cases = {}


def plain(t):
    whole = t.dtype in (torch.int64, torch.bool)
    return {"shape": list(t.shape), "dtype": "int64" if whole else "float32",
            "data": t.long().reshape(-1).tolist() if whole else [float("%.7g" % v) for v in t.detach().reshape(-1).tolist()]}


def wave(*shape, phase=0.3):
    count = math.prod(shape)
    return torch.sin(torch.arange(count, dtype=torch.float32) * 1.7 + phase).mul(1.5e4).round().div(1e4).reshape(shape)


def case(name, function, *inputs):
    inputs = [i.clone().requires_grad_() if i.is_floating_point() else i for i in inputs]
    record = {"inputs": [plain(i) for i in inputs]}
    result = function(*inputs)
    record["output"] = plain(result)
    if result.requires_grad:
        weights = torch.linspace(-1, 1, result.numel()).reshape(result.shape) if result.numel() > 1 else torch.ones(result.shape)
        (result * weights).sum().backward()
    record["grads"] = [plain(i.grad) if i.grad is not None else None for i in inputs]
    cases[name] = record


a, b, c = wave(4, 3), wave(4, 3, phase=1.1), wave(4, 3, phase=2.2)
classes, signs = torch.tensor([2, 0, 1, 2]), torch.tensor([1.0, -1.0, 1.0, -1.0])
matrix_signs = torch.tensor([[1.0, -1, 1]] * 4)
weights = torch.tensor([0.2, 1.5, 0.7])
p, q = a.sigmoid().mul(1e4).round().div(1e4), b.sigmoid().mul(1e4).round().div(1e4)
for reduction in ("none", "mean", "sum"):
    r = dict(reduction=reduction)
    case("cross_entropy_" + reduction, lambda x, t: F.cross_entropy(x, t, **r), a, classes)
    case("nll_loss_" + reduction, lambda x, t: F.nll_loss(F.log_softmax(x, 1), t, **r), a, classes)
    case("mse_loss_" + reduction, lambda x, t: F.mse_loss(x, t, **r), a, b)
    case("l1_loss_" + reduction, lambda x, t: F.l1_loss(x, t, **r), a, b)
    case("smooth_l1_loss_" + reduction, lambda x, t: F.smooth_l1_loss(x, t, beta=0.4, **r), a, b)
    case("huber_loss_" + reduction, lambda x, t: F.huber_loss(x, t, delta=0.4, **r), a, b)
    case("binary_cross_entropy_" + reduction, lambda x, t: F.binary_cross_entropy(x, t, **r), p, q.detach())
    case("binary_cross_entropy_with_logits_" + reduction, lambda x, t: F.binary_cross_entropy_with_logits(x, t, **r), a, q)
    case("kl_div_" + reduction, lambda x, t: F.kl_div(x, t, log_target=True, **r), a, b)
    case("cosine_embedding_loss_" + reduction, lambda x, y, t: F.cosine_embedding_loss(x, y, t, margin=0.1, **r), a, b, signs.long())
    case("hinge_embedding_loss_" + reduction, lambda x, t: F.hinge_embedding_loss(x, t, margin=0.6, **r), a, matrix_signs.long())
    case("margin_ranking_loss_" + reduction, lambda x, y, t: F.margin_ranking_loss(x, y, t, margin=0.3, **r), a, b, matrix_signs.long())
    case("soft_margin_loss_" + reduction, lambda x, t: F.soft_margin_loss(x, t, **r), a, matrix_signs.long())
    case("multi_margin_loss_" + reduction, lambda x, t: F.multi_margin_loss(x, t, p=2, margin=0.8, **r), a, classes)
    case("multi_label_margin_loss_" + reduction, lambda x, t: F.multilabel_margin_loss(x, t, **r), a, torch.tensor([[2, -1, 0], [0, 1, -1], [1, -1, 2], [2, 0, 1]]))
    case("multilabel_soft_margin_loss_" + reduction, lambda x, t: F.multilabel_soft_margin_loss(x, t, **r), a, matrix_signs.gt(0).long())
    case("poisson_nll_loss_" + reduction, lambda x, t: F.poisson_nll_loss(x, t, full=True, **r), a, torch.tensor([[0, 3, 2]] * 4))
    case("triplet_margin_loss_" + reduction, lambda x, y, z: F.triplet_margin_loss(x, y, z, margin=0.5, swap=True, **r), a, b, c)
    case("triplet_margin_with_distance_loss_" + reduction, lambda x, y, z: F.triplet_margin_with_distance_loss(x, y, z, margin=0.5, swap=True, **r), a, b, c)
    case("ctc_loss_" + reduction, lambda x, t, i, l: F.ctc_loss(F.log_softmax(x, 2), t, i, l, **r), wave(6, 2, 4), torch.tensor([[1, 2, 2], [3, 1, 1]]), torch.tensor([6, 5]), torch.tensor([3, 2]))
case("cross_entropy_weighted", lambda x, t, w: F.cross_entropy(x, t, w.detach(), ignore_index=2, label_smoothing=0.1), a, classes, weights)
case("cross_entropy_probabilities", lambda x, t: F.cross_entropy(x, F.softmax(t, 1)), a, b)
case("cross_entropy_segmentation", lambda x, t: F.cross_entropy(x, t), wave(2, 3, 2, 2), torch.tensor([[[0, 1], [2, 1]], [[1, 1], [0, 2]]]))
case("nll_loss_weighted", lambda x, t, w: F.nll_loss(F.log_softmax(x, 1), t, w.detach()), a, classes, weights)
case("bce_with_logits_pos_weight", lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, weight=w.detach(), pos_weight=w.detach()), a, q, weights)
case("kl_div_probabilities", lambda x, t: F.kl_div(x, t, log_target=False), a, q)

query, key, value = wave(2, 3, 4), wave(2, 5, 4, phase=1.1), wave(2, 5, 6, phase=2.2)


def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return torch.softmax(scores, -1) @ v


case("attention", attention, query, key, value)
case("attention_bool_mask", lambda q, k, v, m: attention(q, k, v, m.bool()), query, key, value, torch.tensor([[1, 1, 0, 0, 1], [1, 0, 1, 1, 1], [0, 0, 0, 1, 1]]))
case("attention_float_mask", attention, query, key, value, wave(3, 5, phase=0.9))
case("attention_causal", lambda q, k, v: attention(q, k, v, torch.ones(3, 5, dtype=torch.bool).tril()), query, key, value)
case("one_hot", lambda t: F.one_hot(t, 4), classes)
case("normalize", lambda x: F.normalize(x, p=3.0, dim=0), a)
case("pad_constant", lambda x: F.pad(x, (1, 2, 0, -1), value=0.5), a)
case("pad_reflect", lambda x: F.pad(x, (2, 1), mode="reflect"), a)
case("interpolate_area", lambda x: F.interpolate(x, size=(2, 3), mode="area"), wave(1, 2, 4, 5))
case("interpolate_antialias", lambda x: F.interpolate(x, size=(2, 3), mode="bilinear", antialias=True), wave(1, 2, 4, 5))
case("interpolate_recompute", lambda x: F.interpolate(x, scale_factor=1.3, mode="bilinear", recompute_scale_factor=True), wave(1, 2, 4, 5))
case("interpolate_nearest_exact", lambda x: F.interpolate(x, size=(3, 7), mode="nearest-exact"), wave(1, 2, 4, 5))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"), "w") as file:
    file.write("{\n" + ",\n".join(json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in cases.items()) + "\n}\n")
