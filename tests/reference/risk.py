"""Computes the risk of today's positions from their past returns, and what each symbol contributed
to the risk and to the portfolio's profit.
"""

import numpy as np
import pandas as pd

import phases

FEW = "fewer than 60 daily returns in the last year"
FEW_TOGETHER = "fewer than 60 days on which every symbol has a return"
PRIVATE = "no market prices"
NO_MODEL = "no model value"


def profits(positions, values, received, base):
    """Computes each position's profit in dollars after the date `base`: the change of its value, the
    cash that trades moved, and its income.
    """
    last = values.index[-1]
    cost, proceeds = positions["quantity"] * positions["entry_price"], positions["quantity"] * positions["exit_price"]
    within = lambda dates: (dates > base) & (dates <= last)
    change = (values.fillna(0.0).loc[last] - values.fillna(0.0).loc[base])
    return change - cost.where(within(positions["entry"]), 0.0) + proceeds.where(within(positions["exit"]), 0.0) + received.loc[received.index > base].sum()


def held_after(positions, values, base):
    """Returns which positions were held at the close of `base` or traded after it."""
    last = values.index[-1]
    return (positions["entry"] <= last) & ~(positions["exit"] <= base)


def book(rows, returns, equity):
    """Returns today's book: the weight of each member, the returns of each member that is not left
    out, and the symbols that are left out. A member is a listed symbol, or an option that has a delta and the returns
    of its underlying. The weight of a left-out symbol is its market value's, as a fraction of the
    equity.
    """
    weights, sources, reasons = {}, {}, {}
    for row in rows:
        symbol = row["symbol"]
        if row["source"] is not None and row["exposure_value"] is not None:
            weights[symbol] = weights.get(symbol, 0.0) + row["exposure_value"] / equity
            sources[symbol] = row["source"], row["is_option"]
        elif row["is_option"] and row["is_open"]:
            reasons[symbol] = NO_MODEL
        elif row["pricing"] == "entry" and row["is_open"]:
            reasons[symbol] = PRIVATE
    weights = {symbol: weight for symbol, weight in weights.items() if weight != 0 or sources[symbol][1]}
    recent = returns.tail(phases.DAYS)
    own = {symbol: returns[sources[symbol][0]] for symbol in weights}
    reasons |= {symbol: FEW for symbol in weights if recent[sources[symbol][0]].notna().sum() < 60}
    share = lambda symbol: sum(row["market_value"] for row in rows if row["symbol"] == symbol) / equity
    left_out = [{"symbol": symbol, "weight": share(symbol), "reason": reasons[symbol]} for symbol in sorted(reasons)]
    return weights, pd.DataFrame({symbol: own[symbol] for symbol in sorted(own) if symbol not in reasons}, index=returns.index), left_out


def tails(total):
    """Computes the value at risk and the expected shortfall of one day, as fractions of the equity,
    by historical simulation. The quantile is interpolated linearly (Hyndman and Fan 1996, type 7);
    the expected shortfall is the mean loss at or beyond it (Acerbi and Tasche 2002).
    """
    quantiles = {"95": np.quantile(total, 0.05), "99": np.quantile(total, 0.01)}
    return ({level: -float(quantile) for level, quantile in quantiles.items()},
            {level: -float(total[total <= quantile].mean()) for level, quantile in quantiles.items()})


def measures(weights, own):
    """Computes the risk of the members in `own`. Contributions to the volatility are Euler's (Tasche
    1999), so they sum to it.
    """
    weight = np.array([weights[symbol] for symbol in own])
    total = own.to_numpy() @ weight
    deviation = total.std(ddof=1) if phases.varies(total) else 0.0
    covariances = np.array([np.cov(own[symbol], total, ddof=1)[0, 1] for symbol in own])
    shares = dict(zip(own.columns, weight * covariances / deviation * np.sqrt(phases.DAYS))) if deviation > 0 else {}
    var, shortfall = tails(total)
    return {"observations": len(own), "volatility": float(deviation * np.sqrt(phases.DAYS)), "var": var, "expected_shortfall": shortfall}, shares


def risk(rows, returns, positions, values, received, equity, base):
    """Computes the risk of today's book and all contributions. `base` is the date from which profits
    are measured. If the risk cannot be computed, its numbers are null, and `reason` says why.
    """
    today, start = equity.iloc[-1], equity[base]
    none = {"observations": 0, "volatility": None, "var": {"95": None, "99": None}, "expected_shortfall": {"95": None, "99": None}}
    weights, own, left_out = book(rows, returns, today) if today > 0 else ({}, pd.DataFrame(), [])
    weights = {symbol: weights[symbol] for symbol in own}
    complete = own.dropna().tail(phases.DAYS)
    reason, shares = None, {}
    if own.columns.empty:
        found = none
    elif len(complete) < 60:
        found, reason = none | {"observations": len(complete)}, FEW_TOGETHER
    else:
        found, shares = measures(weights, complete)
    profit = profits(positions, values, received, base)
    held = held_after(positions, values, base)
    symbols = sorted(set(positions.loc[held, "symbol"]))
    dollars = {symbol: float(profit[positions["symbol"] == symbol].sum()) for symbol in symbols}
    contributions = [{
        "symbol": symbol, "weight": phases.number(weights.get(symbol)), "volatility": phases.number(shares.get(symbol)),
        "return": dollars[symbol] / start if start > 0 else None, "pnl": dollars[symbol],
    } for symbol in symbols]
    # The text of a reason is compared only where the definition fixes it.
    return found | {"contributions": contributions, "left_out": left_out} | ({"reason": reason} if own.columns.size else {})
