"""Generates prices and positions for five hundred symbols over ten years. The Rust tests contain
the same small random number generator, so they reproduce the numbers bit for bit.
"""

import pandas as pd

SYMBOLS = 500
DAYS = 2_520
FUNDS = {"MKT": 1.0, "VAL": 0.9, "GRO": 1.1, "MOM": 1.0}


class Normal:
    """Generates approximately normal numbers: sums of twelve uniform numbers, minus 6. The uniform
    numbers come from a linear congruential generator modulo 2^64.
    """

    def __init__(self, seed):
        self.state = seed

    def next(self):
        total = 0.0
        for _ in range(12):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
            total += (self.state >> 11) * 2.0**-53
        return total - 6.0


def prices():
    """Returns the prices, one column per symbol, rounded to four decimals like those in the price
    files.
    """
    normal = Normal(42)
    market = [0.0003 + 0.01 * normal.next() for _ in range(DAYS)]

    def column(load, own):
        level, levels = 50.0, []
        for day in market:
            level *= 1.0 + load * day + own * normal.next()
            levels.append(float(f"{level:.4f}"))
        return levels

    columns = {name: column(load, 0.004) for name, load in FUNDS.items()}
    columns |= {f"S{at:03}": column(0.3 + 0.002 * at, 0.012) for at in range(SYMBOLS)}
    return pd.DataFrame(columns, index=pd.bdate_range("2015-01-05", periods=DAYS))


def positions(dates):
    """Returns one position per symbol. Every fifth position is short, and all were entered within
    the last year and a half.
    """
    rows = [(f"S{at:03}", float((-1 if at % 5 == 0 else 1) * 10 * (at % 7 + 1)), 40.0 + at % 20, dates[-1 - 3 * (at % 120)]) for at in range(SYMBOLS)]
    table = pd.DataFrame(rows, columns=["symbol", "quantity", "entry_price", "entry"])
    return table.assign(exit=pd.NaT, exit_price=float("nan"))
