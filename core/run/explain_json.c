/* An explanation as JSON. Values stand as a pack writes them, numbers as texts: they are exact. */
#include <string.h>

#include "../base/text.h"
#include "explain.h"

static void member(buffer *out, const char *name, const char *text) {
  if (!text) return;
  buffer_format(out, ",\"%s\":", name);
  text_json(out, text, strlen(text));
}

void explain_json(buffer *out, const explained *n) {
  buffer_format(out, "{\"kind\":\"%s\"", explained_kind_name(n->kind));
  member(out, "name", n->name);
  if (n->kind == EXPLAINED_OUTPUT && !n->value)
    buffer_text(out, ",\"value\":null");
  else
    member(out, "value", n->value);
  member(out, "rule", n->rule);
  member(out, "filled", n->filled);
  member(out, "code", n->code);
  member(out, "text", n->text);
  member(out, "points", n->points);
  member(out, "weight", n->weight);
  member(out, "counts", n->counts);
  if (n->at.file && n->at.line > 0) {
    member(out, "file", n->at.file);
    buffer_format(out, ",\"line\":%d", n->at.line);
  }
  if (!n->taken) buffer_text(out, ",\"taken\":false");
  if (n->first) {
    buffer_text(out, ",\"children\":[");
    for (const explained *c = n->first; c; c = c->next) {
      if (c != n->first) buffer_char(out, ',');
      explain_json(out, c);
    }
    buffer_char(out, ']');
  }
  buffer_char(out, '}');
}
