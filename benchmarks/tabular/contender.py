"""Scores and times of scikit-learn 1.2 (Debian: python3-sklearn) and xgboost 1.7 (python3-xgboost) by folds that
scikit-learn draws; forests are drawn by several seeds. The data sets that scikit-learn brings are written into the folder as NAME.csv; for others a
NAME.table.json is there already. NAME.json gets folds, scores, times, and what each row of a fold costs.

Usage: contender.py FOLDER NAME SEEDS FOLDS, of which the first so many of five are run
"""
import json
import pathlib
import sys
import time

import numpy as np
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from xgboost import XGBClassifier, XGBRegressor

from columns import features

OWN = {
    "breast-cancer": datasets.load_breast_cancer, "wine": datasets.load_wine, "digits": datasets.load_digits,
    "diabetes": lambda: datasets.load_diabetes(scaled=False),
}

# As MaaS sees to probabilities: SVC(probability=True) fits Platt's sigmoids. One thread; times are
# those of the processor, so that what else the machine does counts little.
DRAWN = {"random-forest", "extra-trees"}
CLASSIFIERS = {
    "logistic-regression": ("linear", lambda seed: LogisticRegression(max_iter=2000)),
    "svm-rbf": ("linear", lambda seed: SVC(probability=True, random_state=seed)),
    "nearest-neighbors": ("linear", lambda seed: KNeighborsClassifier()),
    "naive-bayes": ("linear", lambda seed: GaussianNB()),
    "random-forest": ("trees", lambda seed: RandomForestClassifier(n_jobs=1, random_state=seed)),
    "extra-trees": ("trees", lambda seed: ExtraTreesClassifier(n_jobs=1, random_state=seed)),
    "gradient-boosting": ("boosting", lambda seed: HistGradientBoostingClassifier(early_stopping=False, random_state=seed)),
    "xgboost": ("boosting", lambda seed: XGBClassifier(n_jobs=1, random_state=seed)),
}
REGRESSORS = {
    "ridge": ("linear", lambda seed: Ridge()),
    "svm-rbf": ("linear", lambda seed: TransformedTargetRegressor(SVR(), transformer=StandardScaler())),
    "nearest-neighbors": ("linear", lambda seed: KNeighborsRegressor()),
    "random-forest": ("trees", lambda seed: RandomForestRegressor(max_features=1 / 3, n_jobs=1, random_state=seed)),
    "extra-trees": ("trees", lambda seed: ExtraTreesRegressor(max_features=1 / 3, n_jobs=1, random_state=seed)),
    "gradient-boosting": ("boosting", lambda seed: HistGradientBoostingRegressor(early_stopping=False, random_state=seed)),
    "xgboost": ("boosting", lambda seed: XGBRegressor(n_jobs=1, random_state=seed)),
}


def own(name, folder):
    """A data set of scikit-learn: rows, labels, whether they are classes, and how features are made."""
    data = OWN[name]()
    x, y = data.data, data.target
    rows = [",".join([f"x{i}" for i in range(x.shape[1])] + ["y"])]
    rows += [",".join([*map(repr, map(float, row)), repr(label)]) for row, label in zip(x.tolist(), y.tolist())]
    (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return x, y, name != "diabetes", lambda form: [StandardScaler()] if form == "linear" else []


def given(path):
    """The same of a table that is there, of columns of any kind."""
    table = json.loads(path.read_text())
    x = np.array([column["cells"] for column in table["columns"]], dtype=object).T
    kinds = [column["kind"] for column in table["columns"]]
    return x, np.array(table["label"]), table["classes"], lambda form: [features(kinds, table["classes"], form)]


def run(folder, name, seeds, most):
    path = folder / f"{name}.table.json"
    x, y, classes, before = given(path) if path.exists() else own(name, folder)
    if classes:
        y = np.unique(y, return_inverse=True)[1]
    splitter = (StratifiedKFold if classes else KFold)(5, shuffle=True, random_state=0)
    folds = [test.tolist() for _, test in splitter.split(x, y)][:most]
    results = {}
    for learner, (form, make) in (CLASSIFIERS if classes else REGRESSORS).items():
        scores, costs, seconds = [], [], []
        for test in folds:
            train = np.setdiff1d(np.arange(len(y)), test)
            drawn = []
            for seed in range(seeds if learner in DRAWN else 1):
                start = time.process_time()
                model = make_pipeline(*before(form), make(seed)).fit(x[train], y[train])
                seconds.append(time.process_time() - start)
                predicted = model.predict(x[test])
                drawn.append(float(accuracy_score(y[test], predicted) if classes
                                   else mean_squared_error(y[test], predicted, squared=False)))
                if seed == 0:
                    costs.append((-np.log(np.clip(model.predict_proba(x[test])[np.arange(len(test)), y[test]], 1e-15, 1))
                                  if classes else (predicted - y[test]) ** 2).tolist())
            scores.append(float(np.mean(drawn)))
        results[learner] = {"scores": scores, "costs": costs, "seconds": float(np.median(seconds))}
        print(f"{name} {learner}: {np.mean(scores):.4f}, {np.median(seconds):.2f} s", file=sys.stderr)
    (folder / f"{name}.json").write_text(json.dumps({"classes": classes, "folds": folds, "results": results}))


run(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
