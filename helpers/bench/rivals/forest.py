"""scikit-learn's random forest."""

from rival import arguments, read_array, report, timed
from sklearn.ensemble import RandomForestClassifier

folder, n_threads, _ = arguments()
x, y = read_array(folder, "x_train", 12), read_array(folder, "y_train")
x_test, y_test = read_array(folder, "x_test", 12), read_array(folder, "y_test")
model = RandomForestClassifier(100, n_jobs=n_threads, random_state=0)
seconds, _ = timed(lambda: model.fit(x, y))
report(seconds, (model.predict(x_test) == y_test).mean())
