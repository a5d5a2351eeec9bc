"""Writes tasks.json: PyTorch's losses and scikit-learn's metrics of small random outputs and targets.

Run with a Python that has torch 1.13 and scikit-learn 1.2 (Debian: python3-torch, python3-sklearn).
"""
import json
import warnings
from pathlib import Path

import numpy as np
import torch
from sklearn import metrics
from torch.nn import functional as F

warnings.simplefilter("ignore")
torch.manual_seed(11)
cases = []


def case(name, loss, values, outputs, targets, weights=None, **more):
    cases.append({"name": name, "loss": float(loss), "metrics": {k: float(v) for k, v in values.items()},
                  "outputs": outputs.flatten().tolist(), "outputShape": list(outputs.shape),
                  "targets": targets.flatten().tolist(), "targetShape": list(targets.shape),
                  "weights": None if weights is None else weights.tolist(), **more})


def weighted(items, weights):
    """The mean of (B, …) losses, each sample times its weight."""
    w = weights.reshape([-1] + [1] * (items.dim() - 1)).expand_as(items)
    return (items * w).sum() / w.sum()


# Several labels, with the decision thresholds 0.5, 0.3, 0.7.
logits = torch.randn(24, 3) * 2
labels = (torch.rand(24, 3) < torch.sigmoid(logits)).float()
labels[:, 2] = (torch.rand(24) < 0.2).float()
p = torch.sigmoid(logits)


def multi(thresholds):
    decided = (p >= torch.tensor(thresholds)).int().numpy()
    y = labels.int().numpy()
    return {"accuracy": metrics.accuracy_score(y, decided), "label_accuracy": (y == decided).mean(),
            "f1_macro": metrics.f1_score(y, decided, average="macro"), "f1_micro": metrics.f1_score(y, decided, average="micro"),
            "auc": metrics.roc_auc_score(y, p.numpy(), average="macro")}


pos = torch.tensor([1.0, 3.0, 0.5])
w = torch.rand(24) + 0.1
case("multi-label", F.binary_cross_entropy_with_logits(logits, labels), multi([0.5, 0.5, 0.5]), logits, labels)
case("multi-label thresholds", F.binary_cross_entropy_with_logits(logits, labels, pos_weight=pos), multi([0.5, 0.3, 0.7]), logits, labels)
case("multi-label weights", weighted(F.binary_cross_entropy_with_logits(logits, labels, reduction="none"), w),
     multi([0.5, 0.5, 0.5]), logits, labels, w)


def best_threshold(score, y):
    precision, recall, at = metrics.precision_recall_curve(y, score)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))


best = [best_threshold(p[:, i].numpy(), labels[:, i].numpy()) for i in range(3)]

# Binary.
one, yes = logits[:, :1], labels[:, 0]


def binary(threshold):
    decided, y = (p[:, 0] >= threshold).int().numpy(), yes.int().numpy()
    return {"accuracy": metrics.accuracy_score(y, decided), "f1": metrics.f1_score(y, decided),
            "precision": metrics.precision_score(y, decided), "recall": metrics.recall_score(y, decided),
            "auc": metrics.roc_auc_score(y, p[:, 0].numpy())}


case("binary", F.binary_cross_entropy_with_logits(one[:, 0], yes), binary(0.5), one, yes)
case("binary threshold", F.binary_cross_entropy_with_logits(one[:, 0], yes, pos_weight=torch.tensor(2.5)), binary(0.8), one, yes)

# Regression, two numbers a sample.
truth = torch.randn(20, 2) * 3
guess = truth + torch.randn(20, 2)


def numbers(g, t):
    return {"mae": metrics.mean_absolute_error(t, g), "rmse": metrics.mean_squared_error(t, g, squared=False), "r2": metrics.r2_score(t, g)}


scores = numbers(guess.numpy(), truth.numpy())
case("mse", F.mse_loss(guess, truth), scores, guess, truth)
case("mae", F.l1_loss(guess, truth), scores, guess, truth)
case("huber", F.huber_loss(guess, truth, delta=0.7), scores, guess, truth)
case("mse weights", weighted(F.mse_loss(guess, truth, reduction="none"), w[:20]), scores, guess, truth, w[:20])
quantiles = torch.stack([truth[:, 0] - 0.8, truth[:, 0], truth[:, 0] + 1.1], 1) + torch.randn(20, 3) * 0.5
pinball = np.mean([metrics.mean_pinball_loss(truth[:, 0], quantiles[:, i], alpha=a) for i, a in enumerate([0.1, 0.5, 0.9])])
inside = ((quantiles.min(1)[0] <= truth[:, 0]) & (truth[:, 0] <= quantiles.max(1)[0])).float().mean()
case("quantile", pinball, {**numbers(quantiles[:, 1:2].numpy(), truth[:, :1].numpy()), "coverage": inside}, quantiles, truth[:, 0])

# Tokens: four classes, the last never there; padding is ignored.
tokens = torch.randn(5, 6, 4)
tokens[..., 3] -= 9
classes = torch.randint(0, 3, (5, 6))
lengths = [6, 4, 1, 5, 3]
for row, length in enumerate(lengths):
    classes[row, length:] = -100
kept = classes != -100
best_class = tokens.argmax(2)
y, g = classes[kept].numpy(), best_class[kept].numpy()
report = {"accuracy": metrics.accuracy_score(y, g), "f1_macro": metrics.f1_score(y, g, average="macro"), "f1_micro": metrics.f1_score(y, g, average="micro")}
class_weights = torch.tensor([1.0, 0.5, 2.0, 1.0])
flat = (tokens.flatten(0, 1), classes.flatten())
case("tokens", F.cross_entropy(*flat), report, tokens, classes)
case("tokens weighted smoothed", F.cross_entropy(*flat, weight=class_weights, label_smoothing=0.1), report, tokens, classes)
tw = torch.tensor([1.0, 2.0, 0.0, 0.5, 1.5])
case("tokens sample weights", weighted(torch.where(kept, F.cross_entropy(*flat, reduction="none").view(5, 6), torch.zeros(5, 6)), tw)
     * tw.view(5, 1).expand(5, 6).sum() / (tw.view(5, 1) * kept).sum(), report, tokens, classes, tw)
perplexity = float(F.cross_entropy(*flat).exp())
rows_right = [(bool((best_class[i][kept[i]] == classes[i][kept[i]]).all())) for i in range(5)]
language = {"accuracy": report["accuracy"], "perplexity": perplexity}
case("language model", F.cross_entropy(*flat), language, tokens, classes)
# One row is written without a fault.
shown = tokens.clone()
shown[1, range(4), classes[1, :4]] += 20
shown[3, range(5), classes[3, :5]] += 20
wins = shown.argmax(2)
case("sequence to sequence", F.cross_entropy(shown.flatten(0, 1), flat[1], label_smoothing=0.2),
     {"accuracy": (wins[kept] == classes[kept]).float().mean(), "perplexity": F.cross_entropy(shown.flatten(0, 1), flat[1]).exp(),
      "sequence_accuracy": np.mean([bool((wins[i][kept[i]] == classes[i][kept[i]]).all()) for i in range(5)])}, shown, classes)

# Segmentation: three classes, one image half ignored (255), the third class only in one image.
pixels = torch.randn(4, 3, 5, 6) * 2
areas = torch.randint(0, 2, (4, 5, 6))
areas[2, 1:4, 2:5] = 2
areas[1, :, :3] = 255
keep = areas != 255
guessed = pixels.argmax(1)
ya, ga = areas[keep].numpy(), guessed[keep].numpy()
seg = {"accuracy": metrics.accuracy_score(ya, ga), "mean_iou": metrics.jaccard_score(ya, ga, average="macro"), "dice": metrics.f1_score(ya, ga, average="macro")}


def dice_loss(logit, target):
    """As MONAI's DiceLoss(softmax=True, to_onehot_y=True, smooth_nr=1e-5, smooth_dr=1e-5), without ignored pixels."""
    losses = []
    for image in range(4):
        mask = (target[image] != 255)
        share = torch.softmax(logit[image], 0)
        per_class = []
        for c in range(3):
            s, t = share[c][mask], (target[image][mask] == c).float()
            per_class.append(1 - (2 * (s * t).sum() + 1e-5) / (s.sum() + t.sum() + 1e-5))
        losses.append(sum(per_class) / 3)
    return sum(losses) / 4


entropy = torch.stack([F.cross_entropy(pixels[i:i + 1], areas[i:i + 1], ignore_index=255) for i in range(4)]).mean()
pixel_weights = torch.tensor([1.0, 2.0, 0.5])
case("segmentation", F.cross_entropy(pixels, areas, ignore_index=255), seg, pixels, areas)
case("segmentation weighted", F.cross_entropy(pixels, areas, weight=pixel_weights, ignore_index=255), seg, pixels, areas)
case("segmentation dice", dice_loss(pixels, areas), seg, pixels, areas)
case("segmentation both", entropy + dice_loss(pixels, areas), seg, pixels, areas)

# Pairs: eight images, eight texts in a space of six dimensions, and keys that some share.
first, second = F.normalize(torch.randn(8, 6), dim=1), None
second = F.normalize(first + 0.6 * torch.randn(8, 6), dim=1)
scale = 1 / 0.07
likeness = scale * first @ second.T
arange = torch.arange(8)


def recall(keys, k):
    hits = 0
    for i in range(8):
        near = torch.argsort(likeness[i], descending=True)[:k]
        hits += bool((keys[near] == keys[i]).any())
    return hits / 8


def soft(matrix, keys):
    same = (keys[:, None] == keys[None, :]).float()
    return F.cross_entropy(matrix, same / same.sum(1, keepdim=True))


keys = torch.tensor([0, 1, 2, 0, 1, 3, 4, 0])
both = torch.cat([first, second], 1)
case("contrastive", (F.cross_entropy(likeness, arange) + F.cross_entropy(likeness.T, arange)) / 2,
     {f"recall_at_{k}": recall(arange, k) for k in (1, 5)}, both, arange)
case("contrastive keys", (soft(likeness, keys) + soft(likeness.T, keys)) / 2,
     {f"recall_at_{k}": recall(keys, k) for k in (1, 5)}, both, keys)

# One label of four classes.
few = torch.randn(30, 6) * 1.5
kinds = torch.cat([torch.arange(6), torch.randint(0, 6, (24,))])
share = torch.softmax(few.double(), 1).numpy()
guess_kind = few.argmax(1).numpy()
single = {"accuracy": metrics.accuracy_score(kinds, guess_kind), "top5": metrics.top_k_accuracy_score(kinds, share, k=5, labels=range(6)),
          "f1_macro": metrics.f1_score(kinds, guess_kind, average="macro"), "f1_micro": metrics.f1_score(kinds, guess_kind, average="micro"),
          "auc": np.mean([metrics.roc_auc_score(kinds == c, share[:, c]) for c in range(6)])}
cw = torch.tensor([1.0, 0.5, 2.0, 1.0, 3.0, 1.5])
sw = torch.rand(30) + 0.1
case("classification", F.cross_entropy(few, kinds), single, few, kinds)
case("classification weighted smoothed", F.cross_entropy(few, kinds, weight=cw, label_smoothing=0.1), single, few, kinds)
case("classification sample weights", weighted(F.cross_entropy(few, kinds, reduction="none"), sw), single, few, kinds, sw)
soft_targets = torch.softmax(torch.randn(30, 6), 1)
case("classification soft", F.cross_entropy(few, soft_targets), {}, few, soft_targets)

Path(__file__).with_name("tasks.json").write_text(json.dumps(
    {"torch": torch.__version__, "bestF1": best, "cases": cases}, separators=(",", ":")) + "\n")
