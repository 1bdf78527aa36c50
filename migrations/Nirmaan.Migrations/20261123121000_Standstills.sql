-- Times in which nothing is rented, replaced or given up by itself: at one supplier (maintenance), or everywhere where supplier is null (a freeze).
CREATE TABLE standstills (
    id uuid NOT NULL, supplier text, "from" timestamptz NOT NULL, until timestamptz, why text NOT NULL, by text NOT NULL, at timestamptz NOT NULL, ended_at timestamptz, ended_by text,
    CONSTRAINT pk_standstills PRIMARY KEY (id)
);
CREATE INDEX ix_standstills_ended_at_until ON standstills (ended_at, until);
