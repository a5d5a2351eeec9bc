"""Tables of numbers, dates, categories and texts for scikit-learn 1.2: what MaaS's default features make of them."""
import datetime

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

MOST_ONE_HOT = 32
SMOOTHING = 10
FOLDS = 5


def floats(x):
    return np.asarray(x, dtype=float)


def date_parts(x):
    """Days, year, month, day and weekday of seconds since 1970; NaN where they are missing."""
    parts = np.full((len(x), 5 * x.shape[1]), np.nan)
    for (row, column), seconds in np.ndenumerate(floats(x)):
        if not np.isnan(seconds):
            day = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
            parts[row, 5 * column:5 * column + 5] = (seconds // 86400, day.year, day.month, day.day, day.weekday())
    return parts


class Category(BaseEstimator, TransformerMixin):
    """One column: one-hot with missing cells as a category of their own, or, of more than 32 categories, the target's
    mean (the share of each class) with 10 rows of the overall mean, of training rows out of fold."""

    def __init__(self, classes):
        self.classes = classes

    def _targets(self, y):
        if not self.classes:
            return np.asarray(y, dtype=float)[:, None]
        shares = (np.asarray(y)[:, None] == np.unique(y)[None, :]).astype(float)
        return shares[:, 1:] if shares.shape[1] == 2 else shares

    @staticmethod
    def _means(cells, targets):
        overall = targets.mean(axis=0)
        sums = {}
        for cell, target in zip(cells, targets):
            total, count = sums.get(cell, (0, 0))
            sums[cell] = (total + target, count + 1)
        return overall, {cell: (total + SMOOTHING * overall) / (count + SMOOTHING)
                         for cell, (total, count) in sums.items()}

    @staticmethod
    def _encode(cells, means):
        return np.array([means[1].get(cell, means[0]) for cell in cells])

    def fit(self, x, y):
        self.fit_transform(x, y)
        return self

    def fit_transform(self, x, y):
        cells = x[:, 0]
        if len({cell for cell in cells if cell is not None}) <= MOST_ONE_HOT:
            self.one_hot_ = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(x)
            return self.one_hot_.transform(x)
        self.one_hot_, targets = None, self._targets(y)
        self.means_ = self._means(cells, targets)
        folds = np.random.RandomState(0).permutation(np.arange(len(x)) % FOLDS)
        encoded = np.empty_like(targets)
        for fold in range(FOLDS):
            encoded[folds == fold] = self._encode(
                cells[folds == fold], self._means(cells[folds != fold], targets[folds != fold]))
        return encoded

    def transform(self, x):
        return self.one_hot_.transform(x) if self.one_hot_ else self._encode(x[:, 0], self.means_)


def texts(x):
    return ["" if cell is None else cell for cell in x[:, 0]]


def features(kinds, classes, form):
    """Features of columns.

    form: "linear" (imputed, with features that say what was missing, scaled), "trees" (the same unscaled) or
    "boosting" (missing numbers as they are).
    """
    def numbers(*first):
        if form == "boosting":
            return make_pipeline(*first, FunctionTransformer(floats))
        filled = [SimpleImputer(strategy="median")] + ([StandardScaler()] if form == "linear" else [])
        return make_pipeline(*first, FunctionTransformer(floats), make_union(
            make_pipeline(*filled), MissingIndicator(error_on_new=False)))

    def of(*wanted):
        return [i for i, kind in enumerate(kinds) if kind in wanted]

    parts = [("numbers", numbers(), of("Number", "Boolean")), ("dates", numbers(FunctionTransformer(date_parts)),
                                                               of("Date"))]
    parts += [(f"category {i}", Category(classes), [i]) for i in of("Category")]
    parts += [(f"text {i}", make_pipeline(FunctionTransformer(texts), TfidfVectorizer(
        max_features=100, min_df=2, sublinear_tf=True)), [i]) for i in of("Text")]
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0)
