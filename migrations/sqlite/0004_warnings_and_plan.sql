-- What a phase warned of, by cause: JSON.
ALTER TABLE phases ADD COLUMN warned TEXT NOT NULL DEFAULT '[]';

-- What each phase was expected to take, and what was usual then: JSON.
ALTER TABLE runs ADD COLUMN plan TEXT;
