-- One account's lines over years are read without unfolding everybody's. The database keeps them beside the leaves, so that the two cannot differ.
CREATE TABLE epoch_shares (
    account text NOT NULL, asset_id text NOT NULL, epoch integer NOT NULL, weight numeric NOT NULL, amount numeric NOT NULL, cumulative numeric NOT NULL,
    CONSTRAINT pk_epoch_shares PRIMARY KEY (account, asset_id, epoch)
);
ALTER TABLE distributions ADD COLUMN total_weight numeric;

-- Epochs that were closed before. They are append-only, and nothing that was published of them changes.
INSERT INTO epoch_shares
SELECT leaf ->> 'account', d.asset_id, d.epoch, (leaf ->> 'balanceSeconds')::numeric, (leaf ->> 'amount')::numeric, (leaf ->> 'cumulative')::numeric FROM distributions d CROSS JOIN LATERAL jsonb_array_elements(d.leaves) leaf;
ALTER TABLE distributions DISABLE TRIGGER USER;
UPDATE distributions d SET total_weight = (SELECT coalesce(sum((leaf ->> 'balanceSeconds')::numeric), 0) FROM jsonb_array_elements(d.leaves) leaf);
ALTER TABLE distributions ENABLE TRIGGER USER;
ALTER TABLE distributions ALTER COLUMN total_weight SET NOT NULL;

CREATE FUNCTION keep_epoch_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO epoch_shares
    SELECT leaf ->> 'account', NEW.asset_id, NEW.epoch, (leaf ->> 'balanceSeconds')::numeric, (leaf ->> 'amount')::numeric, (leaf ->> 'cumulative')::numeric FROM jsonb_array_elements(NEW.leaves) leaf;
    NEW.total_weight := (SELECT coalesce(sum((leaf ->> 'balanceSeconds')::numeric), 0) FROM jsonb_array_elements(NEW.leaves) leaf);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_epoch_shares BEFORE INSERT ON distributions FOR EACH ROW EXECUTE FUNCTION keep_epoch_shares();

-- The newest price of a moment, whatever its source.
CREATE INDEX ix_prices_asset_id_at ON prices (asset_id, at);
