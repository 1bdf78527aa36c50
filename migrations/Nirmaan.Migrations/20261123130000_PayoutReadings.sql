-- Where a miner is paid, as its agent read it from the running miner: null = never read.
ALTER TABLE miners ADD COLUMN payouts jsonb, ADD COLUMN payouts_at timestamptz;
