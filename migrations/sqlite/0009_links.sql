-- Links with which anyone can read the status and the log of a portfolio. The token of a link is not stored, only its
-- hash, so a copy of the database opens no link.
CREATE TABLE links (
    id           TEXT PRIMARY KEY NOT NULL,
    portfolio_id TEXT NOT NULL REFERENCES portfolios (id) ON DELETE CASCADE,
    token_hash   BLOB NOT NULL UNIQUE,       -- SHA-256
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL
) STRICT;

CREATE INDEX links_by_portfolio ON links (portfolio_id, created_ms);
CREATE INDEX links_by_expiry ON links (expires_ms);

-- The support code of each run, such as 'K7Q-M2X'. SQL cannot compute it, so the next start of the program fills in
-- the codes of earlier runs. Two runs can have the same code.
ALTER TABLE runs ADD COLUMN support_code TEXT;
CREATE INDEX runs_by_support_code ON runs (support_code);

-- For the list of today's runs.
CREATE INDEX runs_by_start ON runs (started_ms);
