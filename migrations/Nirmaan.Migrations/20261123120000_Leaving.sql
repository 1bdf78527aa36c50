-- A machine that is to go once another earns in its place says why; a miner keeps the hash of the recipe that it was made from.
ALTER TABLE instances ADD COLUMN leaves_why text;
ALTER TABLE miners ADD COLUMN template_hash text;
