"""scikit-learn's KMeans from given start centres; the inertia is summed again in float64."""

import numpy as np
from rival import arguments, read_array, report, timed
from sklearn.cluster import KMeans

folder, _, _ = arguments()
x = read_array(folder, "x", 13)
start = read_array(folder, "start", 13)
seconds, model = timed(lambda: KMeans(len(start), init=start, n_init=1, max_iter=100, tol=0).fit(x))
inertia = 0.0
for first in range(0, len(x), 65536):
    rows = slice(first, first + 65536)
    gaps = x[rows].astype(np.float64) - model.cluster_centers_[model.labels_[rows]].astype(np.float64)
    inertia += (gaps**2).sum()
report(seconds, inertia)
