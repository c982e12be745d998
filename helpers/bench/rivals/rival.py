"""What the rival scripts share: arguments, raw float32 arrays, and the one line of JSON they print."""

import json
import os
import resource
import sys
import time

import numpy as np


def arguments():
    """Folder with the arrays, number of threads, name of the benchmark."""
    return sys.argv[1], int(sys.argv[2]), sys.argv[3]


def read_array(folder, name, n_columns=1):
    """The array `name` as float32, shaped (rows, n_columns), or flat when n_columns is 1."""
    values = np.fromfile(os.path.join(folder, name + ".f32"), dtype=np.float32)
    return values if n_columns == 1 else values.reshape(-1, n_columns)


def timed(work):
    """Seconds that work() takes, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def report(seconds, quality, second_quality=None):
    """Prints the measurement; peak memory is that of this whole process."""
    peak_mib = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    line = {"seconds": seconds, "quality": None if quality is None else float(quality), "peak_mib": peak_mib}
    if second_quality is not None:
        line["secondQuality"] = float(second_quality)
    print(json.dumps(line))
