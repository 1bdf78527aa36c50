-- The newest release of each repository whose program a template packs. A row is written over: what was newest before is in the alerts.
CREATE TABLE upstream_releases (
  repository text CONSTRAINT pk_upstream_releases PRIMARY KEY,
  tried_at timestamptz NOT NULL,
  read_at timestamptz,
  tag text,
  published_at timestamptz,
  page text,
  fault text,
  source text NOT NULL
);
