/* The checks that need the whole pack, and the texts of its reason codes. */
#include "pack_load.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "lua_token.h"
#include "sheet.h"

/* ---- what is absent ---- */

static bool check_present(const loader *l) {
  place at = {arena_format(&l->pack->arena, "%s/company.lua", l->folder), 0};
  if (!l->company)
    declare_error(l, at,
                  "company { ... } is missing: it says name, currency, timezone and scripts");
  if (!l->fields) declare_error(l, at, "fields { ... } is missing: it says what a record holds");
  if (!l->source)
    declare_error(l, at, "source { ... } is missing: it says where the records come from");
  if (!l->outputs)
    declare_error(l, at, "outputs { ... } is missing: it says what a decision shows");
  return l->company && l->fields && l->outputs;
}

/* ---- names that must mean something ---- */

static const char *const *readable_names(const loader *l, size_t *count) {
  const char **names = NULL;
  *count = 0;
  for (size_t i = 0; i < l->name_count; i++)
    if (l->names[i].readable) *ARENA_PUSH(&l->pack->arena, names, *count) = l->names[i].name;
  return names;
}

static void check_outputs(const loader *l) {
  const pack *p = l->pack;
  size_t count;
  const char *const *names = readable_names(l, &count);
  for (size_t i = 0; i < p->output_count; i++) {
    const pack_output *o = &p->outputs[i];
    const declared_name *n = declare_known(l, o->name);
    int f = schema_find(&p->schema, o->name);
    if (!n || !n->readable)
      declare_error(l, o->at, "outputs names \"%s\", which no step makes%s", o->name,
                    declare_meant(l, o->name, names, count));
    else if (f >= 0 && p->schema.fields[f].type.kind == TYPE_KEY)
      declare_error(l, o->at, "outputs names the key \"%s\", which every decision has by itself",
                    o->name);
    else if (f >= 0 && p->schema.fields[f].type.kind == TYPE_LIST)
      declare_error(l, o->at, "outputs names \"%s\", which is a list of records", o->name);
    else if (strcmp(n->what, "parameter") == 0)
      declare_error(l, o->at, "outputs names the parameter \"%s\", which is the same for all",
                    o->name);
  }
}

static void check_role(const loader *l, const char *role, const char *name) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  if (!name) return;
  for (size_t i = 0; i < p->output_count; i++) {
    if (strcmp(p->outputs[i].name, name) == 0) return;
    *ARENA_PUSH(&l->pack->arena, names, count) = p->outputs[i].name;
  }
  declare_error(l, l->report_at, "%s of report is \"%s\", which is none of the outputs%s", role,
                name, declare_meant(l, name, names, count));
}

/* The name of a customer is read from the record, not made by the rules. */
static void check_name(const loader *l, const char *name) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  if (!name) return;
  for (size_t i = 0; i < p->schema.count; i++) {
    const field *f = &p->schema.fields[i];
    if (f->type.kind != TYPE_TEXT && f->type.kind != TYPE_KEY) continue;
    if (strcmp(f->name, name) == 0) return;
    *ARENA_PUSH(&l->pack->arena, names, count) = f->name;
  }
  declare_error(l, l->report_at, "name of report is \"%s\", which is none of the text fields%s",
                name, declare_meant(l, name, names, count));
}

static void check_scorecard_codes(const loader *l) {
  const pack *p = l->pack;
  for (size_t i = 0; i < p->step_count; i++) {
    const char *of = p->steps[i].kind == STEP_CODES ? p->steps[i].codes.scorecard : NULL;
    const char **cards = NULL;
    size_t count = 0;
    bool found = !of;
    for (size_t k = 0; k < i && of; k++) {
      if (p->steps[k].kind != STEP_SCORECARD) continue;
      found = found || strcmp(p->steps[k].name, of) == 0;
      *ARENA_PUSH(&l->pack->arena, cards, count) = p->steps[k].name;
    }
    if (!found)
      declare_error(l, p->steps[i].at,
                    "codes \"%s\" is of \"%s\", which is no scorecard that stands before "
                    "it%s",
                    p->steps[i].name, of, declare_meant(l, of, cards, count));
  }
}

/* ---- codes ---- */

typedef struct code_set {
  size_t count;
  const char **codes;
} code_set;

static bool has_code(const code_set *s, const char *code) {
  for (size_t i = 0; i < s->count; i++)
    if (strcmp(s->codes[i], code) == 0) return true;
  return false;
}

static void add_code(const loader *l, code_set *s, const char *code) {
  if (code && !has_code(s, code)) *ARENA_PUSH(&l->pack->arena, s->codes, s->count) = code;
}

/* Codes that some list shows: written in it, or taken from a scorecard. */
static void shown_codes(const loader *l, code_set *out) {
  const pack *p = l->pack;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind == STEP_CODES)
      for (size_t k = 0; k < s->codes.entry_count; k++) add_code(l, out, s->codes.entries[k].code);
    if (s->kind != STEP_SCORECARD) continue;
    for (size_t k = 0; k < s->scorecard.characteristic_count; k++) {
      const characteristic *c = &s->scorecard.characteristics[k];
      add_code(l, out, c->reason);
      add_code(l, out, c->missing_reason);
      for (size_t r = 0; r < c->attribute_count; r++) add_code(l, out, c->attributes[r].reason);
    }
  }
}

/* ---- the codes that a step gives ---- */

typedef void take_code(const loader *l, code_set *set, const char *code, place at);

static void codes_of_cadence(const loader *l, const cadence_step *s, take_code *take,
                             code_set *set) {
  for (size_t k = 0; k < s->clause_count; k++) {
    const cadence_clause *c = &s->clauses[k];
    take(l, set, c->code, c->at);
    take(l, set, c->done, c->at);
    for (size_t i = 0; i < c->row_count; i++) take(l, set, c->rows[i].code, c->rows[i].at);
  }
}

static void codes_of_limit(const loader *l, const limit_step *s, take_code *take, code_set *set) {
  for (size_t k = 0; k < s->operation_count; k++) {
    const limit_operation *op = &s->operations[k];
    for (size_t t = 0; t < op->term_count; t++) take(l, set, op->terms[t].code, op->terms[t].at);
    take(l, set, op->none.code, op->none.at);
  }
  take(l, set, s->missing_code, s->missing.at);
}

static void codes_of_step(const loader *l, const step *s, take_code *take, code_set *set) {
  if (s->kind == STEP_TABLE)
    for (size_t k = 0; k < s->table.row_count; k++)
      take(l, set, s->table.rows[k].code, s->table.rows[k].at);
  if (s->kind == STEP_TABLE && s->table.otherwise)
    take(l, set, s->table.otherwise->code, s->table.otherwise->at);
  if (s->kind == STEP_BANDS)
    for (size_t k = 0; k < s->bands.band_count; k++)
      take(l, set, s->bands.bands[k].code, s->bands.bands[k].at);
  if (s->kind == STEP_ADJUST)
    for (size_t k = 0; k < s->adjust.row_count; k++)
      take(l, set, s->adjust.rows[k].code, s->adjust.rows[k].at);
  if (s->kind == STEP_WORST)
    for (size_t k = 0; k < s->worst.case_count; k++)
      take(l, set, s->worst.cases[k].code, s->worst.cases[k].at);
  for (size_t k = 0; s->kind == STEP_CODES && k < s->codes.entry_count; k++) {
    const code_entry *e = &s->codes.entries[k]; /* one with a condition gives itself */
    if (e->when.text || e->missing.text) take(l, set, e->code, e->at);
  }
  if (s->kind == STEP_CADENCE) codes_of_cadence(l, &s->cadence, take, set);
  if (s->kind == STEP_LIMIT) codes_of_limit(l, &s->limit, take, set);
}

static void check_given(const loader *l, code_set *shown, const char *code, place at) {
  if (code && !has_code(shown, code))
    declare_warning(l, at, "the code %s stands in no codes list, so nobody will see it%s", code,
                    declare_meant(l, code, shown->codes, shown->count));
}

static void collect(const loader *l, code_set *set, const char *code, place at) {
  (void)at;
  add_code(l, set, code);
}

/* What a zero line silences must be a code that somebody gives: a step, or perhaps a rule. */
static void check_silences(const loader *l, const code_set *given) {
  const pack *p = l->pack;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind != STEP_LIMIT) continue;
    for (size_t k = 0; k < s->limit.operation_count; k++) {
      const limit_operation *op = &s->limit.operations[k];
      for (size_t t = 0; t < op->silence_count; t++)
        if (!has_code(given, op->silences[t]))
          declare_error(l, op->at, "silences names %s, a code that no step gives%s",
                        op->silences[t],
                        declare_meant(l, op->silences[t], given->codes, given->count));
    }
  }
}

static void check_codes(const loader *l, code_set *shown) {
  const pack *p = l->pack;
  code_set given = {0};
  bool rules = false;
  for (size_t i = 0; i < p->step_count; i++) {
    codes_of_step(l, &p->steps[i], check_given, shown);
    codes_of_step(l, &p->steps[i], collect, &given);
    rules = rules || p->steps[i].kind == STEP_LUA;
  }
  for (size_t i = 0; i < shown->count && rules; i++) add_code(l, &given, shown->codes[i]);
  check_silences(l, &given);
  for (size_t i = 0; i < p->report.attention_count; i++)
    check_given(l, shown, p->report.attention[i], l->report_at);
}

/* ---- codes that rules give ---- */

/* The text of a token in quotes, or NULL if it has escapes, or is a long one. */
static const char *plain_text(const loader *l, const token *t) {
  if (t->kind != TOKEN_TEXT || t->size < 2 || t->start[0] == '[') return NULL;
  if (memchr(t->start, '\\', t->size)) return NULL;
  return arena_string_n(&l->pack->arena, t->start + 1, t->size - 2);
}

static void check_reason(const loader *l, const code_set *listed, const char *code, place at) {
  if (!code || has_code(listed, code)) return;
  declare_error(l, at,
                "reason(\"%s\"): the code stands in no codes list, so the rule would fail for each "
                "customer to whom it gives it; add it to a list%s",
                code, declare_meant(l, code, listed->codes, listed->count));
}

/* reason("CODE") and reason "CODE"; what is computed is found when it happens. A script with a
 * `reason` of its own is left alone. */
static void check_reasons_of(const loader *l, const code_set *listed, const pack_script *s) {
  const place none = {s->file, 0};
  token_reader r;
  token before = {0}, name = {0};
  bool called = false; /* `reason`, perhaps with its (, stands before */
  for (int pass = 0; pass < 2; pass++) {
    token_open(&r, s->text, s->size);
    for (token t = token_next(&r); t.kind != TOKEN_END && t.kind != TOKEN_BROKEN;
         before = t, t = token_next(&r)) {
      bool is_name = t.kind == TOKEN_NAME && token_is(&t, "reason");
      if (!pass) {
        bool own = token_is(&before, "local") || token_is(&before, "function");
        if (is_name && before.kind == TOKEN_WORD && own) return;
        continue;
      }
      if (called && t.kind == TOKEN_TEXT)
        check_reason(l, listed, plain_text(l, &t), (place){none.file, t.line});
      bool open = called && name.kind == TOKEN_NAME && token_is(&t, "(");
      called = open || (is_name && !token_is(&before, ".") && !token_is(&before, ":"));
      name = is_name ? t : (token){0};
    }
    before = (token){0};
  }
}

static void check_reasons(const loader *l) {
  const pack *p = l->pack;
  code_set listed = {0};
  for (size_t i = 0; i < p->step_count; i++)
    if (p->steps[i].kind == STEP_CODES)
      for (size_t k = 0; k < p->steps[i].codes.entry_count; k++)
        add_code(l, &listed, p->steps[i].codes.entries[k].code);
  for (size_t i = 0; i < p->script_count; i++) check_reasons_of(l, &listed, &p->scripts[i]);
}

/* ---- texts of codes: reasons.en.csv, reasons.zh.csv ---- */

static void read_texts(loader *l, const char *language, const code_set *shown) {
  pack *p = l->pack;
  const pack_file *f = pack_read(l, arena_format(&p->arena, "reasons.%s.csv", language),
                                 (place){l->folder, 0}, true);
  if (!f) return;
  const char *file = arena_format(&p->arena, "%s/%s", l->folder, f->name);
  sheet s;
  code_set known = {0};
  if (!sheet_read(&p->arena, file, f->data, f->size, &s, l->out)) return;
  const sheet_row *head = s.count ? &s.rows[0] : NULL;
  if (!head || head->count != 2 || strcmp(head->cells[0], "code") != 0 ||
      strcmp(head->cells[1], "text") != 0) {
    declare_error(l, (place){file, 1}, "the first line must be the header code,text");
    return;
  }
  for (size_t i = 1; i < s.count; i++) {
    const sheet_row *row = &s.rows[i];
    place at = {file, row->line};
    if (row->count != 2 || !*row->cells[0] || !*row->cells[1]) {
      declare_error(l, at, "a line here is a code and its text%s",
                    row->count > 2 ? "; a text that holds a "
                                     "comma stands in quotes"
                                   : "");
      continue;
    }
    if (has_code(&known, row->cells[0]))
      declare_error(l, at, "the code %s has a second text", row->cells[0]);
    if (!has_code(shown, row->cells[0]) && strcmp(row->cells[0], "DATA_MISSING") != 0)
      declare_warning(l, at, "no step gives the code %s%s", row->cells[0],
                      declare_meant(l, row->cells[0], shown->codes, shown->count));
    add_code(l, &known, row->cells[0]);
    *ARENA_PUSH(&p->arena, p->reason_texts, p->reason_text_count) =
        (pack_reason_text){row->cells[0], language, row->cells[1]};
  }
  for (size_t i = 0; i < shown->count; i++)
    if (!has_code(&known, shown->codes[i]))
      declare_warning(l, (place){file, 0}, "the code %s has no text here", shown->codes[i]);
}

/* ---- files that nobody reads ---- */

static void check_stray_scripts(const loader *l) {
  pack *p = l->pack;
  DIR *d = l->archive ? NULL : opendir(p->folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    size_t n = strlen(e->d_name);
    bool used = n < 5 || strcmp(e->d_name + n - 4, ".lua") != 0 || e->d_name[0] == '.';
    used = used || strcmp(e->d_name, "tests.lua") == 0;
    for (size_t i = 0; i < p->file_count; i++)
      used = used || strcmp(p->files[i].name, e->d_name) == 0;
    if (!used)
      declare_warning(l, (place){arena_format(&p->arena, "%s/%s", l->folder, e->d_name), 0},
                      "the script is not run: scripts of company does not name it");
  }
  if (d) closedir(d);
}

void pack_check(loader *l) {
  code_set shown = {0};
  const pack_report *r = &l->pack->report;
  bool wrong = l->out->errors > l->errors_before;
  if (!check_present(l)) return;
  if (!l->pack->step_count && wrong)
    return; /* `scripts` is misspelled: nothing ran that has names */
  check_outputs(l);
  check_name(l, r->name);
  check_role(l, "class", r->classes);
  check_role(l, "limit", r->limit);
  check_role(l, "follow_up", r->follow_up);
  check_role(l, "channel", r->channel);
  check_scorecard_codes(l);
  declare_check_versions(l);
  shown_codes(l, &shown);
  check_codes(l, &shown);
  check_reasons(l);
  read_texts(l, "en", &shown);
  read_texts(l, "zh", &shown);
  check_stray_scripts(l);
}
