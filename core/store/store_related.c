/* What a run's related lists had, as JSON in its row of the table run:
 * [{"name":"orders","source":"csv path=orders.csv","rows":11,"unknown":1,"without_key":1,
 *   "first_without_key":"line 9: ..."}]; unknown is null when only a part of the records was read. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "store_inner.h"

static void json_text(buffer *out, const char *name, const char *value) {
  buffer_format(out, ",\"%s\":", name);
  if (value && *value)
    text_json(out, value, strlen(value));
  else
    buffer_text(out, "null");
}

void store_related_counted(store *s, const store_related *list, size_t count) {
  buffer out = {0};
  buffer_char(&out, '[');
  for (size_t i = 0; i < count; i++) {
    const store_related *r = &list[i];
    buffer_text(&out, i ? ",{\"name\":" : "{\"name\":");
    text_json(&out, r->name, strlen(r->name));
    json_text(&out, "source", r->source);
    buffer_format(&out, ",\"rows\":%lld,\"unknown\":", (long long)r->rows);
    if (r->unknown >= 0)
      buffer_format(&out, "%lld", (long long)r->unknown);
    else
      buffer_text(&out, "null");
    buffer_format(&out, ",\"without_key\":%lld", (long long)r->keyless);
    json_text(&out, "first_without_key", r->first_keyless);
    buffer_char(&out, '}');
  }
  buffer_char(&out, ']');
  buffer_char(&out, 0);
  s->work->related = count ? arena_string(&s->work->texts, out.data) : NULL;
  buffer_deinit(&out);
}

static const char *keep(arena *a, const json_t *of, const char *name) {
  const char *text = json_string_value(json_object_get(of, name));
  return text ? arena_string(a, text) : NULL;
}

bool related_read(arena *a, const char *json, store_related **out, size_t *count) {
  *count = 0;
  if (!json || !*json) return true;
  json_t *list = json_loads(json, 0, NULL);
  bool fine = json_is_array(list);
  *out = arena_array(a, json_array_size(list) + 1, sizeof **out);
  for (size_t i = 0; fine && i < json_array_size(list); i++) {
    const json_t *of = json_array_get(list, i), *unknown = json_object_get(of, "unknown");
    store_related *r = &(*out)[(*count)++];
    *r = (store_related){.name = keep(a, of, "name"),
                         .source = keep(a, of, "source"),
                         .rows = json_integer_value(json_object_get(of, "rows")),
                         .unknown = json_is_integer(unknown) ? json_integer_value(unknown) : -1,
                         .keyless = json_integer_value(json_object_get(of, "without_key")),
                         .first_keyless = keep(a, of, "first_without_key")};
    fine = r->name != NULL;
  }
  json_decref(list);
  return fine;
}
