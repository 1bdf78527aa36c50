-- Transactions that admins' wallets sent to publish an epoch, watched until they are final.
CREATE TABLE publication_calls (
    id uuid NOT NULL, chain_id bigint NOT NULL, tx_hash text NOT NULL, asset_id text NOT NULL, epoch integer NOT NULL, step text NOT NULL, sender text NOT NULL, contract text, data text,
    nonce bigint, from_block bigint NOT NULL, by text NOT NULL, sent_at timestamptz NOT NULL, state text NOT NULL, block_number bigint, reason text,
    CONSTRAINT pk_publication_calls PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_publication_calls_chain_id_tx_hash ON publication_calls (chain_id, tx_hash);
CREATE INDEX ix_publication_calls_asset_id_epoch ON publication_calls (asset_id, epoch);

-- There may be several distributors. Until now there was one, of MOR.
ALTER TABLE chain_records ADD asset_id text;
UPDATE chain_records SET asset_id = 'MOR' WHERE kind IN ('Claimed', 'RootPublished');
