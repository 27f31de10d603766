/* See explained.h. */
#include "explained.h"

#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "output.h"

#define WIDTH 100
#define NARROWEST 60

static bool is_zh(const char *language) {
  return !strcmp(language, "zh");
}

static const char *verdict(arena *a, const explained_what *w, const char *language) {
  if (!w->run) return NULL;
  if (w->differs)
    return arena_format(a, "%s: %s",
                        is_zh(language) ? "与保存的决定不同（保存值 != 重算值）"
                                        : "NOT the stored decision (stored != again)",
                        w->differences);
  return is_zh(language) ? "按存档规则重算，与保存的决定完全一致"
                         : "the archived rules give the stored decision again, value by value";
}

static size_t page_width(void) {
  const size_t own = output_width(stdout);
  if (!own || own > WIDTH) return WIDTH;
  return own < NARROWEST ? NARROWEST : own;
}

static void put_json(buffer *out, const explained_what *w, const explain_head *h,
                     const explained *root) {
  const struct {
    const char *name, *value;
  } texts[] = {{"customer", h->key},
               {"name", h->person},
               {"pack", h->pack},
               {"pack_hash", w->pack->hash},
               {"as_of", h->as_of}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    buffer_format(out, "%c\"%s\":", i ? ',' : '{', texts[i].name);
    if (texts[i].value)
      text_json(out, texts[i].value, strlen(texts[i].value));
    else
      buffer_text(out, "null");
  }
  if (w->run)
    buffer_format(out, ",\"run\":%lld,\"identical\":%s", (long long)w->run,
                  w->differs ? "false" : "true");
  buffer_text(out, ",\"explanation\":");
  explain_json(out, root);
  buffer_text(out, "}\n");
}

error_code explained_print(const arguments *a, const explained_what *w, const explained *root,
                           error *e) {
  const char *format = arguments_value(a, "format"), *language = cli_language(a);
  arena texts = {0};
  buffer page = {0};
  char moment[32] = {0};
  moment_write(moment, w->as_of, w->pack->zone);
  const char *title = is_zh(language) && w->pack->title_zh ? w->pack->title_zh : w->pack->title;
  const explain_head h = {.key = w->key,
                          .person = explain_person(&texts, w->evaluator, 0),
                          .pack = w->pack->name,
                          .title = title,
                          .as_of = moment,
                          .run = w->run,
                          .verdict = verdict(&texts, w, language),
                          .differs = w->differs};
  if (format && !strcmp(format, "json"))
    put_json(&page, w, &h, root);
  else if (format && !strcmp(format, "html"))
    explain_html(&page, root, &h, language);
  else
    explain_text(&page, root, &h, &(explain_style){language, output_colour(stdout), page_width()});
  const bool failed = page.size && fwrite(page.data, 1, page.size, stdout) != page.size;
  buffer_deinit(&page);
  arena_deinit(&texts);
  return failed ? error_set(e, ERR_INTERNAL, "cannot write to standard output") : ERR_OK;
}
