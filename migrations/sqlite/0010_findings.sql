-- What the live page shows of the phase's result, as a JSON list. Phases of earlier versions have
-- nothing to show.
ALTER TABLE phases ADD COLUMN found TEXT NOT NULL DEFAULT '[]';
