"""Some numbers a third time: `arch` against what `phases.py` computes. They give no golden number; they raise.

`arch` has no EWMA of a given start and no target of several days; both are handed to it from outside (README.md).
"""

import numpy as np
from arch.univariate import EWMAVariance, HARX

import phases

AGREEMENT = 1e-9


def agree(ours, theirs, what):
    if not abs(ours - theirs) <= AGREEMENT * abs(theirs):
        raise AssertionError(f"{what}: {ours}, by arch {theirs}")


def ewma(window, ours):
    """arch's σ² of a day is from the days before it: with one more day at the end, and r² of the first as its backcast, it is the same."""
    returns = np.append(window.to_numpy(), 0.0)
    variance = EWMAVariance(0.94).compute_variance(np.empty(0), returns, np.empty_like(returns), returns[0] ** 2, np.empty((0, 2)))
    agree(ours, np.sqrt(phases.DAYS * variance[-1]), "EWMA")


def har(window, horizon, ours):
    """arch's row of a day holds the means before it, so one more day at the end gives the regressors of the forecast."""
    squares = window.to_numpy() ** 2
    design = HARX(np.append(squares, 0.0), lags=[1, 5, 22], constant=True, rescale=False).regressors
    starts = range(22, len(squares) - horizon + 1)
    target = np.array([squares[at : at + horizon].mean() for at in starts])
    if horizon == 1:
        fit = HARX(squares, lags=[1, 5, 22], constant=True, rescale=False).fit(disp="off")
        parameters = fit.params.to_numpy()[:4]
        agree(ours["r_squared"], fit.rsquared, "R² of HAR")
    else:
        parameters = np.linalg.lstsq(design[list(starts)], target)[0]
    forecast = parameters @ design[-1]
    bounded = not target.min() <= forecast <= target.max()
    if bounded != ours["bounded"]:
        raise AssertionError("HAR: the forecast is bounded in one of the two only")
    agree(ours["forecast"], np.sqrt(phases.DAYS * (target.mean() if bounded else forecast)), f"HAR over {horizon} days")


def volatility(returns, ours):
    """What `phases.volatility` says of a series of returns."""
    window = phases.window_of(returns)
    if window is None:
        return
    ewma(window, ours["ewma"])
    for name, horizon in (("1d", 1), ("21d", 21)):
        if ours["har"][name] is not None:
            har(window, horizon, ours["har"][name])
