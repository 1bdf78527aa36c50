-- Who pays the rent may differ by asset and network.
ALTER TABLE fee_policies ADD rents jsonb NOT NULL DEFAULT '[]';

-- By what an epoch was cut; epochs that are closed already kept none of it.
ALTER TABLE distributions ADD policy_version integer, ADD borne_usd numeric, ADD covered_usd numeric;

-- Tokens sold, as recorded. One that is wrong is taken back and may be recorded anew.
CREATE TABLE sales (
    id uuid NOT NULL, transaction text NOT NULL, asset_id text NOT NULL, units numeric NOT NULL, price_usd numeric NOT NULL, fees_usd numeric NOT NULL,
    at timestamptz NOT NULL, venue text NOT NULL, source text NOT NULL, epoch integer, market_usd numeric, market_source text,
    by text NOT NULL, recorded_at timestamptz NOT NULL, taken_back_at timestamptz,
    CONSTRAINT pk_sales PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_sales_transaction_asset_id ON sales (transaction, asset_id) WHERE taken_back_at IS NULL;
CREATE INDEX ix_sales_asset_id_epoch ON sales (asset_id, epoch);
