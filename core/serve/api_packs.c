/* The packs that are served, and what is wrong with those that are not. */
#include "api_parts.h"

static void write_findings(buffer *b, const shelf_state *s) {
  buffer_char(b, '[');
  for (size_t i = 0; i < s->finding_count; i++) {
    const finding *f = &s->findings[i];
    buffer_text(b, i ? ",{" : "{");
    text_json_name(b, "severity", true);
    text_json_or_null(b, f->severity == SEVERITY_ERROR ? "error" : "warning");
    text_json_name(b, "id", false);
    text_json_or_null(b, f->id);
    text_json_name(b, "file", false);
    text_json_or_null(b, f->file);
    buffer_format(b, f->line > 0 ? ",\"line\":%d" : ",\"line\":null", f->line);
    text_json_name(b, "message", false);
    text_json_or_null(b, f->message);
    text_json_name(b, "witness", false);
    text_json_or_null(b, f->witness);
    text_json_name(b, "fix", false);
    text_json_or_null(b, f->fix);
    buffer_char(b, '}');
  }
  buffer_char(b, ']');
}

static void write_pack(buffer *b, const shelf_state *s, bool whole) {
  buffer_char(b, '{');
  text_json_name(b, "name", true);
  text_json_or_null(b, s->name);
  text_json_name(b, "title", false);
  text_json_or_null(b, s->title);
  text_json_name(b, "title_zh", false);
  text_json_or_null(b, s->title_zh);
  text_json_name(b, "hash", false);
  text_json_or_null(b, s->hash);
  text_json_name(b, "served_since", false);
  write_moment(b, s->since);
  text_json_name(b, "looked_at", false);
  write_moment(b, s->looked);
  text_json_name(b, "broken", false);
  buffer_text(b, s->broken ? "true" : "false");
  text_json_name(b, "why", false);
  text_json_or_null(b, s->broken ? s->why : NULL);
  if (whole) {
    text_json_name(b, "findings", false);
    write_findings(b, s);
  }
  buffer_char(b, '}');
}

static void list_packs(api_call *c) {
  const char **names;
  size_t n = shelf_names(c->api->o.shelf, c->arena, &names), told = 0;
  buffer *b = body(c);
  buffer_text(b, "{\"packs\":[");
  for (size_t i = 0; i < n; i++) {
    shelf_state s;
    if (!guest_may(&c->guest, SCOPE_READ, names[i]) ||
        !shelf_tell(c->api->o.shelf, c->arena, names[i], &s))
      continue;
    if (told++) buffer_char(b, ',');
    write_pack(b, &s, false);
  }
  buffer_text(b, "]}\n");
}

static void show_pack(api_call *c) {
  shelf_state s;
  if (!shelf_tell(c->api->o.shelf, c->arena, c->pack, &s)) {
    problem(c, 404, "not-found", "There is no such pack", NULL,
            "no pack %s is served; GET /v1/packs lists those that are", c->pack);
    return;
  }
  if (answer_known(c, "%s-%lld-%lld", s.hash ? s.hash : "none", (long long)s.since,
                   (long long)(s.broken ? s.looked : 0)))
    return;
  buffer *b = body(c);
  write_pack(b, &s, true);
  buffer_char(b, '\n');
}

const route api_pack_routes[] = {
    {"GET", "/v1/packs", SCOPE_READ, true, list_packs},
    {"GET", "/v1/packs/{pack}", SCOPE_READ, true, show_pack},
    {0},
};
