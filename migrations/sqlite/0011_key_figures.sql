-- What the list of portfolios shows of a run: its value, return and equity curve, as JSON. Runs
-- without snapshots have none, and neither have runs of earlier versions. The columns are in this
-- table because those of "phases" lie behind results of megabytes.
ALTER TABLE runs ADD COLUMN key_figures TEXT;

-- 1: a later attempt may get better prices.
ALTER TABLE runs ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0;
