"""scikit-learn's silhouette_score over all rows."""

from rival import arguments, read_array, report, timed
from sklearn.metrics import silhouette_score

folder, _, _ = arguments()
x = read_array(folder, "x", 13)
labels = read_array(folder, "labels").astype("int32")
seconds, score = timed(lambda: silhouette_score(x, labels))
report(seconds, score)
