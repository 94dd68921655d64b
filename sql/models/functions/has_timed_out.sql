-- Whether a span ended because it took too long, by its status code or by the words of its error.
-- parameters: http_status, error_type, finish_reason
(
    coalesce(http_status in (408, 504), false)
    or lower(concat_ws(' ', error_type, finish_reason)) similar to '.*time.?out.*'
)
