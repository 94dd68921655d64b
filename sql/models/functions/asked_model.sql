-- The model that was to answer a request: the one that did, but where it stepped in for another (a fallback) that other one, and where
-- none answered the only one that was called; null when that does not tell.
-- parameters: model, models, fallback
(
    case
        when fallback and len(list_filter(models, called -> called is distinct from model)) = 1
            then list_filter(models, called -> called is distinct from model)[1]
        when model is null and len(models) = 1 then models[1]
        else model
    end
)
