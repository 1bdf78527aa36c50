-- A plan under way can be stopped and resumed.
ALTER TABLE plans ADD COLUMN stopped_at timestamptz, ADD COLUMN stopped_by text, ADD COLUMN stopped_why text;
