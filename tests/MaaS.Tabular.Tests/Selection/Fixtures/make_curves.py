"""Writes curves.json: scikit-learn's learning and validation curves of ridge regression on a part of diabetes, and a bootstrap interval of
scipy's.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn), which brings the data.
"""
import json
import pathlib

import numpy as np
from scipy import stats
from sklearn import datasets
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, learning_curve, validation_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = datasets.load_diabetes(return_X_y=True, scaled=False)
x, y = x[:160, :5], y[:160]
folds = list(KFold(4).split(x))
model = make_pipeline(StandardScaler(), Ridge(alpha=1))
sizes, train, test = learning_curve(model, x, y, cv=folds, scoring="neg_root_mean_squared_error")
values = [0.1, 10, 1000]
option_train, option_test = validation_curve(
    model, x, y, param_name="ridge__alpha", param_range=values, cv=folds, scoring="neg_root_mean_squared_error")
errors = np.abs(y - y.mean())
interval = stats.bootstrap((errors,), np.mean, n_resamples=20000, method="percentile", random_state=0).confidence_interval
pathlib.Path(__file__).with_name("curves.json").write_text(json.dumps({
    "x": x.tolist(), "y": y.tolist(), "folds": [f.tolist() for _, f in folds],
    "rows": {"names": sizes.tolist(), "train": (-train).tolist(), "test": (-test).tolist()},
    "option": {"names": values, "train": (-option_train).tolist(), "test": (-option_test).tolist()},
    "bootstrap": [interval.low, interval.high]}))
