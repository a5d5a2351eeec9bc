"""Writes ties.json: mutual information by scikit-learn where many numbers are equal, so that the noise of its seeded
generator counts, and that generator's first normal numbers.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn), which brings the data.
"""
import json
import pathlib

import numpy as np
from sklearn import datasets
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

fixture = {"normals": {str(seed): np.random.RandomState(seed).standard_normal(1300).tolist()
                       for seed in (0, 7, 2**32 - 1)}}
for name, load, columns, estimate in [
    # Pixels, most of them 0; the first is 0 in every row. Age, sex as 1 and 2, rounded measures, and a rounded target.
    ("digits", datasets.load_digits, [0, 1, 10, 20, 28, 36, 43], mutual_info_classif),
    ("diabetes", lambda return_X_y: datasets.load_diabetes(return_X_y=return_X_y, scaled=False), range(10),
     mutual_info_regression),
]:
    x, y = load(return_X_y=True)
    x, y = np.column_stack([x[:160, columns], x[:160, 2] > np.median(x[:160, 2])]).astype(float), y[:160].astype(float)
    discrete = np.all((x == 0) | (x == 1), axis=0)
    fixture[name] = {"x": x.tolist(), "y": y.tolist(), "scores": {
        f"{seed} {neighbors}": estimate(x, y, discrete_features=discrete, n_neighbors=neighbors,
                                        random_state=seed).tolist() for seed in (0, 7) for neighbors in (3, 5)}}
pathlib.Path(__file__).with_name("ties.json").write_text(json.dumps(fixture))
