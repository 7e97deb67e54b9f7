-- Ids of runs are never used twice, not even after a deletion: jobs and workers of the past name them.
CREATE TABLE run_ids (next INTEGER NOT NULL) STRICT;
INSERT INTO run_ids (next) SELECT COALESCE(MAX(id), 0) + 1 FROM runs;

-- The token of whoever took the run last. It is random, so a worker of the past never holds it.
ALTER TABLE runs ADD COLUMN fence TEXT NOT NULL DEFAULT '';
-- 1 while the run waits for a data provider: a worker that dies then did not die of the run.
ALTER TABLE runs ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
-- The furthest that any worker got: completed phases * 2^32 + items of the running one.
ALTER TABLE runs ADD COLUMN furthest INTEGER NOT NULL DEFAULT 0;
-- Bytes of entries and results, for the quota of the owner.
ALTER TABLE runs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET bytes =
    COALESCE((SELECT SUM(LENGTH(CAST(message AS BLOB))) FROM entries WHERE run_id = runs.id), 0)
    + COALESCE((SELECT SUM(LENGTH(output)) FROM phases WHERE run_id = runs.id), 0);

-- 1: a later attempt may get better prices, so it computes the phase again. Such phases had no fingerprint before.
ALTER TABLE phases ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0;
UPDATE phases SET provisional = 1 WHERE status = 'completed' AND fingerprint = '';

-- Names the form that made the portfolio, with its content: the second click of a double click finds it.
ALTER TABLE portfolios ADD COLUMN form_key TEXT;
CREATE UNIQUE INDEX one_portfolio_per_form ON portfolios (owner, form_key) WHERE form_key IS NOT NULL;
