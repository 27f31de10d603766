/* assay doctor: whether everything is there that assay needs here, and what to do if not. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "doctor.h"

static const option options[] = {
    {"deep", NULL, OFFER_NOTHING, NULL, false,
     "read every page and index of the database; takes minutes where it is large"},
    {"json", NULL, OFFER_NOTHING, NULL, false, "one JSON object a line for each finding"},
    CLI_OPTION_PLUGINS,
    CLI_OPTION_DB,
};

static void print_json(const doctor *d, const char *state, const char *what, const char *mend) {
  buffer b = {0};
  buffer_format(&b, "{\"area\":\"%s\",\"state\":\"%s\",\"what\":", d->area, state);
  text_json(&b, what, strlen(what));
  if (mend) {
    buffer_text(&b, ",\"mend\":");
    text_json(&b, mend, strlen(mend));
  }
  buffer_text(&b, "}\n");
  fwrite(b.data, 1, b.size, stdout);
  buffer_deinit(&b);
}

static void print_text(const doctor *d, const char *state, const char *what, const char *mend) {
  printf("%-8s %-8s ", state, d->area);
  for (; *what; what++) {
    putchar(*what);
    if (*what == '\n') printf("%-18s", "");
  }
  putchar('\n');
  if (mend) printf("%-18s%s\n", "", mend);
}

void doctor_tell(doctor *d, health h, const char *mend, const char *format, ...) {
  static const char *const states[] = {"fine", "warning", "wrong"};
  char what[2048];
  va_list values;
  va_start(values, format);
  vsnprintf(what, sizeof what, format, values);
  va_end(values);
  if (h == HEALTH_FINE)
    d->fine++;
  else if (h == HEALTH_WARNING)
    d->warnings++;
  else
    d->wrong++;
  if (d->json)
    print_json(d, states[h], what, mend);
  else
    print_text(d, states[h], what, mend);
}

static error_code run_doctor(cli *c, const arguments *a, error *e) {
  doctor d = {.cli = c,
              .arguments = a,
              .database = cli_database(a),
              .json = arguments_flag(a, "json"),
              .deep = arguments_flag(a, "deep")};
  (void)e;
  doctor_look_at_store(&d);
  doctor_look_at_lock(&d);
  doctor_look_at_plugins(&d);
  doctor_look_at_packs(&d);
  doctor_look_at_machine(&d);
  if (!d.json)
    printf("%zu fine, %zu warning%s, %zu wrong\n", d.fine, d.warnings, d.warnings == 1 ? "" : "s",
           d.wrong);
  if (d.wrong) c->finding = ERR_REJECTS;
  return ERR_OK;
}

const command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "what is wrong with this installation, and how to mend it",
    .description =
        "Looks at the database (whole? readable by others? left over runs?), at who has it, at the "
        "plugins, the packs of the rule folders, the time zones, disks, limits and the clock, and "
        "says for each what is wrong and what to do. Changes nothing, and may be run while the "
        "service runs, as the same user. Exit code 0: nothing is wrong (there may be warnings); 1: "
        "something is.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 0,
    .offer = OFFER_NOTHING,
    .run = run_doctor,
};
