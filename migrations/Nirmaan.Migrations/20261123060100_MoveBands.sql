-- Between what a move would have gained by most of the readings before its plan; null = there were too few of them.
ALTER TABLE moves ADD COLUMN gain_low_usd_per_hour numeric, ADD COLUMN gain_high_usd_per_hour numeric;
