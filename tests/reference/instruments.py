"""Computes the price of one share or contract of every position on every date. Positions may be
shares, options or private holdings, and some have no prices.
"""

import numpy as np
import pandas as pd

import options

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
    table = positions[positions["class"] == "OPTIONS"]
    others = {*factors, *table["underlying"], *positions.loc[positions["class"] != "OPTIONS", "symbol"]}
    quotes = {}
    for at, option in table.iterrows():
        symbol = option["symbol"]
        contracts = table.loc[table["symbol"] == symbol, ["underlying", "strike", "expiration", "type", "multiplier"]].drop_duplicates()
        if symbol in closes and symbol not in others and len(contracts) == 1:
            own = closes[symbol].where(closes.index <= option["expiration"])
            if own.notna().any():
                quotes[at] = own
    return quotes


def pricing(position, symbols, own, calendar):
    """Returns the kind of price at which a position is valued: "market", "modelled", "entry",
    "closed" or "unavailable". `own` contains the option's own quoted prices, or is None.
    """
    as_of = calendar[-1]
    if position["class"] != "PRIVATE" and position["source"] not in symbols and own is None or pd.isna(position["entry_price"]):
        return "unavailable"
    if pd.notna(position["exit"]):
        return "closed"
    if position["expiration"] < calendar[0]:
        return "unavailable"
    if own is not None and (position["expiration"] > as_of or pd.notna(own[as_of])):
        return "market"
    return {"PUBLIC": "market", "OPTIONS": "modelled", "PRIVATE": "entry"}[position["class"]]


def is_stale(position, pricing, price_date, as_of):
    """Returns whether the price of an open position is stale, that is, older than the as-of date.
    The price of an expired option is never stale, because the option needs no current price.
    """
    needs_price = pricing == "market" or pricing == "modelled" and position["expiration"] > as_of
    return bool(needs_price and price_date < as_of)


def with_own(option, modeled, own):
    """Adds modeled prices to an option's own quoted prices: before the first quoted price, and from
    the option's last session on. From that session on, the modeled price is the intrinsic value.
    """
    over = options.last_session(option, modeled.index)
    kept = modeled.index < own.first_valid_index()
    if over is not None:
        kept = kept | (modeled.index >= over)
    return own.combine_first(modeled.where(kept))


def unit_prices(positions, closes, models, quotes):
    """Returns a table with one column per position: the price of one share or contract on each
    date. `models` has the model of each option's underlying that has prices.
    """
    columns = {}
    for at, position in positions.iterrows():
        if position["class"] == "PRIVATE":
            columns[at] = pd.Series(position["entry_price"], index=closes.index)
        elif position["class"] == "OPTIONS":
            model = models.get(position["source"])
            prices = options.modeled(position, model) if model else pd.Series(float("nan"), index=closes.index)
            columns[at] = position["multiplier"] * (with_own(position, prices, quotes[at]) if at in quotes else prices)
        else:
            columns[at] = closes[position["source"]]
    return pd.DataFrame(columns)


def entry_prices(positions, history, closes, models, quotes):
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
            if source in models:
                modeled = options.modeled(position, models[source])
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
                known = pd.Series({date: options.black_scholes(position["type"] == "CALL", earlier[date], position["strike"],
                                                               options.years_left(position, date), **models[source].before_calendar())})
        positions.loc[at, "entry_price"] = float("nan") if date is None else known[date]
        positions.loc[at, "entry_price_date"] = pd.NaT if date is None else date
    return positions


def by_contract(positions):
    """Returns the table of positions with trade prices per contract, as `phases.holdings` needs
    them.
    """
    return positions.assign(
        entry_price=positions["entry_price"] * positions["multiplier"],
        exit_price=positions["exit_price"] * positions["multiplier"],
    )
