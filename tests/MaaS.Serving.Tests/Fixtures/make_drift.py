"""Writes drift.json: rows of training and of today, and how far they are apart as numpy and scipy see it.

Run with a Python that has numpy and scipy (Debian: python3-scipy).
"""
import json
import pathlib

import numpy as np
from scipy.special import softmax
from scipy.stats import ks_2samp

rng = np.random.default_rng(5)
training = np.round(np.column_stack([rng.normal(0, 1, 300), rng.exponential(1, 300)]), 4)
today = np.round(np.column_stack([rng.normal(0.8, 1.2, 200), rng.exponential(1, 200)]), 4)


def features(rows):
    """Both inputs, and class and probability of a network that gives its inputs back as logits."""
    probabilities = softmax(rows.astype(np.float32), axis=1)
    return {"x[0]": rows[:, 0], "x[1]": rows[:, 1], "prediction": probabilities.argmax(1).astype(float), "confidence": probabilities.max(1).astype(float)}


def describe(name, values):
    edges = np.array([0.5]) if name == "prediction" else np.unique(np.quantile(values, np.arange(1, 10) / 10))
    return {"name": name, "edges": edges.tolist(), "shares": shares(values, edges).tolist(), "sample": np.sort(values).tolist()}


def shares(values, edges):
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1) / len(values)


before, now = features(training), features(today)
baseline = [describe(name, values) for name, values in before.items()]
expected = {}
for feature in baseline:
    name = feature["name"]
    e, a = np.maximum(feature["shares"], 1e-4), np.maximum(shares(now[name], feature["edges"]), 1e-4)
    ks = ks_2samp(before[name], now[name], mode="exact")
    expected[name] = {"psi": float(((a - e) * np.log(a / e)).sum()), "ks": float(ks.statistic), "ks_probability": float(ks.pvalue)}

target = pathlib.Path(__file__).with_name("drift.json")
target.write_text(json.dumps({
    "baseline": {"rows": len(training), "features": baseline}, "today": today.tolist(), "expected": expected}))
print(json.dumps(expected, indent=1))
