"""Writes profile.json beside it: a table, and what numpy 1.24, scipy 1.10 and scikit-learn 1.2 say of it.
/usr/bin/python3 make_profile.py"""
import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.stats import contingency
from sklearn.feature_selection import f_classif

random = np.random.default_rng(5)
n = 120
a = np.round(random.gamma(2, 3, n), 2)
b = np.round(a * 1.5 + random.normal(0, 2, n), 1)  # Rounded, so that ranks are shared.
b[::17] = np.nan
c = random.choice(["x", "y", "z"], n, p=[0.5, 0.3, 0.2])
d = np.where(random.random(n) < 0.7, c, random.choice(["x", "y", "z"], n))


def numbers(values):
    values = values[~np.isnan(values)]
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    bins = int(np.ceil(np.log2(len(values)))) + 1
    counts, edges = np.histogram(values, bins=bins)
    return {
        "mean": values.mean(), "standardDeviation": values.std(ddof=1), "minimum": values.min(), "lowerQuartile": low,
        "median": median, "upperQuartile": high, "maximum": values.max(),
        "outliers": int(((values < low - 1.5 * (high - low)) | (values > high + 1.5 * (high - low))).sum()),
        "counts": counts.tolist(), "edges": edges.tolist(),
    }


both = ~np.isnan(b)
f = f_classif(a.reshape(-1, 1), c)[0][0]
k = len(set(c))
table = contingency.crosstab(c, d)[1]
Path(__file__).with_name("profile.json").write_text(json.dumps({
    "a": a.tolist(), "b": [None if np.isnan(v) else v for v in b], "c": c.tolist(), "d": d.tolist(),
    "numbers": {"a": numbers(a), "b": numbers(b)},
    "pearson": stats.pearsonr(a[both], b[both])[0], "spearman": stats.spearmanr(a[both], b[both])[0],
    "cramersV": contingency.association(table, method="cramer", correction=False),
    # F is (between / (k - 1)) / (within / (n - k)).
    "correlationRatio": float(np.sqrt(f * (k - 1) / (f * (k - 1) + n - k))),
}, indent=1))
