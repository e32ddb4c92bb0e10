"""Makes the statistics' goldens: statistics.json and predictions.npz beside this script.

Needs mpmath, numpy, scipy, statsmodels, mlxtend. What the packages give is stored as they give it where they are exact
enough; tails and limits are computed with mpmath at 60 digits, because the packages lose digits there, and every such
value is first held against the package that has it.
"""

import json
import math
import pathlib
import random

import mpmath
import numpy as np
from mlxtend.evaluate import mcnemar as mlxtend_mcnemar
from mpmath import mp, mpf
from scipy import stats
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

mp.dps = 60
FOLDER = pathlib.Path(__file__).resolve().parent


def near(exact, package, tolerance=1e-7):
    """The exact value as a double, once the package's value agrees with it."""
    exact = float(exact)
    assert math.isclose(exact, float(package), rel_tol=tolerance, abs_tol=1e-300), (exact, package)
    return exact


def tail(first, ratio):
    """first * (1 + r0 + r0 r1 + ...)"""
    total = term = mpf(1)
    step = 0
    while True:
        term *= ratio(step)
        if term < total * mpf(10) ** -50:
            return first * total
        total += term
        step += 1


def binomial_mass(n, p, k):
    logs = mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)
    return mpmath.exp(logs + k * mpmath.log(p) + (n - k) * mpmath.log(1 - p))


def binomial_at_most(n, p, k):
    return tail(binomial_mass(n, p, k), lambda s: mpf(k - s) / (n - k + s + 1) * (1 - p) / p)


def binomial_at_least(n, p, k):
    return tail(binomial_mass(n, p, k), lambda s: mpf(n - k - s) / (k + s + 1) * p / (1 - p))


def binomials():
    cases = [(10, 0.5, 3), (1, 0.25, 1), (25, 0.1, 0), (25, 0.1, 25), (100, 0.3, 30), (1000, 0.5, 420),
             (1000, 0.999, 990), (10000, 0.0001, 7), (1000000, 0.5, 499000), (1000000, 0.5, 485000),
             (1000000, 0.25, 262000), (1000000, 1e-6, 3), (999999, 0.7, 699999)]
    for n, p, k in cases:
        q = mpf(p)
        yield {"trials": n, "probability": p, "successes": k,
               "mass": near(binomial_mass(n, q, k), stats.binom.pmf(k, n, p)),
               "atMost": near(binomial_at_most(n, q, k), stats.binom.cdf(k, n, p)),
               "atLeast": near(binomial_at_least(n, q, k), stats.binom.sf(k - 1, n, p))}


def hypergeometric_mass(N, K, n, x):
    g = mpmath.loggamma
    return mpmath.exp(g(K + 1) + g(N - K + 1) + g(n + 1) + g(N - n + 1) - g(N + 1) - g(x + 1) - g(K - x + 1)
                      - g(n - x + 1) - g(N - K - n + x + 1))


def hypergeometrics():
    cases = [(10, 4, 5, 2), (50, 25, 25, 20), (288, 140, 150, 60), (1199648, 600000, 600000, 300500),
             (1199648, 600000, 599188, 319227), (1199648, 600000, 599188, 304148), (1199648, 20, 30, 5),
             (50816, 25000, 25000, 11500), (100, 100, 40, 40), (100, 60, 60, 20)]
    for N, K, n, x in cases:
        mass = hypergeometric_mass(N, K, n, x)
        low = tail(mass, lambda s: mpf(x - s) * (N - K - n + x - s) / ((K - x + s + 1) * mpf(n - x + s + 1)))
        high = tail(mass, lambda s: mpf(K - x - s) * (n - x - s) / ((x + s + 1) * mpf(N - K - n + x + s + 1)))
        # Where scipy itself underflows or loses its digits there is nothing to hold the values against.
        if mass > 1e-280:
            near(mass, stats.hypergeom.pmf(x, N, K, n), 1e-6)
        yield {"population": N, "marked": K, "drawn": n, "count": x, "mass": float(mass), "atMost": float(low),
               "atLeast": float(high), "mean": near(mpf(n) * K / N, stats.hypergeom.mean(N, K, n))}


def chi_squares():
    for df in [1, 2, 3, 4, 7, 9, 30, 99, 1000, 0.5, 2.5, 1e6]:
        for factor in [0.001, 0.3, 0.9, 1.0, 1.1, 2.0, 10.0]:
            x = df * factor
            exact = mpmath.gammainc(mpf(df) / 2, mpf(x) / 2, mpmath.inf, regularized=True) if df < 1e5 else None
            if exact is None:
                if not 0.99 < factor < 1.01:
                    continue
                # Too slow by mpmath's series: the Poisson sum that an even number of degrees has.
                a, m = int(df) // 2, mpf(x) / 2
                first = mpmath.exp(-m + (a - 1) * mpmath.log(m) - mpmath.loggamma(a))
                exact = tail(first, lambda s: (a - 1 - s) / m)
            if exact < mpf(10) ** -290:
                continue
            yield {"degreesOfFreedom": float(df), "statistic": float(x), "atLeast": near(exact, stats.chi2.sf(x, df))}


def normals():
    for z in [-8.0, -1.0, 0.0, 0.5, 1.959963984540054, 3.0, 8.0, 20.0, 37.0]:
        exact = mpmath.erfc(mpf(z) / mpmath.sqrt(2)) / 2
        yield {"z": z, "atLeast": near(exact, stats.norm.sf(z))}


def upper_quantile(tail_probability):
    exact = mpmath.findroot(lambda z: mpmath.log(mpmath.erfc(z / mpmath.sqrt(2)) / 2 / mpf(tail_probability)),
                            mpf(stats.norm.isf(tail_probability)))
    return exact


def quantiles():
    for p in [0.4, 0.2, 0.025, 0.005, 1e-6, 1e-20, 1e-300, 0.9]:
        yield {"upperTail": p, "z": near(upper_quantile(p), stats.norm.isf(p))}


def wilsons():
    cases = [(9912, 10000), (0, 10), (10, 10), (1, 1), (0, 1), (3, 1000000), (999999, 1000000), (500, 1000), (7, 19)]
    for count, total in cases:
        for alpha in [0.05, 0.01]:
            z = upper_quantile(alpha / 2)
            p, n = mpf(count) / total, mpf(total)
            middle, spread = p + z * z / (2 * n), z * mpmath.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
            scale = 1 + z * z / n
            ends = proportion_confint(count, total, alpha, method="wilson")
            lower = 0 if count == 0 else near((middle - spread) / scale, ends[0], 1e-5)
            yield {"count": count, "total": total, "alpha": alpha, "lower": lower,
                   "upper": near((middle + spread) / scale, ends[1], 1e-7)}


def tango_upper(gained, lost, total, z):
    """The upper limit by the likelihood equation itself, not by Tango's closed form."""
    same = total - gained - lost

    def loss(d):
        # The probability of a lost image that is most likely when the difference is d.
        low, high = max(mpf(0), -d), (1 - d) / 2

        def slope(q):
            value = mpf(0)
            value += gained / (q + d) if gained else 0
            value += lost / q if lost else 0
            value -= 2 * same / (1 - 2 * q - d) if same else 0
            return value

        for _ in range(190):
            middle = (low + high) / 2
            if slope(middle) > 0:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    low, high = mpf(gained - lost) / total, mpf(1)
    for _ in range(180):
        d = (low + high) / 2
        variance = total * (2 * loss(d) + d - d * d)
        if total * d - (gained - lost) > z * mpmath.sqrt(variance):
            high = d
        else:
            low = d
    return high


def tangos():
    cases = [(10, 3, 50), (3, 10, 50), (0, 0, 20), (5, 0, 30), (12, 12, 100), (97, 130, 10000), (20, 0, 20),
             (14, 6, 20), (1, 2, 1000000)]
    for gained, lost, total in cases:
        for alpha in [0.05, 0.01]:
            z = upper_quantile(alpha / 2)
            yield {"gained": gained, "lost": lost, "total": total, "alpha": alpha,
                   "lower": float(-tango_upper(lost, gained, total, z)),
                   "upper": float(tango_upper(gained, lost, total, z))}


def odds_lower(wins, losses, share, alpha):
    if wins == 0:
        return mpf(0)
    n = wins + losses
    start = stats.beta.ppf(alpha / 2, wins, losses + 1)

    def excess(logit):
        p = 1 / (1 + mpmath.exp(-logit))
        chance = binomial_at_least(n, p, wins) - (1 - share) * binomial_mass(n, p, wins)
        return mpmath.log(chance / (mpf(alpha) / 2))

    start = mpf(start)
    logit = mpmath.findroot(excess, mpmath.log(start / (1 - start)), tol=1e-40)
    if share == 1:
        near(1 / (1 + mpmath.exp(-logit)), start, 1e-9)
    return mpmath.exp(logit)


def odds_wilson(wins, losses, alpha):
    n, z = mpf(wins + losses), upper_quantile(alpha / 2)
    p = wins / n
    limit = (p + z * z / (2 * n) - z * mpmath.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return limit / (1 - limit) if wins else mpf(0)


def odds_ratios():
    cases = [(5, 1), (8, 1), (25, 15), (130, 97), (1, 100), (7, 0), (3000, 2000), (500500, 499500)]
    for wins, losses in cases:
        case = {"wins": wins, "losses": losses}
        for name, share in [("midP", mpf("0.5")), ("exact", mpf(1))]:
            upper = odds_lower(losses, wins, share, 0.05)
            case[name] = [float(odds_lower(wins, losses, share, 0.05)), float(1 / upper) if upper else None]
        upper = odds_wilson(losses, wins, 0.05)
        case["wilson"] = [float(odds_wilson(wins, losses, 0.05)), float(1 / upper) if upper else None]
        yield case


def mcnemars():
    cases = [(5, 1), (8, 1), (25, 15), (1, 7), (130, 97), (6, 6), (1, 0), (0, 9), (1, 1), (400, 0), (900, 100),
             (500500, 499500), (505000, 495000)]
    for b, c in cases:
        table = np.array([[100, b], [c, 50]])
        exact = 2 * binomial_at_most(b + c, mpf("0.5"), min(b, c))
        mid = exact - binomial_mass(b + c, mpf("0.5"), min(b, c))
        plain, corrected = (mcnemar(table, exact=False, correction=correction) for correction in [False, True])
        # mlxtend holds the difference at no bound either; its default is the other way round.
        assert math.isclose(mlxtend_mcnemar(table, corrected=True)[0], corrected.statistic, rel_tol=1e-13)
        assert math.isclose(mlxtend_mcnemar(table, corrected=False)[0], plain.statistic, rel_tol=1e-13)
        # mlxtend's own approximation of tails loses up to 1e-10 of a large binomial.
        near(min(1, exact), mcnemar(table, exact=True).pvalue, 1e-8)

        def p(statistic):
            return mpmath.erfc(mpmath.sqrt(mpf(statistic) / 2))

        yield {"b": b, "c": c, "exact": float(min(1, exact)), "midP": float(mid) if b != c else 1.0,
               "statistic": float(plain.statistic), "p": near(p(plain.statistic), plain.pvalue, 1e-11),
               "correctedStatistic": float(corrected.statistic),
               "correctedP": near(p(corrected.statistic), corrected.pvalue, 1e-11)}


def cochrans():
    generator = random.Random(1)
    for images, skills in [(12, [0.5, 0.6, 0.9]), (70, [0.3, 0.5, 0.7, 0.8]), (129, [0.5] * 6), (64, [0.9, 0.2]),
                           (400, [0.99, 0.01, 0.5])]:
        right = [[int(generator.random() < skill) for _ in range(images)] for skill in skills]
        result = cochrans_q(np.array(right).T)
        half = mpf(float(result.statistic)) / 2
        exact = mpmath.gammainc(mpf(len(skills) - 1) / 2, half, mpmath.inf, regularized=True)
        yield {"right": ["".join(map(str, row)) for row in right], "statistic": float(result.statistic),
               "p": near(exact, result.pvalue, 1e-10)}


def holms():
    for values in [[0.01, 0.04, 0.03], [0.2, 0.2, 0.001, 0.9, 0.05, 1e-9], [0.5], [0.9, 0.8]]:
        yield {"p": values, "adjusted": multipletests(values, method="holm")[1].tolist()}


def exact_log_softmax(row):
    norm = mpmath.log(mpmath.fsum(mpmath.exp(mpf(float(x))) for x in row))
    return [mpf(float(x)) - norm for x in row]


def scores():
    generator = np.random.default_rng(2)
    labels = generator.integers(0, 4, 40)
    logits = generator.normal(0, 2, (3, 40, 4)).astype(np.float32)
    logits[:, np.arange(40), labels] += np.float32(1.5)
    logits[2] *= np.float32(300)
    logits[0, :6] = np.float32(1.25)
    sets, ensemble_loss, ensemble_answers = [], mpf(0), []
    for rows in logits:
        logs = [exact_log_softmax(row) for row in rows]
        predictedClasses = rows.argmax(axis=1)
        matrix = np.zeros((4, 4), int)
        np.add.at(matrix, (labels, predictedClasses), 1)
        sets.append({"correct": int((predictedClasses == labels).sum()), "confusion": matrix.tolist(),
                     "crossEntropy": float(-mpmath.fsum(log[l] for log, l in zip(logs, labels)) / len(labels))})
    for image, label in enumerate(labels):
        probabilities = [[mpmath.exp(x) for x in exact_log_softmax(rows[image])] for rows in logits]
        mean = [sum(column) / 3 for column in zip(*probabilities)]
        ensemble_answers.append(max(range(4), key=lambda k: mean[k]))
        ensemble_loss -= mpmath.log(mean[label])
    return {"labels": labels.tolist(), "logits": [[[float(x) for x in row] for row in rows] for rows in logits],
            "sets": sets, "ensembleAnswers": ensemble_answers, "ensembleLoss": float(ensemble_loss / len(labels))}


def predictions():
    """A file such as another tool would write: compressed, other integer and float types, another order."""
    text = {"model_name": "mnist-net.padawann", "dataset_name": "Zürich:test"}
    arrays = {name: np.frombuffer(value.encode(), np.uint8) for name, value in text.items()}
    arrays["model"] = np.arange(32, dtype=np.uint8)
    arrays["dataset"] = np.arange(100, 132, dtype=np.uint8)
    arrays["shared_weights"] = np.array([0.5, 1.0, 2.0], np.float64)
    arrays["labels"] = np.array([0, 2, 1, 1], np.int32)
    arrays["logits"] = (np.arange(36, dtype=np.float32).reshape(3, 4, 3) - 17) / 8
    np.savez_compressed(FOLDER / "predictions.npz", **arrays)


def check_written():
    """numpy reads what the library writes; PredictionFileTests compares its bytes with this file."""
    path = FOLDER / "written.npz"
    if not path.exists():
        print("written.npz is not there yet")
        return
    with np.load(path) as ours, np.load(FOLDER / "predictions.npz") as theirs:
        assert sorted(ours.files) == sorted(theirs.files), ours.files
        for name in ours.files:
            assert np.array_equal(ours[name], theirs[name]), name
        assert ours["logits"].dtype == np.float32 and ours["labels"].dtype == np.int64


if __name__ == "__main__":
    goldens = {"binomial": binomials(), "hypergeometric": hypergeometrics(), "chiSquare": chi_squares(),
               "normal": normals(), "quantile": quantiles(), "wilson": wilsons(), "tango": tangos(),
               "oddsRatio": odds_ratios(), "mcnemar": mcnemars(), "cochran": cochrans(), "holm": holms()}
    lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in goldens.items()]
    lines.append(f'"scores": {json.dumps(scores())}')
    (FOLDER / "statistics.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    predictions()
    check_written()
