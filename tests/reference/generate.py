"""Makes the price files `gaps/`: holes, late listings and dividends, the same at every run."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

DAYS = 320


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(20_260_109)
    dates = pd.bdate_range("2024-06-03", periods=DAYS)
    market = 0.0003 + 0.01 * random.standard_normal(DAYS)
    funds = {"MKT": market}
    for name, load in (("VAL", 0.9), ("GRO", 1.1), ("MOM", 1.0)):
        funds[name] = load * market + 0.004 * random.standard_normal(DAYS)
    stocks = {f"S{at:02}": (0.3 + 0.1 * at) * market + (0.008 + 0.001 * at) * random.standard_normal(DAYS) for at in range(12)}
    for name, returns in (funds | stocks).items():
        adjusted = pd.Series(50 * np.cumprod(1 + returns), index=dates)
        close = adjusted.copy()
        if name in ("S03", "S07"):
            # A dividend: prices before it were higher than what they are adjusted to.
            close.iloc[: DAYS - 70] *= 1.03
        table = pd.DataFrame({"Close": close.round(4), "Adj Close": adjusted.round(4)})
        if name in stocks:
            at = int(name[1:])
            if at in (2, 5):
                table.iloc[random.choice(np.arange(20, DAYS - 5), size=8, replace=False)] = np.nan
            if at == 6:
                # A hole of a week, not long ago.
                table.iloc[DAYS - 40 : DAYS - 35] = np.nan
            table = {8: table.iloc[DAYS - 120 :], 9: table.iloc[DAYS - 45 :], 10: table.iloc[DAYS - 20 :]}.get(at, table)
        table.dropna().to_csv(folder / f"{name}.csv", index_label="Date")


if __name__ == "__main__":
    main()
