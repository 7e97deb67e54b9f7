-- The portfolio whose positions a preview corrects. A preview without one starts a new portfolio.
ALTER TABLE previews ADD COLUMN portfolio_id TEXT REFERENCES portfolios (id) ON DELETE CASCADE;
CREATE UNIQUE INDEX one_correction_per_portfolio ON previews (portfolio_id) WHERE portfolio_id IS NOT NULL;

-- JSON: what the person decided about the file when the portfolio started.
ALTER TABLE portfolio_files ADD COLUMN changes TEXT NOT NULL DEFAULT '{}';

-- The number of positions of each run. A correction changes those of the portfolio.
ALTER TABLE runs ADD COLUMN position_count INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET position_count =
    COALESCE((SELECT json_array_length(positions) FROM portfolios WHERE id = runs.portfolio_id), 0);
