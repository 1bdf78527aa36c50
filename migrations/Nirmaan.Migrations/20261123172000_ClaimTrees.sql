-- Claims, lists and publishing ask for one line or a few sums of an epoch that may have a million lines: what they ask for is kept beside the leaves.
ALTER TABLE epoch_shares ADD COLUMN leaf integer;
ALTER TABLE distributions ADD COLUMN total_cumulative numeric, ADD COLUMN lines integer, ADD COLUMN paid integer;

-- Epochs that were closed before. They are append-only, and nothing that was published of them changes.
UPDATE epoch_shares s SET leaf = l.n - 1 FROM distributions d CROSS JOIN LATERAL jsonb_array_elements(d.leaves) WITH ORDINALITY AS l (leaf, n)
    WHERE s.account = l.leaf ->> 'account' AND s.asset_id = d.asset_id AND s.epoch = d.epoch;
ALTER TABLE distributions DISABLE TRIGGER USER;
UPDATE distributions d SET (total_cumulative, lines, paid) = (
    SELECT coalesce(sum((leaf ->> 'cumulative')::numeric), 0), count(*), count(*) FILTER (WHERE leaf ->> 'amount' <> '0') FROM jsonb_array_elements(d.leaves) leaf);
ALTER TABLE distributions ENABLE TRIGGER USER;
ALTER TABLE epoch_shares ALTER COLUMN leaf SET NOT NULL;
ALTER TABLE distributions ALTER COLUMN total_cumulative SET NOT NULL, ALTER COLUMN lines SET NOT NULL, ALTER COLUMN paid SET NOT NULL;

CREATE OR REPLACE FUNCTION keep_epoch_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH kept AS (
        INSERT INTO epoch_shares (account, asset_id, epoch, weight, amount, cumulative, leaf)
        SELECT l.leaf ->> 'account', NEW.asset_id, NEW.epoch, (l.leaf ->> 'balanceSeconds')::numeric, (l.leaf ->> 'amount')::numeric, (l.leaf ->> 'cumulative')::numeric, l.n - 1
        FROM jsonb_array_elements(NEW.leaves) WITH ORDINALITY AS l (leaf, n)
        RETURNING weight, amount, cumulative)
    SELECT coalesce(sum(weight), 0), coalesce(sum(cumulative), 0), count(*), count(*) FILTER (WHERE amount <> 0)
    INTO NEW.total_weight, NEW.total_cumulative, NEW.lines, NEW.paid FROM kept;
    RETURN NEW;
END $$;

-- The bytes of an epoch's tree, from which proofs are cut. They follow from the leaves and may be thrown away. Not compressed, so that a part is read without the rest.
CREATE TABLE claim_trees (asset_id text NOT NULL, epoch integer NOT NULL, tree bytea NOT NULL, CONSTRAINT pk_claim_trees PRIMARY KEY (asset_id, epoch));
ALTER TABLE claim_trees ALTER COLUMN tree SET STORAGE EXTERNAL;
