"""Computes the price of one share or contract of every position on every date, and the implied
volatility of options. Positions may be shares, options or private holdings, and some have no
prices.
"""

import numpy as np
import pandas as pd
from scipy import optimize, stats

import phases

CONTRACT = 100
# Default values for the optional columns of a table of positions.
OPTIONAL = {
    "class": "PUBLIC", "underlying": None, "strike": float("nan"), "expiration": pd.NaT, "type": None, "exit": pd.NaT, "exit_price": float("nan"),
    "price_source": "stated", "multiplier": float("nan"),
}
# A price before the calendar counts for an entry date if it follows within this many calendar days.
NEAR = pd.Timedelta(days=10)


def completed(positions):
    """Returns the table of positions with all optional columns. The added column `source` is the
    symbol whose prices are used to value the position (None for a private holding).
    """
    table = positions.assign(**{column: value for column, value in OPTIONAL.items() if column not in positions})
    table["class"] = table["class"].fillna("PUBLIC")
    table["price_source"] = table["price_source"].fillna("stated")
    table["multiplier"] = np.where(table["class"] == "OPTIONS", table["multiplier"].fillna(CONTRACT), 1)
    source = table["symbol"].astype(object).where(table["class"] != "OPTIONS", table["underlying"])
    return table.assign(source=source.where(table["class"] != "PRIVATE", None))


def own_quotes(positions, closes, factors):
    """Returns, for each option position with quoted prices, those prices up to the option's
    expiration. A column of the price table belongs to an option only if it has the option's symbol,
    and no share, factor, underlying or other contract has that symbol too.
    """
    options = positions[positions["class"] == "OPTIONS"]
    others = {*factors, *options["underlying"], *positions.loc[positions["class"] != "OPTIONS", "symbol"]}
    quotes = {}
    for at, option in options.iterrows():
        symbol = option["symbol"]
        contracts = options.loc[options["symbol"] == symbol, ["underlying", "strike", "expiration", "type", "multiplier"]].drop_duplicates()
        if symbol in closes and symbol not in others and len(contracts) == 1:
            own = closes[symbol].where(closes.index <= option["expiration"])
            if own.notna().any():
                quotes[at] = own
    return quotes


def pricing(position, symbols, own, as_of):
    """Returns the kind of price at which a position is valued: "market", "modelled", "entry",
    "closed" or "unavailable". `own` contains the option's own quoted prices, or is None.
    """
    if position["class"] != "PRIVATE" and position["source"] not in symbols and own is None or pd.isna(position["entry_price"]):
        return "unavailable"
    if pd.notna(position["exit"]):
        return "closed"
    if own is not None and (position["expiration"] > as_of or pd.notna(own[as_of])):
        return "market"
    return {"PUBLIC": "market", "OPTIONS": "modelled", "PRIVATE": "entry"}[position["class"]]


def is_stale(position, pricing, price_date, as_of):
    """Returns whether the price of an open position is stale, that is, older than the as-of date.
    The price of an expired option is never stale, because the option needs no current price.
    """
    needs_price = pricing == "market" or pricing == "modelled" and position["expiration"] > as_of
    return bool(needs_price and price_date < as_of)


def black_scholes(call, spot, strike, years, volatility, rate=0.0, dividend_yield=0.0):
    """Computes the Black-Scholes price of a European option (Black and Scholes 1973; with a
    dividend yield: Merton 1973).
    """
    deviation = volatility * np.sqrt(years)
    ahead = (np.log(spot / strike) + (rate - dividend_yield) * years) / deviation + deviation / 2
    side = 1.0 if call else -1.0
    share, cash = spot * np.exp(-dividend_yield * years), strike * np.exp(-rate * years)
    return float(side * (share * stats.norm.cdf(side * ahead) - cash * stats.norm.cdf(side * (ahead - deviation))))


def last_session(option, dates):
    """Returns an option's last session: the last trading date on or before its expiration. Returns
    None if the price table ends before the expiration or starts after it.
    """
    sessions = dates[dates <= option["expiration"]]
    return sessions[-1] if len(sessions) and dates[-1] >= option["expiration"] else None


def option_prices(option, closes, volatility):
    """Returns an option's modeled price for each date on which its underlying has a price. From the
    option's last session on, the price is the intrinsic value at the last close up to that session.
    """
    prices = pd.Series(float("nan"), index=closes.index)
    call = option["type"] == "CALL"
    over = last_session(option, closes.index)
    for date, spot in closes.dropna().items():
        if date < option["expiration"] and (over is None or date < over):
            years = (option["expiration"] - date).days / 365
            prices[date] = black_scholes(call, spot, option["strike"], years, volatility)
    known = closes.loc[:over].dropna() if over is not None else closes.iloc[:0]
    if len(known):
        spot = known.iloc[-1]
        prices.loc[over:] = max(spot - option["strike"], 0.0) if call else max(option["strike"] - spot, 0.0)
    return prices


def with_own(option, modeled, own):
    """Adds modeled prices to an option's own quoted prices: before the first quoted price, and from
    the option's last session on. From that session on, the modeled price is the intrinsic value.
    """
    over = last_session(option, modeled.index)
    kept = modeled.index < own.first_valid_index()
    if over is not None:
        kept = kept | (modeled.index >= over)
    return own.combine_first(modeled.where(kept))


def implied_volatility(call, price, spot, strike, years):
    """Returns the volatility at which the Black-Scholes price equals `price`, found by Brent's
    method. Returns None if no volatility gives this price.
    """
    intrinsic, bound = (spot - strike, spot) if call else (strike - spot, strike)
    if not max(intrinsic, 0.0) < price < bound:
        return None
    excess = lambda volatility: black_scholes(call, spot, strike, years, volatility) - price
    return optimize.brentq(excess, 1e-3, 10.0, xtol=1e-16, rtol=1e-15)


def implied(positions, closes, quotes):
    """Returns the implied volatility, by symbol, of each option that is open and has not expired on
    the last date. Returns an empty result if no option has quoted prices.
    """
    as_of = closes.index[-1]
    found = {}
    for at, option in positions[positions["class"] == "OPTIONS"].iterrows():
        is_open = option["entry"] <= as_of < option["expiration"] and not option["exit"] <= as_of
        if not quotes or not is_open:
            continue
        date = quotes[at].last_valid_index() if at in quotes else None
        spot = closes[option["underlying"]].get(date) if option["underlying"] in closes else None
        volatility = None
        if date is not None and spot is not None and pd.notna(spot):
            years = (option["expiration"] - date).days / 365
            volatility = implied_volatility(option["type"] == "CALL", quotes[at][date], spot, option["strike"], years)
        found[option["symbol"]] = {"implied": volatility, "implied_date": date and str(date.date())}
    return found


def unit_prices(positions, closes, returns, quotes):
    """Returns a table with one column per position: the price of one share or contract on each
    date.
    """
    columns = {}
    for at, position in positions.iterrows():
        if position["class"] == "PRIVATE":
            columns[at] = pd.Series(position["entry_price"], index=closes.index)
        elif position["class"] == "OPTIONS":
            if position["source"] in closes:
                volatility = phases.realized(returns[position["source"]], 63)
                prices = option_prices(position, closes[position["source"]], volatility)
            else:
                prices = pd.Series(float("nan"), index=closes.index)
            columns[at] = position["multiplier"] * (with_own(position, prices, quotes[at]) if at in quotes else prices)
        else:
            columns[at] = closes[position["source"]]
    return pd.DataFrame(columns)


def entry_prices(positions, history, closes, returns, quotes):
    """Returns the table of positions with the entry prices that the market gives, and with the
    column `entry_price_date`: the day of that price, or NaT for a stated price.

    "entry_close" is the price on the entry date, or on the next day with a price; "last_close" is
    the last price. The price of an option is its own, or else a modeled one. `history` has the
    closes of all dates, `closes` those of the calendar. Before the calendar, an option's own price
    counts on the entry date only.
    """
    positions = positions.assign(entry_price_date=pd.NaT)
    for at, position in positions[positions["price_source"] != "stated"].iterrows():
        source, entry = position["source"], position["entry"]
        is_option = position["class"] == "OPTIONS"
        known = pd.Series(dtype=float, index=pd.DatetimeIndex([]))
        if is_option:
            own = quotes.get(at, pd.Series(float("nan"), index=closes.index))
            if source in closes:
                volatility = phases.realized(returns[source], 63)
                modeled = option_prices(position, closes[source], volatility)
                known = (own.combine_first(modeled) if position["price_source"] == "entry_close" else with_own(position, modeled, own) if at in quotes else modeled).dropna()
            else:
                known = own.dropna()
        elif source in closes:
            known = closes[source].dropna()
        if position["price_source"] == "last_close":
            date = known.index[-1] if len(known) else None
        elif entry >= closes.index[0]:
            later = known.index[known.index >= entry]
            date = later[0] if len(later) else None
        else:
            earlier = history[source].dropna() if source in history else pd.Series(dtype=float, index=pd.DatetimeIndex([]))
            near = earlier.index[(earlier.index >= entry) & (earlier.index <= entry + NEAR)]
            date = near[0] if len(near) else None
            known = earlier
            if is_option and at in quotes and pd.notna(history[position["symbol"]].get(entry)):
                date, known = entry, history[position["symbol"]]
            elif is_option and date is not None:
                years = (position["expiration"] - date).days / 365
                known = pd.Series({date: black_scholes(position["type"] == "CALL", earlier[date], position["strike"], years, volatility)})
        positions.loc[at, "entry_price"] = float("nan") if date is None else known[date]
        positions.loc[at, "entry_price_date"] = pd.NaT if date is None else date
    return positions


def by_contract(positions):
    """Converts the positions to the format of `phases.holdings`: each position has its own price
    column, and trade prices are per contract.
    """
    return positions.assign(
        symbol=positions.index,
        entry_price=positions["entry_price"] * positions["multiplier"],
        exit_price=positions["exit_price"] * positions["multiplier"],
    )
