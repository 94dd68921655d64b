"""The three signals of OTLP, their gRPC services and messages; and conversions, which are JSON."""

from dataclasses import dataclass

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2


@dataclass(frozen=True, slots=True)
class Signal:
    """What an exporter sends to one address; `service` is the gRPC service with Export."""

    name: str
    service: str
    request: type[Message]
    response: type[Message]


TRACES = Signal(
    "traces",
    "opentelemetry.proto.collector.trace.v1.TraceService",
    trace_service_pb2.ExportTraceServiceRequest,
    trace_service_pb2.ExportTraceServiceResponse,
)
METRICS = Signal(
    "metrics",
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    metrics_service_pb2.ExportMetricsServiceRequest,
    metrics_service_pb2.ExportMetricsServiceResponse,
)
LOGS = Signal(
    "logs",
    "opentelemetry.proto.collector.logs.v1.LogsService",
    logs_service_pb2.ExportLogsServiceRequest,
    logs_service_pb2.ExportLogsServiceResponse,
)
CONVERSIONS = Signal("conversions", "", Struct, Struct)
"""By HTTP only."""
SCRAPE = Signal("scrape", "", Struct, Struct)
"""Nothing that is sent: what is counted when `/metrics` is refused."""
HANDSHAKE = Signal("handshake", "", Struct, Struct)
"""The same, of a connection that never came to a request."""
SIGNALS = (TRACES, METRICS, LOGS)
