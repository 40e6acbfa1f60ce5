"""What is the same in every dialect: the resource, the tenant, the error and our own marks."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Dialect, Source, counts, strings

DIALECT = Dialect(
    name="general",
    title="All dialects",
    order=0,
    sources={
        "service": (Source("service.name", "str", of="resource"),),
        "environment": (
            Source("deployment.environment.name", "str", of="resource"),
            Source("deployment.environment", "str", of="resource"),
            *strings("deployment.environment.name", "deployment.environment"),
        ),
        "tenant": (
            Source("spanwise.tenant", "str"),
            Source("spanwise.tenant", "str", of="resource"),
            Source("tenant.id", "str"),
            Source("tenant.id", "str", of="resource"),
        ),
        "user": strings("user.id", "enduser.id"),
        "error_type": strings("error.type"),
        "signal": strings("spanwise.signal"),
        "resends": (Source("http.request.resend_count", "i64"),),
        "tokens_estimated": (Source("spanwise.usage.estimated", "bool"),),
        "cache_write_1h_tokens": counts("spanwise.usage.cache_write_1h.input_tokens"),
        "service_tier": strings("spanwise.response.service_tier"),
        "inferred": (Source("spanwise.inferred", "bool"),),
        "retry_reason": strings("spanwise.retry.reason"),
    },
)
