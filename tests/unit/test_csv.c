/* The CSV source, as input and output. */
#include "source_read.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

static plugin_host *host;
static const assay_plugin *csv;

typedef struct example {
  const char *what, *settings, *input;
  size_t size; /* of the input, 0 = up to its NUL */
  const char *output;
} example;

#define BYTES(text) text, sizeof text - 1

static const example examples[] = {
    {"plain", "", BYTES("id,name\n1,Anna\n2,Bo\n"), "# id|name\n2: 1|Anna\n3: 2|Bo\n"},
    {"no line end at the end", "", BYTES("id,name\n1,Anna"), "# id|name\n2: 1|Anna\n"},
    {"CRLF", "", BYTES("id,name\r\n1,Anna\r\n2,Bo\r\n"), "# id|name\n2: 1|Anna\n3: 2|Bo\n"},
    {"bare CR", "", BYTES("id,name\r1,Anna\r2,Bo"), "# id|name\n2: 1|Anna\n3: 2|Bo\n"},
    {"all line ends mixed", "", BYTES("id,name\r\n1,Anna\r2,Bo\n3,Cy\r\n"),
     "# id|name\n2: 1|Anna\n3: 2|Bo\n4: 3|Cy\n"},
    {"blank lines count but are no records", "", BYTES("id,n\n\n1,a\r\n\r\n\r2,b\n\n"),
     "# id|n\n3: 1|a\n6: 2|b\n"},
    {"a byte order mark", "", BYTES("\xEF\xBB\xBFid,name\n1,Anna\n"), "# id|name\n2: 1|Anna\n"},
    {"empty is missing", "", BYTES("a,b,c\n,,\n1,,3\n\"\",x,\n"),
     "# a|b|c\n2: ~|~|~\n3: 1|~|3\n4: ~|x|~\n"},
    {"quotes", "", BYTES("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"\"\"\",\"\"\n"),
     "# a|b\n2: x, y|say \"hi\"\n3: \"|~\n"},
    {"line ends in quotes count as lines", "", BYTES("a,b\r\n\"1\r\n2\r\n3\",x\r\n4,y\r\n"),
     "# a|b\n2: 1\r\n2\r\n3|x\n5: 4|y\n"},
    {"a quote inside a plain field is itself", "", BYTES("a,b\n5\" pipe,x\"y\"\n"),
     "# a|b\n2: 5\" pipe|x\"y\"\n"},
    {"too few and too many fields", "", BYTES("a,b,c\n1,2\n1,2,3,4\n1,2,3\n"),
     "# a|b|c\n2! RAGGED  [1,2] expected 3 fields, found 2\n"
     "3! RAGGED  [1,2,3,4] expected 3 fields, found 4\n4: 1|2|3\n"},
    {"text after a quote", "", BYTES("a,b\n1,\"x\"y\n2,z\n"),
     "# a|b\n2! RAGGED b [1,\"x\"] text follows the closing quote of field 2; a quote inside a "
     "quoted field is written twice\n3: 2|z\n"},
    {"a stray quote costs its own line only", "", BYTES("a,b\n1,\"x\n2,y\n3,\"z\"\n"),
     "# a|b\n2! RAGGED b [1,\"x\\x0A2,y\\x0A3,\"] text follows the closing quote of field 2; a "
     "quote "
     "inside a quoted field is written twice\n3: 2|y\n4: 3|z\n"},
    {"a quote that is never closed", "", BYTES("a,b\n1,x\n2,\"open\n3,y\n"),
     "# a|b\n2: 1|x\n3! RAGGED b [2,\"open\\x0A3,y\\x0A] the quote that opens field 2 is never "
     "closed\n4: 3|y\n"},
    {"NUL", "", BYTES("a,b\n1,x\0y\n2,z\n"),
     "# a|b\n2! BAD_VALUE b [x\\x00y] the value holds a NUL byte\n3: 2|z\n"},
    {"bytes that are not UTF-8", "", BYTES("a,b\n1,\xB0\xA1\n2,\xE5\x8C\x97\n3,\xE5\x8C\n"),
     "# a|b\n2! ENCODING b [\\xB0\\xA1] the value holds bytes that are not UTF-8 (if the file is "
     "GBK, "
     "set encoding=gb18030)\n3: 2|\xE5\x8C\x97\n4! ENCODING b [\\xE5\\x8C] the value holds bytes "
     "that "
     "are not UTF-8 (if the file is GBK, set encoding=gb18030)\n"},
    {"GB18030, with trail bytes that look like delimiters", "encoding=gb18030 delimiter=|",
     BYTES(
         "id|\xC3\xFB\n1|\xB1\xB1\xBE\xA9\n2|\x95\x7C\n3|\x81\x30\x81\x30|\n4|\x81\x39\xEF\x30\n"),
     "# id|名\n2: 1|北京\n3: 2|晐\n4! RAGGED  [3|\xC2\x80|] expected 2 fields, found 3\n5: 4|㐁\n"},
    {"a GB18030 byte that cannot be decoded", "encoding=gb18030",
     BYTES("a,b\n1,\xB1\xFF\n2,\x81,\n3,\xB1\xB1\n\x80,5\n6,\xB1"),
     "# a|b\n2! ENCODING b [\\xB1\\xFF] the value holds bytes that are not GB18030\n"
     "3! ENCODING b [\\x81] the value holds bytes that are not GB18030\n4: 3|北\n"
     "5! ENCODING a [\\x80] the value holds bytes that are not GB18030\n"
     "6! ENCODING b [\\xB1] the value holds bytes that are not GB18030\n"},
    {"tab", "delimiter=tab", BYTES("a\tb\n1,2\t3\n"), "# a|b\n2: 1,2|3\n"},
    {"another quote", "quote='", BYTES("a,b\n'1,2',\"3\"\n"), "# a|b\n2: 1,2|\"3\"\n"},
    {"no quote", "quote=none", BYTES("a,b\n\"1\",\"\n"), "# a|b\n2: \"1\"|\"\n"},
    {"missing words", "missing=NA|n/a", BYTES("a,b,c\nNA,n/a,na\nN,\"NA\",NAN\n"),
     "# a|b|c\n2: ~|~|na\n3: N|~|NAN\n"},
    {"renamed", "column.id=Kunde column.name=Nom", BYTES("Nom,Kunde,x,name\nA,1,2,3\n"),
     "# id|name|x\n2: 1|A|2\n"},
    {"renamed from what is not there", "column.id=Kund", BYTES("Kunde,x\n1,2\n"),
     "error: plugin csv: column.id=Kund: FILE has no such column; it has Kunde, x\n"},
    {"numbers for a file without a key", "row_number=id",
     BYTES("name\nAnna\n\n\"B\no\"\nx,y\nCy\n"),
     "# name|id\n2: Anna|1\n4: B\no|2\n6! RAGGED  [x,y] expected 1 fields, found 2\n7: Cy|4\n"},
    {"numbers without a header", "header=false row_number=id missing=1", BYTES("1,a\n2,b\n"),
     "# column_1|column_2|id\n1: ~|a|1\n2: 2|b|2\n"},
    {"numbers, no record", "row_number=id", BYTES("name\n"), "# name|id\n"},
    {"numbers under another name", "row_number=row column.id=row", BYTES("name\nAnna\n"),
     "# id|name\n2: 1|Anna\n"},
    {"no numbers", "row_number=", BYTES("name\nAnna\n"), "# name\n2: Anna\n"},
    {"numbers under the name of a column", "row_number=id", BYTES("name,id\nAnna,7\n"),
     "error: plugin csv: row_number=id: FILE has a column \"id\" already, as number 2: give "
     "row_number "
     "another name, or leave it out and read that column\n"},
    {"numbers under the name of a given column", "row_number=b header=false names=a|b",
     BYTES("1,2\n"),
     "error: plugin csv: row_number=b: FILE has a column \"b\" already, as number 2: give "
     "row_number "
     "another name, or leave it out and read that column\n"},
    {"numbers under the name of a renamed column", "row_number=id column.id=name",
     BYTES("name\nAnna\n"),
     "error: plugin csv: row_number=id: column.id=name gives a column that name already: leave one "
     "of the two out\n"},
    {"without a header", "header=false", BYTES("1,a\n2,b,c\n"),
     "# column_1|column_2\n1: 1|a\n2! RAGGED  [2,b,c] expected 2 fields, found 3\n"},
    {"names given", "header=false names=id|name",
     BYTES("\xEF\xBB\xBF"
           "1,a\n"),
     "# id|name\n1: 1|a\n"},
    {"names given, no record", "header=false names=id|name", BYTES(""), "# id|name\n"},
    {"header only", "", BYTES("id,name\n"), "# id|name\n"},
    {"empty file", "", BYTES(""),
     "error: plugin csv: FILE: the file is empty: expected a header line that names the columns\n"},
    {"a column twice", "", BYTES("id,name,x,id\n"),
     "error: plugin csv: FILE: the column \"id\" is there twice, as number 1 and as number 4: "
     "rename "
     "one of them\n"},
    {"a column without a name", "", BYTES("id,,\n1,2,3\n"), "# id|column_2|column_3\n2: 1|2|3\n"},
    {"a quoted header", "", BYTES("\"a \"\"b\"\"\",\"c\nd\"\n1,2\n"), "# a \"b\"|c\nd\n3: 1|2\n"},
    {"UTF-16", "", BYTES("\xFF\xFEi\0d\0"),
     "error: plugin csv: FILE: this is UTF-16: save it as CSV UTF-8\n"},
    {"a workbook", "", BYTES("PK\3\4...."),
     "error: plugin csv: FILE: this is a zip file or a workbook (.xlsx), not CSV: save it as CSV "
     "UTF-8\n"},
    {"an old workbook", "", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
     "error: plugin csv: FILE: this is a workbook (.xls), not CSV: save it as CSV UTF-8\n"},
    {"packed otherwise", "", BYTES("\x28\xB5\x2F\xFD...."),
     "error: plugin csv: FILE: this is zstd: unpack it, or pack it with gzip\n"},
    {"a database", "", BYTES("SQLite format 3\0...."),
     "error: plugin csv: FILE: this is a SQLite database: read it with the plugin sqlite\n"},
    {"UTF-8 that is called GB18030", "encoding=gb18030", BYTES("\xEF\xBB\xBFid,name\n1,Anna\n"),
     "error: plugin csv: FILE: it begins with the mark of UTF-8: set encoding=utf-8\n"},
    {"the mark of GB18030", "encoding=gb18030", BYTES("\x84\x31\x95\x33id,name\n1,Anna\n"),
     "# id|name\n2: 1|Anna\n"},
    {"a header that is no text", "", BYTES("a,\xFF\n1,2\n"),
     "error: plugin csv: FILE:1: the header line cannot be read: it holds bytes that are not of "
     "the "
     "encoding; if the file is GBK, set encoding=gb18030\n"},
    {"a wrong delimiter", "delimiter=ab", BYTES("a\n"),
     "error: plugin csv: delimiter=ab: expected one ASCII character or the word tab\n"},
    {"a wrong limit", "max_record=3", BYTES("a\n"),
     "error: plugin csv: max_record=3: expected 256 to 268435456\n"},
};

/* The path is another each time: it is written FILE in what is expected. */
static void hide_path(char *text) {
  const char *path = test_file("in.csv");
  for (char *at; (at = strstr(text, path));) {
    memcpy(at, "FILE", 4);
    memmove(at + 4, at + strlen(path), strlen(at + strlen(path)) + 1);
  }
}

static char *read_file(const char *settings, const char *fields) {
  char all[512];
  snprintf(all, sizeof all, "path=%s %s", test_file("in.csv"), settings);
  char *text = source_read(csv, all, fields);
  hide_path(text);
  return text;
}

static void test_examples(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    const example *x = &examples[i];
    test_write("in.csv", x->input, x->size);
    char *got = read_file(x->settings, NULL);
    if (strcmp(got, x->output)) fail_msg("%s:\ngot:\n%swanted:\n%s", x->what, got, x->output);
    free(got);
  }
}

static const char *const kernels[] = {"portable", "sse2", "avx2"};

static void test_every_block_size_and_kernel(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    const example *x = &examples[i];
    test_write("in.csv", x->input, x->size);
    for (size_t block = 1; block < 70; block++) {
      char settings[256];
      snprintf(settings, sizeof settings, "%s block_size=%zu cpu=%s", x->settings, block,
               kernels[block % 3]);
      char *got = read_file(settings, NULL);
      bool cannot = strstr(got, "this CPU cannot") != NULL;
      if (!cannot && strcmp(got, x->output)) {
        fail_msg("%s, block %zu:\ngot:\n%swanted:\n%s", x->what, block, got, x->output);
      }
      free(got);
    }
  }
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Bytes that matter come often; so does plain text, so that records have some length. */
static size_t random_table(char *out, size_t room, uint64_t *seed) {
  static const char *const pieces[] = {",",    ",",     "\n",
                                       "\r",   "\r\n",  "\"",
                                       "\"\"", "\",\"", "x",
                                       "abc",  "12.5",  "\xE5\x8C\x97",
                                       "\xFF", "",      "long text of a field",
                                       "\n",   "\"\n",  "a,b,c\n"};
  size_t used = (size_t)snprintf(out, room, "a,b,c\n");
  while (used + 32 < room) {
    const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof pieces[0])];
    memcpy(out + used, piece, strlen(piece));
    used += strlen(piece);
    if (next_random(seed) % 400 == 0) out[used++] = 0;
  }
  return used;
}

static void test_random_input_is_read_alike(void **state) {
  uint64_t seed = 20250926;
  (void)state;
  for (int round = 0; round < 60; round++) {
    char bytes[3000], settings[256];
    size_t n = random_table(bytes, 200 + next_random(&seed) % 2800, &seed);
    test_write("in.csv", bytes, n);
    char *first = read_file("cpu=portable max_record=256", NULL);
    for (int i = 0; i < 8; i++) {
      snprintf(settings, sizeof settings, "max_record=256 block_size=%d cpu=%s",
               (int)(1 + next_random(&seed) % 300), kernels[i % 3]);
      char *again = read_file(settings, NULL);
      if (!strstr(again, "this CPU cannot") && strcmp(first, again)) {
        fail_msg("round %d, %s:\n%s\nagainst\n%s", round, settings, first, again);
      }
      free(again);
    }
    free(first);
  }
}

static void test_projection(void **state) {
  (void)state;
  test_write("in.csv", BYTES("a,b,c\n1,2,3\n4,5\n"));
  char *got = read_file("", "c,a");
  assert_string_equal(got, "# c|a\n2: 3|1\n3! RAGGED  [4,5] expected 3 fields, found 2\n");
  free(got);
  got = read_file("row_number=n", "n,b");
  assert_string_equal(got, "# n|b\n2: 1|2\n3! RAGGED  [4,5] expected 3 fields, found 2\n");
  free(got);
  got = read_file("row_number=n", "n");
  assert_string_equal(got, "# n\n2: 1\n3! RAGGED  [4,5] expected 3 fields, found 2\n");
  free(got);
  got = read_file("row_number=n", "c");
  assert_string_equal(got, "# c\n2: 3\n3! RAGGED  [4,5] expected 3 fields, found 2\n");
  free(got);
  got = read_file("", "a,bb"); /* not there: all, so that the core can say what there is */
  assert_string_equal(got, "# a|b|c\n2: 1|2|3\n3! RAGGED  [4,5] expected 3 fields, found 2\n");
  free(got);
}

/* With the delimiter wrong nothing is found: the columns of the file would not help. */
static void test_the_delimiter_may_be_another(void **state) {
  static const struct {
    const char *input, *settings, *fields, *output;
  } cases[] = {
      {"a;b;c\n1;2;3\n", "", "a",
       "error: plugin csv: FILE: the header line is one column, \"a;b;c\": if its names are "
       "separated "
       "by ;, set delimiter=;\n"},
      {"a\tb\n1\t2\n", "", "a",
       "error: plugin csv: FILE: the header line is one column, \"a\\x09b\": if its names are "
       "separated by tabs, set delimiter=tab\n"},
      {"a,b\n1,2\n", "delimiter=;", "a",
       "error: plugin csv: FILE: the header line is one column, \"a,b\": if its names are "
       "separated "
       "by ,, set delimiter=,\n"},
      {"a;b\n1;2\n", "", "a;b", "# a;b\n2: 1;2\n"},
      {"a\n1\n", "", "b", "# a\n2: 1\n"},
      {"a;b,c\n1,2\n", "", "b", "# a;b|c\n2: 1|2\n"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    test_write("in.csv", cases[i].input, strlen(cases[i].input));
    char *got = read_file(cases[i].settings, cases[i].fields);
    assert_string_equal(got, cases[i].output);
    free(got);
  }
}

static void test_too_long_records_cost_themselves(void **state) {
  buffer in = {0};
  (void)state;
  buffer_text(&in, "a,b\n1,x\n2,");
  for (int i = 0; i < 100; i++) buffer_text(&in, "0123456789");
  buffer_text(&in, "\n3,y\n4,\"");
  for (int i = 0; i < 40; i++) buffer_text(&in, "no end\n");
  test_write("in.csv", in.data, in.size);
  buffer_deinit(&in);
  char *first = read_file("max_record=256", NULL);
  assert_non_null(strstr(first, "\n2: 1|x\n3! RAGGED  [2,0123456789"));
  assert_non_null(strstr(first,
                         "the record has more than 256 bytes: a quote that is never closed? else "
                         "raise max_record\n4: 3|y\n5! RAGGED  [4,\"no end"));
  assert_non_null(strstr(first, "\n6! RAGGED  [no end] expected 2 fields, found 1\n"));
  for (int block = 1; block < 400; block += 13) {
    char settings[64];
    snprintf(settings, sizeof settings, "max_record=256 block_size=%d", block);
    char *again = read_file(settings, NULL);
    assert_string_equal(first, again);
    free(again);
  }
  free(first);
}

/* More than a batch may read (8 MiB) lies between two records. */
static void test_much_that_is_no_record_is_not_the_end(void **state) {
  static const size_t many = (size_t)20 << 20;
  buffer in = {0};
  (void)state;
  buffer_text(&in, "a,b\n1,x\n");
  for (size_t i = 0; i < many; i++) buffer_char(&in, '\n');
  buffer_text(&in, "2,");
  for (size_t i = 0; i < many; i++) buffer_char(&in, 'y');
  buffer_text(&in, "\n3,z\n");
  test_write("in.csv", in.data, in.size);
  buffer_deinit(&in);
  char *got = read_file("", NULL), wanted[64];
  snprintf(wanted, sizeof wanted, "\n%zu: 3|z\n", many + 4);
  assert_non_null(strstr(got, "# a|b\n2: 1|x\n"));
  assert_non_null(strstr(got, "the record has more than 1048576 bytes"));
  assert_non_null(strstr(got, wanted));
  free(got);
}

/* ---- larger files */

static void write_many(buffer *out, int rows) {
  buffer_text(out, "id,name,amount\n");
  for (int i = 1; i <= rows; i++) buffer_format(out, "%d,\"Name, %d\",%d.50\n", i, i, i * 3);
}

/* Batches end after 2,048 records: the numbers go on, and a refused record has its own. */
static void test_numbers_go_on_from_batch_to_batch(void **state) {
  buffer in = {0};
  (void)state;
  buffer_text(&in, "name\n");
  for (int i = 1; i <= 12345; i++) buffer_text(&in, i % 1000 ? "x\n" : "y,z\n");
  test_write("in.csv", in.data, in.size);
  buffer_deinit(&in);
  buffer wanted = {0};
  buffer_text(&wanted, "# id\n");
  for (int i = 1; i <= 12345; i++) {
    if (i % 1000)
      buffer_format(&wanted, "%d: %d\n", i + 1, i);
    else
      buffer_format(&wanted, "%d! RAGGED  [y,z] expected 1 fields, found 2\n", i + 1);
  }
  char *got = read_file("row_number=id", "id");
  assert_string_equal(got, wanted.data);
  free(got);
  buffer_deinit(&wanted);
}

typedef struct reading {
  int64_t rows, last_position;
  uint64_t done, total;
  char message[512];
} reading;

static void note(void *ctx, uint64_t done, uint64_t total) {
  reading *r = ctx;
  r->done = done;
  r->total = total;
}

typedef void between_arrays(int64_t rows);

static reading read_counting(const char *path, const char *block, between_arrays *between) {
  assay_setting items[] = {{"path", NULL, path}, {"block_size", NULL, block}};
  reading r = {0};
  assay_request request = {.struct_size = sizeof request,
                           .settings = items,
                           .setting_count = 2,
                           .shards = 1,
                           .batch_rows = 100,
                           .progress = note,
                           .progress_ctx = &r};
  struct ArrowArrayStream in;
  error e = {0};
  if (plugin_open(csv, &request, &in, &e)) {
    snprintf(r.message, sizeof r.message, "%.500s", e.message);
    return r;
  }
  for (;;) {
    struct ArrowArray a = {0};
    if (in.get_next(&in, &a)) {
      snprintf(r.message, sizeof r.message, "%s", in.get_last_error(&in));
      assert_int_not_equal(in.get_next(&in, &a), 0); /* an error stays */
      break;
    }
    if (!a.release) break;
    r.rows += a.length;
    r.last_position = ((const int64_t *)a.children[a.n_children - 2]->buffers[1])[a.length - 1];
    assert_int_equal(a.children[a.n_children - 1]->null_count, a.length);
    a.release(&a);
    if (between) between(r.rows);
  }
  in.release(&in);
  return r;
}

static void test_progress(void **state) {
  buffer in = {0};
  (void)state;
  write_many(&in, 5000);
  test_write("in.csv", in.data, in.size);
  reading r = read_counting(test_file("in.csv"), "4096", NULL);
  assert_string_equal(r.message, "");
  assert_int_equal(r.rows, 5000);
  assert_int_equal(r.last_position, 5001);
  assert_int_equal(r.done, in.size);
  assert_int_equal(r.total, in.size);
  buffer_deinit(&in);
}

static void cut_file(int64_t rows) {
  if (rows == 300) assert_int_equal(truncate(test_file("in.csv"), 40000), 0);
}
static void append_to_file(int64_t rows) {
  if (rows != 300) return;
  FILE *f = fopen(test_file("in.csv"), "ab");
  fputs("9999,late,1\n", f);
  fclose(f);
}
static void rewrite_in_place(int64_t rows) {
  if (rows != 300) return;
  struct timespec times[2] = {{0, UTIME_OMIT}, {1, 0}};
  int fd = open(test_file("in.csv"), O_WRONLY);
  assert_int_equal(pwrite(fd, "7", 1, 100000), 1);
  futimens(fd, times);
  close(fd);
}

static void test_a_file_that_changes_is_an_error(void **state) {
  static const struct {
    between_arrays *change;
    const char *message;
  } cases[] = {
      {cut_file, "cut to"}, {append_to_file, "changed while"}, {rewrite_in_place, "changed while"}};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    buffer in = {0};
    write_many(&in, 5000);
    test_write("in.csv", in.data, in.size);
    reading r = read_counting(test_file("in.csv"), "4096", cases[i].change);
    if (!strstr(r.message, cases[i].message)) fail_msg("%zu: \"%s\"", i, r.message);
    buffer_deinit(&in);
  }
}

static void write_gzip(const char *name, const char *bytes, size_t n, const char *mode) {
  gzFile f = gzopen(test_file(name), mode);
  assert_non_null(f);
  assert_int_equal(gzwrite(f, bytes, (unsigned)n), (int)n);
  gzclose(f);
}

static void test_gzip(void **state) {
  buffer in = {0};
  struct stat file;
  (void)state;
  write_many(&in, 3000);
  write_gzip("in.gz", in.data, 20000, "wb");
  write_gzip("in.gz", in.data + 20000, in.size - 20000, "ab"); /* a second member */
  reading r = read_counting(test_file("in.gz"), "1000", NULL);
  assert_string_equal(r.message, "");
  assert_int_equal(r.rows, 3000);
  assert_int_equal(stat(test_file("in.gz"), &file), 0);
  assert_int_equal(r.done, file.st_size);
  for (off_t size = file.st_size - 1; size > 4; size -= 997) {
    assert_int_equal(truncate(test_file("in.gz"), size), 0);
    r = read_counting(test_file("in.gz"), "1000", NULL);
    if (!strstr(r.message, "ends too early")) fail_msg("%ld: \"%s\"", (long)size, r.message);
  }
  buffer_deinit(&in);
}

static void test_what_is_packed_is_looked_at(void **state) {
  (void)state;
  write_gzip("in.csv", BYTES("\xFF\xFEi\0d\0"), "wb");
  char *got = read_file("", NULL);
  assert_string_equal(got, "error: plugin csv: FILE: this is UTF-16: save it as CSV UTF-8\n");
  free(got);
  write_gzip("in.csv", BYTES("\xEF\xBB\xBFid\n1\n"), "wb");
  got = read_file("", NULL);
  assert_string_equal(got, "# id\n2: 1\n");
  free(got);
  write_gzip("in.csv", "", 0, "wb");
  got = read_file("header=false names=id", NULL);
  assert_string_equal(got, "# id\n");
  free(got);
}

static void test_damaged_gzip(void **state) {
  buffer in = {0};
  (void)state;
  write_many(&in, 3000);
  write_gzip("in.gz", in.data, in.size, "wb");
  int fd = open(test_file("in.gz"), O_WRONLY);
  assert_int_equal(pwrite(fd, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, 5000), 8);
  close(fd);
  reading r = read_counting(test_file("in.gz"), "1000", NULL);
  assert_non_null(strstr(r.message, "damaged"));
  write_gzip("in.gz", in.data, in.size, "wb");
  FILE *f = fopen(test_file("in.gz"), "ab");
  fputs("rubbish", f);
  fclose(f);
  r = read_counting(test_file("in.gz"), "1000", NULL);
  assert_non_null(strstr(r.message, "not gzip follow"));
  buffer_deinit(&in);
}

static void test_what_cannot_be_opened(void **state) {
  (void)state;
  reading r = read_counting("/nonexistent/x.csv", "64", NULL);
  assert_string_equal(
      r.message, "plugin csv: /nonexistent/x.csv: cannot be opened: No such file or directory");
  r = read_counting("/tmp", "64", NULL);
  assert_string_equal(r.message, "plugin csv: /tmp: this is a folder, not a file");
}

static void test_standard_input(void **state) {
  int ends[2], saved = dup(STDIN_FILENO);
  (void)state;
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
  close(ends[1]);
  dup2(ends[0], STDIN_FILENO);
  char *got = source_read(csv, "path=-", NULL);
  dup2(saved, STDIN_FILENO);
  close(saved);
  close(ends[0]);
  assert_string_equal(got, "# a|b\n2: 1|2\n");
  free(got);
}

static void expect_ok(void *ctx, bool ok, const char *check, const char *detail) {
  ++*(int *)ctx;
  if (!ok) fail_msg("%s: %s", check, detail);
}

static void test_conformance(void **state) {
  buffer in = {0};
  int checks = 0;
  (void)state;
  write_many(&in, 500);
  test_write("in.csv", in.data, in.size);
  plugin_settings given = {(assay_setting[]){{"path", NULL, "in.csv"}}, 1};
  assert_int_equal(conformance_run(csv, &given, test_folder, expect_ok, &checks), ERR_OK);
  assert_true(checks > 25);
  buffer_deinit(&in);
}

static int set_up(void **state) {
  csv = source_plugin(&host, "csv");
  return make_folder(state);
}
static int tear_down(void **state) {
  plugin_host_free(host);
  return remove_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_every_block_size_and_kernel),
      cmocka_unit_test(test_random_input_is_read_alike),
      cmocka_unit_test(test_projection),
      cmocka_unit_test(test_the_delimiter_may_be_another),
      cmocka_unit_test(test_too_long_records_cost_themselves),
      cmocka_unit_test(test_much_that_is_no_record_is_not_the_end),
      cmocka_unit_test(test_numbers_go_on_from_batch_to_batch),
      cmocka_unit_test(test_progress),
      cmocka_unit_test(test_a_file_that_changes_is_an_error),
      cmocka_unit_test(test_gzip),
      cmocka_unit_test(test_what_is_packed_is_looked_at),
      cmocka_unit_test(test_damaged_gzip),
      cmocka_unit_test(test_what_cannot_be_opened),
      cmocka_unit_test(test_standard_input),
      cmocka_unit_test(test_conformance),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
