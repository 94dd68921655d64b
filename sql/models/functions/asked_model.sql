-- The model that a request is counted for: the one that was asked for. Where that is not known, the one that answered, but where it stepped
-- in for another (a fallback) that other one, and where none answered the only one that was called; null when that does not tell.
-- parameters: asked, model, models, fallback
(
    case
        when asked is not null then asked
        when fallback and len(list_filter(models, lambda called: called is distinct from model)) = 1
            then list_filter(models, lambda called: called is distinct from model)[1]
        when model is null and len(models) = 1 then models[1]
        else model
    end
)
