-- A plan that cannot be graded is solved again all the same; one that was proved best says so.
CREATE TABLE plan_replays (
    plan_id uuid NOT NULL, at timestamptz NOT NULL, planned_by text, replayed_by text NOT NULL, differs text,
    CONSTRAINT pk_plan_replays PRIMARY KEY (plan_id),
    CONSTRAINT fk_plan_replays_plan_id FOREIGN KEY (plan_id) REFERENCES plans (id) ON DELETE RESTRICT
);
INSERT INTO plan_replays (plan_id, at, planned_by, replayed_by, differs)
    SELECT plan_id, at, replay ->> 'plannedBy', replay ->> 'replayedBy', replay ->> 'differs' FROM plan_grades WHERE replay IS NOT NULL;
CREATE INDEX ix_plan_replays_at ON plan_replays (at);
ALTER TABLE plan_grades DROP COLUMN replay;
ALTER TABLE plans ADD COLUMN is_proved_best boolean NOT NULL DEFAULT false;
