-- Logs: search by words, streams, and commands run in containers
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX ix_instance_logs_lines ON instance_logs USING gin (lines gin_trgm_ops);

CREATE TABLE log_streams (
    instance_id uuid NOT NULL, held_by uuid, held_until timestamptz, watched_until timestamptz, cursor text, kept_at timestamptz,
    CONSTRAINT pk_log_streams PRIMARY KEY (instance_id),
    CONSTRAINT fk_log_streams_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT
);

CREATE TABLE shell_commands (
    id uuid NOT NULL, instance_id uuid NOT NULL, by text NOT NULL, at timestamptz NOT NULL, command text NOT NULL,
    ended_at timestamptz, exit integer, why text, characters bigint NOT NULL,
    CONSTRAINT pk_shell_commands PRIMARY KEY (id),
    CONSTRAINT fk_shell_commands_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT
);
CREATE INDEX ix_shell_commands_instance_id_at ON shell_commands (instance_id, at);
