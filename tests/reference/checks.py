"""Checks the EWMA and HAR volatilities of `phases.py` against the library `arch`, and raises an
error if they differ. The golden files contain no numbers from this file.

`arch` supports neither an EWMA with a given start value nor a HAR target that spans several days.
The start value is therefore passed to `arch` as its backcast, and the coefficients for such a
target are fitted here to the regressors that `arch` computes (see README.md).
"""

import numpy as np
from arch.univariate import EWMAVariance, HARX

import phases

AGREEMENT = 1e-9


def agree(ours, theirs, what):
    if not abs(ours - theirs) <= AGREEMENT * abs(theirs):
        raise AssertionError(f"{what}: {ours}, but arch computes {theirs}")


def ewma(window, ours):
    """Compares an EWMA volatility with that of `arch`. In `arch`, the variance of a day depends
    only on earlier days, so a day is appended to get the variance after the last return. The first
    squared return is passed as the backcast, which is the start value of the variance.
    """
    returns = np.append(window.to_numpy(), 0.0)
    variance = EWMAVariance(0.94).compute_variance(np.empty(0), returns, np.empty_like(returns), returns[0] ** 2, np.empty((0, 2)))
    agree(ours, np.sqrt(phases.DAYS * variance[-1]), "EWMA")


def har(window, horizon, ours):
    """Compares a HAR forecast with that of `arch`. In `arch`, the regressors of a day are the means
    up to the previous day, so a day is appended to get the regressors of the forecast.
    """
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
        raise AssertionError("HAR: only one of the two forecasts is bounded")
    agree(ours["forecast"], np.sqrt(phases.DAYS * (target.mean() if bounded else forecast)), f"HAR over {horizon} days")


def volatility(returns, ours):
    """Compares the result of `phases.volatility` for a series of daily returns with that of `arch`.
    """
    window = phases.window_of(returns)
    if window is None:
        return
    ewma(window, ours["ewma"])
    for name, horizon in (("1d", 1), ("21d", 21)):
        if ours["har"][name] is not None:
            har(window, horizon, ours["har"][name])
