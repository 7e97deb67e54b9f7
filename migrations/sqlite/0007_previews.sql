-- Files that were read but have not been started. Each is deleted when it is started, or a day later.
CREATE TABLE previews (
    id          TEXT PRIMARY KEY NOT NULL,
    owner       TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    file        BLOB NOT NULL,               -- compressed with gzip
    name        TEXT NOT NULL,               -- of the portfolio, as typed
    cash        TEXT NOT NULL,               -- as typed
    changes     TEXT NOT NULL,               -- JSON: the parts of the reading that the person decided
    created_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX previews_by_owner ON previews (owner, created_ms);
CREATE INDEX previews_by_age ON previews (created_ms);

-- The file that each portfolio was read from. Portfolios of earlier versions have none.
CREATE TABLE portfolio_files (
    portfolio_id TEXT PRIMARY KEY NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    file_name    TEXT NOT NULL,
    file         BLOB NOT NULL               -- compressed with gzip
) STRICT;

-- What a person took the columns of a file for, to read the next file with the same header.
CREATE TABLE layouts (
    id         TEXT PRIMARY KEY NOT NULL,
    owner      TEXT NOT NULL,
    header_key TEXT NOT NULL,                -- hash of the header
    name       TEXT NOT NULL,                -- for display
    reading    TEXT NOT NULL,                -- JSON
    used_ms    INTEGER NOT NULL,
    UNIQUE (owner, header_key)
) STRICT;
