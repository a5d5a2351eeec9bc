"""Writes calibration.json: scikit-learn's calibrated probabilities of naive Bayes on parts of breast cancer and wine.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn), which brings the data. A wrapper shows the log odds as decisions, as
MaaS calibrates them. Isotonic points are rounded to float32 in MaaS.
"""
import json
import pathlib

import numpy as np
from sklearn import datasets
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB

rng = np.random.default_rng(5)


class LogOdds(ClassifierMixin, BaseEstimator):
    def fit(self, x, y, sample_weight=None):
        self.inner_ = GaussianNB().fit(x, y, sample_weight)
        self.classes_ = self.inner_.classes_
        return self

    def decision_function(self, X):
        p = np.clip(self.inner_.predict_proba(X), 1e-7, 1 - 1e-7)
        odds = np.log(p / (1 - p))
        return odds[:, 1] if len(self.classes_) == 2 else odds


fixture = {}
for name, load, rows, columns, train in [("cancer", datasets.load_breast_cancer, 220, 2, 160), ("wine", datasets.load_wine, 170, 3, 120)]:
    x, y = load(return_X_y=True)
    order = rng.permutation(len(y))[:rows]
    x, y = x[order][:, :columns], y[order]
    folds = list(StratifiedKFold(4, shuffle=True, random_state=0).split(x[:train], y[:train]))
    weights = np.where(y == 0, 2.0, 1.0)[:train]
    fixture[name] = {"x": x.tolist(), "y": y.tolist(), "train": train, "folds": [test.tolist() for _, test in folds]}
    for key, method in [("Platt", "sigmoid"), ("Isotonic", "isotonic")]:
        def calibrated(**more):
            model = CalibratedClassifierCV(LogOdds(), method=method, cv=folds, ensemble=False)
            return model.fit(x[:train], y[:train], **more).predict_proba(x[train:]).tolist()
        fixture[name][key] = calibrated()
        fixture[name][f"{key} weighted"] = calibrated(sample_weight=weights)
pathlib.Path(__file__).with_name("calibration.json").write_text(json.dumps(fixture))
