-- Since when all of a kind (spans, requests or rollups) is kept; before it was deleted by [retention]. Since ever, while nothing was.
-- parameters: kind_asked
((select coalesce(max(kept_from), '-infinity'::timestamptz) from lake.retention where kind = kind_asked))
