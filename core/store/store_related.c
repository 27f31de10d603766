/* What a run's related lists had, as JSON in its row of the table run:
 * [{"name":"orders","source":"csv path=orders.csv","rows":11,"unknown":1,"without_key":1,
 *   "first_without_key":"line 9: ..."}]; unknown is null when only a part of the records was read. */
#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../base/text.h"
#include "store_inner.h"

static void write_text(buffer *out, const char *name, const char *value) {
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
    write_text(&out, "source", r->source);
    buffer_format(&out, ",\"rows\":%lld,\"unknown\":", (long long)r->rows);
    if (r->unknown >= 0)
      buffer_format(&out, "%lld", (long long)r->unknown);
    else
      buffer_text(&out, "null");
    buffer_format(&out, ",\"without_key\":%lld", (long long)r->keyless);
    write_text(&out, "first_without_key", r->first_keyless);
    buffer_char(&out, '}');
  }
  buffer_char(&out, ']');
  buffer_char(&out, 0);
  s->work->related = count ? arena_string(&s->work->texts, out.data) : NULL;
  buffer_deinit(&out);
}

bool related_read(arena *a, const char *kept, store_related **out, size_t *count) {
  *count = 0;
  if (!kept || !*kept) return true;
  const json *list = json_kept(a, kept);
  bool fine = list && list->kind == JSON_ARRAY;
  *out = arena_array(a, json_count(list) + 1, sizeof **out);
  for (size_t i = 0; fine && i < list->count; i++) {
    const json *of = &list->items[i];
    store_related *r = &(*out)[(*count)++];
    *r = (store_related){.name = json_member_text(of, "name"),
                         .source = json_member_text(of, "source"),
                         .rows = json_integer(json_member(of, "rows"), 0),
                         .unknown = json_integer(json_member(of, "unknown"), -1),
                         .keyless = json_integer(json_member(of, "without_key"), 0),
                         .first_keyless = json_member_text(of, "first_without_key")};
    fine = r->name != NULL;
  }
  return fine;
}
