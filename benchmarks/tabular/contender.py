"""Writes the data sets of scikit-learn 1.2 (Debian: python3-sklearn), the folds, and its scores and times, and those of
xgboost 1.7 (python3-xgboost), into a folder.

Usage: contender.py FOLDER
"""
import json
import pathlib
import sys
import time

import numpy as np
from sklearn import datasets
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from xgboost import XGBClassifier, XGBRegressor


def scaled(learner):
    return make_pipeline(StandardScaler(), learner)


# As MaaS sees to probabilities: SVC(probability=True) fits Platt's sigmoids. One thread; times are
# those of the processor, so that what else the machine does counts little.
CLASSIFIERS = {
    "logistic-regression": lambda: scaled(LogisticRegression(max_iter=2000)),
    "svm-rbf": lambda: scaled(SVC(probability=True, random_state=0)),
    "nearest-neighbors": lambda: scaled(KNeighborsClassifier()),
    "naive-bayes": lambda: scaled(GaussianNB()),
    "random-forest": lambda: RandomForestClassifier(n_jobs=1, random_state=0),
    "extra-trees": lambda: ExtraTreesClassifier(n_jobs=1, random_state=0),
    "gradient-boosting": lambda: HistGradientBoostingClassifier(early_stopping=False, random_state=0),
    "xgboost": lambda: XGBClassifier(n_jobs=1, random_state=0),
}
REGRESSORS = {
    "ridge": lambda: scaled(Ridge()),
    "svm-rbf": lambda: TransformedTargetRegressor(scaled(SVR()), transformer=StandardScaler()),
    "nearest-neighbors": lambda: scaled(KNeighborsRegressor()),
    "random-forest": lambda: RandomForestRegressor(max_features=1 / 3, n_jobs=1, random_state=0),
    "extra-trees": lambda: ExtraTreesRegressor(max_features=1 / 3, n_jobs=1, random_state=0),
    "gradient-boosting": lambda: HistGradientBoostingRegressor(early_stopping=False, random_state=0),
    "xgboost": lambda: XGBRegressor(n_jobs=1, random_state=0),
}


def run(folder):
    for name, data in {
        "breast-cancer": datasets.load_breast_cancer(), "wine": datasets.load_wine(), "digits": datasets.load_digits(),
        "diabetes": datasets.load_diabetes(scaled=False),
    }.items():
        x, y = data.data, data.target
        classes = name != "diabetes"
        splitter = (StratifiedKFold if classes else KFold)(5, shuffle=True, random_state=0)
        folds = [test.tolist() for _, test in splitter.split(x, y)]
        results = {}
        for learner, make in (CLASSIFIERS if classes else REGRESSORS).items():
            scores, losses, seconds = [], [], []
            for test in folds:
                train = np.setdiff1d(np.arange(len(y)), test)
                start = time.process_time()
                model = make().fit(x[train], y[train])
                seconds.append(time.process_time() - start)
                predicted = model.predict(x[test])
                if classes:
                    losses.append(float(log_loss(y[test], model.predict_proba(x[test]), labels=np.unique(y))))
                scores.append(float(accuracy_score(y[test], predicted) if classes
                                    else mean_squared_error(y[test], predicted, squared=False)))
            results[learner] = {"scores": scores, "losses": losses, "seconds": float(np.median(seconds))}
        rows = [",".join([f"x{i}" for i in range(x.shape[1])] + ["y"])]
        rows += [",".join([*map(repr, map(float, row)), repr(label)]) for row, label in zip(x.tolist(), y.tolist())]
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
        (folder / f"{name}.json").write_text(json.dumps({"classes": classes, "folds": folds, "results": results}))


run(pathlib.Path(sys.argv[1]))
