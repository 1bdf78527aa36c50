-- What became of a plan: what it promised, held against what turned out to be true over its horizon.
CREATE TABLE plan_grades (
    plan_id uuid NOT NULL, at timestamptz NOT NULL, graded_from timestamptz NOT NULL, graded_to timestamptz NOT NULL, readings integer NOT NULL,
    was_carried_out boolean NOT NULL, promised_usd_per_hour numeric NOT NULL, stay_usd_per_hour numeric NOT NULL, plan_usd_per_hour numeric NOT NULL,
    bound_usd_per_hour numeric NOT NULL,
    CONSTRAINT pk_plan_grades PRIMARY KEY (plan_id),
    CONSTRAINT fk_plan_grades_plan_id FOREIGN KEY (plan_id) REFERENCES plans (id) ON DELETE RESTRICT
);
