"""Computes the dividends that shares pay, and the income that positions receive from them.

A data source provides two prices: the close, and the close adjusted for later dividends. The ratio
of the two changes on each day without the dividend. A source with one price column has no
dividends.
"""

import numpy as np
import pandas as pd

import phases

# A smaller change of the ratio, as a fraction of the price, is an error of floats, not a dividend.
SMALLEST = 1e-6


def rounding(prices):
    """Returns how far each price may be from what it was before rounding, as a fraction of the price.
    """
    return phases.half_unit(prices) / prices


def dividends(closes, adjusted):
    """Computes the dividend per share, in today's shares, that a symbol pays on each date: the
    amount that the adjusted close attributes to a dividend (the method of CRSP). The date is the
    first one without the dividend; if it has no price, the next one with a price. The first date
    of the calendar has no dividend, because the ratio before it is unknown.

    If prices are rounded, the ratio changes without a dividend, too. Without a dividend, the amount
    is at most the sum of the errors of the four prices, because (1 - a)(1 - b) >= 1 - (a + b). Such
    an amount does not count.
    """
    errors = rounding(adjusted) + rounding(closes)
    known = pd.DataFrame({"close": closes, "adjusted": adjusted}).dropna()
    paid = pd.Series(0.0, index=closes.index)
    for before, date in zip(known.index, known.index[1:]):
        close = known["close"][before]
        amount = close * (1 - (known["adjusted"][before] / close) / (known["adjusted"][date] / known["close"][date]))
        paid[date] = amount if amount > max(SMALLEST, errors[before] + errors[date]) * close else 0.0
    return paid


def yields(paid, closes):
    """Computes the dividend yield of each date: the dividends of the last 252 rows, as a fraction of
    the latest close.
    """
    year = pd.Series([paid.iloc[max(0, at + 1 - phases.DAYS):at + 1].sum() for at in range(len(paid))], index=paid.index)
    shares = year / closes.ffill()
    return shares.where(np.isfinite(shares) & (shares > 0), 0.0)


def received(positions, held, closes, adjusted):
    """Returns a table with one column per position: the income of each date in dollars. A dividend
    belongs to those who held the share at the close of the previous row, so shorts pay it. `held`
    says at the close of which rows each position was held.
    """
    symbols = positions.loc[positions["class"] == "PUBLIC", "symbol"].unique()
    paid = {symbol: dividends(closes[symbol], adjusted[symbol]) for symbol in symbols}
    columns = {at: pd.Series(0.0, index=closes.index) for at in positions.index}
    for at, position in positions[positions["class"] == "PUBLIC"].iterrows():
        before = held[at].shift(1, fill_value=False)
        columns[at] = (position["quantity"] * position["multiplier"] * paid[position["symbol"]]).where(before, 0.0)
    return pd.DataFrame(columns)
