-- A machine that is given back says what it waits for, and until when at the latest.
ALTER TABLE instances ADD COLUMN waits_for text, ADD COLUMN waits_until timestamptz;
