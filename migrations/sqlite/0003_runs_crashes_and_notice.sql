-- How many workers have taken a run since it last got further. More than a few means that the run kills its workers.
ALTER TABLE runs ADD COLUMN takes INTEGER NOT NULL DEFAULT 0;

-- What had to be said of the prices of this run. Every run before this column was over the sample data.
ALTER TABLE runs ADD COLUMN data_notice TEXT;
UPDATE runs SET data_notice = 'Prices are stale sample data of 2019 to 2022, for trying out and not for investment.'
WHERE status <> 'running';
