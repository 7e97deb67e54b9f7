-- How many workers have started the run since it last got further.
ALTER TABLE runs RENAME COLUMN takes TO start_count;
