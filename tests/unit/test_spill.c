/* Temporary files: what goes in comes out, and nothing can be seen of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/spill.h"

static size_t names_in(const char *folder) {
  size_t n = 0;
  DIR *d = opendir(folder);
  assert_non_null(d);
  for (struct dirent *f; (f = readdir(d));) n += f->d_name[0] != '.';
  closedir(d);
  return n;
}

static void bytes_come_back_from_where_they_went(void **state) {
  (void)state;
  char folder[] = "/tmp/assay-spill-test-XXXXXX", back[8] = "";
  error e = {0};
  assert_non_null(mkdtemp(folder));
  spill *s = spill_new(folder);
  assert_int_equal(spill_size(s), 0);
  assert_int_equal(spill_append(s, "abc", 3, &e), ERR_OK);
  assert_int_equal(spill_append(s, "", 0, &e), ERR_OK);
  assert_int_equal(spill_append(s, "defgh", 5, &e), ERR_OK);
  assert_int_equal(spill_size(s), 8);
  assert_int_equal(spill_read(s, 2, back, 4, &e), ERR_OK);
  assert_string_equal(back, "cdef");
  assert_int_equal(names_in(folder), 0);                      /* a kill leaves nothing behind */
  assert_int_equal(spill_read(s, 6, back, 4, &e), ERR_STORE); /* past the end */
  spill_free(s);
  rmdir(folder);
}

static void a_folder_that_is_not_there_is_told(void **state) {
  (void)state;
  error e = {0};
  spill *s = spill_new("/nowhere/at/all");
  assert_int_equal(spill_append(s, "x", 1, &e), ERR_STORE);
  assert_non_null(strstr(e.message, "the temporary file in /nowhere/at/all cannot be made"));
  assert_non_null(strstr(e.message, "TMPDIR"));
  spill_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_come_back_from_where_they_went),
      cmocka_unit_test(a_folder_that_is_not_there_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
