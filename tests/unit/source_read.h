/* For the tests of sources: opens a plugin of this build and writes what it gives as text, so that
 * a test reads as input and output. # id|name              the columns 2: 1|Anna|~ position,
 * values; ~ is null 3! RAGGED  [1] ...     a reject: code, field, value, message error: ... what
 * stopped it */
#ifndef TESTS_SOURCE_READ_H
#define TESTS_SOURCE_READ_H

#include <assay/rows.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/memory.h"
#include "data/conformance.h"
#include "data/plugin_host.h"

static inline const assay_plugin *source_plugin(plugin_host **host, const char *name) {
  static const char *const folders[] = {BUILD_DIR "/plugins"};
  const assay_plugin *p = NULL;
  error e = {0};
  *host = plugin_host_new(folders, 1);
  if (plugin_host_find(*host, name, &p, &e)) fail_msg("%s", e.message);
  return p;
}

static inline void write_cell(buffer *out, const struct ArrowSchema *s, const struct ArrowArray *a,
                              int64_t row) {
  const uint8_t *valid = a->buffers[0];
  if (valid && !(valid[row >> 3] >> (row & 7) & 1)) {
    buffer_text(out, "~");
  } else if (s->format[0] == 'u') {
    const int32_t *offsets = a->buffers[1];
    buffer_add(out, (const char *)a->buffers[2] + offsets[row],
               (size_t)(offsets[row + 1] - offsets[row]));
  } else if (s->format[0] == 'g') {
    buffer_format(out, "%.17g", ((const double *)a->buffers[1])[row]);
  } else if (s->format[0] == 'b') {
    int bit = ((const uint8_t *)a->buffers[1])[row >> 3] >> (row & 7) & 1;
    buffer_text(out, bit ? "true" : "false");
  } else if (!strcmp(s->format, "tdD")) {
    buffer_format(out, "day %d", ((const int32_t *)a->buffers[1])[row]);
  } else {
    buffer_format(out, "%lld", (long long)((const int64_t *)a->buffers[1])[row]);
  }
}

static inline void write_row(buffer *out, const struct ArrowSchema *s, const struct ArrowArray *a,
                             int64_t row) {
  int64_t n = a->n_children - 2;
  buffer reject = {0};
  write_cell(out, s->children[n], a->children[n], row);
  write_cell(&reject, s->children[n + 1], a->children[n + 1], row);
  buffer_text(&reject, "");
  if (strcmp(reject.data, "~") != 0) {
    char *rest = reject.data, *part[4] = {0};
    for (int i = 0; i < 4; i++) part[i] = strsep(&rest, "\x1f");
    assert_non_null(part[3]);
    buffer_format(out, "! %s %s [%s] %s\n", part[0], part[1], part[2], part[3]);
  } else {
    buffer_text(out, ": ");
    for (int64_t i = 0; i < n; i++) {
      if (i) buffer_char(out, '|');
      write_cell(out, s->children[i], a->children[i], row);
    }
    buffer_char(out, '\n');
  }
  buffer_deinit(&reject);
}

static inline void write_columns(buffer *out, const struct ArrowSchema *s) {
  buffer_text(out, "#");
  for (int64_t i = 0; i + 2 < s->n_children; i++) {
    buffer_format(out, "%s%s", i ? "|" : " ", s->children[i]->name);
  }
  buffer_char(out, '\n');
}

/* Every array must keep Arrow's rules. `fields` NULL = all; batch_rows 0 = the source's own. */
static inline void source_write(buffer *out, const assay_plugin *p, const assay_request *request) {
  struct ArrowArrayStream in;
  struct ArrowSchema schema = {0};
  error e = {0};
  char why[300];
  if (plugin_open(p, request, &in, &e)) {
    buffer_format(out, "error: %s\n", e.message);
    return;
  }
  assert_int_equal(in.get_schema(&in, &schema), 0);
  write_columns(out, &schema);
  for (;;) {
    struct ArrowArray array = {0};
    if (in.get_next(&in, &array)) {
      buffer_format(out, "error: %s\n", in.get_last_error(&in));
      break;
    }
    if (!array.release) break;
    if (!conformance_array(&schema, &array, why, sizeof why)) fail_msg("%s", why);
    for (int64_t row = 0; row < array.length; row++) write_row(out, &schema, &array, row);
    array.release(&array);
  }
  schema.release(&schema);
  in.release(&in);
}

/* Settings as "name=value" separated by blanks (none in a value), fields separated by commas.
 * free(). */
static inline char *source_read(const assay_plugin *p, const char *settings, const char *fields) {
  char words[1024], list[256];
  assay_setting items[32];
  const char *wanted[32];
  plugin_settings given = {items, 0}, checked;
  size_t count = 0;
  error e = {0};
  buffer out = {0};
  snprintf(words, sizeof words, "%s", settings);
  snprintf(list, sizeof list, "%s", fields ? fields : "");
  char *rest = words;
  for (char *word; (word = strsep(&rest, " "));) {
    char *value = strchr(word, '=');
    if (!value) continue;
    *value = 0;
    items[given.count++] = (assay_setting){word, NULL, value + 1};
  }
  rest = list;
  for (char *word; *list && (word = strsep(&rest, ","));) wanted[count++] = word;
  if (plugin_settings_check(p, &given, NULL, &checked, &e)) {
    buffer_format(&out, "error: %s\n", e.message);
  } else {
    assay_request request = {.struct_size = sizeof request,
                             .settings = checked.items,
                             .setting_count = checked.count,
                             .fields = wanted,
                             .field_count = count,
                             .shards = 1};
    source_write(&out, p, &request);
    plugin_settings_deinit(&checked);
  }
  buffer_text(&out, "");
  return out.data;
}

/* A folder of the test's own, and a file in it. */
static char test_folder[] = "/tmp/assay-test-XXXXXX";

static inline const char *test_file(const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", test_folder, name);
  return path;
}

static inline void test_write(const char *name, const char *bytes, size_t n) {
  FILE *f = fopen(test_file(name), "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  fclose(f);
}

static inline int make_folder(void **state) {
  (void)state;
  return mkdtemp(test_folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
  char command[300];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", test_folder);
  return system(command);
}

#endif
