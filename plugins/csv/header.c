/* The header line is the one record that may not be refused: without it nothing else can be read.
 */
#include "header.h"

static int no_memory(assay_plugin_error *error) {
  return assay_plugin_fail(error, ENOMEM, "out of memory");
}

/* ---- the first record */

static int input_failed(const records *r, assay_plugin_error *error) {
  const char *why = input_error(r->in);
  return *why ? assay_plugin_fail(error, EIO, "%s", why) : no_memory(error);
}

static int skip_byte_order_mark(records *r, assay_plugin_error *error) {
  while (r->size < 3 && !r->ended) { /* with tiny blocks the mark comes in pieces */
    if (records_more(r) < 0) return input_failed(r, error);
  }
  if (r->size >= 3 && !memcmp(r->data, "\xEF\xBB\xBF", 3)) r->at = 3;
  return 0;
}

/* With `keep` the record will be read again as the first of the table. */
static int first_record(records *r, bool keep, span *spans, record *first, bool *found,
                        assay_plugin_error *error) {
  *found = false;
  while (!(*found = records_next(r, 0, spans, HEADER_FIELDS, first))) {
    int more = records_more(r);
    if (more < 0) return input_failed(r, error);
    if (more == 0) return 0;
  }
  if (keep) {
    r->at = first->at;
    r->line = first->line;
    r->after_cr = r->skipping = false;
  }
  return 0;
}

static const char *fault_text(record_fault fault) {
  switch (fault) {
  case RECORD_TEXT_AFTER:
    return "text follows a closing quote";
  case RECORD_OPEN_QUOTE:
    return "a quote is never closed";
  case RECORD_TOO_LONG:
    return "it is longer than max_record; is this a table?";
  case RECORD_NUL:
    return "it holds NUL bytes; is this a text file?";
  case RECORD_ENCODING:
    return "it holds bytes that are not of the encoding; if the file is GBK, set "
           "encoding=gb18030";
  default:
    return "it cannot be read";
  }
}

/* ---- names */

static char *unquoted(const records *r, span s) {
  const char *from = r->data + s.at;
  size_t n = s.size & ~SPAN_DOUBLED, used = 0;
  char *name = malloc(n + 1);
  if (!name) return NULL;
  for (size_t i = 0; i < n; i++) {
    name[used++] = from[i];
    if (s.size & SPAN_DOUBLED && (unsigned char)from[i] == r->quote) i++;
  }
  name[used] = 0;
  return name;
}

static char *made_up(size_t field) {
  char name[32];
  snprintf(name, sizeof name, "column_%zu", field + 1);
  return strdup(name);
}

static int names_of_header(header *h, const records *r, const span *spans,
                           assay_plugin_error *error) {
  for (size_t i = 0; i < h->fields; i++) {
    h->names[i] = spans[i].size ? unquoted(r, spans[i]) : made_up(i);
    if (!h->names[i]) return no_memory(error);
  }
  return 0;
}

static size_t count_words(const char *list) {
  size_t count = 1;
  for (const char *p = list; *p; p++) count += *p == '|';
  return count;
}

static int names_given(header *h, const char *list, assay_plugin_error *error) {
  for (size_t i = 0; i < h->fields; i++) {
    size_t n = strcspn(list, "|");
    h->names[i] = n ? strndup(list, n) : made_up(i);
    if (!h->names[i]) return no_memory(error);
    list += list[n] ? n + 1 : n;
  }
  return 0;
}

/* The HEADER that is given for a field, or NULL. */
static const char *mapped(const assay_request *request, const char *name) {
  for (size_t i = 0; i < request->setting_count; i++) {
    const assay_setting *s = &request->settings[i];
    if (s->key && !strcmp(s->name, "column") && !strcmp(s->key, name)) return s->value;
  }
  return NULL;
}

typedef struct named {
  const char *name;
  size_t field;
} named;

static int by_name(const void *a, const void *b) {
  const named *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  return order ? order : x->field < y->field ? -1 : 1;
}

static int refuse_duplicates(const header *h, const char *path, assay_plugin_error *error) {
  named *sorted = malloc(h->fields * sizeof *sorted);
  if (!sorted) return no_memory(error);
  for (size_t i = 0; i < h->fields; i++) sorted[i] = (named){h->names[i], i};
  qsort(sorted, h->fields, sizeof *sorted, by_name);
  int code = 0;
  for (size_t i = 1; !code && i < h->fields; i++) {
    if (strcmp(sorted[i - 1].name, sorted[i].name) != 0) continue;
    code = assay_plugin_fail(error, EINVAL,
                             "%s: the column \"%s\" is there twice, as number %zu "
                             "and as number %zu: rename one of them",
                             path, sorted[i].name, sorted[i - 1].field + 1, sorted[i].field + 1);
  }
  free(sorted);
  return code;
}

/* The column of record numbers may not hide one of the file, nor one that is renamed to its name.
 */
static int name_row_number(header *h, const assay_request *request, const char *path,
                           assay_plugin_error *error) {
  const char *name = assay_setting_text(request, "row_number");
  if (!name || !*name) return 0;
  for (size_t i = 0; i < h->fields; i++) {
    if (strcmp(h->names[i], name) != 0) continue;
    return assay_plugin_fail(error, EINVAL,
                             "row_number=%s: %s has a column \"%s\" already, as number %zu: give "
                             "row_number another name, or leave it out and read that column",
                             name, path, name, i + 1);
  }
  const char *column = mapped(request, name);
  if (column) {
    return assay_plugin_fail(error, EINVAL,
                             "row_number=%s: column.%s=%s gives a column that name already: leave "
                             "one of the two out",
                             name, name, column);
  }
  h->row_number = name;
  return 0;
}

static int name_columns(header *h, const records *r, bool has_line, const span *spans,
                        const char *given, assay_plugin_error *error) {
  h->names = calloc(h->fields, sizeof *h->names);
  if (!h->names) return no_memory(error);
  if (has_line) return names_of_header(h, r, spans, error);
  if (given) return names_given(h, given, error);
  for (size_t i = 0; i < h->fields; i++) {
    if (!(h->names[i] = made_up(i))) return no_memory(error);
  }
  return 0;
}

static int read_names(header *h, records *r, const assay_request *request, const char *path,
                      span *spans, assay_plugin_error *error) {
  const char *flag = assay_setting_text(request, "header");
  const char *given = assay_setting_text(request, "names");
  bool has_line = !flag || !strcmp(flag, "true"), found = false;
  record first = {0};
  if (given && has_line) {
    return assay_plugin_fail(error, EINVAL,
                             "names is for header=false; to rename columns of a file "
                             "with a header use column.FIELD=HEADER");
  }
  int code = skip_byte_order_mark(r, error);
  if (!code) code = first_record(r, !has_line, spans, &first, &found, error);
  if (code) return code;
  if (!found && !given) {
    return assay_plugin_fail(error, EINVAL, "%s: the file is empty: expected %s", path,
                             has_line ? "a header line that names the columns" : "records");
  }
  if (found && first.fault != RECORD_OK && !given) {
    return assay_plugin_fail(error, EINVAL, "%s:%lld: the %s line cannot be read: %s", path,
                             (long long)first.line, has_line ? "header" : "first",
                             fault_text(first.fault));
  }
  h->fields = given ? count_words(given) : first.found;
  if (h->fields > HEADER_FIELDS) {
    return assay_plugin_fail(error, EINVAL,
                             "%s: %zu columns, at most %zu can be read: is the "
                             "delimiter right?",
                             path, h->fields, HEADER_FIELDS);
  }
  code = name_columns(h, r, has_line, spans, given, error);
  if (!code) code = refuse_duplicates(h, path, error);
  return code ? code : name_row_number(h, request, path, error);
}

int header_read(header *h, records *r, const assay_request *request, const char *path,
                assay_plugin_error *error) {
  span *spans = malloc(HEADER_FIELDS * sizeof *spans);
  if (!spans) return no_memory(error);
  int code = read_names(h, r, request, path, spans, error);
  free(spans);
  return code;
}

/* ---- the choice */

/* A field of the file, CSV_ROW_NUMBER, or h->fields: there is none. */
static size_t find_name(const header *h, const char *name) {
  if (h->row_number && !strcmp(h->row_number, name)) return CSV_ROW_NUMBER;
  size_t i = 0;
  while (i < h->fields && strcmp(h->names[i], name) != 0) i++;
  return i;
}

static bool is_mapping_target(const assay_request *request, const char *column) {
  for (size_t i = 0; i < request->setting_count; i++) {
    const assay_setting *s = &request->settings[i];
    if (s->key && !strcmp(s->name, "column") && !strcmp(s->value, column)) return true;
  }
  return false;
}

static size_t find_field(const header *h, const assay_request *request, const char *name) {
  const char *column = mapped(request, name);
  return find_name(h, column ? column : name);
}

static int check_mapping(const header *h, const assay_request *request, const char *path,
                         assay_plugin_error *error) {
  for (size_t i = 0; i < request->setting_count; i++) {
    const assay_setting *s = &request->settings[i];
    if (!s->key || strcmp(s->name, "column") != 0 || find_name(h, s->value) != h->fields) continue;
    char list[600];
    size_t used = 0;
    list[0] = 0;
    for (size_t j = 0; j < h->fields && used < sizeof list - 1; j++) {
      int n = snprintf(list + used, sizeof list - used, "%s%s", j ? ", " : "", h->names[j]);
      used += n > 0 ? (size_t)n : 0;
    }
    return assay_plugin_fail(error, EINVAL, "column.%s=%s: %s has no such column; it has %s",
                             s->key, s->value, path, list);
  }
  return 0;
}

/* A wanted column is missing, and the whole header line is one column: most likely its names are
 * separated by something else. */
static int refuse_delimiter(const header *h, const records *r, const char *path,
                            assay_plugin_error *error) {
  static const char marks[] = ",;\t|";
  const char *name = h->names[0], *best = NULL;
  size_t most = 0;
  for (const char *m = marks; *m; m++) {
    size_t count = 0;
    for (const char *p = name; *p; p++) count += *p == *m;
    if (count > most) best = m;
    if (count > most) most = count;
  }
  if (h->fields != 1 || !best || *best == r->delimiter) return 0;
  char shown[300];
  assay_printable(shown, sizeof shown, name, strlen(name));
  return assay_plugin_fail(error, EINVAL,
                           "%s: the header line is one column, \"%s\": if its names are separated "
                           "by %s, set delimiter=%s",
                           path, shown, *best == '\t' ? "tabs" : (char[]){*best, 0},
                           *best == '\t' ? "tab" : (char[]){*best, 0});
}

static int add_column(csv_batch *b, const char *name, size_t field, assay_plugin_error *error) {
  char *copy = strdup(name);
  if (!copy) return no_memory(error);
  b->columns[b->column_count++] = (csv_column){.name = copy, .field = field};
  return 0;
}

static int choose_all(const header *h, const assay_request *request, csv_batch *batch,
                      assay_plugin_error *error) {
  int code = 0;
  for (size_t i = 0; !code && i < request->setting_count; i++) {
    const assay_setting *s = &request->settings[i];
    if (!s->key || strcmp(s->name, "column") != 0) continue;
    code = add_column(batch, s->key, find_name(h, s->value), error);
  }
  for (size_t i = 0; !code && i < h->fields; i++) {
    bool renamed = is_mapping_target(request, h->names[i]) || mapped(request, h->names[i]);
    if (!renamed) code = add_column(batch, h->names[i], i, error);
  }
  if (!code && h->row_number && !is_mapping_target(request, h->row_number)) {
    code = add_column(batch, h->row_number, CSV_ROW_NUMBER, error);
  }
  return code;
}

int header_choose(const header *h, const records *r, const assay_request *request, const char *path,
                  csv_batch *batch, assay_plugin_error *error) {
  int code = check_mapping(h, request, path, error);
  if (code) return code;
  size_t most = h->fields + request->setting_count + request->field_count;
  batch->columns = calloc(most, sizeof *batch->columns);
  if (!batch->columns) return no_memory(error);
  bool all = request->field_count == 0;
  for (size_t i = 0; i < request->field_count; i++) {
    if (find_field(h, request, request->fields[i]) != h->fields) continue;
    if (!all && (code = refuse_delimiter(h, r, path, error))) return code;
    all = true;
  }
  if (all) return choose_all(h, request, batch, error);
  for (size_t i = 0; !code && i < request->field_count; i++) {
    code = add_column(batch, request->fields[i], find_field(h, request, request->fields[i]), error);
  }
  return code;
}

void header_deinit(header *h) {
  for (size_t i = 0; h->names && i < h->fields; i++) free(h->names[i]);
  free(h->names);
}
