-- What else the staking contract and the distributor told, and what the chain took back of stakes that were read.
CREATE TABLE chain_records (
    chain_id bigint NOT NULL, tx_hash text NOT NULL, log_index integer NOT NULL, block_number bigint NOT NULL, block_hash text NOT NULL,
    at timestamptz NOT NULL, kind text NOT NULL, account text, amount numeric NOT NULL, number bigint, available_at timestamptz, recipient text, root text,
    CONSTRAINT pk_chain_records PRIMARY KEY (chain_id, tx_hash, log_index)
);
CREATE INDEX ix_chain_records_account_at ON chain_records (account, at);
CREATE INDEX ix_chain_records_block_number ON chain_records (block_number);

CREATE TABLE stakes_taken_back (
    chain_id bigint NOT NULL, block_hash text NOT NULL, tx_hash text NOT NULL, log_index integer NOT NULL, block_number bigint NOT NULL,
    at timestamptz NOT NULL, account text NOT NULL, delta numeric NOT NULL, taken_back_at timestamptz NOT NULL,
    CONSTRAINT pk_stakes_taken_back PRIMARY KEY (chain_id, block_hash, tx_hash, log_index)
);
CREATE INDEX ix_stakes_taken_back_account ON stakes_taken_back (account);

-- An account's last event is asked for with every page that is read.
CREATE INDEX ix_stake_events_account_block_number_log_index ON stake_events (account, block_number, log_index);

ALTER TABLE cursors ADD newest_number bigint;
-- What was not read before is read now, from the beginning; stakes that are known stay, and no epoch closes until it is done.
UPDATE cursors SET block_number = 0, block_hash = NULL, block_at = NULL WHERE id LIKE 'stakes:%';
