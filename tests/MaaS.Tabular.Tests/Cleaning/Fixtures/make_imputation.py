"""Writes imputation.json beside it: rows with missing numbers, and what scikit-learn 1.2 fills them with.
/usr/bin/python3 make_imputation.py"""
import json
from pathlib import Path

import numpy as np
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer

random = np.random.default_rng(3)
rows = random.normal(size=(60, 4)) * [1, 5, 0.2, 2]
rows[random.random(rows.shape) < 0.2] = np.nan
rows[7] = [np.nan, np.nan, np.nan, 1]
rows[8] = np.nan  # Nothing in common with any row.


def plain(values):
    return [[None if np.isnan(v) else float(v) for v in row] for row in values]


Path(__file__).with_name("imputation.json").write_text(json.dumps({
    "rows": plain(rows),
    "nearest": {str(k): plain(KNNImputer(n_neighbors=k).fit_transform(rows)) for k in (1, 5)},
    "simple": {
        name: plain(SimpleImputer(strategy=strategy).fit_transform(rows))
        for name, strategy in (("Mean", "mean"), ("Median", "median"), ("Mode", "most_frequent"))},
    "indicators": MissingIndicator().fit_transform(rows).astype(int).tolist(),
}))
