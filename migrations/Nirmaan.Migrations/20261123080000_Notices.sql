-- Where accounts want to be told what, and each message with what became of it.
CREATE TABLE subscriptions (
    id uuid NOT NULL, account text NOT NULL, channel text NOT NULL, target text NOT NULL, topics text NOT NULL, pace text NOT NULL, least_usd numeric,
    quiet_from integer, quiet_to integer, created_at timestamptz NOT NULL, proved_at timestamptz, ended_at timestamptz,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id)
);
CREATE INDEX ix_subscriptions_account ON subscriptions (account);

CREATE TABLE notices (
    id uuid NOT NULL, subscription_id uuid NOT NULL, key text NOT NULL, title text NOT NULL, text text NOT NULL, at timestamptz NOT NULL, state text NOT NULL,
    attempts integer NOT NULL, due_at timestamptz NOT NULL, sent_at timestamptz, fault text, token uuid, token_until timestamptz,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT fk_notices_subscription_id FOREIGN KEY (subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ix_notices_subscription_id_key ON notices (subscription_id, key);
CREATE INDEX ix_notices_state_due_at ON notices (state, due_at);
