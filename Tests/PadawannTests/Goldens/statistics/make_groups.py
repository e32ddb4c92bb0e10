"""Makes groups.json beside this script: Student's t distribution, and 100 random comparisons of two groups of trials.

Needs mpmath, numpy, scipy, statsmodels. The tests over trials are scipy's and, where it has them, statsmodels' too. The test
over images is written down from Durkalski et al. (2003) and held against statsmodels' t-test of one sample, of which it is
the form with the variance under the null hypothesis: chi-square = n·t² / (n - 1 + t²); of single models it is McNemar's.
"""

import json
import math
import pathlib

import mpmath
import numpy as np
from mpmath import mp, mpf
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

mp.dps = 60
FOLDER = pathlib.Path(__file__).resolve().parent


def students():
    for nu in [1, 2, 3, 4.5, 9, 9.73, 18, 30, 100, 1e4, 1e6]:
        for t in [1e-3, 0.5, 1.0, 1.7, 2.262, 5.0, 20.0, 200.0]:
            if nu > 1000:
                # Too slow by mpmath's series; scipy has nine digits of it.
                yield {"degreesOfFreedom": float(nu), "t": t, "p": 2 * stats.t.sf(t, nu)}
                continue
            x = mpf(nu) / (nu + mpf(t) ** 2)
            exact = mpmath.betainc(mpf(nu) / 2, mpf(1) / 2, 0, x, regularized=True)
            if exact < mpf(10) ** -290:
                continue
            assert math.isclose(float(exact), 2 * stats.t.sf(t, nu), rel_tol=1e-9), (nu, t)
            yield {"degreesOfFreedom": float(nu), "t": t, "p": float(exact)}


def agree(*values):
    assert all(math.isclose(value, values[0], rel_tol=1e-9, abs_tol=1e-14) for value in values), values
    return float(values[0])


def over_trials(first, second, paired):
    """design, statistic, degrees of freedom, p, and the interval, of the second less the first."""
    if paired:
        difference = second - first
        if len(difference) < 2 or np.ptp(difference) < 1e-12:
            return None
        test = stats.ttest_rel(second, first)
        t, p, df = DescrStatsW(difference).ttest_mean(0)
        interval = DescrStatsW(difference).tconfint_mean(0.05)
        return ["paired", agree(test.statistic, t), agree(test.df, df), agree(test.pvalue, p), *interval]
    if min(len(first), len(second)) == 1:
        many, one, sign = (second, first[0], 1) if len(second) > 1 else (first, second[0], -1)
        if len(many) < 2 or np.ptp(many) < 1e-12:
            return None
        test = stats.ttest_1samp(sign * (many - one), 0)
        t, p, df = DescrStatsW(sign * (many - one)).ttest_mean(0)
        interval = test.confidence_interval(0.95)
        return ["one-sample", agree(test.statistic, t), agree(test.df, df), agree(test.pvalue, p), *interval]
    if max(np.ptp(first), np.ptp(second)) < 1e-12:
        return None
    test = stats.ttest_ind(second, first, equal_var=False)
    means = CompareMeans(DescrStatsW(second), DescrStatsW(first))
    t, p, df = means.ttest_ind(usevar="unequal")
    interval = means.tconfint_diff(0.05, usevar="unequal")
    return ["welch", agree(test.statistic, t), agree(test.df, df), agree(test.pvalue, p), *interval]


def over_images(first, second):
    """statistic and p."""
    difference = second.mean(axis=0) - first.mean(axis=0)
    squares = (difference ** 2).sum()
    if squares == 0:
        return 0.0, 1.0
    statistic = difference.sum() ** 2 / squares
    n = difference.size
    if np.ptp(difference) > 1e-12:
        t = DescrStatsW(difference).ttest_mean(0)[0]
        agree(statistic, n * t * t / (n - 1 + t * t))
    if len(first) == len(second) == 1:
        b, c = int((first[0] > second[0]).sum()), int((second[0] > first[0]).sum())
        test = mcnemar(np.array([[0, b], [c, 0]]), exact=False, correction=False)
        agree(statistic, test.statistic)
        agree(stats.chi2.sf(statistic, 1), test.pvalue)
    return float(statistic), float(stats.chi2.sf(statistic, 1))


def comparisons():
    generator = np.random.default_rng(15)
    for number in range(100):
        paired = number % 3 == 0
        sizes = generator.integers(1, 8, 2)
        if paired:
            sizes[1] = sizes[0]
        if number % 10 == 7:
            sizes[:] = 1
        images = int(generator.integers(20, 120))
        # Images are of different difficulty, and so are the trials of different skill.
        difficulty = generator.normal(0, 1.5, images)
        groups = []
        for size in sizes:
            skill = generator.normal(generator.normal(0.5, 0.6), 0.4, size)
            chance = 1 / (1 + np.exp(difficulty[None, :] - skill[:, None]))
            groups.append((generator.random((size, images)) < chance).astype(int))
        accuracies = [group.mean(axis=1) for group in groups]
        test = over_trials(*accuracies, paired)
        statistic, p = over_images(*groups)
        case = {"paired": paired, "groups": [["".join(map(str, row)) for row in group] for group in groups],
                "difference": float(accuracies[1].mean() - accuracies[0].mean()), "imagesStatistic": statistic,
                "imagesP": p}
        if test:
            names = ["design", "statistic", "degreesOfFreedom", "p", "lower", "upper"]
            case["trials"] = dict(zip(names, [test[0], *map(float, test[1:])]))
        yield case


if __name__ == "__main__":
    goldens = {"student": students(), "comparisons": comparisons()}
    lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in goldens.items()]
    (FOLDER / "groups.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
