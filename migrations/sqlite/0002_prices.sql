-- What each source said of each symbol. One history a source and symbol, so that prices of two sources never mix.

CREATE TABLE price_histories (
    source    TEXT NOT NULL,
    symbol    TEXT NOT NULL,
    from_date TEXT NOT NULL,                 -- first day asked for: whole from there on
    to_date   TEXT NOT NULL,                 -- last day asked for; the last one that came may be earlier
    asked_ms  INTEGER NOT NULL,
    unknown   TEXT,                          -- the source does not know the symbol: its reason
    notes     TEXT NOT NULL,                 -- JSON list: what was put right on arrival
    PRIMARY KEY (source, symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE prices (
    source    TEXT NOT NULL,
    symbol    TEXT NOT NULL,
    date      TEXT NOT NULL,
    close     REAL NOT NULL,                 -- split-adjusted
    adj_close REAL NOT NULL,                 -- split- and, where the source does, dividend-adjusted
    PRIMARY KEY (source, symbol, date)
) STRICT, WITHOUT ROWID;
