/* Memory. Nothing here returns NULL: a process without memory says so and aborts, and since runs
 * are published atomically nothing published is lost by that. */
#include "memory.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void mem_give_up(size_t bytes) {
  fprintf(stderr,
          "assay: no memory for %zu bytes; nothing was published. Run on a machine with more "
          "memory, or with fewer threads.\n",
          bytes);
  abort();
}

static size_t mem_product(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) mem_give_up(SIZE_MAX);
  return bytes;
}

void *mem_alloc(size_t bytes) {
  void *block = calloc(1, bytes ? bytes : 1);
  if (!block) mem_give_up(bytes);
  return block;
}

void *mem_array(size_t count, size_t size) {
  return mem_alloc(mem_product(count, size));
}

void *mem_grow(void *block, size_t count, size_t size) {
  size_t bytes = mem_product(count, size);
  void *grown = realloc(block, bytes ? bytes : 1);
  if (!grown) mem_give_up(bytes);
  return grown;
}

void *mem_aligned(size_t bytes) {
  if (bytes > SIZE_MAX - 64) mem_give_up(bytes);
  size_t padded = (bytes + 63) / 64 * 64;
  void *block = aligned_alloc(64, padded ? padded : 64);
  if (!block) mem_give_up(bytes);
  memset(block, 0, padded ? padded : 64);
  return block;
}

char *mem_string(const char *text) {
  return mem_string_n(text, strlen(text));
}

char *mem_string_n(const char *text, size_t n) {
  char *copy = mem_alloc(n + 1);
  if (n) memcpy(copy, text, n);
  return copy;
}

struct arena_block {
  arena_block *next;
  size_t size, used; /* of the bytes after this head */
  _Alignas(16) char bytes[];
};

enum { ARENA_BLOCK = 4096 - (int)sizeof(arena_block) };

/* A request that does not fit the head block gets a new one, at least twice as large as the last
 * (up to a limit), so that many small requests cost few blocks. */
static arena_block *arena_add_block(arena *a, size_t bytes) {
  size_t size = a->head ? a->head->size * 2 : ARENA_BLOCK;
  if (size > 1u << 20) size = 1u << 20;
  if (size < bytes) size = bytes;
  if (size > SIZE_MAX - sizeof(arena_block)) mem_give_up(bytes);
  arena_block *block = malloc(sizeof *block + size);
  if (!block) mem_give_up(bytes);
  block->next = a->head;
  block->size = size;
  block->used = 0;
  a->head = block;
  return block;
}

void *arena_alloc(arena *a, size_t bytes) {
  if (bytes > SIZE_MAX - 15) mem_give_up(bytes);
  size_t padded = bytes ? (bytes + 15) / 16 * 16 : 16;
  arena_block *block = a->head;
  if (!block || block->size - block->used < padded) block = arena_add_block(a, padded);
  void *p = block->bytes + block->used;
  block->used += padded;
  return memset(p, 0, padded);
}

void *arena_array(arena *a, size_t count, size_t size) {
  return arena_alloc(a, mem_product(count, size));
}

char *arena_string(arena *a, const char *text) {
  return arena_string_n(a, text, strlen(text));
}

char *arena_string_n(arena *a, const char *text, size_t n) {
  if (n == SIZE_MAX) mem_give_up(n);
  char *copy = arena_alloc(a, n + 1);
  if (n) memcpy(copy, text, n);
  return copy;
}

char *arena_format(arena *a, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  size_t n = length < 0 ? 0 : (size_t)length;
  char *text = arena_alloc(a, n + 1);
  vsnprintf(text, n + 1, format, again);
  va_end(again);
  return text;
}

static void arena_free_after(arena_block *block) {
  while (block) {
    arena_block *next = block->next;
    free(block);
    block = next;
  }
}

void arena_clear(arena *a) {
  if (!a->head) return;
  arena_free_after(a->head->next);
  a->head->next = NULL;
  a->head->used = 0;
}

void arena_deinit(arena *a) {
  arena_free_after(a->head);
  a->head = NULL;
}

void buffer_reserve(buffer *b, size_t extra) {
  size_t need;
  if (__builtin_add_overflow(b->size, extra, &need) || need > SIZE_MAX / 2) mem_give_up(extra);
  if (need <= b->capacity) return;
  size_t capacity = b->capacity ? b->capacity : 64;
  while (capacity < need) capacity *= 2;
  b->data = mem_grow(b->data, capacity, 1);
  b->capacity = capacity;
}

void buffer_add(buffer *b, const void *data, size_t n) {
  if (n == 0) return;
  buffer_reserve(b, n);
  memcpy(b->data + b->size, data, n);
  b->size += n;
}

/* One byte more than the text is reserved, for the NUL that is not counted. */
void buffer_text(buffer *b, const char *text) {
  size_t n = strlen(text);
  buffer_reserve(b, n + 1);
  memcpy(b->data + b->size, text, n + 1);
  b->size += n;
}

void buffer_char(buffer *b, char c) {
  buffer_reserve(b, 2);
  b->data[b->size++] = c;
  b->data[b->size] = '\0';
}

void buffer_format(buffer *b, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  buffer_reserve(b, 64);
  size_t room = b->capacity - b->size;
  int length = vsnprintf(b->data + b->size, room, format, arguments);
  va_end(arguments);
  size_t n = length < 0 ? 0 : (size_t)length;
  if (n >= room) {
    buffer_reserve(b, n + 1);
    vsnprintf(b->data + b->size, n + 1, format, again);
  }
  va_end(again);
  b->size += n;
}

void buffer_clear(buffer *b) {
  b->size = 0;
}

void buffer_deinit(buffer *b) {
  free(b->data);
  *b = (buffer){0};
}
