/* Memory: allocation that cannot fail softly (the process says so and aborts), an arena whose
 * blocks live and die together, and a growing byte buffer. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t bytes);                          /* zeroed */
void *mem_array(size_t count, size_t size);             /* zeroed; checks count * size */
void *mem_grow(void *block, size_t count, size_t size); /* realloc, not zeroed */
void *mem_aligned(size_t bytes);    /* 64-byte aligned, padded to 64, zeroed; free() */
char *mem_string(const char *text); /* strdup */
char *mem_string_n(const char *text, size_t n);

typedef struct arena_block arena_block;
typedef struct arena {
  arena_block *head;
} arena;

void *arena_alloc(arena *a, size_t bytes); /* zeroed, 16-byte aligned */
void *arena_array(arena *a, size_t count, size_t size);
char *arena_string(arena *a, const char *text);
char *arena_string_n(arena *a, const char *text, size_t n);
char *arena_format(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_clear(arena *a); /* forgets all, keeps the first block for reuse */
void arena_deinit(arena *a);

typedef struct buffer {
  char *data; /* NUL-terminated after buffer_text */
  size_t size, capacity;
} buffer;

void buffer_reserve(buffer *b, size_t extra);
void buffer_add(buffer *b, const void *data, size_t n);
void buffer_text(buffer *b, const char *text);
void buffer_char(buffer *b, char c);
void buffer_format(buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_clear(buffer *b);
void buffer_deinit(buffer *b);

#endif
