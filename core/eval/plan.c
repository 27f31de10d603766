/* Making a plan: what exists is named first (fields, parameters, today), then the steps are compiled
 * in order, each seeing what stands above it; then the outputs are settled. */
#include <stdlib.h>
#include <string.h>
#include "../base/text.h"
#include "../lang/period.h"
#include "codes.h"
#include "convert.h"
#include "lists.h"
#include "lua_rule.h"
#include "phases.h"
#include "thresholds.h"

/* ---- names that exist before any step ---- */

static size_t count_names(const pack *p) {
  size_t n = p->schema.count + p->param_count + 2;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    n += s->kind == STEP_TABLE ? s->table.output_count
         : s->kind == STEP_LUA ? s->lua.output_count
         : s->kind == STEP_CADENCE /* date, interval, channel, and what clauses keep */
             ? 3 + s->cadence.clause_count
             : s->kind == STEP_AGEING ? s->ageing.bucket_count + 1 : 1;
  }
  return n;
}

static void add_constant(builder *b, const char *name, value v, const char *defined, int line) {
  symbol *s = scope_add(&b->plan->scope, name, v.type, -1, defined);
  s->constant = v;
  s->file_line = line;
}

static bool parse_exact(const char *text, size_t n, value *v) {
  int64_t whole;
  switch (v->type.kind) {
  case TYPE_BOOLEAN:
    v->exact.num = !strcmp(text, "true");
    return v->exact.num || !strcmp(text, "false");
  case TYPE_DATE:
    if (!date_parse(text, n, &whole)) return false;
    v->exact.num = whole;
    return true;
  case TYPE_TIMESTAMP:
    if (!moment_parse(text, n, &whole)) return false;
    v->exact.num = whole;
    return true;
  case TYPE_CHOICE: {
    int word = choice_find(v->type.choices, text, n);
    if (word < 0) return false;
    v->exact.num = word;
    v->text = v->type.choices->names[word];
    return true;
  }
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    return decimal_parse(text, n, v->type.digits, &whole) == PARSE_OK &&
           rational_make(whole, pow10_i64(v->type.digits), &v->exact);
  default:
    return false;
  }
}

/* The value of a parameter as written: in the form of its type; empty is missing. */
static bool parse_param(const char *text, value *v) {
  size_t n = strlen(text);
  v->exact = (rational){0, 1};
  v->missing = n == 0;
  if (v->missing) return true;
  if (v->type.kind == TYPE_TEXT || v->type.kind == TYPE_KEY) {
    v->text = text;
    return true;
  }
  if (v->type.kind == TYPE_NUMBER) return number_parse(text, n, &v->number) == PARSE_OK;
  return parse_exact(text, n, v);
}

static const char *given_param(const plan_options *o, const char *name) {
  const char *found = NULL;
  for (size_t i = 0; i < o->param_count; i++)
    if (!strcmp(o->params[i].name, name)) found = o->params[i].value; /* the last one wins */
  return found;
}

static void add_param(builder *b, const pack_param *p, const plan_options *o) {
  const char *given = given_param(o, p->name);
  if (p->total.text && !(given && *given)) {
    b->plan->params[b->plan->param_count++] = (param_value){p->name, ""};
    population_name_param(b, p);
    return;
  }
  const char *text = given ? given : p->preset.text ? p->preset.text : "";
  value v = {.type = p->type};
  if (!v.type.denominator) v.type.denominator = 1;
  text = arena_string(&b->plan->arena, text);
  if (!parse_param(text, &v)) {
    buffer wanted = {0};
    type_describe(&wanted, p->type);
    build_error(b, p->at, "parameter \"%s\": the value \"%s\"%s is no %s", p->name, text,
                given ? " that was given" : "", wanted.data);
    buffer_deinit(&wanted);
    v.missing = true;
    v.exact = (rational){0, 1};
  }
  b->plan->params[b->plan->param_count++] = (param_value){p->name, text};
  add_constant(b, p->name, v, "parameter", p->at.line);
}

/* Parameters, and totals and cut points by the names of their steps. */
static bool can_be_given(const pack *p, const char *name) {
  for (size_t i = 0; i < p->param_count; i++)
    if (!strcmp(p->params[i].name, name)) return true;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if ((s->kind == STEP_TOTAL || s->kind == STEP_QUANTILES) && !strcmp(s->name, name)) return true;
  }
  return false;
}

static void check_given_params(builder *b, const pack *p, const plan_options *o) {
  const char **names = arena_array(&b->plan->arena, p->param_count + 1, sizeof *names);
  for (size_t i = 0; i < p->param_count; i++) names[i] = p->params[i].name;
  for (size_t i = 0; i < o->param_count; i++) {
    if (can_be_given(p, o->params[i].name)) continue;
    findings_add(b->findings, SEVERITY_ERROR, NULL, 0, "the pack has no parameter \"%s\"%s",
                 o->params[i].name, build_suggestion(b, o->params[i].name, names, p->param_count));
  }
}

/* What is given of population steps; it is kept among the parameters, so that a replay has it. */
static void take_given(builder *b, const plan_options *o) {
  plan *p = b->plan;
  for (size_t i = 0; i < o->param_count; i++) {
    const param_value *given = &o->params[i];
    if (!*given->value || given_param(o, given->name) != given->value) continue;
    const char *name = arena_string(&p->arena, given->name);
    const char *text = arena_string(&p->arena, given->value);
    if (population_give(b, name, text)) p->params[p->param_count++] = (param_value){name, text};
  }
}

static void name_all(builder *b, const pack *p, const plan_options *o) {
  plan *made = b->plan;
  size_t names = count_names(p);
  /* Reserved whole: the formulas keep pointers to symbols, which must not move. */
  made->scope.symbols = mem_array(names, sizeof *made->scope.symbols);
  made->scope.capacity = names;
  made->slot_count = p->schema.count;
  for (size_t i = 0; i < p->schema.count; i++) {
    const field *f = &p->schema.fields[i];
    scope_add(&made->scope, f->name, f->type, (int)i, "field")->file_line = f->line;
  }
  add_constant(b, "today", (value){.type = bare_type(TYPE_DATE), .exact = {made->today, 1}},
               "built-in name", 0);
  add_constant(b, "as_of", (value){.type = bare_type(TYPE_TIMESTAMP), .exact = {made->as_of, 1}},
               "built-in name", 0);
  made->params =
      arena_array(&made->arena, p->param_count + o->param_count + 1, sizeof *made->params);
  b->open_params = arena_array(&made->arena, p->param_count + 1, sizeof *b->open_params);
  for (size_t i = 0; i < p->param_count; i++) {
    const symbol *taken = scope_find(&made->scope, p->params[i].name);
    if (taken)
      build_error(b, p->params[i].at, "parameter \"%s\" has the name of a %s: give it another",
                  p->params[i].name, taken->defined);
    else
      add_param(b, &p->params[i], o);
  }
  check_given_params(b, p, o);
}

/* ---- steps ---- */

static stage *compile_step(builder *b, const step *s) {
  switch (s->kind) {
  case STEP_DERIVE:
    return derive_compile(b, s);
  case STEP_SCORECARD:
    return scorecard_compile(b, s);
  case STEP_TABLE:
    return table_compile(b, s);
  case STEP_BANDS:
    return bands_compile(b, s);
  case STEP_CODES:
    return codes_compile(b, s);
  case STEP_CADENCE:
    return cadence_compile(b, s);
  case STEP_LIMIT:
    return limit_compile(b, s);
  case STEP_LUA:
    return lua_rule_compile(b, s);
  case STEP_ADJUST:
    return adjust_compile(b, s);
  case STEP_WORST:
    return worst_compile(b, s);
  case STEP_AGGREGATE:
    return aggregate_compile(b, s);
  case STEP_AGEING:
    return ageing_compile(b, s);
  case STEP_TOTAL:
    return total_compile(b, s);
  case STEP_QUANTILES:
    return quantiles_compile(b, s);
  case STEP_STEADY:
    return steady_compile(b, s);
  case STEP_SMOOTH:
    return smooth_compile(b, s);
  }
  return NULL;
}

/* A list of codes is made at the end, when all have been given, unless a step below reads it. */
static bool is_deferred(builder *b, size_t number) {
  const stage *s = b->by_step[number];
  if (b->plan->pack->steps[number].kind != STEP_CODES) return false;
  const result *r = &b->plan->results[codes_result(s)];
  const symbol *sym = scope_find(&b->plan->scope, r->name);
  if (!sym || !sym->used) return true;
  const code *late = codes_given_after(s, number);
  if (late)
    build_error(b, r->at,
                "\"%s\" is read by a step below, but %s is given after it (line %d): move "
                "the list down, or what reads it",
                r->name, late->name, late->given_at.line);
  return false;
}

static void order_stages(builder *b) {
  const plan *p = b->plan;
  for (size_t i = 0; i < p->pack->step_count; i++) {
    b->late[i] = is_deferred(b, i);
    if (p->pack->steps[i].kind == STEP_CODES) codes_check(b, b->by_step[i]);
  }
  phases_order(b);
}

/* What a faulty step would have made is known, so that each mistake is told once. */
static void name_faulty(builder *b, const char *name) {
  scope *s = &b->plan->scope;
  symbol *known = scope_find(s, name);
  if (!known) known = scope_add(s, name, bare_type(TYPE_NONE), -1, "output of a faulty step");
  known->faulty = true;
}

static void name_outputs_faulty(builder *b, const step *s) {
  for (size_t i = 0; s->kind == STEP_CADENCE && i < s->cadence.clause_count; i++)
    if (s->cadence.clauses[i].as) name_faulty(b, s->cadence.clauses[i].as);
  for (size_t i = 0; s->kind == STEP_AGEING && i < s->ageing.bucket_count; i++)
    name_faulty(b, s->ageing.buckets[i].name);
  const table_output *outputs = s->kind == STEP_TABLE ? s->table.outputs : s->lua.outputs;
  size_t count = s->kind == STEP_TABLE ? s->table.output_count : s->lua.output_count;
  if (s->kind != STEP_TABLE && s->kind != STEP_LUA)
    name_faulty(b, s->name);
  else
    for (size_t i = 0; i < count; i++) name_faulty(b, outputs[i].name);
}

static bool compile_steps(builder *b) {
  const pack *p = b->plan->pack;
  bool ok;
  b->by_step = arena_array(&b->plan->arena, p->step_count + 1, sizeof *b->by_step);
  b->late = arena_array(&b->plan->arena, p->step_count + 1, sizeof *b->late);
  b->finals = arena_array(&b->plan->arena, p->step_count + 1, sizeof(stage *));
  ok = phases_begin(b);
  for (size_t i = 0; i < p->step_count; i++) {
    b->step = &p->steps[i];
    b->step_number = i;
    phases_before(b);
    b->by_step[i] = compile_step(b, b->step);
    if (!b->by_step[i]) name_outputs_faulty(b, b->step);
    ok = phases_after(b) && b->by_step[i] && ok;
  }
  if (!phases_end(b) || !ok) return false;
  cuts_finish(b);
  for (size_t i = 0; i < p->step_count; i++) {
    b->step = &p->steps[i];
    b->step_number = i;
    if (b->by_step[i]->finish) b->by_step[i]->finish(b, b->by_step[i]);
  }
  for (size_t i = 0; i < b->final_count; i++) b->finals[i]->finish(b, b->finals[i]);
  b->step = NULL;
  order_stages(b);
  return true;
}

/* ---- outputs and inputs ---- */

/* The last of the name: what the steps that change it have left. */
static int find_result(const plan *p, const char *name) {
  for (size_t i = p->result_count; i-- > 0;)
    if (!strcmp(p->results[i].name, name)) return (int)i;
  return -1;
}

static void refuse_output(builder *b, const pack_output *o) {
  plan *p = b->plan;
  const char **names = arena_array(&p->arena, p->scope.count + 1, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < p->scope.count; i++)
    if (p->scope.symbols[i].slot >= 0) names[count++] = p->scope.symbols[i].name;
  build_error(b, o->at, "outputs names \"%s\", which no step makes%s", o->name,
              build_suggestion(b, o->name, names, count));
}

static void add_output(builder *b, const char *name, int number, int field_number) {
  plan *p = b->plan;
  size_t n = p->output_count++;
  value_type t = number >= 0 ? p->results[number].type : p->pack->schema.fields[field_number].type;
  p->outputs[n] = (plan_output){name, convert_written(t)};
  p->output_results[n] = number;
  p->output_fields[n] = field_number;
  bool same = type_equal(p->outputs[n].type, t);
  if (number >= 0 && same && p->results[number].output < 0) p->results[number].output = (int)n;
}

static void settle_output(builder *b, const pack_output *o) {
  plan *p = b->plan;
  int number = find_result(p, o->name), f = schema_find(&p->pack->schema, o->name);
  for (size_t i = 0; i < p->output_count; i++)
    if (!strcmp(p->outputs[i].name, o->name)) {
      build_error(b, o->at, "outputs names \"%s\" twice", o->name);
      return;
    }
  if (number < 0 && (f < 0 || p->pack->schema.fields[f].type.kind == TYPE_LIST)) {
    refuse_output(b, o);
    return;
  }
  if (number < 0) scope_find(&p->scope, o->name)->used = true;
  add_output(b, o->name, number, f);
}

static void settle_outputs(builder *b) {
  plan *p = b->plan;
  size_t most = p->pack->output_count + p->result_count;
  p->outputs = arena_array(&p->arena, most + 1, sizeof *p->outputs);
  p->output_results = arena_array(&p->arena, most + 1, sizeof *p->output_results);
  p->output_fields = arena_array(&p->arena, most + 1, sizeof *p->output_fields);
  for (size_t i = 0; i < p->pack->output_count; i++) settle_output(b, &p->pack->outputs[i]);
  for (size_t i = 0; i < p->result_count && !p->pack->output_count; i++)
    if (!p->results[i].hidden && find_result(p, p->results[i].name) == (int)i)
      add_output(b, p->results[i].name, (int)i, -1);
}

static void add_input(plan *p, plan_input input, int slot) {
  p->inputs[p->input_count] = input;
  p->input_slots[p->input_count++] = slot;
}

/* What the steps read, what people call the customer, what is made of values that are not kept, and
 * previous values. */
static void settle_inputs(plan *p) {
  const schema *s = &p->pack->schema;
  const char *name = p->pack->report.name;
  size_t most = s->count + p->result_count + p->previous_count + 1;
  p->inputs = arena_array(&p->arena, most, sizeof *p->inputs);
  p->input_slots = arena_array(&p->arena, most, sizeof *p->input_slots);
  for (size_t i = 0; i < s->count; i++) {
    const field *f = &s->fields[i];
    bool named = name && !strcmp(name, f->name);
    bool read = f->type.kind == TYPE_LIST ? p->lists[i].kept : p->scope.symbols[i].used;
    if ((read || named) && i != s->key)
      add_input(p, (plan_input){f->name, f->type, (int)i}, (int)i);
  }
  for (size_t i = 0; i < p->result_count; i++) {
    const result *r = &p->results[i];
    if (r->kept) add_input(p, (plan_input){r->name, r->type, -1}, r->slot);
  }
  for (size_t i = 0; i < p->previous_count; i++) {
    const plan_previous *v = &p->previous_values[i];
    add_input(p, (plan_input){v->input, v->type, -1}, p->previous[i].slot);
  }
}

/* Fields that only cost: nothing reads them, and no value of theirs is asked for. */
static void warn_unread(builder *b) {
  const plan *p = b->plan;
  const schema *s = &p->pack->schema;
  const char *name = p->pack->report.name;
  for (size_t i = 0; i < s->count; i++) {
    const field *f = &s->fields[i];
    if (p->scope.symbols[i].used || i == s->key || f->required || f->type.kind == TYPE_LIST ||
        (name && !strcmp(name, f->name)))
      continue;
    build_warning(b, (place){f->file, f->line}, "unread-field",
                  "nothing reads the field \"%s\": leave it out (a column that is no field is "
                  "ignored), or read it",
                  f->name);
  }
}

/* ---- the plan ---- */

static bool choose_kernels(builder *b, const char *name) {
  b->plan->kernels = kernels_find(name);
  if (b->plan->kernels) return true;
  buffer known = {0};
  for (size_t n = 0; kernels_at(n); n++)
    buffer_format(&known, "%s%s", n ? ", " : "", kernels_at(n)->name);
  findings_add(b->findings, SEVERITY_ERROR, NULL, 0, "this CPU has no kernels \"%s\", it has: %s",
               name, known.data);
  buffer_deinit(&known);
  return false;
}

static void check_effective(builder *b, const pack *p) {
  char day[16] = "";
  buffer when = {0};
  if (period_holds(&p->effective, b->plan->today)) return;
  day[date_write(day, b->plan->today)] = '\0';
  period_describe(&p->effective, &when);
  build_error(
      b, p->effective.at,
      "the pack is in force %s%.*s, not on %s, the day of as_of: nothing can be graded by it "
      "then",
      p->effective.from == INT64_MIN || p->effective.to == INT64_MAX ? "" : "on ", (int)when.size,
      when.data, day);
  buffer_deinit(&when);
}

plan *plan_new(const pack *p, const plan_options *o, findings *out) {
  plan *made = mem_alloc(sizeof *made);
  builder b = {.plan = made, .findings = out};
  size_t errors = out->errors;
  made->pack = p;
  made->as_of = o->as_of;
  made->today = moment_date(o->as_of, p->zone);
  made->without_inputs = o->without_inputs;
  made->cuts = mem_alloc(sizeof *made->cuts);
  calendar_init(&made->calendar, &p->calendar, p->zone, &made->arena);
  made->workdays = calendar_workdays(&made->calendar);
  choose_kernels(&b, o->kernels);
  check_effective(&b, p);
  name_all(&b, p, o);
  lists_init(&b);
  if (compile_steps(&b)) {
    settle_outputs(&b);
    settle_inputs(made);
    take_given(&b, o);
    phases_settle(&b);
    if (out->errors == errors) {
      warn_unread(&b);
      lists_warn_unread(&b);
      arena_deinit(&b.scratch);
      return made;
    }
  } else if (out->errors == errors) {
    findings_add(out, SEVERITY_ERROR, p->script_count ? p->scripts[0].file : p->folder, 1,
                 "a step could not be compiled");
  }
  arena_deinit(&b.scratch);
  plan_free(made);
  return NULL;
}

void plan_free(plan *p) {
  if (!p) return;
  for (size_t i = 0; i < p->formula_count; i++) expr_free(p->formulas[i]->code);
  free(p->formulas);
  free(p->cuts->items);
  free(p->cuts);
  free(p->codes);
  free(p->results);
  free(p->gathers);
  free(p->points);
  free(p->previous);
  free(p->population);
  free(p->previous_values);
  scope_deinit(&p->scope);
  arena_deinit(&p->arena);
  free(p);
}

size_t plan_outputs(const plan *p, const plan_output **out) {
  *out = p->outputs;
  return p->output_count;
}

/* What a cadence keeps of touches for a replay has a label ("next_follow_up: cap 11") in place of a name. */
static bool is_label(const char *name) {
  return strchr(name, ':') != NULL;
}

size_t plan_names(const plan *p, arena *a, const plan_name **out) {
  const scope *all = &p->scope;
  plan_name *names = arena_array(a, all->count + 1, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < all->count; i++) {
    const symbol *s = &all->symbols[i];
    if (scope_find(all, s->name) == s && !is_label(s->name) &&
        strcmp(s->defined, "built-in name") != 0)
      names[count++] = (plan_name){s->name, s->type, s->defined};
  }
  *out = names;
  return count;
}

size_t plan_codes(const plan *p, arena *a, const char *const **out) {
  const char **names = arena_array(a, p->code_count + 1, sizeof *names);
  for (size_t i = 0; i < p->code_count; i++) names[i] = p->codes[i]->name;
  *out = names;
  return p->code_count;
}

size_t plan_inputs(const plan *p, const plan_input **out) {
  *out = p->inputs;
  return p->input_count;
}

const char *plan_kernels(const plan *p) {
  return p->kernels->name;
}

size_t plan_params(const plan *p, const param_value **out) {
  *out = p->params;
  return p->param_count;
}
