-- Providers of whom no further machine is taken until a time; and why a wanted machine was not to be had, as the search saw it.
CREATE TABLE provider_blocks (
    id uuid NOT NULL, supplier text NOT NULL, provider text NOT NULL, label text NOT NULL, by text NOT NULL, at timestamptz NOT NULL, until timestamptz NOT NULL,
    why text NOT NULL, lifted_at timestamptz, lifted_by text,
    CONSTRAINT pk_provider_blocks PRIMARY KEY (id)
);
CREATE INDEX ix_provider_blocks_until ON provider_blocks (until);
ALTER TABLE instances ADD COLUMN not_had jsonb;
