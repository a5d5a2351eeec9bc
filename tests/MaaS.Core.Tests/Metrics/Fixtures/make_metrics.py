"""Writes metrics.json: scikit-learn's values for small random and degenerate classifiers.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn).
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240517)


def report(name, classes, actual, predicted):
    labels = list(range(classes))
    case = {"name": name, "classes": classes, "actual": list(map(int, actual)), "predicted": list(map(int, predicted)),
            "confusion": metrics.confusion_matrix(actual, predicted, labels=labels).tolist(),
            "accuracy": float(metrics.accuracy_score(actual, predicted)), "reports": {}}
    for zero in (0, 1):
        def scores(average):
            p, r, f, s = metrics.precision_recall_fscore_support(
                actual, predicted, labels=labels, average=average, zero_division=zero)
            return {"precision": np.asarray(p).tolist(), "recall": np.asarray(r).tolist(), "f1": np.asarray(f).tolist(),
                    "support": None if s is None else np.asarray(s).tolist()}
        case["reports"][str(zero)] = {"class": scores(None), "macro": scores("macro"),
                                      "micro": scores("micro"), "weighted": scores("weighted")}
    return case


def noisy(classes, n, share):
    actual = rng.integers(0, classes, n)
    return actual, np.where(rng.random(n) < share, actual, rng.integers(0, classes, n))


def probabilities(classes, n, decimals):
    actual = np.concatenate([np.arange(classes), rng.integers(0, classes, n - classes)])
    logits = rng.normal(size=(n, classes)) + 1.5 * np.eye(classes)[actual]
    logits = np.round(logits, decimals)  # equal scores are part of the test
    p = np.exp(logits)
    return actual, (p / p.sum(axis=1, keepdims=True)).astype(np.float32)


def scored(name, classes, n, decimals):
    actual, p = probabilities(classes, n, decimals)
    eps = float(np.finfo(np.float32).eps)
    one_vs_rest = [float(metrics.roc_auc_score(actual == c, p[:, c])) for c in range(classes)]
    return {"name": name, "classes": classes, "actual": actual.tolist(), "scores": p.astype(float).ravel().tolist(),
            "logLoss": float(metrics.log_loss(actual, p.astype(np.float64), labels=list(range(classes)), eps=eps)),
            "oneVsRest": one_vs_rest, "macro": float(np.mean(one_vs_rest)),
            "weighted": float(np.average(one_vs_rest, weights=np.bincount(actual, minlength=classes))),
            "topK": [float(metrics.top_k_accuracy_score(actual, p, k=k, labels=list(range(classes))))
                     for k in range(1, classes)]}


def binary(name, actual, scores):
    return {"name": name, "actual": list(map(int, actual)), "scores": np.asarray(scores, np.float32).astype(float).tolist(),
            "auc": float(metrics.roc_auc_score(actual, np.asarray(scores, np.float32)))}


def regression(name, predicted, actual):
    predicted, actual = (np.asarray(v, np.float32).reshape(len(actual), -1) for v in (predicted, actual))
    return {"name": name, "outputs": actual.shape[1], "predicted": predicted.astype(float).ravel().tolist(),
            "actual": actual.astype(float).ravel().tolist(),
            "mae": float(metrics.mean_absolute_error(actual.astype(np.float64), predicted.astype(np.float64))),
            "rmse": float(metrics.mean_squared_error(actual.astype(np.float64), predicted.astype(np.float64), squared=False)),
            "r2": float(metrics.r2_score(actual.astype(np.float64), predicted.astype(np.float64)))}


def multi_label(name, predicted, actual):
    predicted, actual = np.asarray(predicted, int), np.asarray(actual, int)
    return {"name": name, "labels": actual.shape[1], "predicted": predicted.ravel().tolist(), "actual": actual.ravel().tolist(),
            "subset": float(metrics.accuracy_score(actual, predicted)), "decisions": float((actual == predicted).mean()),
            **{average: [float(v) for v in metrics.precision_recall_fscore_support(actual, predicted, average=average)[:3]]
               for average in ("macro", "micro")},
            "f1": metrics.f1_score(actual, predicted, average=None).tolist()}


n = 200
actual = rng.integers(0, 2, n)
fixture = {
    "reports": [
        report("ten classes", 10, *noisy(10, 500, 0.8)),
        report("two classes", 2, *noisy(2, 60, 0.7)),
        report("a class never predicted", 3, [0, 0, 1, 2, 2], [0, 1, 1, 0, 1]),
        report("a class without samples", 3, [0, 0, 1, 1], [0, 2, 1, 1]),
        report("a class neither predicted nor there", 4, [0, 1, 1, 2], [0, 1, 2, 2]),
        report("all wrong", 3, [0, 1, 2], [1, 2, 0]),
        report("one sample", 2, [1], [1]),
    ],
    "scores": [scored("five classes", 5, 300, 6), scored("ties", 4, 120, 0)],
    "binary": [
        binary("noisy", actual, actual + rng.normal(size=n)),
        binary("ties", actual, np.round(actual + rng.normal(size=n))),
        binary("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]),
        binary("inverted", [1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]),
        binary("constant", [0, 1, 0], [0.5, 0.5, 0.5]),
    ],
}
truth = rng.normal(size=(50, 3))
marks = rng.integers(0, 2, (40, 4))
fixture["regression"] = [
    regression("one output", truth[:, 0] + rng.normal(size=50), truth[:, 0]),
    regression("three outputs", truth + rng.normal(size=(50, 3)), truth),
    regression("nothing to explain", [1.0, 2.0, 1.0], [1.0, 1.0, 1.0]),
    regression("nothing to explain, all hit", [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
]
fixture["multiLabel"] = [
    multi_label("noisy", np.where(rng.random((40, 4)) < 0.7, marks, 1 - marks), marks),
    multi_label("a label that is never there", [[1, 0], [1, 0], [0, 0]], [[1, 0], [0, 0], [1, 0]]),
]
path = pathlib.Path(__file__).with_name("metrics.json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
