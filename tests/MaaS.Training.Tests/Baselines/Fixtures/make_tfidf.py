"""Writes tfidf.json: texts, scikit-learn's TF-IDF weights of one of them, and probabilities of logistic regression.

Run: /usr/bin/python3 make_tfidf.py
"""
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

HERE = Path(__file__).parent
random = numpy.random.default_rng(7)
WORDS = "free money now meeting report Ünïcode don't e-mail x2 _id 42 offer prize lunch agenda build fix patch naïve ½cup".split()

texts, two, three = [], [], []
for i in range(60):
    label = int(random.integers(3))
    weights = numpy.ones(len(WORDS))
    weights[label * 6:label * 6 + 6] += 2
    texts.append(" ".join(random.choice(WORDS, size=int(random.integers(4, 30)), p=weights / weights.sum())))
    two.append(int(label == 0))
    three.append(label)
texts[0] = "I a ! ?"  # no word of two characters
texts[1] = texts[1].upper()

vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
features = vectorizer.fit_transform(texts)
names = vectorizer.get_feature_names_out()
row = features[1].tocoo()


def probabilities(targets, **options):
    return LogisticRegression(tol=1e-10, max_iter=10000, **options).fit(features, targets).predict_proba(features).ravel().tolist()


(HERE / "tfidf.json").write_text(json.dumps({
    "version": sklearn.__version__,
    "texts": texts,
    "two": two,
    "three": three,
    "terms": int(features.shape[1]),
    "row": {str(names[c]): float(v) for c, v in zip(row.col, row.data)},
    "binary": probabilities(two, C=10),
    "balanced": probabilities(two, C=10, class_weight="balanced"),
    "weights": compute_class_weight("balanced", classes=numpy.array([0, 1]), y=numpy.array(two)).tolist(),
    "softmax": probabilities(three, C=2, multi_class="multinomial"),
}, ensure_ascii=False) + "\n")
