-- How many workers have taken a run since it last got further. More than a few means that the run kills its workers.
ALTER TABLE runs ADD COLUMN takes INTEGER NOT NULL DEFAULT 0;
