/* What a script may not do, found before it runs: in its tokens, and in the code it compiled to
 * (which cannot be fooled by how a thing is spelled): assignments to variables of an outer
 * function, because they would carry state from one record to the next, and names of globals that
 * do not exist. */
#include "sandbox_state.h"

#include <stdlib.h>
#include <string.h>
#include "../base/memory.h"
#include "../base/text.h"
#include "lua_token.h"

/* ---- the text ---- */

#define BLOCKS_MOST 400
#define LOOKUP_UNITS 16 /* the compiler may look at every local of each function around a name */

static bool opens_block(const token *t) {
  return token_is(t, "function") || token_is(t, "do") || token_is(t, "if") || token_is(t, "repeat");
}

static bool closes_block(const token *t) {
  return token_is(t, "end") || token_is(t, "until");
}

bool check_text(sandbox *s, const char *file, const char *text, size_t n, findings *out) {
  token_reader r;
  token_open(&r, text, n);
  bool is_function[BLOCKS_MOST], good = true;
  size_t depth = 0;
  uint64_t functions = 1;
  for (token t = token_next(&r); t.kind != TOKEN_END && t.kind != TOKEN_BROKEN;
       t = token_next(&r)) {
    if (t.kind == TOKEN_NAME) s->work += LOOKUP_UNITS * functions;
    if (t.kind == TOKEN_NAME && token_is(&t, "_ENV")) {
      findings_add(out, SEVERITY_ERROR, file, t.line,
                   "_ENV cannot be used: the globals of a script are fixed");
      good = false;
    }
    if (t.kind != TOKEN_WORD) continue;
    if (opens_block(&t)) {
      if (depth == BLOCKS_MOST) {
        findings_add(out, SEVERITY_ERROR, file, t.line, "blocks are nested too deeply");
        return false;
      }
      is_function[depth] = token_is(&t, "function");
      functions += is_function[depth++];
    } else if (closes_block(&t) && depth > 0) {
      functions -= is_function[--depth];
    }
  }
  if (s->work > s->work_limit) {
    findings_add(out, SEVERITY_ERROR, file, 1,
                 "the script is too large and too deeply nested for the budget of loading");
    return false;
  }
  return good;
}

/* ---- the code: a precompiled chunk of Lua 5.4 in memory ---- */

enum { /* the instructions that matter here */
       CODE_LOADK = 3,
       CODE_LOADKX = 4,
       CODE_GETUPVAL = 9,
       CODE_SETUPVAL = 10,
       CODE_GETTABUP = 11,
       CODE_GETTABLE = 12,
       CODE_GETFIELD = 14,
       CODE_SETTABUP = 15,
       CODE_SETFIELD = 18
};

#define MARK_NIL 0x00
#define MARK_FALSE 0x01
#define MARK_TRUE 0x11
#define MARK_INTEGER 0x03
#define MARK_FLOAT 0x13
#define MARK_SHORT 0x04
#define MARK_LONG 0x14
#define LINE_ABSOLUTE (-128)

typedef struct name {
  const char *text;
  size_t size;
} name;

typedef struct code_reader {
  const unsigned char *at, *end;
  bool broken;
  sandbox *s;
  lua_State *L;
  const char *file;
  findings *out;
  bool good;
} code_reader;

/* One function of the chunk. */
typedef struct prototype {
  size_t instruction_count, constant_count, line_count, absolute_count, upvalue_count;
  const unsigned char *code, *lines;
  name *constants;
  int (*absolute)[2];
  name *upvalues;
  int first_line;
} prototype;

static const unsigned char *take(code_reader *r, size_t n) {
  if (n > (size_t)(r->end - r->at)) {
    r->broken = true;
    r->at = r->end;
    return NULL;
  }
  const unsigned char *start = r->at;
  r->at += n;
  return start;
}

static unsigned take_byte(code_reader *r) {
  const unsigned char *p = take(r, 1);
  return p ? *p : 0;
}

/* Seven bits a byte, the most significant first, the last byte marked. */
static size_t take_size(code_reader *r) {
  size_t value = 0;
  for (;;) {
    unsigned byte = take_byte(r);
    if (r->broken || value >> 56) {
      r->broken = true;
      return 0;
    }
    value = value << 7 | (byte & 0x7F);
    if (byte & 0x80) return value;
  }
}

/* A count of things of at least one byte each. */
static size_t take_count(code_reader *r) {
  size_t n = take_size(r);
  if (n > (size_t)(r->end - r->at)) r->broken = true;
  return r->broken ? 0 : n;
}

static name take_name(code_reader *r) {
  size_t n = take_size(r);
  if (n == 0) return (name){NULL, 0};
  const unsigned char *text = take(r, n - 1);
  return (name){(const char *)text, text ? n - 1 : 0};
}

static name take_constant(code_reader *r) {
  switch (take_byte(r)) {
  case MARK_INTEGER:
  case MARK_FLOAT:
    take(r, 8);
    break;
  case MARK_SHORT:
  case MARK_LONG:
    return take_name(r);
  case MARK_NIL:
  case MARK_FALSE:
  case MARK_TRUE:
    break;
  default:
    r->broken = true;
  }
  return (name){NULL, 0};
}

static void check_prototype(code_reader *r);

static void take_lines(code_reader *r, prototype *p) {
  p->line_count = take_count(r);
  p->lines = take(r, p->line_count);
  p->absolute_count = take_count(r);
  p->absolute = mem_array(p->absolute_count + 1, sizeof *p->absolute);
  for (size_t i = 0; i < p->absolute_count; i++) {
    p->absolute[i][0] = (int)take_size(r);
    p->absolute[i][1] = (int)take_size(r);
  }
  size_t locals = take_count(r);
  for (size_t i = 0; i < locals && !r->broken; i++) {
    take_name(r);
    take_size(r);
    take_size(r);
  }
}

static void take_upvalue_names(code_reader *r, prototype *p) {
  size_t n = take_count(r);
  if (n != p->upvalue_count) r->broken = true;
  p->upvalues = mem_array(n + 1, sizeof *p->upvalues);
  for (size_t i = 0; i < n && !r->broken; i++) p->upvalues[i] = take_name(r);
}

static bool is_globals(const prototype *p, unsigned upvalue) {
  return upvalue < p->upvalue_count && p->upvalues[upvalue].size == 4 &&
         memcmp(p->upvalues[upvalue].text, "_ENV", 4) == 0;
}

static uint32_t instruction(const prototype *p, size_t pc) {
  uint32_t word = 0;
  if (pc < p->instruction_count) memcpy(&word, p->code + 4 * pc, 4);
  return word;
}

static unsigned field_op(uint32_t i) {
  return i & 0x7F;
}
static unsigned field_a(uint32_t i) {
  return i >> 7 & 0xFF;
}
static unsigned field_b(uint32_t i) {
  return i >> 16 & 0xFF;
}
static unsigned field_c(uint32_t i) {
  return i >> 24;
}
static unsigned field_bx(uint32_t i) {
  return i >> 15;
}

/* ---- findings ---- */

/* Name and text for suggestions: the globals there are. */
static const char *nearest_global(lua_State *L, const char *wanted) {
  const char *known[128];
  size_t n = 0;
  lua_pushglobaltable(L);
  for (lua_pushnil(L); lua_next(L, -2) && n < 128; lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING) known[n++] = lua_tostring(L, -2);
  const char *found = text_suggest(wanted, known, n);
  lua_settop(L, -2);
  return found;
}

static void check_global(code_reader *r, name which, int line, bool assigned) {
  lua_State *L = r->L;
  int top = lua_gettop(L);
  char shown[64];
  size_t n = which.size < sizeof shown - 1 ? which.size : sizeof shown - 1;
  memcpy(shown, which.text, n);
  shown[n] = 0;
  if (assigned) {
    findings_add(r->out, SEVERITY_ERROR, r->file, line,
                 "'%s' is assigned to, but there are no global variables to assign to: write "
                 "'local %s'",
                 shown, shown);
    r->good = false;
    return;
  }
  lua_pushglobaltable(L);
  lua_pushlstring(L, which.text, which.size);
  if (lua_rawget(L, -2) == LUA_TNIL) {
    lua_settop(L, top);
    const char *near = nearest_global(L, shown);
    findings_add(r->out, SEVERITY_ERROR, r->file, line,
                 "there is no '%s'%s%s%s; if it is the name of a field or a word of a choice, "
                 "write it in quotes: \"%s\"",
                 shown, near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "", shown);
    r->good = false;
  }
  lua_settop(L, top);
}

static void refuse_outer(code_reader *r, const prototype *p, unsigned upvalue, int line) {
  name which = upvalue < p->upvalue_count ? p->upvalues[upvalue] : (name){NULL, 0};
  findings_add(
      r->out, SEVERITY_ERROR, r->file, line,
      "'%.*s' is a variable of an outer function: assigning to it here would carry a value "
      "from one record to the next; use a local variable and return its value",
      (int)which.size, which.text ? which.text : "");
  r->good = false;
}

/* With more constants than fit an operand, a global is reached through registers: GETUPVAL of the
 * globals, then the name, then (for a read at once) GETTABLE. */
static void check_through_registers(code_reader *r, const prototype *p, size_t pc, int line) {
  uint32_t first = instruction(p, pc), key = instruction(p, pc + 1), use = instruction(p, pc + 2);
  size_t constant = p->constant_count;
  if (field_op(key) == CODE_LOADK) {
    constant = field_bx(key);
  } else if (field_op(key) == CODE_LOADKX) {
    constant = use >> 7;
    use = instruction(p, pc + 3);
  } else if (field_op(key) == CODE_GETFIELD && field_b(key) == field_a(first)) {
    constant = field_c(key);
    use = key;
  } else if (field_op(key) == CODE_SETFIELD && field_a(key) == field_a(first)) {
    constant = field_b(key);
  }
  bool read = field_op(use) == CODE_GETFIELD ||
              (field_op(use) == CODE_GETTABLE && field_b(use) == field_a(first) &&
               field_c(use) == field_a(key));
  if (constant < p->constant_count && p->constants[constant].text) {
    check_global(r, p->constants[constant], line, !read);
  } else {
    findings_add(r->out, SEVERITY_ERROR, r->file, line,
                 "a global is used in a way that is not known");
    r->good = false;
  }
}

static void check_instruction(code_reader *r, const prototype *p, size_t pc, int line) {
  uint32_t i = instruction(p, pc);
  switch (field_op(i)) {
  case CODE_SETUPVAL:
    refuse_outer(r, p, field_b(i), line);
    break;
  case CODE_GETTABUP:
    if (is_globals(p, field_b(i)) && field_c(i) < p->constant_count)
      check_global(r, p->constants[field_c(i)], line, false);
    break;
  case CODE_SETTABUP:
    if (is_globals(p, field_a(i)) && field_b(i) < p->constant_count)
      check_global(r, p->constants[field_b(i)], line, true);
    break;
  case CODE_GETUPVAL:
    if (is_globals(p, field_b(i))) check_through_registers(r, p, pc, line);
    break;
  default:
    break;
  }
}

static void check_instructions(code_reader *r, const prototype *p) {
  int line = p->first_line;
  size_t absolute = 0;
  for (size_t pc = 0; pc < p->instruction_count && pc < p->line_count; pc++) {
    int delta = p->lines[pc] < 128 ? p->lines[pc] : p->lines[pc] - 256;
    if (delta != LINE_ABSOLUTE)
      line += delta;
    else if (absolute < p->absolute_count)
      line = p->absolute[absolute++][1];
    check_instruction(r, p, pc, line);
  }
}

/* ---- the walk ---- */

static void check_prototype(code_reader *r) {
  prototype p = {0};
  take_name(r); /* the source */
  p.first_line = (int)take_size(r);
  take_size(r);
  take(r, 3); /* parameters, is it variadic, registers */
  p.instruction_count = take_count(r);
  p.code = take(r, 4 * p.instruction_count);
  p.constant_count = take_count(r);
  p.constants = mem_array(p.constant_count + 1, sizeof *p.constants);
  for (size_t i = 0; i < p.constant_count && !r->broken; i++) p.constants[i] = take_constant(r);
  p.upvalue_count = take_count(r);
  take(r, 3 * p.upvalue_count);
  size_t inner = take_count(r);
  for (size_t i = 0; i < inner && !r->broken; i++) check_prototype(r);
  take_lines(r, &p);
  take_upvalue_names(r, &p);
  if (!r->broken) check_instructions(r, &p);
  free(p.constants);
  free(p.absolute);
  free(p.upvalues);
}

static bool header_is_known(code_reader *r) {
  static const unsigned char expected[] = {0x1B, 'L',  'u',  'a',  0x54, 0, 0x19, 0x93,
                                           '\r', '\n', 0x1A, '\n', 4,    8, 8};
  const unsigned char *header = take(r, sizeof expected);
  const unsigned char *samples = take(r, 16);
  int64_t whole;
  double number;
  if (!header || !samples || memcmp(header, expected, sizeof expected) != 0) return false;
  memcpy(&whole, samples, 8);
  memcpy(&number, samples + 8, 8);
  return whole == 0x5678 && number == 370.5;
}

static int write_code(lua_State *L, const void *data, size_t n, void *ud) {
  (void)L;
  buffer_add(ud, data, n);
  return 0;
}

static int by_line(const void *a, const void *b) {
  const finding *x = a, *y = b;
  return (x->line > y->line) - (x->line < y->line);
}

bool check_code(sandbox *s, lua_State *L, const char *file, findings *out) {
  buffer code = {0};
  lua_dump(L, write_code, &code, 0);
  code_reader r = {.at = (const unsigned char *)code.data,
                   .s = s,
                   .L = L,
                   .file = file,
                   .out = out,
                   .good = true};
  r.end = r.at + code.size;
  size_t before = out->count;
  if (header_is_known(&r)) {
    take_byte(&r);
    check_prototype(&r);
  } else {
    r.broken = true;
  }
  if (r.broken) {
    findings_add(out, SEVERITY_ERROR, file, 1,
                 "the script cannot be checked: this Lua library is not of version 5.4");
    r.good = false;
  }
  if (out->count > before + 1)
    qsort(out->items + before, out->count - before, sizeof *out->items, by_line);
  buffer_deinit(&code);
  return r.good;
}
