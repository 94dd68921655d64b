-- What a team can change to answer sooner, from levers.toml.
-- grain: lever
-- lever        name
-- position     order in which they are shown
-- title        for people
-- description  what it is, in a sentence
-- assumptions  what its figures rest on
-- no           why it does not apply where it does not
-- unknown      why nothing tells where nothing does
lever varchar,
"position" integer,
title varchar,
description varchar,
assumptions varchar,
"no" varchar,
"unknown" varchar
