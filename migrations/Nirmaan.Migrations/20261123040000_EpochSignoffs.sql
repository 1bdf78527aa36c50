-- Fee policies have a date from which they hold and were announced before it; never edited, a change is a new version.
CREATE TABLE fee_policies (
    version integer NOT NULL, in_force_from timestamptz NOT NULL, fee_basis_points integer NOT NULL, rent_treasury_funded boolean NOT NULL,
    announced_at timestamptz NOT NULL, by text NOT NULL, why text NOT NULL,
    CONSTRAINT pk_fee_policies PRIMARY KEY (version)
);

-- Who consents to close an epoch, and to what exactly.
CREATE TABLE epoch_signoffs (
    epoch integer NOT NULL, asset_id text NOT NULL, by text NOT NULL, digest text NOT NULL, at timestamptz NOT NULL,
    CONSTRAINT pk_epoch_signoffs PRIMARY KEY (epoch, asset_id, by)
);
