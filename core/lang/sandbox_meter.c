/* The meter: what a call may use, counted where it is used. It decides by counts alone, never by
 * time, and never by what earlier calls left behind.
 *
 * An instruction of the virtual machine is one unit. Library functions charge what they do, and
 * the allocator charges what it hands out (copying a text of a megabyte is one instruction too).
 * Two things make single instructions dear wherever they stand: long strings (a comparison reads
 * them) and a long stack (`...` copies it); so the counting hook charges each instruction for the
 * longest string made in the call and for the size of the stack. */
#include "sandbox_state.h"

#include <stdlib.h>

#define SMALL_BLOCK                                                                                \
  72 /* up to here an allocation is part of its instruction; this                                  \
        leaves out short strings, which may exist already */
#define BYTES_PER_UNIT 16
#define KEYS_BYTES_PER_UNIT                                                                        \
  2                            /* a new block that is no object: the keys of a table, put in again \
                                */
#define LIST_BYTES_PER_UNIT 8  /* a block that grows: the list in a table */
#define SLOT 16                /* bytes of a stack slot */
#define SLOTS_FREE 128         /* what a plain call may use */
#define SLOTS_PER_UNIT 64      /* each so many slots make an instruction one unit dearer */
#define STRING_PER_UNIT 512    /* likewise bytes of the longest string */
#define STACK_SPARE (5 * SLOT) /* what Lua adds to each stack */
#define STRING_TABLE_FIRST (128 * sizeof(void *))
#define STACK_MOST (20500 * SLOT)
#define STRING_PLAIN (3 * STRING_PER_UNIT)
#define COLLECT_PER_UNIT 16 /* bytes alive that a forced collection looks through per unit */
#define OBJECT_UNITS 4

void meter_open(sandbox *s) {
  s->limit = SIZE_MAX;
  s->work_limit = UINT64_MAX;
}

/* Lua moves a stack by making a block, then freeing the old one (or, in some releases, by a
 * realloc). So a block can be known as a stack only when the old one goes; but it doubles, and that
 * size gives it away before. */
static bool grows_stack(const sandbox *s, const void *block, size_t kind, size_t size) {
  const tracked_block *stack = &s->stack[s->running_in == s->L ? 0 : 1];
  if (!stack->block) return false;
  if (block) return block == stack->block;
  return kind == 0 && size == 2 * stack->bytes - STACK_SPARE;
}

/* The stack that the block is, if one: asked before the block moves or goes. */
static tracked_block *stack_of(sandbox *s, const void *block) {
  if (!block) return NULL;
  if (s->capture) return s->capture;
  if (block == s->stack[0].block) return &s->stack[0];
  return block == s->stack[1].block ? &s->stack[1] : NULL;
}

static void meter_moved(sandbox *s, tracked_block *stack, void *block, size_t bytes) {
  if (!stack) return;
  s->capture = NULL;
  *stack = (tracked_block){block, bytes};
  if (bytes > STACK_PLAIN) s->doubtful = true;
}

static bool meter_refuse(sandbox *s) {
  s->doubtful = true;
  if (!s->stop) sandbox_locate(s, s->running_in);
  return false;
}

/* Just after a collection that a refusal made: it costs what it looked through, and if it freed
 * next to nothing the memory is used up. */
static bool meter_after_collection(sandbox *s) {
  if (!s->collected) return true;
  s->collected = false;
  s->work += s->used / COLLECT_PER_UNIT;
  return s->used + s->reserve <= s->limit;
}

/* Charges a block; `kind` is the kind of object Lua makes, 0 for any other block. */
static void meter_charge_block(sandbox *s, const void *block, size_t kind, size_t size) {
  size_t part = block ? LIST_BYTES_PER_UNIT : kind ? BYTES_PER_UNIT : KEYS_BYTES_PER_UNIT;
  if (kind != 0 && kind != LUA_TSTRING) s->work += OBJECT_UNITS;
  if (size > SMALL_BLOCK) s->work += size / part;
  if (kind == LUA_TSTRING && size > s->longest) {
    s->longest = size;
    if (size > STRING_PLAIN) s->doubtful = true;
  }
}

static bool meter_grants(sandbox *s, const void *block, size_t kind, size_t had, size_t size) {
  if (!grows_stack(s, block, kind, size)) {
    meter_charge_block(s, block, kind, size);
  } else if (size > STACK_MOST) {
    s->stack_refused = true;
    return meter_refuse(s);
  }
  if (!meter_after_collection(s) || s->work > s->work_limit) return meter_refuse(s);
  if (s->used - had + size > s->limit) {
    s->collected = true;
    return meter_refuse(s);
  }
  return true;
}

static void *meter_free(sandbox *s, void *block, size_t size) {
  if (!block) return NULL;
  if (block != s->string_table.block) s->used -= size;
  meter_moved(s, stack_of(s, block), s->newest.block, s->newest.bytes);
  if (block == s->newest.block) s->newest = (tracked_block){NULL, 0};
  free(block);
  return NULL;
}

/* `old` is the size of the block, or the kind of object when there is none yet. */
void *meter_allocate(void *ud, void *block, size_t old, size_t size) {
  sandbox *s = ud;
  if (size == 0) return meter_free(s, block, old);
  size_t had = block ? old : 0, kind = block ? 0 : old;
  bool fresh = !block, strings = block && block == s->string_table.block;
  if (size > had && !strings && !meter_grants(s, block, kind, had, size)) return NULL;
  tracked_block *stack = strings ? NULL : stack_of(s, block);
  void *moved = realloc(block, size);
  if (!moved) return NULL;
  if (s->opening && fresh && size == STRING_TABLE_FIRST && !s->string_table.block) strings = true;
  if (strings) {
    s->string_table = (tracked_block){moved, size};
    return moved;
  }
  s->used += size - had;
  meter_moved(s, stack, moved, size);
  if (fresh && kind == 0) s->newest = (tracked_block){moved, size};
  return moved;
}

void sandbox_locate(sandbox *s, lua_State *L) {
  s->fault.line = 0;
  s->fault.file[0] = 0;
  if (!L) return;
  lua_Debug ar;
  for (int level = 0; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline <= 0) continue;
    const char *file = ar.source[0] == '@' ? ar.source + 1 : ar.short_src;
    size_t n = 0;
    for (; file[n] && n + 1 < sizeof s->fault.file; n++) s->fault.file[n] = file[n];
    s->fault.file[n] = 0;
    s->fault.line = ar.currentline;
    return;
  }
}

_Noreturn void sandbox_stop_again(lua_State *L) {
  lua_pushnil(L);
  lua_error(L);
  abort(); /* lua_error does not return */
}

static _Noreturn void meter_stop(sandbox *s, lua_State *L, sandbox_stop why) {
  if (!s->stop) {
    s->stop = why;
    sandbox_locate(s, L);
  }
  sandbox_stop_again(L);
}

void sandbox_charge(lua_State *L, uint64_t units) {
  sandbox *s = sandbox_of(L);
  s->work += units;
  if (s->work > s->work_limit || s->stop) meter_stop(s, L, STOP_BUDGET);
}

void meter_count(lua_State *L, lua_Debug *ar) {
  (void)ar;
  sandbox *s = sandbox_of(L);
  const tracked_block *stack = &s->stack[L == s->L ? 0 : 1];
  uint64_t slots = stack->bytes / SLOT, dear = s->longest / STRING_PER_UNIT;
  if (slots > SLOTS_FREE) dear += slots / SLOTS_PER_UNIT;
  s->work += METER_PERIOD * (1 + dear);
  if (s->work > s->work_limit || s->stop) meter_stop(s, L, STOP_BUDGET);
}

void meter_interrupt(lua_State *L, lua_Debug *ar) {
  (void)ar;
  meter_stop(sandbox_of(L), L, STOP_INTERRUPTED);
}
