/* Errors and findings. Filling one never fails: a message that is too long is cut with "...". */
#include "error.h"
#include "memory.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Marks a cut message, and leaves no half UTF-8 character before the mark. */
static void message_mark_cut(char *message, size_t size) {
  size_t end = size - 4;
  while (end > 0 && ((unsigned char)message[end] & 0xC0) == 0x80) end--;
  memcpy(message + end, "...", 4);
}

error_code error_set(error *e, error_code code, const char *format, ...) {
  if (!e) return code;
  /* The arguments may point into the message itself, when an error is put into a longer sentence.
   */
  char text[sizeof e->message];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < 0) text[0] = '\0';
  if (length >= (int)sizeof text) message_mark_cut(text, sizeof text);
  e->code = code;
  memcpy(e->message, text, sizeof text);
  return code;
}

const char *error_text(error_code code) {
  switch (code) {
#define X(name, value, text)                                                                       \
  case ERR_##name:                                                                                 \
    return text;
    ERROR_CODES(X)
#undef X
  }
  return "an unknown error";
}

void findings_add(findings *list, severity weight, const char *file, int line, const char *format,
                  ...) {
  if (list->count == list->capacity) {
    list->capacity = list->capacity ? list->capacity * 2 : 8;
    list->items = mem_grow(list->items, list->capacity, sizeof *list->items);
  }
  char *message = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&message, format, arguments);
  va_end(arguments);
  if (length < 0) message = mem_string(format);
  list->items[list->count++] = (finding){.severity = weight,
                                         .id = FINDING_PLAIN,
                                         .file = file ? mem_string(file) : NULL,
                                         .line = line,
                                         .message = message};
  if (weight == SEVERITY_ERROR) list->errors++;
}

void findings_detail(findings *list, const char *id, const char *witness, const char *fix) {
  finding *f = &list->items[list->count - 1];
  f->id = id;
  if (witness) f->witness = mem_string(witness);
  if (fix) f->fix = mem_string(fix);
}

static void finding_deinit(finding *f) {
  free(f->file);
  free(f->message);
  free(f->witness);
  free(f->fix);
  free(f->waived);
}

static int compare_places(const finding *a, const finding *b) {
  const char *x = a->file ? a->file : "", *y = b->file ? b->file : "";
  int order = strcmp(x, y);
  return order ? order : (a->line > b->line) - (a->line < b->line);
}

void findings_sort(findings *list, size_t from) {
  for (size_t i = from + 1; i < list->count; i++) {
    finding moving = list->items[i];
    size_t at = i;
    for (; at > from && compare_places(&list->items[at - 1], &moving) > 0; at--)
      list->items[at] = list->items[at - 1];
    list->items[at] = moving;
  }
}

size_t findings_warnings(const findings *list) {
  return list->count - list->errors - list->waived;
}

void findings_waive(findings *list, size_t number, const char *because) {
  finding *f = &list->items[number];
  if (f->severity == SEVERITY_ERROR || f->waived) return;
  f->waived = mem_string(because);
  list->waived++;
}

void findings_remove(findings *list, size_t number) {
  finding *f = &list->items[number];
  if (f->severity == SEVERITY_ERROR) list->errors--;
  if (f->waived) list->waived--;
  finding_deinit(f);
  memmove(f, f + 1, (--list->count - number) * sizeof *f);
}

void findings_deinit(findings *list) {
  for (size_t i = 0; i < list->count; i++) finding_deinit(&list->items[i]);
  free(list->items);
  *list = (findings){0};
}

static void finding_write(buffer *out, const finding *f) {
  if (f->file) buffer_format(out, "%s:", f->file);
  if (f->file && f->line > 0) buffer_format(out, "%d:", f->line);
  if (f->file) buffer_char(out, ' ');
  buffer_text(out, f->severity == SEVERITY_ERROR ? "error: " : "warning: ");
  buffer_text(out, f->message);
  buffer_char(out, '\n');
}

error_code findings_to_error(const findings *list, error *e, error_code code) {
  /* The errors come first and the count is always there, however many findings are cut. */
  enum { ROOM = sizeof((error *)0)->message - 80 };
  buffer text = {0};
  size_t shown = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < list->count; i++) {
      if ((list->items[i].severity == SEVERITY_ERROR) != (pass == 0)) continue;
      if (list->items[i].waived) continue;
      size_t before = text.size;
      finding_write(&text, &list->items[i]);
      if (text.size > ROOM && shown > 0) {
        text.size = before;
        goto full;
      }
      shown++;
    }
  }
full:
  if (text.size > ROOM) text.size = ROOM;
  buffer_char(&text, '\0');
  const size_t warnings = findings_warnings(list);
  error_set(e, code, "%s%s%zu error%s, %zu warning%s%s", text.data,
            text.size > 1 && text.data[text.size - 2] != '\n' ? "...\n" : "", list->errors,
            list->errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s",
            shown < list->errors + warnings ? " (not all shown)" : "");
  buffer_deinit(&text);
  return code;
}
