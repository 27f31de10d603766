/* See html_page.h. */
#include "html_page.h"

#include <string.h>

#include "../base/text.h"

static const char common[] =
    ":root{color-scheme:light dark;--ink:#1c2430;--faint:#5d6875;--paper:#fff;--line:#dde2e8;"
    "--shade:#f4f6f9;--link:#0b5cad;--good:#1c7a3d;--good-shade:#e6f5ea;--warn:#7a5a00;"
    "--warn-shade:#fdf3d8;--bad:#b3261e;--bad-shade:#fde4e1}"
    "@media screen and "
    "(prefers-color-scheme:dark){:root{--ink:#dfe5ec;--faint:#98a4b1;--paper:#14181d;"
    "--line:#323b45;--shade:#1c2229;--link:#7db7f0;--good:#6fce8e;--good-shade:#173524;"
    "--warn:#e6c25a;--warn-shade:#3d3314;--bad:#ff8f86;--bad-shade:#4a201d}}"
    "body{font:15px/1.5 system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC',sans-serif;margin:2em auto;"
    "max-width:62em;padding:0 1em;color:var(--ink);background:var(--paper)}"
    "h1{font-size:1.5em;margin-bottom:0}code{font:13px/1.5 ui-monospace,'Cascadia Mono',Menlo,"
    "Consolas,'Noto Sans Mono CJK SC',monospace}a{color:var(--link)}"
    "@media print{body{max-width:none;margin:0;font-size:10pt}}";

void html_text(buffer *out, const char *text) {
  if (text) text_html(out, text, strlen(text));
}

void html_begin(buffer *out, const char *language, const char *title, const char *style) {
  buffer_format(out,
                "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
                "name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
                strcmp(language, "zh") ? "en" : "zh-CN");
  html_text(out, title);
  buffer_text(out, "</title>\n<style>");
  buffer_text(out, common);
  buffer_text(out, style);
  buffer_text(out, "</style>\n</head>\n<body>\n");
}

void html_end(buffer *out) {
  buffer_text(out, "</body>\n</html>\n");
}
