/* Plugins as people build them: right, and wrong in every way that can be told apart. Each is
 * compiled here, in a folder of its own, against the public headers alone. */
#include "source_read.h"
#include <limits.h>

static char headers[PATH_MAX];

/* Writes NAME.c, builds NAME.so in the test's folder. */
static void build(const char *name, const char *text) {
  char file[64], command[PATH_MAX + 512];
  snprintf(file, sizeof file, "%s.c", name);
  test_write(file, text, strlen(text));
  snprintf(
      command, sizeof command,
      "cd '%s' && ${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -fPIC -shared -I '%s' -o %s.so %s.c",
      test_folder, headers, name, name);
  if (system(command)) fail_msg("%s does not compile", name);
}

/* A plugin of which one thing is exchanged. */
static const char whole[] =
    "#include <assay/rows.h>\n"
    "typedef struct mine { int left; } mine;\n"
    "static int fill(void *source, assay_rows *rows) {\n"
    "  mine *m = source;\n"
    "  while (m->left > 0 && !assay_rows_full(rows)) {\n"
    "    assay_rows_text(rows, 0, \"C1\", 2);\n"
    "    assay_rows_int64(rows, 1, m->left--);\n"
    "    assay_rows_end(rows);\n"
    "  }\n"
    "  return 0;\n"
    "}\n"
    "static const assay_column columns[] = {{\"id\", ASSAY_TEXT}, {\"n\", ASSAY_INT64}};\n"
    "static int open_it(const assay_request *q, struct ArrowArrayStream *out,\n"
    "                   assay_plugin_error *error) {\n"
    "  if (q->cursor) return assay_plugin_fail(error, 1, \"no cursor\");\n"
    "  mine *m = malloc(sizeof *m);\n"
    "  m->left = 5;\n"
    "  OPEN\n"
    "  return assay_rows_stream(columns, 2, q, fill, free, m, out, error);\n"
    "}\n"
    "static const assay_option options[] = {\n"
    "    {\"server\", ASSAY_OPTION_TEXT, ASSAY_OPTION_REQUIRED, NULL, NULL, \"Where.\", NULL},\n"
    "    {\"password\", ASSAY_OPTION_TEXT, ASSAY_OPTION_SECRET, NULL, NULL, \"Secret.\", NULL},\n"
    "    {\"mode\", ASSAY_OPTION_CHOICE, 0, \"fast\", \"fast|careful\", \"How.\", NULL},\n"
    "    {\"port\", ASSAY_OPTION_INTEGER, 0, \"80\", NULL, \"Where.\", NULL},\n"
    "    {\"tls\", ASSAY_OPTION_BOOLEAN, 0, NULL, NULL, \"How.\", NULL},\n"
    "    {\"certificate\", ASSAY_OPTION_PATH, 0, NULL, NULL, \"A file.\", NULL},\n"
    "    {\"column\", ASSAY_OPTION_MAP, 0, NULL, NULL, \"Names.\", NULL}};\n"
    "int assay_plugin_init(uint32_t abi, const assay_host *host, assay_plugin *p,\n"
    "                      assay_plugin_error *error) {\n"
    "  static const assay_plugin self = {sizeof self, ASSAY_PLUGIN_ABI, \"NAME\", \"1\", \"A "
    "test.\",\n"
    "                                    options, 7, sizeof options[0], open_it};\n"
    "  (void)host;\n"
    "  int code = assay_plugin_fill(abi, &self, p, error);\n"
    "  INIT\n"
    "  return code;\n"
    "}\n";

static void build_with(const char *name, const char *open, const char *init) {
  buffer text = {0};
  for (const char *p = whole; *p;) {
    if (!strncmp(p, "OPEN", 4) && (p += 4))
      buffer_text(&text, open);
    else if (!strncmp(p, "INIT", 4) && p[-1] == ' ' && (p += 4))
      buffer_text(&text, init);
    else if (!strncmp(p, "NAME", 4) && (p += 4))
      buffer_text(&text, name);
    else
      buffer_char(&text, *p++);
  }
  buffer_text(&text, "");
  build(name, text.data);
  buffer_deinit(&text);
}

static plugin_host *new_host(void) {
  static const char *const folders[] = {"/nonexistent/plugins", test_folder};
  return plugin_host_new(folders, 2);
}

/* ---- what is refused when it is loaded */

static void expect_refused(const char *name, const char *because) {
  plugin_host *h = new_host();
  const assay_plugin *p = NULL;
  error e = {0};
  assert_int_equal(plugin_host_find(h, name, &p, &e), ERR_SOURCE);
  if (!strstr(e.message, because))
    fail_msg("%s: got \"%s\", wanted \"%s\"", name, e.message, because);
  plugin_host_free(h);
}

static void test_refused_when_loaded(void **state) {
  char because[200];
  (void)state;
  build_with("newer", "", "p->abi_version = 7;");
  expect_refused("newer",
                 "newer.so: built for plugin ABI 7, this assay speaks 1: build it against");
  build_with("strict", "", "if (!code) code = assay_plugin_fill(9, &self, p, error);");
  expect_refused("strict", "it refuses to start: built for plugin ABI 1, this assay speaks 9");
  build_with("shorter", "", "p->struct_size = 16;");
  snprintf(because, sizeof because, "shorter.so: its descriptor has 16 bytes, this assay needs %zu",
           sizeof(assay_plugin));
  expect_refused("shorter", because);
  build_with("thin", "", "p->option_size = 8;");
  expect_refused("thin", "thin.so: its options have 8 bytes each, this assay needs 48");
  build_with("failing", "", "return assay_plugin_fail(error, 5, \"no licence: buy one\");");
  expect_refused("failing", "failing.so: it refuses to start: no licence: buy one");
  build_with("silent", "", "return 3;");
  expect_refused("silent", "it refuses to start: it does not say why");
  build_with("closed", "", "p->open = NULL;");
  expect_refused("closed", "closed.so: it has no open function");
  build_with("other", "", "p->name = \"another\";");
  expect_refused("other", "it calls itself \"another\"; the file must be called NAME.so");
  build("nothing", "int nothing_at_all(void);\nint nothing_at_all(void) { return 1; }\n");
  expect_refused("nothing", "not an assay plugin: it does not export assay_plugin_init");
  test_write("text.so", "this is no shared object", 24);
  expect_refused("text", "text.so: cannot be loaded: ");
  expect_refused("newr", "no plugin \"newr\"; did you mean \"newer\"?; searched for newr.so in ");
  expect_refused("../newer", "no plugin \"../newer\"");
}

/* ---- what is refused when it is opened */

static void expect_not_opened(const char *name, const char *open, const char *because) {
  const assay_plugin *p = NULL;
  error e = {0};
  struct ArrowArrayStream out;
  assay_request request = {.struct_size = sizeof request, .shards = 1};
  build_with(name, open, "");
  plugin_host *h = new_host();
  if (plugin_host_find(h, name, &p, &e)) fail_msg("%s", e.message);
  assert_int_equal(plugin_open(p, &request, &out, &e), ERR_SOURCE);
  if (!strstr(e.message, because))
    fail_msg("%s: got \"%s\", wanted \"%s\"", name, e.message, because);
  assert_null(out.release);
  plugin_host_free(h);
}

static void test_refused_when_opened(void **state) {
  (void)state;
  expect_not_opened("down", "free(m); return assay_plugin_fail(error, 5, \"db1: not reachable\");",
                    "plugin down: db1: not reachable");
  expect_not_opened("mute", "free(m); return ENOENT;", "plugin mute: No such file or directory");
  expect_not_opened("empty", "free(m); return 0;",
                    "what it opened is not a stream of records: it has no release function");
  expect_not_opened("plain",
                    "int code = assay_rows_stream(columns, 2, q, fill, free, m, out, error);\n"
                    "extern int plain_schema(struct ArrowArrayStream *, struct ArrowSchema *);\n"
                    "out->get_schema = plain_schema; return code; }\n"
                    "int plain_schema(struct ArrowArrayStream *s, struct ArrowSchema *o) {\n"
                    "  (void)s; return !assay_arrow_schema(o, \"l\", \"n\", NULL, 0); }\n"
                    "static int unused_open(const assay_request *, struct ArrowArrayStream *,\n"
                    "  assay_plugin_error *) __attribute__((unused));\n"
                    "static int unused_open(const assay_request *q, struct ArrowArrayStream *out,\n"
                    "  assay_plugin_error *error) { mine *m = NULL;",
                    "its schema is \"l\", expected a struct");
}

/* ---- settings */

typedef struct settings_example {
  const char *given[5]; /* name=value */
  const char *result;   /* as described, or the error */
} settings_example;

static const settings_example settings_examples[] = {
    {{"server=db1"}, "right server=db1"},
    {{"server=db1", "password=hunter2", "mode=careful"},
     "right server=db1 password=*** mode=careful"},
    {{"server=db1", "server=db2"}, "right server=db2"},
    {{"server=db1", "port=99", "tls=true"}, "right server=db1 port=99 tls=true"},
    {{"server=db1", "certificate=a/b.pem"}, "right server=db1 certificate=/data/a/b.pem"},
    {{"server=db1", "certificate=/b.pem"}, "right server=db1 certificate=/b.pem"},
    {{"server=db1", "certificate=-"}, "right server=db1 certificate=-"},
    {{"server=db1", "column.id=Kunde", "column.n=Zahl", "column.id=Nr"},
     "right server=db1 column.id=Nr column.n=Zahl"},
    {{"port=81"}, "source right: option server is missing: Where."},
    {{"server=db1", "prot=81"},
     "source right has no option \"prot\"; did you mean \"port\"? It has server, password, mode, "
     "port, "
     "tls, certificate, column.KEY"},
    {{"server=db1", "port=many"}, "source right: port=many: expected an integer"},
    {{"server=db1", "tls=yes"}, "source right: tls=yes: expected true or false"},
    {{"server=db1", "mode=carefull"},
     "source right: mode=carefull: expected one of fast|careful; did you mean \"careful\"?"},
    {{"server=db1", "column=x"}, "source right: option column needs a key: column.KEY=VALUE"},
    {{"server=db1", "port.a=1"}, "source right: option port takes no key, \"a\" was given"},
};

static void test_settings(void **state) {
  plugin_host *h = new_host();
  const assay_plugin *p = NULL;
  error e = {0};
  (void)state;
  build_with("right", "", "");
  if (plugin_host_find(h, "right", &p, &e)) fail_msg("%s", e.message);
  for (size_t i = 0; i < sizeof settings_examples / sizeof settings_examples[0]; i++) {
    const settings_example *x = &settings_examples[i];
    char words[5][64];
    assay_setting items[5];
    plugin_settings given = {items, 0}, checked;
    for (size_t j = 0; j < 5 && x->given[j]; j++) {
      snprintf(words[j], sizeof words[j], "%s", x->given[j]);
      char *value = strchr(words[j], '=');
      *value = 0;
      items[given.count++] = (assay_setting){words[j], NULL, value + 1};
    }
    error_code code = plugin_settings_check(p, &given, "/data", &checked, &e);
    assert_true(code == ERR_OK || code == ERR_PACK);
    char *got = code ? mem_string(e.message) : plugin_describe(p, &checked);
    assert_string_equal(got, x->result);
    free(got);
    plugin_settings_deinit(&checked);
  }
  plugin_host_free(h);
}

/* ---- conformance of plugins that open */

typedef struct verdict {
  char failed[1024];
} verdict;

static void note_failure(void *ctx, bool ok, const char *check, const char *detail) {
  verdict *v = ctx;
  size_t used = strlen(v->failed);
  if (!ok) snprintf(v->failed + used, sizeof v->failed - used, "%s (%s); ", check, detail);
}

static void expect_verdict(const char *name, const char *open, const char *failed) {
  plugin_host *h = new_host();
  const assay_plugin *p = NULL;
  verdict v = {""};
  error e = {0};
  build_with(name, open, "");
  if (plugin_host_find(h, name, &p, &e)) fail_msg("%s", e.message);
  plugin_settings given = {(assay_setting[]){{"server", NULL, "x"}}, 1};
  error_code code = conformance_run(p, &given, NULL, note_failure, &v);
  assert_int_equal(code, *failed ? ERR_SOURCE : ERR_OK);
  if (*failed ? !strstr(v.failed, failed) : *v.failed) {
    fail_msg("%s: got \"%s\", wanted \"%s\"", name, v.failed, failed);
  }
  plugin_host_free(h);
}

static void test_conformance_tells_what_is_wrong(void **state) {
  (void)state;
  expect_verdict("good", "", "");
  expect_verdict("touching", "if (q->setting_count == 99 || !q->cursor) {} memset(out, 0, 8);", "");
  expect_verdict(
      "twice",
      "static const assay_column same[] = {{\"id\", ASSAY_TEXT}, {\"id\", ASSAY_INT64}};\n"
      "return assay_rows_stream(same, 2, q, fill, free, m, out, error);",
      "column \"id\" (l): it is there twice");
  expect_verdict("greedy",
                 "assay_request all = *q; all.field_count = 0;\n"
                 "return assay_rows_stream(columns, 2, &all, fill, free, m, out, error);",
                 "projection: no other field is");
}

/* ---- finding */

static void count_each(void *ctx, const char *path, const assay_plugin *p, const error *e) {
  int *counts = ctx;
  assert_true((p != NULL) != (e != NULL));
  assert_non_null(path);
  counts[p == NULL]++;
}

static void test_each_and_the_environment(void **state) {
  char command[600];
  int counts[2] = {0};
  const assay_plugin *p = NULL, *again = NULL;
  error e = {0};
  (void)state;
  build_with("right", "", "");
  snprintf(command, sizeof command,
           "mkdir -p '%s/env' && cp '%s/right.so' '%s/env/' && cp "
           "'%s/text.so' '%s/env/'",
           test_folder, test_folder, test_folder, test_folder, test_folder);
  test_write("text.so", "no", 2);
  assert_int_equal(system(command), 0);
  setenv("ASSAY_PLUGIN_PATH", test_file("env"), 1);
  plugin_host *h = plugin_host_new(NULL, 0);
  unsetenv("ASSAY_PLUGIN_PATH");
  plugin_host_each(h, count_each, counts);
  assert_int_equal(counts[0], 1);
  assert_int_equal(counts[1], 1);
  assert_int_equal(plugin_host_find(h, "right", &p, &e), ERR_OK);
  assert_int_equal(plugin_host_load(h, test_file("env/right.so"), &again, &e), ERR_OK);
  assert_ptr_equal(p, again); /* loaded once */
  assert_int_equal(plugin_host_load(h, "/nonexistent.so", &again, &e), ERR_SOURCE);
  plugin_host_free(h);
}

/* ---- the example of the author's guide */

static void extract_example(buffer *out) {
  char line[512];
  bool inside = false;
  FILE *f = fopen("plugins/README.md", "r");
  assert_non_null(f);
  while (fgets(line, sizeof line, f)) {
    if (!strcmp(line, "```\n")) inside = false;
    if (inside) buffer_text(out, line);
    if (!strcmp(line, "```c\n")) inside = true;
  }
  fclose(f);
}

static void test_the_example_of_the_guide(void **state) {
  static const char input[] = "C1:Anna:12\nC2:Bo\nC3:Cy:many\nC4:\xE5\x8C\x97:\n";
  char settings[300];
  buffer text = {0};
  verdict v = {""};
  const assay_plugin *p = NULL;
  error e = {0};
  (void)state;
  extract_example(&text);
  build("colon", text.data);
  buffer_deinit(&text);
  test_write("customers.txt", input, sizeof input - 1);
  plugin_host *h = new_host();
  if (plugin_host_find(h, "colon", &p, &e)) fail_msg("%s", e.message);
  snprintf(settings, sizeof settings, "path=%s", test_file("customers.txt"));
  char *got = source_read(p, settings, NULL);
  assert_string_equal(got, "# customer_id|name|orders\n1: C1|Anna|12\n"
                           "2! RAGGED  [C2:Bo] expected customer_id:name:orders\n"
                           "3! BAD_VALUE orders [many] expected a whole number\n4: C4|北|~\n");
  free(got);
  plugin_settings given = {(assay_setting[]){{"path", NULL, "customers.txt"}}, 1};
  assert_int_equal(conformance_run(p, &given, test_folder, note_failure, &v), ERR_OK);
  assert_string_equal(v.failed, "");
  plugin_host_free(h);
}

static void test_the_headers_compile_alone(void **state) {
  static const char *const compilers[] = {"${CC:-cc} -x c -std=c11 -Wpedantic",
                                          "c++ -x c++ -Wpedantic"};
  static const char *const names[] = {"arrow", "plugin", "rows"};
  char command[PATH_MAX + 300];
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    if (i == 1 && system("command -v c++ >/dev/null")) continue;
    for (size_t j = 0; j < 3; j++) {
      snprintf(
          command, sizeof command,
          "printf '#include <assay/%s.h>\\nextern int x;\\nint x;\\n' | %s -Wall -Wextra -Wshadow "
          "-Wconversion -Werror -I '%s' -c -o '%s/alone.o' -",
          names[j], compilers[i], headers, test_folder);
      if (system(command)) fail_msg("%s", command);
    }
  }
}

static int set_up(void **state) {
  return realpath("core/include", headers) ? make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refused_when_loaded),
      cmocka_unit_test(test_refused_when_opened),
      cmocka_unit_test(test_settings),
      cmocka_unit_test(test_conformance_tells_what_is_wrong),
      cmocka_unit_test(test_each_and_the_environment),
      cmocka_unit_test(test_the_example_of_the_guide),
      cmocka_unit_test(test_the_headers_compile_alone),
  };
  return cmocka_run_group_tests(tests, set_up, remove_folder);
}
