"""Writes learners.json: what scikit-learn's learners predict on parts of breast cancer, wine and diabetes.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn), which brings the data. Features are standardised and
rounded to float32, because scikit-learn's trees see no more digits; at the depths below no two splits are equally good, which it breaks by
chance.
"""
import json
import pathlib

import numpy as np
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(3)


def data(load, rows, columns):
    x, y = load(return_X_y=True)
    order = rng.permutation(len(y))[:rows]
    return StandardScaler().fit_transform(x[order][:, :columns]).astype(np.float32).astype(float), y[order]


def numbers(values):
    return np.asarray(values, dtype=float).tolist()


fixture = {}
for name, (x, y), train in [("cancer", data(datasets.load_breast_cancer, 160, 6), 120), ("wine", data(datasets.load_wine, 120, 5), 90)]:
    weights = np.where(y == 0, 2.0, 1.0)[:train]
    one = {"x": x.tolist(), "y": y.tolist(), "train": train, "learners": {}}
    for key, learner in {
        "logistic": LogisticRegression(C=0.5, solver="newton-cg", tol=1e-8, max_iter=10000),
        "logistic-l1": LogisticRegression(C=0.5, penalty="l1", solver="saga", tol=1e-10, max_iter=100000),
        "naive-bayes": GaussianNB(),
        "neighbors": KNeighborsClassifier(7, algorithm="brute"),
        "tree": DecisionTreeClassifier(max_depth=3, min_samples_leaf=3, random_state=0),
    }.items():
        one["learners"][key] = numbers(learner.fit(x[:train], y[:train]).predict_proba(x[train:]))
    one["learners"]["logistic-weighted"] = numbers(
        LogisticRegression(C=0.5, solver="newton-cg", tol=1e-8, max_iter=10000).fit(x[:train], y[:train], weights).predict_proba(x[train:]))
    if name == "cancer":
        for key, learner in {"svm-rbf": SVC(C=2, tol=1e-8), "svm-linear": SVC(C=0.5, kernel="linear", tol=1e-8)}.items():
            one["learners"][key] = numbers(learner.fit(x[:train], y[:train]).decision_function(x[train:]))
        one["learners"]["svm-weighted"] = numbers(
            SVC(C=2, tol=1e-8).fit(x[:train], y[:train], weights).decision_function(x[train:]))
    fixture[name] = one

x, y = data(datasets.load_diabetes, 140, 8)
train = 100
fixture["diabetes"] = {
    "x": x.tolist(), "y": y.tolist(), "train": train,
    "learners": {key: numbers(learner.fit(x[:train], y[:train]).predict(x[train:])) for key, learner in {
        "least-squares": LinearRegression(),
        "ridge": Ridge(alpha=3),
        "lasso": Lasso(alpha=2, tol=1e-12, max_iter=100000),
        "elastic-net": ElasticNet(alpha=0.5, l1_ratio=0.4, tol=1e-12, max_iter=100000),
        "neighbors": KNeighborsRegressor(4, algorithm="brute"),
        "tree": DecisionTreeRegressor(max_depth=4, min_samples_leaf=5, random_state=0),
        "svm-rbf": TransformedTargetRegressor(SVR(C=3, epsilon=0.2, tol=1e-8), transformer=StandardScaler()),
    }.items()},
}
pathlib.Path(__file__).with_name("learners.json").write_text(json.dumps(fixture))
