/* cadence "name" { never {...}, none_yet {...}, every {...}, overdue {...} }: when the next contact is
 * due, as clauses in the order written. It reads what is written and checks that the clauses stand
 * where they can have an effect; what a condition or a number means is looked at by the plan. */
#include "declare.h"

#include <stdlib.h>
#include <string.h>

#define DAY_SECONDS 86400
#define WITHIN_MOST ((int64_t)3660 * DAY_SECONDS) /* ten years */

/* What a clause does to the date decides where it may stand. */
typedef enum clause_rank { RANK_ANYWHERE, RANK_SAYS, RANK_INTERVAL, RANK_MOVES } clause_rank;

typedef struct clause_form {
  cadence_clause_kind kind;
  int most;  /* entries without a name */
  bool once; /* may stand only once */
  const char *shown;
  const char *keys[9];
  void (*read)(const body *b, cadence_clause *c);
} clause_form;

/* ---- the parts that several clauses have ---- */

static void read_roll(const body *b, cadence_roll preset, bool may_stay, cadence_clause *c) {
  static const char *const words[] = {
      [ROLL_BACK] = "back", [ROLL_FORWARD] = "forward", [ROLL_NONE] = "none"};
  int word = body_word(b, "roll", words, may_stay ? 3 : 2);
  c->roll = word < 0 ? preset : (cadence_roll)word;
}

static void read_touches(const body *b, cadence_touches *t) {
  if (!body_text(b, "of", &t->list))
    declare_error(b->l, b->at, "%s does not say which list it counts: of = \"touches\"", b->what);
  body_text(b, "at", &t->at);
  body_text(b, "where", &t->where);
}

/* ---- durations: "24h", "90 min", "2 days", "8 working hours" ---- */

static bool duration_parse(const char *text, int64_t *seconds, bool *opening_hours) {
  static const struct {
    const char *name;
    int64_t seconds;
  } units[] = {{"h", 3600},        {"hour", 3600},       {"hours", 3600},
               {"min", 60},        {"minute", 60},       {"minutes", 60},
               {"d", DAY_SECONDS}, {"day", DAY_SECONDS}, {"days", DAY_SECONDS}};
  char *end;
  if (*text < '0' || *text > '9') return false;
  int64_t n = strtoll(text, &end, 10);
  while (*end == ' ') end++;
  *opening_hours = strncmp(end, "working ", 8) == 0;
  if (*opening_hours) end += 8;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (strcmp(end, units[i].name) != 0 || n > WITHIN_MOST / units[i].seconds) continue;
    *seconds = n * units[i].seconds;
    return !*opening_hours || units[i].seconds < DAY_SECONDS;
  }
  return false;
}

static void read_within(const body *b, cadence_clause *c) {
  rule_text t = {0};
  if (!body_text(b, "within", &t))
    declare_error(b->l, b->at,
                  "first_touch does not say within which time: within = \"24h\", or "
                  "\"8 working hours\" of the company's opening hours");
  else if (!duration_parse(t.text, &c->within, &c->opening_hours))
    declare_error(b->l, t.at,
                  "within is \"%s\", which must be a time such as \"24h\", \"90 min\", \"2 days\" "
                  "or \"8 working hours\", of at most ten years",
                  t.text);
}

/* ---- the clauses ---- */

static void read_never(const body *b, cadence_clause *c) {
  if (!body_item_text(b, 1, &c->when) && body_count(b) == 0)
    declare_error(b->l, b->at,
                  "never has no condition: never { \"do_not_contact\", \"DO_NOT_CONTACT\" }");
  c->code = body_code_or_item(b, 2);
}

static void read_first_touch(const body *b, cadence_clause *c) {
  if (!body_text(b, "from", &c->from))
    declare_error(b->l, b->at, "first_touch does not say after what: from = \"first_quote_at\"");
  read_within(b, c);
  body_text(b, "touched", &c->touched);
  read_roll(b, c->opening_hours ? ROLL_NONE : ROLL_BACK, true, c);
  c->code = body_code_or_item(b, 0);
}

static void read_none_yet(const body *b, cadence_clause *c) {
  body_text(b, "from", &c->from);
  c->code = body_code_or_item(b, 1);
}

static void read_days(const body *b, cadence_clause *c) {
  body list;
  rational n;
  if (!body_open_key(b, "days", &list)) {
    if (!body_has(b, "days"))
      declare_error(b->l, b->at, "sequence does not say on which days: days = { 1, 7, 21 }");
    return;
  }
  list.what = arena_format(&b->l->pack->arena, "days of %s", b->what);
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    rule_text t = {0};
    if (!body_item_text(&list, i, &t) || !declare_decimal(b->l, &t, "a day of sequence", &n))
      continue;
    bool whole = n.den == 1 && n.num >= 0 && n.num <= 36500;
    if (!whole || (c->day_count && c->days[c->day_count - 1] >= (int64_t)n.num))
      declare_error(b->l, t.at,
                    "the days of sequence are whole numbers that rise, such as { 1, 7, 21 }; "
                    "found %s",
                    t.text);
    else
      *ARENA_PUSH(&b->l->pack->arena, c->days, c->day_count) = (int64_t)n.num;
  }
  if (!body_count(&list))
    declare_error(b->l, list.at, "%s names no day: days = { 1, 7, 21 }", list.what);
  body_close(&list);
}

static void read_sequence(const body *b, cadence_clause *c) {
  if (!body_text(b, "anchor", &c->from))
    declare_error(b->l, b->at, "sequence does not say from when: anchor = \"last_order\"");
  read_days(b, c);
  read_touches(b, &c->touches);
  c->done = body_code(b, "done");
  c->code = body_code_or_item(b, 0);
}

static void read_every(const body *b, cadence_clause *c) {
  static const char *const units[] = {"days", "workdays"};
  if (!body_item_text(b, 1, &c->amount) && body_count(b) == 0)
    declare_error(b->l, b->at,
                  "every does not say how many: every { \"interval_days\", unit = \"days\", "
                  "from = \"last_contact\" }");
  c->workdays = body_word(b, "unit", COUNTED(units)) == 1;
  if (!body_text(b, "from", &c->from))
    declare_error(b->l, b->at, "every does not say from when it counts: from = \"last_contact\"");
  c->as = body_string(b, "as");
  c->code = body_code_or_item(b, 0);
}

static void read_shift(const body *b, cadence_clause *c) {
  bool number = body_item_text(b, 1, &c->amount), date = body_text(b, "on", &c->on);
  if (number && date)
    declare_error(b->l, b->at, "%s has both a number and on = \"...\"; one of them", b->what);
  if (!number && !date && !body_count(b) && !body_has(b, "on"))
    declare_error(b->l, b->at,
                  "%s says nothing: a number of days, or a date as on = \"call_back_on\"", b->what);
  c->code = body_code_or_item(b, 0);
}

static void read_overdue(const body *b, cadence_clause *c) {
  c->code = body_code_or_item(b, 1);
}

static void read_cap(const body *b, cadence_clause *c) {
  rule_text t = {0};
  rational n;
  if (!body_item_text(b, 1, &t) && !body_count(b))
    declare_error(b->l, b->at,
                  "cap does not say how many touches are too many: cap { 3, per = 7, "
                  "of = \"touches\" }");
  else if (declare_decimal(b->l, &t, "the number of touches of cap", &n)) {
    if (n.den != 1 || n.num < 1 || n.num > 1000000)
      declare_error(b->l, t.at, "the number of touches of cap must be whole and at least 1");
    else
      c->most = (int64_t)n.num;
  }
  if (!body_integer(b, "per", 1, 3660, &c->per) && !body_has(b, "per"))
    declare_error(b->l, b->at, "cap does not say on how many days: per = 7");
  read_touches(b, &c->touches);
  c->code = body_code_or_item(b, 0);
}

static void read_opening(const body *b, cadence_clause *c) {
  read_roll(b, ROLL_BACK, false, c);
  if (!body_has(b, "roll"))
    declare_error(b->l, b->at,
                  "opening does not say where to: roll = \"back\" (to the closing before) or "
                  "\"forward\" (to the next opening)");
  c->code = body_code_or_item(b, 0);
}

static void read_quiet(const body *b, cadence_clause *c) {
  const char *text = body_item_string(b, 1, "the hours");
  bool range = text && strlen(text) == 12 && memcmp(text + 5, "..", 2) == 0;
  char begins[6] = "";
  if (range) memcpy(begins, text, 5);
  if (!range || !declare_hour(begins, &c->begins) || !declare_hour(text + 7, &c->ends) ||
      c->begins == c->ends)
    declare_error(b->l, b->at,
                  "quiet wants its hours as \"21:00..09:00\", from when to when; found \"%s\"",
                  text ? text : "nothing");
  read_roll(b, ROLL_BACK, false, c);
  if (!body_has(b, "roll"))
    declare_error(
        b->l, b->at,
        "quiet does not say where to: roll = \"back\" (to where the quiet hours begin) or "
        "\"forward\" (to where they end)");
  c->code = body_code_or_item(b, 0);
}

static void read_channel_row(const body *b, int i, cadence_clause *c) {
  static const char *const keys[] = {"code"};
  body row;
  cadence_channel r = {.at = body_item_at(b, i)};
  if (!body_open_item(b, i, &row)) return;
  body_check(&row, COUNTED(keys), true);
  body_item_text(&row, 1, &r.when);
  r.word = body_item_string(&row, 2, "the channel");
  r.code = body_code(&row, "code");
  r.at = row.at;
  if (body_count(&row) != 2)
    declare_error(b->l, row.at,
                  "a row of channel is { \"condition\", \"word\" }; the last may be "
                  "{ \"-\", \"word\" }");
  if (r.word) *ARENA_PUSH(&b->l->pack->arena, c->rows, c->row_count) = r;
  body_close(&row);
}

static void read_channel(const body *b, cadence_clause *c) {
  c->as = body_string(b, "as");
  if (!c->as) c->as = "channel";
  bool list = body_push_item(b, 1) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (list) {
    for (int i = 1; i <= body_count(b); i++) read_channel_row(b, i, c);
  } else if (body_count(b) > 1 || !body_item_text(b, 1, &c->formula)) {
    declare_error(b->l, b->at,
                  "channel wants the name of a choice, channel { \"by_segment\" }, or rows, "
                  "channel { { \"grade = A\", \"visit\" }, { \"-\", \"call\" } }");
  }
}

static const clause_form forms[] = {
    [WORD_never] = {CADENCE_NEVER,
                    2,
                    false,
                    "never { \"do_not_contact\", \"DO_NOT_CONTACT\" }",
                    {"code"},
                    read_never},
    [WORD_first_touch] = {CADENCE_FIRST_TOUCH,
                          0,
                          false,
                          "first_touch { from = \"first_quote_at\", within = \"24h\" }",
                          {"from", "within", "touched", "roll", "when", "code"},
                          read_first_touch},
    [WORD_none_yet] = {CADENCE_NONE_YET,
                       1,
                       true,
                       "none_yet { \"NO_CONTACT_YET\" }",
                       {"from", "when", "code"},
                       read_none_yet},
    [WORD_sequence] = {CADENCE_SEQUENCE,
                       0,
                       false,
                       "sequence { anchor = \"last_order\", days = { 1, 7, 21 }, "
                       "of = \"touches\" }",
                       {"anchor", "days", "of", "at", "where", "done", "when", "code"},
                       read_sequence},
    [WORD_every] = {CADENCE_EVERY,
                    1,
                    false,
                    "every { \"interval_days\", unit = \"days\", "
                    "from = \"last_contact\" }",
                    {"unit", "from", "as", "when", "code"},
                    read_every},
    [WORD_sooner] = {CADENCE_SOONER,
                     1,
                     false,
                     "sooner { \"5\", when = \"overdue > 0\" }",
                     {"on", "when", "code"},
                     read_shift},
    [WORD_later] = {CADENCE_LATER,
                    1,
                    false,
                    "later { on = \"call_back_on\" }",
                    {"on", "when", "code"},
                    read_shift},
    [WORD_overdue] =
        {CADENCE_OVERDUE, 1, true, "overdue { \"CAD_OVERDUE\" }", {"when", "code"}, read_overdue},
    [WORD_cap] = {CADENCE_CAP,
                  1,
                  false,
                  "cap { 3, per = 7, of = \"touches\", code = \"CONTACT_CAP\" }",
                  {"per", "of", "at", "where", "when", "code"},
                  read_cap},
    [WORD_opening] = {CADENCE_OPENING,
                      0,
                      true,
                      "opening { roll = \"forward\" }",
                      {"roll", "when", "code"},
                      read_opening},
    [WORD_quiet] = {CADENCE_QUIET,
                    1,
                    true,
                    "quiet { \"21:00..09:00\", roll = \"back\" }",
                    {"roll", "when", "code"},
                    read_quiet},
    [WORD_channel] = {CADENCE_CHANNEL,
                      1000,
                      true,
                      "channel { { \"grade = A\", \"visit\" }, { \"-\", \"call\" } }",
                      {"as"},
                      read_channel}};

static void read_clause(const body *b, declare_word word, cadence_clause *c) {
  const clause_form *f = &forms[word];
  size_t keys = 0;
  while (keys < sizeof f->keys / sizeof *f->keys && f->keys[keys]) keys++;
  c->kind = f->kind;
  body_check(b, f->keys, keys, f->most > 0);
  if (c->kind != CADENCE_NEVER && c->kind != CADENCE_CHANNEL) body_text(b, "when", &c->when);
  f->read(b, c);
  if (f->most > 0 && body_count(b) > f->most)
    declare_error(b->l, b->at, "%s has too many entries: %s", declare_word_name(word), f->shown);
}

/* ---- the order ---- */

static clause_rank rank_of(const cadence_clause *c) {
  switch (c->kind) {
  case CADENCE_NEVER:
  case CADENCE_CHANNEL:
    return RANK_ANYWHERE;
  case CADENCE_FIRST_TOUCH:
  case CADENCE_NONE_YET:
  case CADENCE_SEQUENCE:
  case CADENCE_EVERY:
    return RANK_SAYS;
  case CADENCE_SOONER:
  case CADENCE_LATER:
    return c->amount.text ? RANK_INTERVAL : RANK_MOVES;
  default:
    return RANK_MOVES;
  }
}

static const char *name_of(const cadence_clause *c) {
  for (declare_word w = WORD_never; w <= WORD_channel; w++)
    if (forms[w].kind == c->kind) return declare_word_name(w);
  return "";
}

static const cadence_clause *find_kind(const cadence_step *s, cadence_clause_kind kind) {
  for (size_t i = 0; i < s->clause_count; i++)
    if (s->clauses[i].kind == kind) return &s->clauses[i];
  return NULL;
}

static void check_order(const body *b, const cadence_step *s) {
  const cadence_clause *last = NULL;
  for (size_t i = 0; i < s->clause_count; i++) {
    const cadence_clause *c = &s->clauses[i];
    clause_rank rank = rank_of(c), before = last ? rank_of(last) : RANK_ANYWHERE;
    if (rank == RANK_ANYWHERE) continue;
    if (rank >= before) {
      last = c;
    } else if (rank == RANK_SAYS) {
      declare_error(b->l, c->at,
                    "%s stands below %s, which would not change what it says; write first what "
                    "says when (first_touch, none_yet, sequence, every), then what moves that",
                    name_of(c), name_of(last));
    } else {
      declare_error(b->l, c->at,
                    "%s with a number stands below %s; it changes the interval, which is settled "
                    "before the date is moved: write it below every",
                    name_of(c), name_of(last));
    }
    if (rank == RANK_INTERVAL && !find_kind(s, CADENCE_EVERY))
      declare_error(b->l, c->at,
                    "%s with a number changes the interval of every { ... }, and there is none",
                    name_of(c));
  }
}

static void check_source(const body *b, const cadence_step *s) {
  const cadence_clause *none = find_kind(s, CADENCE_NONE_YET);
  const cadence_clause *every = find_kind(s, CADENCE_EVERY);
  if (!every && !find_kind(s, CADENCE_FIRST_TOUCH) && !find_kind(s, CADENCE_SEQUENCE))
    declare_error(b->l, b->at,
                  "%s has no every { ... }, so nothing says when the next contact is due", b->what);
  else if (none && !every && !none->from.text)
    declare_error(b->l, none->at,
                  "none_yet does not say what is missing: from = \"last_contact\" (with an every, "
                  "it is what that counts from)");
  for (size_t i = 0; i < s->clause_count; i++)
    if (s->clauses[i].kind == CADENCE_FIRST_TOUCH && !s->clauses[i].touched.text && !every)
      declare_error(b->l, s->clauses[i].at,
                    "first_touch does not say what ends it: touched = \"last_touch\" (with an "
                    "every, it is what that counts from)");
}

/* ---- the names that it adds ---- */

static void name_interval(const body *b, const cadence_step *s) {
  const cadence_clause *first = NULL;
  for (size_t i = 0; i < s->clause_count; i++) {
    const cadence_clause *c = &s->clauses[i];
    if (c->kind != CADENCE_EVERY || !c->as) continue;
    if (!first && declare_name(b->l, c->at, "interval of a cadence", c->as, true)) first = c;
    if (first && strcmp(first->as, c->as) != 0)
      declare_error(b->l, c->at, "the interval of %s is called \"%s\" and \"%s\"; it is one output",
                    b->what, first->as, c->as);
  }
  for (size_t i = 0; first && i < s->clause_count; i++) {
    const cadence_clause *c = &s->clauses[i];
    if (c->kind == CADENCE_EVERY && c->workdays != first->workdays)
      declare_error(b->l, c->at,
                    "\"%s\" would be days here and workdays there; an interval that is shown has "
                    "one unit",
                    first->as);
  }
}

static void name_outputs(const body *b, const cadence_step *s) {
  const cadence_clause *channel = find_kind(s, CADENCE_CHANNEL);
  name_interval(b, s);
  if (channel) declare_name(b->l, channel->at, "channel of a cadence", channel->as, true);
}

/* ---- the whole ---- */

static const char *clause_names(const loader *l) {
  const char *names[WORD_smooth - WORD_never + 1];
  for (declare_word w = WORD_never; w <= WORD_smooth; w++)
    names[w - WORD_never] = declare_word_name(w);
  return declare_choices(l, COUNTED(names));
}

/* smooth { 20, per = "owner", by = "-credit_limit", code = "MOVED" } */
static void read_smooth(const body *b, smooth_step *s) {
  static const char *const keys[] = {"per", "by", "code"};
  rule_text most = {0};
  body_check(b, COUNTED(keys), true);
  s->at = b->at;
  body_item_text(b, 1, &most);
  if (!most.text || integer_parse(most.text, strlen(most.text), &s->most) != PARSE_OK ||
      s->most < 1 || s->most > 1000000000 || body_count(b) != 1) {
    declare_error(b->l, b->at,
                  "smooth says how many follow-ups a day may have at most, from 1: "
                  "smooth { 20, per = \"owner\", by = \"-credit_limit\", code = \"MOVED\" }");
    s->most = 0;
  }
  body_text(b, "per", &s->per);
  body_text(b, "by", &s->by);
  s->code = body_code(b, "code");
}

static void fill_cadence(body *b, const char *name) {
  loader *l = b->l;
  body_check(b, body_no_keys, 0, true);
  declare_name(l, b->at, "cadence", name, true);
  cadence_step s = {0};
  smooth_step smooth = {0};
  bool seen[WORD_COUNT] = {false};
  for (int i = 1; i <= body_count(b); i++) {
    body item;
    if (!body_open_item(b, i, &item)) continue;
    declare_word word = body_word_mark(&item);
    if (word == WORD_smooth) {
      item.what = arena_format(&l->pack->arena, "smooth of %s", b->what);
      read_smooth(&item, &smooth);
      if (i < body_count(b))
        declare_error(l, item.at,
                      "smooth is the last clause of %s: it looks at all customers, when the others "
                      "are done with each",
                      b->what);
    } else if (word < WORD_never || word > WORD_channel) {
      declare_error(l, item.at, "entry %d of %s is none of its clauses: %s { ... }", i, b->what,
                    clause_names(l));
    } else {
      item.what = arena_format(&l->pack->arena, "%s of %s", declare_word_name(word), b->what);
      if (seen[word] && forms[word].once) declare_error(l, item.at, "%s stands twice", item.what);
      seen[word] = true;
      cadence_clause *c = ARENA_PUSH(&l->pack->arena, s.clauses, s.clause_count);
      c->at = item.at;
      read_clause(&item, word, c);
    }
    body_close(&item);
  }
  check_order(b, &s);
  check_source(b, &s);
  name_outputs(b, &s);
  declare_step(b, STEP_CADENCE, name)->cadence = s;
  if (smooth.most) declare_step(b, STEP_SMOOTH, name)->smooth = smooth;
}

static int word_cadence(lua_State *L) {
  static const named_word w = {"cadence", fill_cadence};
  return declare_named(L, &w);
}

#define CLAUSES(X)                                                                                 \
  X(never)                                                                                         \
  X(first_touch)                                                                                   \
  X(none_yet)                                                                                      \
  X(sequence)                                                                                      \
  X(every) X(sooner) X(later) X(overdue) X(cap) X(opening) X(quiet) X(channel) X(smooth)
#define X(name)                                                                                    \
  static int word_##name(lua_State *L) {                                                           \
    return declare_mark(L, WORD_##name);                                                           \
  }
CLAUSES(X)
#undef X

const declaration declare_cadence_words[] = {
#define X(name) {#name, word_##name},
    CLAUSES(X)
#undef X
        {"cadence", word_cadence},
    {NULL, NULL}};
