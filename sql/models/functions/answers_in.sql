-- What a model does within a time, by what is measured.
-- parameters: metric
(
    case metric
        when 'first_token' then 'gives its first token in'
        when 'perceived' then 'is first heard or read after'
        else 'answers in'
    end
)
