-- Quotes of sources that disagree are kept as they came, but no value is computed from them; pools say how much stands behind their price.
ALTER TABLE prices ADD COLUMN rejected boolean NOT NULL DEFAULT false, ADD COLUMN liquidity_usd numeric;
