-- Points that became tokens, as recorded. One that is wrong is taken back and may be recorded anew.
CREATE TABLE conversions (
    id uuid NOT NULL, network text NOT NULL, kind text NOT NULL, first_day date NOT NULL, last_day date NOT NULL, points numeric NOT NULL,
    asset_id text NOT NULL, units numeric NOT NULL, at timestamptz NOT NULL, transaction text NOT NULL, paid_to text NOT NULL, vests_until timestamptz,
    by text NOT NULL, recorded_at timestamptz NOT NULL, taken_back_at timestamptz, carried numeric NOT NULL, released numeric NOT NULL, released_to timestamptz,
    CONSTRAINT pk_conversions PRIMARY KEY (id),
    CONSTRAINT ck_conversions_released CHECK (carried >= 0 AND released >= 0 AND carried + released <= units)
);
CREATE UNIQUE INDEX ix_conversions_transaction_asset_id_network_kind ON conversions (transaction, asset_id, network, kind) WHERE taken_back_at IS NULL;
