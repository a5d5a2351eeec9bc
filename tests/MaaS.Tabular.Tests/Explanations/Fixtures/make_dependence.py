"""Writes dependence.json: scikit-learn's partial dependence of a decision tree and a logistic regression on a part of wine.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn), which brings the data.
"""
import json
import pathlib

import numpy as np
from sklearn import datasets
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = datasets.load_wine(return_X_y=True)
x = x[:, :3]
model = make_pipeline(StandardScaler(), LogisticRegression(C=1, solver="newton-cg", tol=1e-10)).fit(x, y)
result = partial_dependence(model, x, [1], kind="average", method="brute", grid_resolution=7, percentiles=(0.05, 0.95),
                            response_method="predict_proba")
pathlib.Path(__file__).with_name("dependence.json").write_text(json.dumps({
    "x": x.tolist(), "y": y.tolist(), "values": result["values"][0].tolist(), "average": np.asarray(result["average"]).T.tolist()}))
