-- Transactions that the owner of our Morpheus provider sent: claims and stake, watched until they are final.
CREATE TABLE provider_calls (
    id uuid NOT NULL, chain_id bigint NOT NULL, tx_hash text NOT NULL, step text NOT NULL, session_id text, wei numeric NOT NULL, sender text NOT NULL, contract text, data text,
    nonce bigint, from_block bigint NOT NULL, by text NOT NULL, sent_at timestamptz NOT NULL, state text NOT NULL, block_number bigint, reason text,
    CONSTRAINT pk_provider_calls PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_provider_calls_chain_id_tx_hash ON provider_calls (chain_id, tx_hash);
CREATE INDEX ix_provider_calls_sent_at ON provider_calls (sent_at);
