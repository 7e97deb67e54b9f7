"""Computes the results of the nine phases independently of the Rust program, so that the two can be
compared.

Each function is written from the definition of its number and names the source. The module uses
numpy, pandas, scipy, scikit-learn and statsmodels, and none of the program's code. If the two
computations agree, they interpret the definition in the same way. README.md lists the places where
a definition is ambiguous, and the choices made there.

Reading and writing files is left to `reference.py`.
"""

from decimal import Decimal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from sklearn.linear_model import Ridge

DAYS = 252
HISTORY = 273
SNAPSHOTS = 254
BETA_CAP = 5.0


def number(value):
    """Converts a number to a float for JSON. Returns None, which becomes null, if the number is not
    finite.
    """
    return float(value) if value is not None and np.isfinite(value) else None


def calendar_of(prices, market):
    """Returns the trading calendar: the last 273 dates on which the market benchmark has a price,
    or fewer if there are not that many.
    """
    return prices.index[prices[market].notna()][-HISTORY:]


def returns_of(prices):
    """Computes the simple return of each row. A row has a return only if it and the previous row
    both have a price. Gaps are not filled.
    """
    return prices / prices.shift(1) - 1


def half_unit(prices):
    """Returns half of the unit to which prices are rounded: the largest power of ten, but at most a
    cent, of which every price is a multiple. Returns 0 if a price has more than 15 digits, because
    then it is not rounded.
    """
    places = [max(2, -Decimal(repr(float(price))).normalize().as_tuple().exponent) for price in prices.dropna()]
    places = max(places, default=2)
    is_rounded = places <= 15 and prices.max() * 10.0**places < 1e15
    return 0.5 * 10.0**-places if is_rounded else 0.0


def without_rounding(returns, adjusted, closes):
    """Replaces the last returns of each symbol by their mean, if rounding alone explains why they
    differ and there are at least 30.

    A rounded price lies within half a unit of what it was before rounding, so a return lies between
    two ratios (interval arithmetic, Moore 1966). Rounding explains the returns if one growth rate
    lies strictly between the two ratios of each. An adjusted close is no more exact than the close,
    and a price that is not rounded is exact to a few units in the last place of a float.
    """
    returns = returns.copy()
    for symbol in returns:
        own, close = adjusted[symbol], closes[symbol]
        error = np.maximum(np.maximum(half_unit(own) / own, (half_unit(close) / close).fillna(0.0)), 8 * np.finfo(float).eps)
        steady = steady_dates(own, error)
        returns.loc[steady, symbol] = returns.loc[steady, symbol].mean()
    return returns


def steady_dates(levels, error):
    """Returns the last dates on which one growth rate explains all levels, which are known to within
    a relative error. Returns no dates if there are fewer than 30.
    """
    before, growth = error.shift(1), levels / levels.shift(1)
    ratios = pd.DataFrame({"low": growth * (1 - error) / (1 + before), "high": growth * (1 + error) / (1 - before)})
    steady, low, high = [], 0.0, np.inf
    for date, ratio in ratios[growth.notna()][::-1].iterrows():
        low, high = max(low, ratio["low"]), min(high, ratio["high"])
        if not high > low * (1 + 8 * np.finfo(float).eps):
            break
        steady.append(date)
    return steady if len(steady) >= 30 else []


def own_without_rounding(own, equity, values, positions, prices):
    """Replaces the portfolio's last returns by their mean if rounding alone explains why they
    differ. The error of the equity is the sum of the errors of all values, each half a unit of its
    price times the number of units.
    """
    size = (positions["quantity"] * positions["multiplier"]).abs()
    half = pd.Series({at: half_unit(prices[at]) if at in prices else 0.0 for at in positions.index})
    error = (values != 0).mul(size * half, axis=1).sum(axis=1)
    gross = values.abs().sum(axis=1)
    error = (error + 1e-14 * np.maximum(gross, equity)) / equity
    steady = [date for date in steady_dates(equity.where(equity > 0), error) if pd.notna(own[date])]
    own = own.copy()
    own[steady] = own[steady].mean()
    return own


def varies(values):
    """Returns whether the values differ. Equal values have no variance, although the arithmetic of
    floats may compute a tiny one.
    """
    return np.ptp(np.asarray(values)) > 0


def ols(y, x):
    """Regresses `y` on `x` and an intercept by ordinary least squares (statsmodels). Returns None if
    one of them does not vary.
    """
    if not varies(y) or not varies(x):
        return None
    fit = sm.OLS(y.to_numpy(), sm.add_constant(x.to_numpy())).fit()
    return {
        "beta": number(fit.params[1]),
        "alpha": number(fit.params[0]),
        "std_error": number(fit.bse[1]),
        "t": number(fit.tvalues[1]),
        "p": number(fit.pvalues[1]),
        "r_squared": number(fit.rsquared),
        "observations": int(fit.nobs),
    }


def together(window, *series):
    """Returns a table with one column per series. Its rows are the last `window` dates on which all
    series have a value.
    """
    return pd.concat(series, axis=1).dropna().tail(window)


# Phase 2: Factor Analysis


def complete(styles):
    """Selects the style factors that have a return on at least nine in ten of the last 90 days.
    The regression uses days on which every factor has a return, so a factor that lacks more days
    would take them from the others.
    """
    recent = styles.iloc[1:].tail(90)
    return styles.loc[:, recent.notna().sum() >= 0.9 * len(recent)]


def ridge(y, styles):
    """Computes a ridge regression on standardized factors. The penalty is the sum of squared
    coefficients times α = 1 (Hoerl and Kennard 1970; scikit-learn).
    """
    rows = together(90, y, styles)
    if len(rows) < 30 or styles.empty or not varies(rows.iloc[:, 0]):
        return None
    target, factors = rows.iloc[:, 0], rows.iloc[:, 1:]
    factors = factors.loc[:, [varies(factors[name]) for name in factors]]
    if factors.empty:
        return None
    mean, spread = factors.mean(), factors.std(ddof=0)
    scaled = ((factors - mean) / spread).to_numpy()
    fit = Ridge(alpha=1.0).fit(scaled, target.to_numpy())
    betas = fit.coef_ / spread.to_numpy()
    return {
        "betas": {name: number(beta) for name, beta in zip(factors.columns, betas)},
        "intercept": number(target.mean() - float(betas @ mean.to_numpy())),
        "r_squared": number(fit.score(scaled, target.to_numpy())),
        "observations": len(rows),
    }


def spread(y, name, difference):
    """Regresses returns on a spread, the difference between the returns of two funds, over the last
    180 rows that have both.
    """
    rows = together(180, y, difference)
    if len(rows) < 60:
        return None
    fit = ols(rows.iloc[:, 0], rows.iloc[:, 1])
    return fit and {"name": name} | {key: fit[key] for key in ("beta", "t", "p", "r_squared", "observations")}


def style_with_market(y, market, style):
    """Regresses returns on the market and a style factor together, over the last 252 rows that have
    all three, and returns the style's coefficient. Style funds alone mostly measure the market.
    Returns None for fewer than 60 rows, or if the coefficient is not determined.
    """
    rows = together(DAYS, y, market, style)
    if len(rows) < 60 or not all(varies(rows.iloc[:, column]) for column in range(3)):
        return None
    factors = sm.add_constant(rows.iloc[:, 1:].to_numpy())
    if np.linalg.matrix_rank(factors / np.linalg.norm(factors, axis=0)) < 3:
        return None
    fit = sm.OLS(rows.iloc[:, 0].to_numpy(), factors).fit()
    return {"beta": number(fit.params[2]), "t": number(fit.tvalues[2]), "p": number(fit.pvalues[2]), "observations": int(fit.nobs)}


# Phase 3: Symbol Metrics


def window_of(returns):
    """Returns the last 252 daily returns, or all of them if there are between 60 and 251. Returns
    None if there are fewer than 60.
    """
    known = returns.dropna().tail(DAYS)
    return known if len(known) >= 60 else None


def realized(returns, days):
    known = returns.dropna().tail(days)
    if len(known) < days:
        return None
    return number(known.std(ddof=1) * np.sqrt(DAYS)) if varies(known) else 0.0


def ewma(returns):
    """Computes the annualized exponentially weighted volatility with λ = 0.94. The variance starts
    at the square of the first return (RiskMetrics 1996).
    """
    window = window_of(returns)
    if window is None:
        return None
    squares = window.to_numpy() ** 2
    variance = squares[0]
    for square in squares[1:]:
        variance = 0.94 * variance + 0.06 * square
    return number(np.sqrt(DAYS * variance))


def max_drawdown(window):
    """Computes the maximum drawdown of the cumulative-return index, which is 1 before the first
    return.
    """
    level = np.concatenate([[1.0], np.cumprod(1 + window.to_numpy())])
    falls = level / np.maximum.accumulate(level) - 1
    return number(falls.min())


def drawdown_dates(window, calendar):
    """Returns the dates of the peak and the trough of the maximum drawdown, the earliest ones if
    there is a tie. If the peak is the index value before the first return, its date is the trading
    day before that return.
    """
    level = np.concatenate([[1.0], np.cumprod(1 + window.to_numpy())])
    trough = int(np.argmin(level / np.maximum.accumulate(level) - 1))
    peak = int(np.argmax(level[: trough + 1]))
    dates = [calendar[calendar.get_loc(window.index[0]) - 1], *window.index]
    return {"peak": str(dates[peak].date()), "trough": str(dates[trough].date())}


def metrics(close, adjusted, returns, calendar, rate=0.0):
    """Computes the metrics of a symbol. `close` contains the prices at which positions are valued,
    `adjusted` the adjusted prices, and `returns` the returns of `adjusted`. `rate` is the risk-free
    rate per trading day.
    """
    known = adjusted.dropna()
    last, at = known.iloc[-1], calendar.get_loc(known.index[-1])
    # A trailing return is measured from the price `rows` trading days before the symbol's last
    # price. It is None if there is no price on that day.
    back = lambda rows: number(last / adjusted.iloc[at - rows] - 1) if at >= rows else None
    before = known[known.index.year < calendar[-1].year]
    window = window_of(returns)
    if window is None:
        sharpe = sortino = skewness = kurtosis = None
    else:
        mean, deviation = window.mean() - rate, window.std(ddof=1)
        # Downside deviation: the root mean square of all daily returns above the risk-free rate,
        # with gains counted as zero (Sortino and Price 1994).
        downside = np.sqrt((np.minimum(window.to_numpy() - rate, 0) ** 2).mean())
        sharpe = mean / deviation * np.sqrt(DAYS) if varies(window) else None
        sortino = mean / downside * np.sqrt(DAYS) if downside > 0 else None
        skewness, kurtosis = (stats.skew(window, bias=False), stats.kurtosis(window, bias=False)) if varies(window) else (None, None)
    return {
        "observations": int(returns.notna().sum()),
        "price": number(close.dropna().iloc[-1]),
        "price_date": str(close.dropna().index[-1].date()),
        "returns": {"1d": back(1), "5d": back(5), "21d": back(21), "63d": back(63), "252d": back(252),
                    "ytd": number(last / before.iloc[-1] - 1) if len(before) else None},
        "volatility": {"21d": realized(returns, 21), "63d": realized(returns, 63), "252d": realized(returns, DAYS), "ewma": ewma(returns)},
        "sharpe": number(sharpe),
        "sortino": number(sortino),
        "skewness": number(skewness),
        "kurtosis": number(kurtosis),
        "max_drawdown": None if window is None else {"value": max_drawdown(window)} | drawdown_dates(window, calendar),
    }


# Phases 4 and 5: Portfolio Snapshots and Position Values


def held_on(positions, dates):
    """Returns a table with one column per position, which says at the close of which dates it was
    held. A trade on a closed day counts from the next trading date on.
    """
    return pd.DataFrame({at: (dates >= position["entry"]) & ~(dates >= position["exit"]) for at, position in positions.iterrows()}, index=dates)


def holdings(positions, prices, cash_balance, income=None):
    """Computes the cash and each position's market value on every calendar date. `prices` has one
    column per position. Cash is computed backwards from today's balance: before a trade or a
    dividend, the cash that it moved is not there yet. `income` is the portfolio's on each date.
    """
    dates = prices.index
    cash = pd.Series(cash_balance, index=dates, dtype=float)
    for _, position in positions.iterrows():
        cash = cash + np.where(dates >= position["entry"], 0.0, position["quantity"] * position["entry_price"])
        if pd.notna(position["exit"]):
            cash = cash - np.where(dates >= position["exit"], 0.0, position["quantity"] * position["exit_price"])
    if income is not None:
        cash = cash - income[::-1].cumsum()[::-1].shift(-1, fill_value=0.0)
    return cash, prices.ffill().mul(positions["quantity"], axis=1).where(held_on(positions, dates), 0.0)


def lost(equity):
    """Returns the first date on which the equity is zero or negative, or None. Returns are measured
    up to that date, because a level of zero or below cannot grow.
    """
    dates = equity.index[equity <= 0]
    return dates[0] if len(dates) else None


def own_returns(equity):
    """Computes the portfolio's returns. There are none after the equity was zero or negative, and
    none below -100%.
    """
    returns = equity / equity.shift(1) - 1
    end = lost(equity)
    return returns if end is None else returns.where((returns.index <= end) & (returns >= -1))


def snapshots(cash, values, first_entry=None):
    """Returns the snapshots and the equity on every calendar date. There are at most 254 snapshots,
    and none before the first entry.
    """
    long, short = values.clip(lower=0).sum(axis=1), values.clip(upper=0).sum(axis=1)
    equity = cash + long + short
    table = pd.DataFrame({
        "equity": equity, "cash": cash, "long_value": long, "short_value": short, "gross": long - short, "net": long + short,
        "pnl": equity.diff(), "return": own_returns(equity),
    }).tail(SNAPSHOTS).loc[first_entry:]
    # Drawdowns are measured on the cumulative-return index of the snapshots, which is 1 on the
    # first snapshot. That index ends when the equity is zero or negative. They are then measured on
    # the equity, and not below -100%.
    level = (1 + table["return"].iloc[1:]).cumprod()
    level = pd.concat([pd.Series([1.0], index=table.index[:1]), level])
    level = table["equity"] if lost(equity) is not None else level
    table["drawdown"] = (level / level.cummax() - 1).clip(lower=-1).where(level.cummax() > 0)
    return table, equity


def total_return(table):
    """Compounds the returns of the snapshots. Only the first one may be missing."""
    returns = table["return"].iloc[1:] if pd.isna(table["return"].iloc[0]) else table["return"]
    return None if returns.isna().any() or returns.empty else number((1 + returns).prod() - 1)


# Phase 6: Position Betas


def market_betas(returns, market):
    fits = {}
    for name, window in (("90d", 90), ("252d", 252)):
        rows = together(window, returns, market)
        fits[name] = ols(rows.iloc[:, 0], rows.iloc[:, 1]) if len(rows) >= 30 else None
    return fits


# Phase 7: Factor Exposures


def exposure(values, betas, equity, uncovered=0.0):
    """Computes a portfolio's exposure to a factor: Σ weight · beta, with betas capped at ±5. Also
    returns its value in dollars, the share of the gross value that has a beta, and the number of
    capped betas. `uncovered` is the gross value of options without a delta, which have no beta.
    """
    known = [(value, min(max(beta, -BETA_CAP), BETA_CAP)) for value, beta in zip(values, betas) if beta is not None]
    dollars = sum(value * beta for value, beta in known)
    gross = sum(abs(value) for value in values) + uncovered
    return {
        "exposure": number(dollars / equity) if known else None,
        "dollars": number(dollars) if known else None,
        "coverage": number(sum(abs(value) for value, _ in known) / gross),
        "capped": sum(beta is not None and abs(beta) > BETA_CAP for beta in betas),
    }


# Phase 8: Volatility Analysis


def har(returns, horizon):
    """Forecasts volatility with a HAR-RV regression on squared returns (Corsi 2009). A forecast
    outside the range of the training targets is replaced by their mean (Swanson and White 1997).
    """
    window = window_of(returns)
    if window is None:
        return None
    variance = pd.Series(window.to_numpy() ** 2)
    regressors = pd.concat([variance, variance.rolling(5).mean(), variance.rolling(22).mean()], axis=1)
    target = variance.rolling(horizon).mean().shift(-horizon)
    rows = pd.concat([target, regressors], axis=1).dropna()
    if len(rows) < 40:
        return None
    y = rows.iloc[:, 0].to_numpy()
    if not varies(window):
        return None
    fit = sm.OLS(y, sm.add_constant(rows.iloc[:, 1:].to_numpy())).fit()
    forecast = float(fit.params @ np.concatenate([[1.0], regressors.iloc[-1].to_numpy()]))
    bounded = not y.min() <= forecast <= y.max()
    forecast = y.mean() if bounded else forecast
    return {"forecast": number(np.sqrt(DAYS * forecast)), "r_squared": number(fit.rsquared), "bounded": bool(bounded)}


def volatility(returns):
    windows = returns.dropna().rolling(21)
    rolling = windows.std(ddof=1).where(windows.max() > windows.min(), windows.max() * 0).dropna()
    last = rolling.tail(DAYS)
    change = rolling.iloc[-1] / rolling.iloc[-22] - 1 if len(rolling) > 21 and rolling.iloc[-22] > 0 else None
    return {
        "21d": realized(returns, 21), "63d": realized(returns, 63), "252d": realized(returns, DAYS), "ewma": ewma(returns),
        "percentile": number((last <= last.iloc[-1]).mean()) if len(last) == DAYS else None,
        "trend": None if change is None else "stable" if abs(change) <= 0.1 else "rising" if change > 0 else "falling",
        "har": {"1d": har(returns, 1), "21d": har(returns, 21)},
    }


# Phase 9: Correlations


def higham(matrix):
    """Returns the nearest correlation matrix and how many rounds it took. The method is alternating
    projections with Dykstra's correction (Higham 2002).
    """
    tolerance = 1e-7 if len(matrix) <= 100 else 1e-5
    y, correction = matrix.copy(), np.zeros_like(matrix)
    for rounds in range(1, 101):
        r = y - correction
        eigenvalues, vectors = np.linalg.eigh(r)
        x = vectors @ np.diag(np.maximum(eigenvalues, 0)) @ vectors.T
        correction = x - r
        y = x.copy()
        np.fill_diagonal(y, 1.0)
        if np.linalg.norm(y - x) / np.linalg.norm(y) < tolerance:
            break
    eigenvalues, vectors = np.linalg.eigh(y)
    clipped = vectors @ np.diag(np.maximum(eigenvalues, 0)) @ vectors.T
    scale = np.sqrt(np.diag(clipped))
    return clipped / np.outer(scale, scale), rounds


def repaired(matrix):
    """Repairs a correlation matrix if its smallest eigenvalue is below -1e-10. Returns the matrix,
    and whether it was repaired.
    """
    if np.linalg.eigvalsh(matrix)[0] >= -1e-10:
        return matrix, False
    return higham(matrix)[0], True


def leaves_in_order(merges, count):
    """Returns the leaves of the clustering tree in display order. At each fork, the branch that
    contains the alphabetically first name comes first, so the order does not depend on the
    clustering library.
    """
    branches = {leaf: [leaf] for leaf in range(count)}
    for at, (left, right, _, _) in enumerate(merges):
        pair = sorted([branches[int(left)], branches[int(right)]], key=min)
        branches[count + at] = pair[0] + pair[1]
    return branches[max(branches)]


def effective_bets(weights, covariance):
    """Computes the effective number of bets: the exponential of the entropy of the principal
    components' shares of the variance (Meucci 2009). The components are those of the symbols that
    are held.
    """
    held = np.flatnonzero(weights)
    if len(held) == 0:
        return None
    weights, covariance = weights[held], covariance[np.ix_(held, held)]
    eigenvalues, vectors = np.linalg.eigh(covariance)
    shares = (vectors.T @ weights) ** 2 * np.maximum(eigenvalues, 0)
    shares = shares[shares > 0] / shares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def correlations(returns, weights):
    """Computes the correlations between symbols and the portfolio's diversification. `returns` has
    one column per symbol, in alphabetical order. `weights` are the signed weights of the symbols.
    """
    window = returns.tail(90)
    # Drops symbols with fewer than 30 returns in the window. They cannot share 30 rows with any
    # other symbol. Also drops those that do not vary.
    is_usable = lambda values: values.notna().sum() >= 30 and varies(values.dropna())
    window = window[[symbol for symbol in window if is_usable(window[symbol])]]
    if window.empty:
        nothing = {"symbols": [], "matrix": [], "repaired": False, "order": [], "mean_abs": None, "effective_bets": None, "effective_positions": None}
        return nothing | {"dropped": [{"symbol": symbol} for symbol in returns.columns]}
    volatilities = np.array([returns[symbol].dropna().tail(90).std(ddof=1) for symbol in window.columns]) * np.sqrt(DAYS)
    weights = weights[[returns.columns.get_loc(symbol) for symbol in window.columns]]
    matrix, was_repaired = repaired(window.corr(min_periods=30).to_numpy())
    count = len(matrix)
    # Average linkage uses the distances √((1 - ρ) / 2) (Mantegna 1999).
    distance = np.sqrt(np.maximum((1 - matrix) / 2, 0))
    np.fill_diagonal(distance, 0)
    order = leaves_in_order(linkage(squareform(distance, checks=False), "average"), count)
    return {
        "symbols": list(window.columns),
        "matrix": [[number(value) for value in row] for row in matrix],
        "repaired": was_repaired,
        "dropped": [{"symbol": symbol} for symbol in returns.columns if symbol not in window.columns],
        "order": [int(leaf) for leaf in order],
        "mean_abs": number(np.abs(matrix[np.triu_indices(count, 1)]).mean()),
        "effective_bets": number(effective_bets(weights, matrix * np.outer(volatilities, volatilities))),
        "effective_positions": number(np.abs(weights).sum() ** 2 / (weights**2).sum()),
    }
