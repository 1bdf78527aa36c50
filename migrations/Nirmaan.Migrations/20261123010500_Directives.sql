-- Pins and vetoes that plans keep until they end; a plan names those it was made under.
CREATE TABLE directives (
    id uuid NOT NULL, kind text NOT NULL, subject text NOT NULL, name text NOT NULL, gpu text, count integer NOT NULL, by text NOT NULL,
    at timestamptz NOT NULL, until timestamptz NOT NULL, why text NOT NULL, ended_at timestamptz, ended_by text,
    CONSTRAINT pk_directives PRIMARY KEY (id)
);
CREATE INDEX ix_directives_until ON directives (until);
ALTER TABLE plans ADD COLUMN directives jsonb NOT NULL DEFAULT '[]';
