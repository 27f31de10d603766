/* The text of a mail: RFC 5322, subject and body in UTF-8 (RFC 2047, base64), lines of at most 76 characters. */
#include "deliver_parts.h"

#include <string.h>

/* Of a subject in one encoded word: with what stands around it, a line has at most 78 characters. */
#define WORD_BYTES 42

static void add_base64(buffer *out, const char *data, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < n; i += 3) {
    const size_t left = n - i;
    const uint32_t a = (unsigned char)data[i], b = left > 1 ? (unsigned char)data[i + 1] : 0,
                   c = left > 2 ? (unsigned char)data[i + 2] : 0;
    const uint32_t bits = a << 16 | b << 8 | c;
    buffer_char(out, digits[bits >> 18]);
    buffer_char(out, digits[bits >> 12 & 63]);
    buffer_char(out, left > 1 ? digits[bits >> 6 & 63] : '=');
    buffer_char(out, left > 2 ? digits[bits & 63] : '=');
  }
}

/* Encoded words never part a character. Line breaks in it become blanks: nobody adds a header. */
static void add_subject(buffer *out, const char *text) {
  const size_t size = strlen(text);
  buffer plain = {0};
  for (size_t i = 0; i < size; i++)
    buffer_char(&plain, (unsigned char)text[i] < 32 ? ' ' : text[i]);
  for (size_t from = 0; from < size;) {
    size_t n = size - from < WORD_BYTES ? size - from : WORD_BYTES;
    while (from + n < size && n > 1 && ((unsigned char)plain.data[from + n] & 0xC0) == 0x80) n--;
    buffer_text(out, from ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
    add_base64(out, plain.data + from, n);
    buffer_text(out, "?=");
    from += n;
  }
  buffer_deinit(&plain);
}

/* Wed, 25 Nov 2026 21:20:12 +0800 */
static void add_date(buffer *out, int64_t seconds, zone z) {
  static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const int64_t date = moment_date(seconds, z);
  const int32_t at = moment_second_of_day(seconds, z), off = z.offset < 0 ? -z.offset : z.offset;
  int year, month, day;
  date_to_civil(date, &year, &month, &day);
  buffer_format(out, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d", days[date_weekday(date) - 1],
                day, months[month - 1], year, at / 3600, at / 60 % 60, at % 60,
                z.offset < 0 ? '-' : '+', off / 3600, off / 60 % 60);
}

/* With the line ends of mail. */
static void add_body(buffer *out, const char *text) {
  buffer lines = {0};
  for (; *text; text++) {
    if (*text == '\n') buffer_char(&lines, '\r');
    buffer_char(&lines, *text);
  }
  for (size_t from = 0; from < lines.size; from += 57) {
    add_base64(out, lines.data + from, lines.size - from < 57 ? lines.size - from : 57);
    buffer_text(out, "\r\n");
  }
  buffer_deinit(&lines);
}

void deliver_mail_text(buffer *out, const pack_notify *n, const outbox_message *m, zone z) {
  const char *domain = strchr(n->from, '@') + 1;
  buffer_format(out, "From: %s\r\nTo: ", n->from);
  for (size_t i = 0; i < n->to_count; i++) buffer_format(out, "%s%s", i ? ",\r\n " : "", n->to[i]);
  buffer_text(out, "\r\nSubject: ");
  add_subject(out, m->subject);
  buffer_text(out, "\r\nDate: ");
  add_date(out, m->created / 1000, z);
  buffer_format(out, "\r\nMessage-ID: <%s@%s>\r\n", m->event_id, domain);
  buffer_format(out,
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "Content-Language: %s\r\n"
                "Auto-Submitted: auto-generated\r\n\r\n",
                n->language);
  add_body(out, m->body);
}
