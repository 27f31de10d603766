/* The service itself: is it there, can it work, what can it do. */
#include "api_parts.h"
#include "openapi.h"

static void health(api_call *c) {
  buffer *b = body(c);
  buffer_text(b, "{\"status\":\"ok\"");
  text_json_name(b, "version", false);
  text_json_or_null(b, c->api->o.version);
  buffer_text(b, "}\n");
}

static void ready(api_call *c) {
  const char *why = "";
  if (!c->api->o.ready(c->api->o.ctx, &why)) {
    http_answer_header(c->answer, "Retry-After", "2");
    problem(c, 503, "not-ready", "The service is not ready", NULL, "%s", why);
    return;
  }
  buffer_text(body(c), "{\"status\":\"ready\"}\n");
}

static void tell_metrics(api_call *c) {
  if (!guest_of_all(c)) return;
  metrics_write(c->api->o.meters->all, body(c));
  c->answer->type = METRICS_TYPE;
}

static void describe(api_call *c) {
  size_t size;
  const char *text = openapi_text(&size);
  if (!answer_known(c, "%s-%zu", c->api->o.version, size)) buffer_add(body(c), text, size);
}

static void reload(api_call *c) {
  if (!guest_of_all(c)) return;
  c->api->o.reload(c->api->o.ctx);
  c->answer->status = 202;
  buffer_text(body(c), "{\"status\":\"looking\"}\n");
}

const route api_system_routes[] = {
    {"GET", "/healthz", 0, false, health},
    {"GET", "/readyz", 0, false, ready},
    {"GET", "/openapi.json", 0, false, describe},
    {"GET", "/metrics", SCOPE_READ, true, tell_metrics},
    {"POST", "/v1/reload", SCOPE_ADMIN, false, reload},
    {0},
};
