/* The reason codes of a whole pack: who gives them, which lists show them, what Lua rules give, and the
 * texts that say what they mean. */
#include "pack_load.h"

#include <ctype.h>
#include <string.h>
#include "lua_token.h"
#include "sheet.h"

/* ---- lists, and what they show ---- */

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
  if (s->kind == STEP_SMOOTH) take(l, set, s->smooth.code, s->smooth.at);
  if (s->kind == STEP_STEADY) take(l, set, s->steady.held, s->at);
  if (s->kind == STEP_QUANTILES)
    for (size_t k = 0; k < s->quantiles.class_count; k++)
      take(l, set, s->quantiles.classes[k].code, s->quantiles.classes[k].at);
  for (size_t k = 0; s->kind == STEP_CODES && k < s->codes.entry_count; k++) {
    const code_entry *e = &s->codes.entries[k]; /* one with a condition gives itself */
    if (e->when.text || e->missing.text) take(l, set, e->code, e->at);
  }
  if (s->kind == STEP_CADENCE) codes_of_cadence(l, &s->cadence, take, set);
  if (s->kind == STEP_LIMIT) codes_of_limit(l, &s->limit, take, set);
}

static void check_given(const loader *l, code_set *shown, const char *code, place at) {
  if (code && !has_code(shown, code))
    declare_warning(l, at, "code-not-listed",
                    "the code %s stands in no codes list, so nobody will see it%s", code,
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
  pack *p = l->pack;
  if (!code) {
    p->rule_codes_computed = true;
    return;
  }
  if (has_code(listed, code)) {
    *ARENA_PUSH(&p->arena, p->rule_codes, p->rule_code_count) = code;
    return;
  }
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
        if (is_name && before.kind == TOKEN_WORD && own) {
          l->pack->rule_codes_computed = true;
          return;
        }
        continue;
      }
      if (called && t.kind == TOKEN_TEXT)
        check_reason(l, listed, plain_text(l, &t), (place){none.file, t.line});
      bool open = called && name.kind == TOKEN_NAME && token_is(&t, "(");
      if (called && !open && t.kind != TOKEN_TEXT) l->pack->rule_codes_computed = true;
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

/* ---- texts of codes: reasons.en.csv, reasons.zh.csv, with a third column for remarks ---- */

/* The code itself, or for "DATA_MISSING" a code "DATA_MISSING:budget". */
static bool is_shown(const code_set *shown, const char *code) {
  size_t n = strlen(code);
  for (size_t i = 0; i < shown->count; i++)
    if (strncmp(shown->codes[i], code, n) == 0 &&
        (!shown->codes[i][n] || shown->codes[i][n] == ':'))
      return true;
  return false;
}

static bool has_text(const code_set *known, const char *code) {
  for (size_t i = 0; i < known->count; i++) {
    size_t n = strlen(known->codes[i]);
    if (strncmp(code, known->codes[i], n) == 0 && (!code[n] || code[n] == ':')) return true;
  }
  return false;
}

/* An alert may say its text itself. */
static bool has_own_text(const pack *p, const char *code, const char *language) {
  bool zh = strcmp(language, "zh") == 0;
  for (size_t i = 0; i < p->step_count; i++)
    for (size_t k = 0; p->steps[i].kind == STEP_CODES && k < p->steps[i].codes.entry_count; k++) {
      const code_entry *e = &p->steps[i].codes.entries[k];
      if (strcmp(e->code, code) == 0 && (zh ? e->text_zh : e->text)) return true;
    }
  return false;
}

/* Whether something may stand behind the code: a value of its entry, what a rule gives, or the rest
 * of a longer code. */
static bool may_have_value(const pack *p, const char *code) {
  size_t n = strlen(code);
  for (size_t i = 0; i < p->step_count; i++)
    for (size_t k = 0; p->steps[i].kind == STEP_CODES && k < p->steps[i].codes.entry_count; k++) {
      const code_entry *e = &p->steps[i].codes.entries[k];
      if (strncmp(e->code, code, n) == 0 && (e->code[n] == ':' || (!e->code[n] && e->value.text)))
        return true;
    }
  bool ruled = p->rule_codes_computed;
  for (size_t i = 0; i < p->rule_code_count && !ruled; i++)
    ruled = strcmp(p->rule_codes[i], code) == 0;
  return ruled;
}

static void check_placeholder(const loader *l, place at, const char *code, const char *name) {
  const pack *p = l->pack;
  const char **names = NULL;
  size_t count = 0;
  if (strcmp(name, "value") == 0) {
    if (!may_have_value(p, code))
      declare_warning(l, at, "text-placeholder",
                      "the text of %s has {value}, but no value stands behind the code: "
                      "{ \"%s\", \"condition\", value = \"...\" }",
                      code, code);
    return;
  }
  for (size_t i = 0; i < p->output_count; i++) {
    if (strcmp(p->outputs[i].name, name) == 0) return;
    *ARENA_PUSH(&l->pack->arena, names, count) = p->outputs[i].name;
  }
  *ARENA_PUSH(&l->pack->arena, names, count) = "value";
  declare_error(l, at, "the text of %s has {%s}, which is neither {value} nor one of the outputs%s",
                code, name, declare_meant(l, name, names, count));
}

/* {name} in a text; braces around anything else stand for themselves. */
static void check_placeholders(const loader *l, place at, const char *code, const char *text) {
  for (const char *open = strchr(text, '{'); open; open = strchr(open + 1, '{')) {
    size_t n = 0;
    while (isalnum((unsigned char)open[1 + n]) || open[1 + n] == '_') n++;
    if (n && open[1 + n] == '}')
      check_placeholder(l, at, code, arena_string_n(&l->pack->arena, open + 1, n));
  }
}

static void read_text(loader *l, const char *language, place at, const sheet_row *row,
                      size_t columns, const code_set *shown, code_set *known) {
  pack *p = l->pack;
  if (row->count < 2 || row->count > columns || !*row->cells[0] || !*row->cells[1]) {
    declare_error(l, at, "a line here is a code and its text%s",
                  row->count > columns ? "; a text that holds a comma stands in quotes" : "");
    return;
  }
  const char *code = row->cells[0];
  if (has_code(known, code)) declare_error(l, at, "the code %s has a second text", code);
  if (!is_shown(shown, code))
    declare_warning(l, at, "text-unused", "no step gives the code %s%s", code,
                    declare_meant(l, code, shown->codes, shown->count));
  check_placeholders(l, at, code, row->cells[1]);
  add_code(l, known, code);
  *ARENA_PUSH(&p->arena, p->reason_texts, p->reason_text_count) =
      (pack_reason_text){code, language, row->cells[1]};
}

/* code,text and perhaps a column of remarks. */
static bool is_text_head(const sheet_row *head) {
  if (head->count < 2 || head->count > 3) return false;
  if (strcmp(head->cells[0], "code") != 0 || strcmp(head->cells[1], "text") != 0) return false;
  return head->count == 2 || strcmp(head->cells[2], "note") == 0 || head->cells[2][0] == '#';
}

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
  if (!head || !is_text_head(head)) {
    declare_error(l, (place){file, 1}, "the first line must be the header code,text");
    return;
  }
  for (size_t i = 1; i < s.count; i++)
    read_text(l, language, (place){file, s.rows[i].line}, &s.rows[i], head->count, shown, &known);
  for (size_t i = 0; i < shown->count; i++)
    if (!has_text(&known, shown->codes[i]) && !has_own_text(p, shown->codes[i], language))
      declare_warning(l, (place){file, 1}, "code-without-text", "the code %s has no text here",
                      shown->codes[i]);
}

/* The texts that stand beside the alerts themselves; a file that has one goes first. */
static void add_alert_text(loader *l, const code_entry *e, const char *language, const char *text) {
  pack *p = l->pack;
  if (!text) return;
  check_placeholders(l, e->at, e->code, text);
  for (size_t i = 0; i < p->reason_text_count; i++)
    if (strcmp(p->reason_texts[i].code, e->code) == 0 &&
        strcmp(p->reason_texts[i].language, language) == 0) {
      declare_warning(l, e->at, "text-twice",
                      "%s has a text here and another one in reasons.%s.csv, which counts", e->code,
                      language);
      return;
    }
  *ARENA_PUSH(&p->arena, p->reason_texts, p->reason_text_count) =
      (pack_reason_text){e->code, language, text};
}

static void check_alerts(loader *l) {
  const pack *p = l->pack;
  code_set seen = {0};
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind != STEP_CODES || !s->codes.alerts) continue;
    bool kept = false;
    for (size_t k = 0; k < p->output_count; k++)
      kept = kept || !strcmp(p->outputs[k].name, s->name);
    if (!kept)
      declare_error(
          l, s->at,
          "outputs does not list \"%s\", so nobody would see what the watch finds: add it "
          "there",
          s->name);
    for (size_t k = 0; k < s->codes.entry_count; k++) {
      const code_entry *e = &s->codes.entries[k];
      if (has_code(&seen, e->code))
        declare_error(l, e->at, "the alert %s stands in another watch already", e->code);
      add_alert_text(l, e, "en", e->text);
      add_alert_text(l, e, "zh", e->text_zh);
    }
    for (size_t k = 0; k < s->codes.entry_count; k++) add_code(l, &seen, s->codes.entries[k].code);
  }
}

void pack_check_codes(loader *l) {
  code_set shown = {0};
  shown_codes(l, &shown);
  check_codes(l, &shown);
  check_reasons(l);
  read_texts(l, "en", &shown);
  read_texts(l, "zh", &shown);
  check_alerts(l);
}
