/* The source of comma-separated files: its options, and the stream of their records.
 *
 * Every column is text; the core casts. A record that cannot be read is a row whose reject column
 * says why, and never costs another record. */
#include "batch.h"
#include "header.h"

#define TILE_ROWS 256
#define TILE_SPANS ((size_t)16384)
#define BATCH_BYTES ((size_t)8 << 20) /* of the source, at which a batch ends */

typedef struct csv {
  const assay_request *request;
  records records;
  header header;
  csv_batch batch;
  missing_words missing;
  span *spans;
  size_t tile; /* records found before they are copied */
  size_t batch_rows;
  bool gb18030;
  bool finished;
  int failed; /* the code of an error that stays */
  char message[1024];
} csv;

static const assay_option options[] = {
    {"path", ASSAY_OPTION_PATH, ASSAY_OPTION_REQUIRED, NULL, NULL,
     "The file, plain or gzip; \"-\" is standard input.",
     "文件路径（可为 gzip）；\"-\" 表示标准输入。"},
    {"encoding", ASSAY_OPTION_CHOICE, 0, "utf-8", "utf-8|gb18030",
     "How the characters are encoded; gb18030 reads GBK and GB2312 as well.",
     "字符编码；gb18030 兼容 GBK 与 GB2312。"},
    {"delimiter", ASSAY_OPTION_TEXT, 0, ",", NULL, "One character between fields, or the word tab.",
     "字段分隔符：一个字符，或 tab。"},
    {"quote", ASSAY_OPTION_TEXT, 0, "\"", NULL, "The quote character, or the word none.",
     "引号字符，或 none。"},
    {"header", ASSAY_OPTION_BOOLEAN, 0, "true", NULL, "Whether the first line names the columns.",
     "首行是否为列名。"},
    {"names", ASSAY_OPTION_TEXT, 0, NULL, NULL,
     "With header=false: the names of the columns, separated by |; else they are column_1, "
     "column_2 ...",
     "header=false 时的列名，以 | 分隔；否则为 column_1、column_2 ……"},
    {"column", ASSAY_OPTION_MAP, 0, NULL, NULL,
     "column.FIELD=HEADER: the field FIELD stands under HEADER in the file.",
     "column.字段=表头：字段在文件中的列名。"},
    {"row_number", ASSAY_OPTION_TEXT, 0, NULL, NULL,
     "Adds a column of this name that holds the number of the record, from 1: a key for a file "
     "that "
     "has none.",
     "增加一列，列名由此指定，值为记录序号（从 1 起）：供没有主键的文件使用。"},
    {"missing", ASSAY_OPTION_TEXT, 0, NULL, NULL,
     "Spellings of a missing value beside the empty one, separated by |.",
     "除空值外表示缺失的写法，以 | 分隔。"},
    {"max_record", ASSAY_OPTION_INTEGER, 0, "1048576", NULL,
     "Bytes of the longest record that is accepted (256 to 268435456).", "单条记录的最大字节数。"},
    {"block_size", ASSAY_OPTION_INTEGER, 0, "262144", NULL, "Bytes read at a time (1 to 67108864).",
     "每次读取的字节数。"},
    {"cpu", ASSAY_OPTION_CHOICE, 0, "auto", "auto|portable|sse2|avx2",
     "The scanner's instructions; the result is the same.", "扫描所用的指令集；结果相同。"},
};

/* ---- records that cannot be read */

static size_t field_at(const csv *c, const record *r, size_t row, size_t position) {
  const span *spans = c->spans + row * c->header.fields;
  size_t count = r->found < c->header.fields ? r->found : c->header.fields;
  for (size_t i = count; i-- > 0;) {
    if (position >= spans[i].at) return i;
  }
  return 0;
}

/* The value to show; what GB18030 could not decode is shown as the bytes that were in the file. */
static void show(const csv *c, char *out, size_t room, const char *text, size_t n) {
  char plain[160];
  size_t used = 0;
  for (size_t i = 0; i < n && used < sizeof plain; i++) {
    if (c->gb18030 && text[i] == INPUT_UNDECODED && i + 2 < n) {
      const char hex[3] = {text[i + 1], text[i + 2], 0};
      plain[used++] = (char)strtoul(hex, NULL, 16);
      i += 2;
    } else {
      plain[used++] = text[i];
    }
  }
  assay_printable(out, room, plain, used);
}

static const char *field_name(const csv *c, size_t field) {
  return field < c->header.fields ? c->header.names[field] : "";
}

static bool refuse(csv *c, const record *r, size_t tile_row) {
  char value[128], message[400];
  const char *data = c->records.data, *code = "RAGGED", *name = "";
  size_t at = r->at, end = r->end, row = c->batch.rows + tile_row;
  switch (r->fault) {
  case RECORD_TEXT_AFTER:
    name = field_name(c, r->found - 1);
    snprintf(message, sizeof message,
             "text follows the closing quote of field %zu; a quote inside "
             "a quoted field is written twice",
             r->found);
    break;
  case RECORD_OPEN_QUOTE:
    name = field_name(c, r->found - 1);
    snprintf(message, sizeof message, "the quote that opens field %zu is never closed", r->found);
    break;
  case RECORD_TOO_LONG:
    snprintf(message, sizeof message,
             "the record has more than %zu bytes: a quote that is never "
             "closed? else raise max_record",
             c->records.max_record);
    break;
  case RECORD_NUL:
  case RECORD_ENCODING: {
    size_t field = field_at(c, r, tile_row, r->fault_at);
    span s = c->spans[tile_row * c->header.fields + field];
    bool nul = r->fault == RECORD_NUL;
    at = s.at;
    end = at + (s.size & ~SPAN_DOUBLED);
    code = nul ? "BAD_VALUE" : "ENCODING";
    name = field_name(c, field);
    if (nul)
      snprintf(message, sizeof message, "the value holds a NUL byte");
    else
      snprintf(message, sizeof message, "the value holds bytes that are not %s",
               c->gb18030 ? "GB18030" : "UTF-8 (if the file is GBK, set encoding=gb18030)");
    break;
  }
  default:
    snprintf(message, sizeof message, "expected %zu fields, found %zu", c->header.fields, r->found);
  }
  size_t limit = c->records.max_record;
  show(c, value, sizeof value, data + at, end - at < limit ? end - at : limit);
  return batch_refuse(&c->batch, row, code, name, value, message);
}

/* ---- the stream */

static int stream_fail(csv *c, int code, const char *message) {
  snprintf(c->message, sizeof c->message, "%s", message);
  c->failed = code;
  return code;
}

/* Finds up to a tile of records and copies their cells; `found` 0 means that the buffer is used up.
 */
static bool copy_tile(csv *c, size_t *found) {
  size_t fields = c->header.fields, room = c->batch.capacity - c->batch.rows, n = 0;
  if (room > c->tile) room = c->tile;
  int64_t *lines = c->batch.lines + c->batch.rows;
  record r;
  bool ok = true;
  while (ok && n < room && records_next(&c->records, fields, c->spans + n * fields, fields, &r)) {
    lines[n] = r.line;
    if (r.fault != RECORD_OK) {
      ok = refuse(c, &r, n);
      memset(c->spans + n * fields, 0, fields * sizeof *c->spans);
    }
    n++;
  }
  *found = n;
  return ok && batch_copy(&c->batch, c->records.data, c->spans, fields, n, &c->missing,
                          (char)c->records.quote);
}

static bool fill_batch(csv *c, int *code) {
  size_t bytes = 0;
  *code = EIO;
  if (!batch_begin(&c->batch, c->batch_rows)) return false;
  /* a batch without a row would be the end: what is skipped (blank lines, the rest of a record that
   * is too long) ends none, however much it is */
  while (c->batch.rows < c->batch.capacity && (c->batch.rows == 0 || bytes < BATCH_BYTES)) {
    size_t before = c->records.at, found = 0;
    if (!copy_tile(c, &found)) return false;
    bytes += c->records.at - before;
    if (found) continue;
    if (assay_cancelled(c->request)) {
      *code = ECANCELED;
      return false;
    }
    int more = records_more(&c->records);
    if (more < 0) return false;
    if (more == 0) break;
  }
  *code = 0;
  return true;
}

static void report_progress(const csv *c) {
  uint64_t done, total;
  if (!c->request->progress) return;
  input_progress(c->records.in, &done, &total);
  c->request->progress(c->request->progress_ctx, done, total);
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  csv *c = stream->private_data;
  int code;
  memset(out, 0, sizeof *out);
  if (c->failed) return c->failed;
  if (c->finished) return 0;
  if (!fill_batch(c, &code)) {
    const char *why = input_error(c->records.in);
    if (code == ECANCELED) return stream_fail(c, code, "cancelled");
    return *why ? stream_fail(c, code, why) : stream_fail(c, ENOMEM, "out of memory");
  }
  report_progress(c);
  c->finished = c->batch.rows == 0;
  if (c->finished || batch_export(&c->batch, out)) return 0;
  return stream_fail(c, ENOMEM, "out of memory");
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  csv *c = stream->private_data;
  size_t n = c->batch.column_count;
  bool ok = assay_arrow_schema(out, "+s", "", NULL, n + 2);
  for (size_t i = 0; ok && i < n; i++) {
    ok = assay_arrow_schema(out->children[i], "u", c->batch.columns[i].name, NULL, 0);
  }
  ok = ok && assay_arrow_schema(out->children[n], "l", "position", ASSAY_ROLE_POSITION, 0) &&
       assay_arrow_schema(out->children[n + 1], "u", "reject", ASSAY_ROLE_REJECT, 0);
  if (ok) return 0;
  if (out->release) out->release(out);
  snprintf(c->message, sizeof c->message, "out of memory");
  return ENOMEM;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  const csv *c = stream->private_data;
  return c->message[0] ? c->message : NULL;
}

static void csv_free(csv *c) {
  records_deinit(&c->records);
  batch_deinit(&c->batch);
  header_deinit(&c->header);
  free(c->missing.text);
  free(c->missing.words);
  free(c->missing.sizes);
  free(c->spans);
  free(c);
}

static void release(struct ArrowArrayStream *stream) {
  csv_free(stream->private_data);
  stream->release = NULL;
}

/* ---- opening */

static int set_missing(missing_words *m, const char *list, assay_plugin_error *error) {
  size_t count = 1;
  if (!list || !*list) return 0;
  for (const char *p = list; *p; p++) count += *p == '|';
  m->text = strdup(list);
  m->words = calloc(count, sizeof *m->words);
  m->sizes = calloc(count, sizeof *m->sizes);
  if (!m->text || !m->words || !m->sizes) return assay_plugin_fail(error, ENOMEM, "out of memory");
  char *rest = m->text;
  for (char *word; (word = strsep(&rest, "|"));) {
    size_t n = strlen(word);
    m->words[m->count] = word;
    m->sizes[m->count++] = n;
    m->lengths |= (uint64_t)1 << (n < 63 ? n : 63);
  }
  return 0;
}

/* One character of ASCII that cannot be taken for a line end. */
static bool one_character(const char *text) {
  unsigned char byte = (unsigned char)text[0];
  return byte && byte < 0x80 && !text[1] && byte != '\n' && byte != '\r';
}

static int set_shape(csv *c, assay_plugin_error *error) {
  const char *delimiter = assay_setting_text(c->request, "delimiter");
  const char *quote = assay_setting_text(c->request, "quote");
  if (!delimiter) delimiter = ",";
  if (!quote) quote = "\"";
  if (!strcmp(delimiter, "tab")) delimiter = "\t";
  if (!one_character(delimiter)) {
    return assay_plugin_fail(error, EINVAL,
                             "delimiter=%s: expected one ASCII character or the word "
                             "tab",
                             delimiter);
  }
  bool quoting = strcmp(quote, "none") != 0;
  if (quoting && (!one_character(quote) || *quote == *delimiter)) {
    return assay_plugin_fail(error, EINVAL,
                             "quote=%s: expected one ASCII character other than the "
                             "delimiter, or the word none",
                             quote);
  }
  c->records.delimiter = *delimiter;
  c->records.quote = quoting ? (unsigned char)*quote : -1;
  return 0;
}

static int set_size(csv *c, const char *name, long long otherwise, long long least, long long most,
                    size_t *out, assay_plugin_error *error) {
  long long value = assay_setting_integer(c->request, name, otherwise);
  if (value < least || value > most) {
    return assay_plugin_fail(error, EINVAL, "%s=%lld: expected %lld to %lld", name, value, least,
                             most);
  }
  *out = (size_t)value;
  return 0;
}

static int configure(csv *c, assay_plugin_error *error) {
  const assay_request *q = c->request;
  const char *encoding = assay_setting_text(q, "encoding"), *cpu = assay_setting_text(q, "cpu");
  if (q->cursor)
    return assay_plugin_fail(error, ENOTSUP, "a CSV file has no cursor: read it whole");
  if (q->shards > 1) return assay_plugin_fail(error, ENOTSUP, "a CSV file is not read in shards");
  c->gb18030 = encoding && !strcmp(encoding, "gb18030");
  c->batch_rows = q->batch_rows == 0 ? 2048 : q->batch_rows > 65536 ? 65536 : q->batch_rows;
  c->records.line = 1;
  c->records.scan = scan_choose(cpu ? cpu : "auto");
  if (!c->records.scan) return assay_plugin_fail(error, ENOTSUP, "cpu=%s: this CPU cannot", cpu);
  int code = set_shape(c, error);
  if (!code)
    code = set_size(c, "max_record", 1 << 20, 256, 256 << 20, &c->records.max_record, error);
  if (!code) code = set_size(c, "block_size", 1 << 18, 1, 64 << 20, &c->records.block, error);
  return code ? code : set_missing(&c->missing, assay_setting_text(q, "missing"), error);
}

static int start(csv *c, assay_plugin_error *error) {
  int code = configure(c, error);
  const char *path = assay_setting_text(c->request, "path");
  if (code) return code;
  if (!path || !*path) return assay_plugin_fail(error, EINVAL, "path is missing: name the file");
  c->records.in = input_open(path, c->gb18030, error->message, sizeof error->message);
  if (!c->records.in) return EIO;
  if (!strcmp(path, "-")) path = "standard input";
  code = header_read(&c->header, &c->records, c->request, path, error);
  if (!code) code = header_choose(&c->header, &c->records, c->request, path, &c->batch, error);
  if (code) return code;
  c->tile = TILE_SPANS / c->header.fields;
  c->tile = c->tile < 1 ? 1 : c->tile > TILE_ROWS ? TILE_ROWS : c->tile;
  c->spans = malloc(c->tile * c->header.fields * sizeof *c->spans);
  return c->spans ? 0 : assay_plugin_fail(error, ENOMEM, "out of memory");
}

static int open_stream(const assay_request *request, struct ArrowArrayStream *out,
                       assay_plugin_error *error) {
  csv *c = calloc(1, sizeof *c);
  if (!c) return assay_plugin_fail(error, ENOMEM, "out of memory");
  c->request = request;
  int code = start(c, error);
  if (code) {
    csv_free(c);
    return code;
  }
  out->get_schema = get_schema;
  out->get_next = get_next;
  out->get_last_error = get_last_error;
  out->release = release;
  out->private_data = c;
  return 0;
}

int assay_plugin_init(uint32_t abi_version, const assay_host *host, assay_plugin *plugin,
                      assay_plugin_error *error) {
  static const assay_plugin self = {
      .struct_size = sizeof self,
      .abi_version = ASSAY_PLUGIN_ABI,
      .name = "csv",
      .version = ASSAY_VERSION,
      .summary = "Reads delimited text files (RFC 4180), plain or gzip, UTF-8 or GB18030.",
      .options = options,
      .option_count = sizeof options / sizeof options[0],
      .option_size = sizeof options[0],
      .open = open_stream,
  };
  (void)host;
  return assay_plugin_fill(abi_version, &self, plugin, error);
}
