-- What the latency that an objective looks at is called where latencies are counted: response, or response/tool for a step's part of it.
-- parameters: metric, step
(metric || coalesce('/' || step, ''))
