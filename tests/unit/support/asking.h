/* A desk asked in JSON, and what is expected of its answers. */
#ifndef SUPPORT_ASKING_H
#define SUPPORT_ASKING_H

#include "pack_run.h"
#include "run/desk_json.h"

#define AS_OF 1758870000 /* RUN_AS_OF */

RUNS const desk_question plain = {.as_of = AS_OF, .what = "the request"};

/* ---- asking ---- */

RUNS desk *desk_of(const char *path, const char *database) {
  findings found = {0};
  pack *p = pack_load(path, &found);
  for (size_t i = 0; !p && i < found.count; i++) print_error("%s\n", found.items[i].message);
  assert_non_null(p);
  findings_deinit(&found);
  return desk_new(p, database);
}

/* The caller frees it; NULL with the error in *e. */
RUNS char *ask_with(desk *d, const desk_question *q, const char *record, error *e) {
  buffer out = {0};
  if (desk_ask_json(d, q, record, strlen(record), "en", &out, e)) {
    assert_int_equal(out.size, 0);
    buffer_deinit(&out);
    return NULL;
  }
  buffer_text(&out, "");
  return out.data;
}

RUNS char *ask(desk *d, const desk_question *q, const char *record) {
  error e = {0};
  char *text = ask_with(d, q, record, &e);
  if (!text) fail_msg("%s", e.message);
  return text;
}

RUNS void answers(desk *d, const desk_question *q, const char *record, const char *part) {
  char *text = ask(d, q, record);
  if (!strstr(text, part)) fail_msg("%s\ndoes not have\n%s", text, part);
  free(text);
}

RUNS void refuses(desk *d, const desk_question *q, const char *record, error_code code,
                  const char *part) {
  error e = {0};
  char *text = ask_with(d, q, record, &e);
  if (text) fail_msg("answered: %s", text);
  assert_int_equal(e.code, code);
  if (!strstr(e.message, part)) fail_msg("%s\ndoes not say\n%s", e.message, part);
}

#endif
