-- Steps of the critical path, in the order of the columns of request_steps.
-- grain: step
-- position    1 is the first [count]
-- step        as in critical_path
-- step_group  what an objective may call it together with others: llm is all of a model call; null for steps that stand alone
"position" integer,
step varchar,
step_group varchar
