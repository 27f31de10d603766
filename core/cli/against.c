/* See against.h. */
#include "against.h"

#include <stdio.h>
#include <string.h>

#include "../base/number.h"
#include "../run/compare.h"
#include "output.h"

#define WIDTH 100

error_code against_open(const arguments *a, const char *name, against *out, error *e) {
  const char *which = arguments_value(a, "against");
  int64_t number = 0;
  if (!which) return ERR_OK;
  if (strcmp(which, "current") != 0 &&
      (integer_parse(which, strlen(which), &number) != PARSE_OK || number < 1))
    return error_set(e, ERR_USAGE,
                     "--against: expected current, or the number of a stored run, found '%s'",
                     which);
  error_code code = store_open(cli_database(a), STORE_READ, &out->store, e);
  if (code) return code;
  return number ? store_reader_open_run(out->store, name, number, &out->reader, e)
                : store_reader_open(out->store, name, &out->reader, e);
}

void against_close(against *x) {
  if (x->reader) store_reader_close(x->reader);
  if (x->store) store_close(x->store);
  *x = (against){0};
}

error_code against_print(const arguments *a, const against *x, store_reader *after, bool part,
                         error *e) {
  comparison c;
  buffer out = {0};
  const size_t own = output_width(stdout);
  const compare_style style = {cli_language(a), output_colour(stdout),
                               own && own < WIDTH ? own : WIDTH};
  error_code code = compare_runs(x->reader, after, part, &c, e);
  if (!code && arguments_flag(a, "json")) {
    compare_json(&out, &c);
    buffer_char(&out, '\n');
  } else if (!code) {
    compare_text(&out, &c, &style);
  }
  if (!code) fwrite(out.data, 1, out.size, stdout);
  buffer_deinit(&out);
  comparison_deinit(&c);
  return code;
}
