"""What a position is worth a share on each date: listed, an option, private, or without prices."""

import numpy as np
import pandas as pd
from scipy import stats

import phases

CONTRACT = 100
# What a table of positions may leave out.
OPTIONAL = {
    "class": "PUBLIC", "underlying": None, "strike": float("nan"), "expiration": pd.NaT, "type": None, "exit": pd.NaT, "exit_price": float("nan"),
}


def completed(positions):
    """Every column there is, and which symbol's prices a position lives on (none where it is private)."""
    table = positions.assign(**{column: value for column, value in OPTIONAL.items() if column not in positions})
    table["class"] = table["class"].fillna("PUBLIC")
    table["multiplier"] = np.where(table["class"] == "OPTIONS", CONTRACT, 1)
    source = table["symbol"].astype(object).where(table["class"] != "OPTIONS", table["underlying"])
    return table.assign(source=source.where(table["class"] != "PRIVATE", None))


def pricing(position, symbols):
    """Where the value of a position comes from."""
    if position["class"] != "PRIVATE" and position["source"] not in symbols:
        return "unavailable"
    if pd.notna(position["exit"]):
        return "closed"
    return {"PUBLIC": "market", "OPTIONS": "modelled", "PRIVATE": "entry"}[position["class"]]


def is_stale(position, pricing, price_date, as_of):
    """Held, and valued on a price from before the as-of date. What has expired needs none."""
    needs_price = pricing == "market" or pricing == "modelled" and position["expiration"] > as_of
    return bool(needs_price and price_date < as_of)


def black_scholes(call, spot, strike, years, volatility, rate=0.0, dividend_yield=0.0):
    """The price of a European option (Black and Scholes 1973; with a dividend yield: Merton 1973)."""
    deviation = volatility * np.sqrt(years)
    ahead = (np.log(spot / strike) + (rate - dividend_yield) * years) / deviation + deviation / 2
    side = 1.0 if call else -1.0
    share, cash = spot * np.exp(-dividend_yield * years), strike * np.exp(-rate * years)
    return float(side * (share * stats.norm.cdf(side * ahead) - cash * stats.norm.cdf(side * (ahead - deviation))))


def option_prices(option, closes, volatility):
    """One price a date on which the underlying has one: modelled up to the expiration, from then on what it was worth then."""
    prices = pd.Series(float("nan"), index=closes.index)
    call = option["type"] == "CALL"
    settled = None
    for date, spot in closes.dropna().items():
        if date < option["expiration"]:
            years = (option["expiration"] - date).days / 365
            prices[date] = black_scholes(call, spot, option["strike"], years, volatility)
            continue
        if settled is None:
            settled = max(spot - option["strike"], 0.0) if call else max(option["strike"] - spot, 0.0)
        prices[date] = settled
    return prices


def unit_prices(positions, closes, returns):
    """A column a position: the price of one contract or share on each date."""
    columns = {}
    for at, position in positions.iterrows():
        if position["class"] == "PRIVATE":
            columns[at] = pd.Series(position["entry_price"], index=closes.index)
        elif position["class"] == "OPTIONS":
            volatility = phases.realised(returns[position["source"]], 63)
            columns[at] = position["multiplier"] * option_prices(position, closes[position["source"]], volatility)
        else:
            columns[at] = closes[position["source"]]
    return pd.DataFrame(columns)


def by_contract(positions):
    """The table that `phases.holdings` takes, each position with a price column of its own."""
    return positions.assign(
        symbol=positions.index,
        entry_price=positions["entry_price"] * positions["multiplier"],
        exit_price=positions["exit_price"] * positions["multiplier"],
    )
