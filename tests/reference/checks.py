"""Checks the EWMA and HAR volatilities of `phases.py` against the library `arch`, and raises an
error if they differ. The golden files contain no numbers from this file.

`arch` supports neither an EWMA with a given start value nor a HAR target that spans several days.
The start value is therefore passed to `arch` as its backcast, and the coefficients for such a
target are fitted here to the regressors that `arch` computes (see README.md).
"""

import numpy as np
import pandas as pd
from arch.univariate import EWMAVariance, HARX
from scipy import stats

import phases

AGREEMENT = 1e-9


def agree(ours, theirs, what):
    if not abs(ours - theirs) <= AGREEMENT * abs(theirs):
        raise AssertionError(f"{what}: {ours}, but another computation gives {theirs}")


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


def cash(positions, values, received, equity):
    """Checks the equity against an account that is kept forwards: each day's change is the change
    of the prices of what was held, the difference between trade and closing prices, and income.
    Trade prices are per contract.
    """
    dates = equity.index
    values, change = values.fillna(0.0), received.sum(axis=1)
    for at, position in positions.iterrows():
        traded = pd.Series(0.0, index=dates)
        for date, price, side in ((position["entry"], position["entry_price"], -1), (position["exit"], position["exit_price"], 1)):
            row = dates.searchsorted(date) if pd.notna(date) else len(dates)
            # A trade before the calendar moved cash that the first date has already.
            if row < len(dates) and date > dates[0]:
                traded.iloc[row] += side * position["quantity"] * price
        change = change + values[at].diff() + traded
    if not np.allclose(equity.diff().iloc[1:], change.iloc[1:], rtol=0, atol=1e-7):
        raise AssertionError("the equity changes by something else than prices, trades and income")


def risk(found, profit):
    """Checks that the contributions sum to the profit and to the volatility."""
    total = sum(one["pnl"] for one in found["contributions"])
    if abs(total - profit) > 1e-7:
        raise AssertionError(f"contributions sum to {total}, but the profit is {profit}")
    if found["volatility"]:
        agree(sum(one["volatility"] or 0.0 for one in found["contributions"]), found["volatility"], "contributions to the volatility")


def comparison(returns, benchmark, rate, found):
    """Compares the regression on the benchmark with scipy's, and the value of 1 dollar with the
    compounded return.
    """
    days = pd.DataFrame({"own": returns, "benchmark": benchmark}).dropna()
    if found["alpha"] is not None and phases.varies(days["own"]):
        fit = stats.linregress(days["benchmark"] - rate, days["own"] - rate)
        ours = (found["alpha"]["value"], found["alpha"]["std_error"], found["beta"]["value"], found["beta"]["std_error"])
        for one, other in zip(ours, (phases.DAYS * fit.intercept, phases.DAYS * fit.intercept_stderr, fit.slope, fit.stderr)):
            if abs(one - other) > AGREEMENT * abs(other) + 1e-12:
                raise AssertionError(f"alpha or beta: {one}, but scipy computes {other}")
    worth = 1.0
    for one in days["own"]:
        worth *= 1 + one
    agree(1 + found["return"], worth, "compounded return")
