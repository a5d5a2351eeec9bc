"""Writes selectors.json: what scikit-learn's feature selection chooses on parts of breast cancer and diabetes.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn), which brings the data. A column of 0 and 1 stands last; mutual
information is told that it is discrete, as MaaS finds out.
"""
import json
import pathlib

import numpy as np
from sklearn import datasets
from sklearn.feature_selection import (RFECV, SelectFromModel, SelectKBest, SequentialFeatureSelector, VarianceThreshold, chi2,
                                       f_classif, f_regression, mutual_info_classif, mutual_info_regression, r_regression)
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler, minmax_scale

rng = np.random.default_rng(11)


def data(load, rows, columns):
    x, y = load(return_X_y=True)
    order = rng.permutation(len(y))[:rows]
    x = StandardScaler().fit_transform(x[order][:, :columns])
    # Equal numbers have no nearest neighbour until noise parts them, which MaaS and scikit-learn draw differently.
    x += 1e-3 * rng.normal(size=x.shape)
    y = y[order].astype(float)
    return np.column_stack([x, x[:, 0] + rng.normal(size=rows) > 0.3]).astype(float), y + (y.max() > 1) * 1e-2 * rng.normal(size=rows)


def permutations(x, repeats):
    """The orders by which permutation_importance(random_state=0, n_repeats) changes each column."""
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max + 1)
    orders = []
    for _ in range(x.shape[1]):
        state, places, own = np.random.RandomState(seed), np.arange(len(x)), np.arange(len(x))
        orders.append([])
        for _ in range(repeats):
            state.shuffle(places)
            own = own[places]
            orders[-1].append(own.tolist())
    return orders


fixture = {}
for name, load, learner, scoring, discrete, univariate in [
    ("cancer", datasets.load_breast_cancer, LogisticRegression(C=1, solver="newton-cg", tol=1e-10, max_iter=10000), "neg_log_loss",
     mutual_info_classif, {"chi2": lambda x, y: chi2(minmax_scale(x), y)[0], "anova-f": lambda x, y: f_classif(x, y)[0]}),
    ("diabetes", datasets.load_diabetes, Ridge(alpha=1), "neg_root_mean_squared_error", mutual_info_regression,
     {"correlation": lambda x, y: np.abs(r_regression(x, y)), "anova-f": lambda x, y: f_regression(x, y)[0]}),
]:
    x, y = data(load, 150, 7)
    mask = np.arange(x.shape[1]) == x.shape[1] - 1
    folds = list(KFold(4).split(x))
    scaled = np.column_stack([x * np.array([3, 0.5, 1, 0.1, 2, 0.9, 1.1, 1]), np.full(len(x), 0.1)])
    l1 = (LogisticRegression(C=0.1, penalty="l1", solver="saga", tol=1e-10, max_iter=100000) if name == "cancer"
          else Lasso(alpha=4, tol=1e-12, max_iter=100000))
    importances = permutation_importance(learner.fit(x[:100], y[:100]), x[100:], y[100:], scoring=scoring, n_repeats=3, random_state=0)
    fixture[name] = {
        "x": x.tolist(), "y": y.tolist(), "scaled": scaled.tolist(), "folds": [test.tolist() for _, test in folds],
        "scores": {**{key: score(x, y).tolist() for key, score in univariate.items()},
                   "mutual-information": discrete(x, y, discrete_features=mask, random_state=0).tolist(),
                   "mutual-information 5": discrete(x, y, discrete_features=mask, n_neighbors=5, random_state=0).tolist()},
        "chosen": {key: selector.fit(values, y).get_support(indices=True).tolist() for key, (selector, values) in {
            "variance": (VarianceThreshold(), scaled),
            "variance 0.5": (VarianceThreshold(0.5), scaled),
            "anova-f": (SelectKBest(f_classif if name == "cancer" else f_regression, k=3), x),
            "l1": (SelectFromModel(l1), x),
            "rfecv": (RFECV(learner, cv=folds, scoring=scoring), x),
            "rfecv 2": (RFECV(learner, step=2, min_features_to_select=2, cv=folds, scoring=scoring), x),
            "sequential": (SequentialFeatureSelector(learner, n_features_to_select=3, cv=folds, scoring=scoring), x),
            "sequential-backward": (
                SequentialFeatureSelector(learner, n_features_to_select=4, direction="backward", cv=folds, scoring=scoring), x),
        }.items()},
        "permutation": {"orders": permutations(x[100:], 3), "mean": importances.importances_mean.tolist(),
                        "deviation": importances.importances_std.tolist()},
    }
pathlib.Path(__file__).with_name("selectors.json").write_text(json.dumps(fixture))
