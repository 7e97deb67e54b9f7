"""Makes the golden files: `python reference.py FOLDER`, from the prices and positions that ship with the project."""

import gzip
import json
import sys
import tomllib
from pathlib import Path

import pandas as pd

import many
import phases

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Factors:
    """Which symbols stand for the market, the styles and the spreads."""

    def __init__(self, market, styles, spreads):
        self.market, self.styles, self.spreads = market, styles, spreads

    @staticmethod
    def read(path):
        """From the same file that `FACTORS` names."""
        table = tomllib.loads(path.read_text())
        return Factors(table["market"], table["styles"], [(of["long"], of["short"]) for of in table["spreads"]])


def read_folder(folder):
    """Closes and adjusted closes, a column a symbol."""
    files = {path.stem: pd.read_csv(path, index_col="Date", parse_dates=True) for path in sorted(folder.glob("*.csv"))}
    column = lambda name: pd.DataFrame({symbol: table[name] for symbol, table in files.items()}).sort_index()
    return column("Close"), column("Adj Close")


def read_positions(path):
    table = pd.read_csv(path, comment="#", skip_blank_lines=True)
    dates = lambda column: pd.to_datetime(table[column]) if column in table else pd.Series(pd.NaT, index=table.index)
    return pd.DataFrame({
        "symbol": table["Symbol"],
        "quantity": table["Quantity"].astype(float),
        "entry_price": table["Entry Price Per Share"].astype(float),
        "entry": dates("Entry Date"),
        "exit": dates("Exit Date"),
        "exit_price": table["Exit Price Per Share"].astype(float) if "Exit Price Per Share" in table else float("nan"),
    })


def compute(closes, adjusted, factors_of, positions, cash_balance):
    calendar = phases.calendar_of(adjusted, factors_of.market)
    closes, prices = closes.reindex(calendar), adjusted.reindex(calendar)
    returns = phases.returns_of(prices)
    market = returns[factors_of.market]
    held = positions[positions["symbol"].isin(prices.columns)]
    symbols = sorted(held["symbol"].unique())
    differences = {f"{long}-{short}": returns[long] - returns[short] for long, short in factors_of.spreads}

    factors = {symbol: {
        "ridge": phases.ridge(returns[symbol], returns[factors_of.styles]),
        "spreads": [fit for name, difference in differences.items() if (fit := phases.spread(returns[symbol], name, difference))],
    } for symbol in symbols}
    metrics = {symbol: phases.metrics(closes[symbol], prices[symbol], returns[symbol], calendar) for symbol in symbols}

    cash, values = phases.holdings(held, closes, cash_balance)
    table, equity = phases.snapshots(cash, values)
    today = float(equity.iloc[-1])
    betas = {symbol: phases.market_betas(returns[symbol], market) for symbol in symbols}

    rows = []
    for at, position in positions.iterrows():
        symbol = position["symbol"]
        is_known, is_closed = symbol in prices.columns, pd.notna(position["exit"])
        cost = 0.0 if is_closed else position["quantity"] * position["entry_price"]
        value = float(values[at].iloc[-1]) if is_known else None
        rows.append({
            "symbol": symbol, "quantity": position["quantity"], "market_value": value, "cost_basis": cost,
            "unrealized_pnl": None if value is None else value - cost,
            "weight": None if value is None else value / today,
            "market_beta": betas.get(symbol, {"90d": None, "252d": None}),
        })

    worth = [(row["symbol"], row["market_value"]) for row in rows if row["market_value"] is not None]

    def beta_of(symbol, kind, name):
        if kind == "market":
            fit = betas[symbol]["90d"]
            return fit and fit["beta"]
        if kind == "style":
            fit = factors[symbol]["ridge"]
            return fit and fit["betas"].get(name)
        return next((fit["beta"] for fit in factors[symbol]["spreads"] if fit["name"] == name), None)

    wanted = [("market", factors_of.market), *(("style", style) for style in factors_of.styles), *(("spread", name) for name in differences)]
    exposures = [{"factor": name, "kind": kind}
                 | phases.exposure([value for _, value in worth], [beta_of(symbol, kind, name) for symbol, _ in worth], today)
                 for kind, name in wanted]

    weight = {symbol: sum(row["weight"] for row in rows if row["symbol"] == symbol) for symbol in symbols}
    signed = pd.Series([weight[symbol] for symbol in symbols])
    own = equity.pct_change(fill_method=None)
    return {
        "as_of": str(calendar[-1].date()),
        "symbols": [{"symbol": symbol} | metrics[symbol] | factors[symbol] for symbol in symbols],
        "positions": rows,
        "snapshots": [{"date": str(date.date())} | {name: phases.number(value) for name, value in day.items()} for date, day in table.iterrows()],
        "exposures": exposures,
        "portfolio": {
            "market_beta": {window: phases.exposure([value for _, value in worth],
                                                    [(fit := betas[symbol][window]) and fit["beta"] for symbol, _ in worth], today)["exposure"]
                            for window in ("90d", "252d")},
            "max_drawdown": phases.number(table["drawdown"].min()),
            "total_return": phases.number((1 + table["return"]).prod() - 1),
        },
        "volatility": {
            "portfolio": phases.volatility(own),
            "positions": [{"symbol": symbol} | phases.volatility(returns[symbol]) for symbol in symbols],
        },
        "correlations": phases.correlations(returns[symbols], signed.to_numpy()),
    }


def write(path, golden):
    path.write_text(json.dumps(golden, indent=1) + "\n")


def write_many(path):
    """Compressed, and of the correlations every 25th row: 250,000 of them would be told again in each change."""
    table = many.prices()
    factors = Factors("MKT", ["VAL", "GRO", "MOM"], [("GRO", "VAL"), ("MOM", "MKT")])
    golden = compute(table, table, factors, many.positions(table.index), 1_000_000.0)
    matrix = golden["correlations"]["matrix"]
    golden["correlations"]["matrix"] = {str(row): matrix[row] for row in range(0, len(matrix), 25)}
    path.write_bytes(gzip.compress(json.dumps(golden, separators=(",", ":")).encode(), mtime=0))


def main():
    folder = Path(sys.argv[1])
    sample = pd.read_csv(ROOT / "data/prices.csv", index_col=0, parse_dates=True)
    bundled = Factors("SP500", ["VLUE", "MTUM", "QUAL", "SIZE", "USMV"], [(fund, "SP500") for fund in ("VLUE", "MTUM", "SIZE", "QUAL")])
    # One column of prices serves both purposes.
    write(folder / "bundled.json", compute(sample, sample, bundled, read_positions(ROOT / "data/sample-portfolio.csv"), 50_000.0))
    closes, adjusted = read_folder(HERE / "gaps")
    factors = Factors.read(HERE / "gaps-factors.toml")
    write(folder / "gaps.json", compute(closes, adjusted, factors, read_positions(HERE / "gaps-positions.csv"), 20_000.0))
    write_many(folder / "many.json.gz")


if __name__ == "__main__":
    main()
