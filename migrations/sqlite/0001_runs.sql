-- Portfolios, the runs that set them up, what each phase produced, and every line of the log.
-- Identifiers are text, times are milliseconds since 1970 (UTC).

CREATE TABLE portfolios (
    id          TEXT PRIMARY KEY NOT NULL,
    owner       TEXT NOT NULL,
    name        TEXT NOT NULL,
    cash        REAL NOT NULL,
    positions   TEXT NOT NULL,               -- JSON, as uploaded
    created_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX portfolios_by_owner ON portfolios (owner, created_ms);

CREATE TABLE runs (
    id              INTEGER PRIMARY KEY,
    portfolio_id    TEXT NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    attempt         INTEGER NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    from_start      INTEGER NOT NULL,        -- 1: reuse nothing of earlier attempts
    idempotency_key TEXT,
    epoch           INTEGER NOT NULL,        -- grows each time a worker takes the run; an older one may not write
    version         INTEGER NOT NULL,
    percent         INTEGER NOT NULL,
    started_ms      INTEGER NOT NULL,
    completed_ms    INTEGER,
    facts           TEXT,                    -- JSON: what is known of the portfolio
    error           TEXT,                    -- JSON: why it failed
    UNIQUE (portfolio_id, attempt)
) STRICT;

-- One active run a portfolio, decided here and not by a look before the insert.
CREATE UNIQUE INDEX one_active_run ON runs (portfolio_id) WHERE status = 'running';
CREATE UNIQUE INDEX one_run_a_key ON runs (portfolio_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE phases (
    run_id       INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    phase_id     TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('completed', 'failed')),
    current      INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    warnings     INTEGER NOT NULL,
    started_ms   INTEGER,
    completed_ms INTEGER,
    summary      TEXT,
    reused       INTEGER NOT NULL,
    fingerprint  TEXT NOT NULL,              -- of everything the result depends on
    output       BLOB,                       -- JSON: what it produced
    PRIMARY KEY (run_id, phase_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    line     INTEGER NOT NULL,               -- 1, 2, 3 … over all entries of the run
    seq      INTEGER NOT NULL,               -- 1, 2, 3 … over the shown ones
    at_ms    INTEGER NOT NULL,
    level    TEXT NOT NULL,
    phase_id TEXT,
    message  TEXT NOT NULL,
    PRIMARY KEY (run_id, line)
) STRICT, WITHOUT ROWID;
