"""Who sends what: each service with the conventions that its instrumentations speak."""

from tests.sql.pipeline import NOW, Pipeline
from tests.sql.spans import arrive, span


def test_a_scope_tells_the_family_and_the_most_particular_word_counts(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", scope="openinference.instrumentation.openai"),
        span("2", scope="openinference.instrumentation.langchain"),
        span("3", scope="opentelemetry.instrumentation.openai_v2"),
        span("4", scope="opentelemetry.instrumentation.httpx"),
        span("5", scope="our.shop"),
    )
    families = pipeline.rows("SELECT instrumentation, family FROM pipeline_services(?)", [NOW])
    assert dict(families) == {
        "openinference.instrumentation.openai": "OpenInference",
        "openinference.instrumentation.langchain": "OpenInference",
        "opentelemetry.instrumentation.openai_v2": "OpenTelemetry GenAI",
        "opentelemetry.instrumentation.httpx": "OpenTelemetry",
        "our.shop": None,
    }
    ((speaks, spans),) = pipeline.rows("SELECT families, spans FROM pipeline_senders(?)", [NOW])
    assert (speaks[0], spans) == ("OpenInference", 5)
    assert set(speaks) == {"OpenInference", "OpenTelemetry GenAI", "OpenTelemetry", None}
