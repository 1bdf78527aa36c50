-- What ops must see to: of one kind and subject one at most is open.
CREATE TABLE alerts (
    id uuid NOT NULL, kind text NOT NULL, subject text NOT NULL, title text NOT NULL, text text NOT NULL, raised_at timestamptz NOT NULL, cleared_at timestamptz, cleared_why text,
    CONSTRAINT pk_alerts PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_alerts_kind_subject ON alerts (kind, subject) WHERE cleared_at IS NULL;
CREATE INDEX ix_alerts_raised_at ON alerts (raised_at);

-- Credit bought at suppliers, as recorded.
CREATE TABLE top_ups (
    id uuid NOT NULL, supplier text NOT NULL, usd numeric NOT NULL, at timestamptz NOT NULL, reference text NOT NULL, by text NOT NULL, recorded_at timestamptz NOT NULL,
    CONSTRAINT pk_top_ups PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_top_ups_supplier_reference_usd ON top_ups (supplier, reference, usd);

-- The house's own targets come from its configuration: each stands once.
CREATE UNIQUE INDEX ix_subscriptions_channel_target ON subscriptions (channel, target) WHERE account = '0x0000000000000000000000000000000000000000' AND ended_at IS NULL;
