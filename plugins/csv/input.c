/* Three layers, each used only if needed: bytes of the descriptor, gzip, GB18030. The descriptor is
 * read, never mapped: a file that is cut while it is mapped would kill the process. */
#include "input.h"
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define RAW_BYTES ((size_t)64 << 10)
#define TEXT_BYTES ((size_t)128 << 10)

typedef struct span_buffer {
  char *data;
  size_t at, size;
} span_buffer;

struct input {
  int fd;
  char *path;
  bool regular, gzip, member_open, gb18030, ended;
  struct stat opened; /* as the file was when reading began */
  uint64_t done;      /* bytes read from the descriptor */
  span_buffer raw;    /* what the descriptor gave and nobody took yet */
  z_stream inflater;
  char head_bytes[16]; /* the first ones, unpacked: they were looked at before they are given */
  span_buffer head;
  span_buffer coded; /* GB18030 not decoded yet */
  span_buffer text;  /* decoded */
  iconv_t decoder;
  char message[512];
};

static long fail(input *in, const char *format, ...) __attribute__((format(printf, 2, 3)));
static long fail(input *in, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(in->message, sizeof in->message, format, args);
  va_end(args);
  return -1;
}

/* ---- the descriptor */

static bool same_file_state(const struct stat *a, const struct stat *b) {
  return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
         a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ino == b->st_ino &&
         a->st_dev == b->st_dev;
}

static long end_of_file(input *in) {
  struct stat now;
  if (!in->regular) return 0;
  if (fstat(in->fd, &now)) return fail(in, "%s: cannot be examined: %s", in->path, strerror(errno));
  long long was = (long long)in->opened.st_size;
  if ((long long)now.st_size < was) {
    return fail(in,
                "%s: cut to %lld bytes while it was read (it had %lld): read it again when "
                "nothing writes to it",
                in->path, (long long)now.st_size, was);
  }
  if (!same_file_state(&in->opened, &now) || (long long)in->done != was) {
    return fail(in,
                "%s: changed while it was read (%lld bytes before, %lld after): read it again "
                "when nothing writes to it",
                in->path, was, (long long)now.st_size);
  }
  return 0;
}

static long descriptor_read(input *in, char *out, size_t room) {
  for (;;) {
    ssize_t n = read(in->fd, out, room);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(in, "%s: cannot be read: %s", in->path, strerror(errno));
    if (n == 0) return end_of_file(in);
    in->done += (uint64_t)n;
    return (long)n;
  }
}

static long buffer_take(span_buffer *b, char *out, size_t room) {
  size_t n = b->size - b->at < room ? b->size - b->at : room;
  memcpy(out, b->data + b->at, n);
  b->at += n;
  return (long)n;
}

static long raw_read(input *in, char *out, size_t room) {
  if (in->raw.at < in->raw.size) return buffer_take(&in->raw, out, room);
  return descriptor_read(in, out, room);
}

/* ---- gzip: one or more members, one after the other */

static long raw_fill(input *in) {
  long n = descriptor_read(in, in->raw.data, RAW_BYTES);
  in->raw.at = 0;
  in->raw.size = n > 0 ? (size_t)n : 0;
  return n;
}

/* Whether another member follows; zero bytes may fill a block to its end. */
static long next_member(input *in) {
  for (;;) {
    while (in->raw.at < in->raw.size && in->raw.data[in->raw.at] == 0) in->raw.at++;
    if (in->raw.at < in->raw.size) break;
    long n = raw_fill(in);
    if (n <= 0) return n;
  }
  if (in->raw.data[in->raw.at] != '\x1f') {
    return fail(in, "%s: bytes that are not gzip follow the compressed data", in->path);
  }
  if (inflateReset(&in->inflater) != Z_OK) return fail(in, "%s: gzip cannot restart", in->path);
  in->member_open = true;
  return 1;
}

static long gzip_read(input *in, char *out, size_t room) {
  z_stream *z = &in->inflater;
  z->next_out = (Bytef *)out;
  z->avail_out = (uInt)(room < UINT32_MAX / 2 ? room : UINT32_MAX / 2);
  uInt wanted = z->avail_out;
  while (z->avail_out == wanted) {
    if (!in->member_open) {
      long more = next_member(in);
      if (more <= 0) return more;
    }
    if (in->raw.at == in->raw.size) {
      long n = raw_fill(in);
      if (n < 0) return n;
      if (n == 0)
        return fail(in, "%s: the gzip data ends too early: the file is cut off", in->path);
    }
    z->next_in = (Bytef *)in->raw.data + in->raw.at;
    z->avail_in = (uInt)(in->raw.size - in->raw.at);
    int code = inflate(z, Z_NO_FLUSH);
    in->raw.at = in->raw.size - z->avail_in;
    if (code == Z_STREAM_END) in->member_open = false;
    if (code != Z_STREAM_END && code != Z_OK && code != Z_BUF_ERROR) {
      return fail(in, "%s: the gzip data is damaged near byte %llu: %s", in->path,
                  (unsigned long long)(in->done - z->avail_in), z->msg ? z->msg : "not gzip");
    }
  }
  return (long)(wanted - z->avail_out);
}

static long bytes_read(input *in, char *out, size_t room) {
  if (in->head.at < in->head.size) return buffer_take(&in->head, out, room);
  return in->gzip ? gzip_read(in, out, room) : raw_read(in, out, room);
}

/* ---- GB18030 */

/* How many bytes the unknown sequence has by its form, so that a trail byte that looks like a
 * delimiter goes with it. */
static size_t sequence_length(const unsigned char *s, size_t n) {
  if (s[0] < 0x81 || s[0] > 0xFE || n < 2) return 1;
  if (s[1] >= 0x30 && s[1] <= 0x39) {
    bool four = n >= 4 && s[2] >= 0x81 && s[2] <= 0xFE && s[3] >= 0x30 && s[3] <= 0x39;
    return four ? 4 : 1;
  }
  return s[1] >= 0x40 && s[1] != 0x7F && s[1] != 0xFF ? 2 : 1;
}

static void mark_undecoded(input *in, size_t count) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < count; i++) {
    unsigned char byte = (unsigned char)in->coded.data[in->coded.at++];
    const char mark[3] = {INPUT_UNDECODED, hex[byte >> 4], hex[byte & 15]};
    memcpy(in->text.data + in->text.size, mark, 3);
    in->text.size += 3;
  }
}

/* Decodes what it can of `coded` into `text`; keeps a sequence that is not whole yet. */
static void decode(input *in) {
  while (in->coded.at < in->coded.size && TEXT_BYTES - in->text.size >= 16) {
    char *from = in->coded.data + in->coded.at;
    char *to = in->text.data + in->text.size;
    size_t left = in->coded.size - in->coded.at, room = TEXT_BYTES - in->text.size;
    size_t code = iconv(in->decoder, &from, &left, &to, &room);
    int why = errno;
    in->coded.at = in->coded.size - left;
    in->text.size = TEXT_BYTES - room;
    if (code != (size_t)-1 || why == E2BIG) continue;
    if (TEXT_BYTES - in->text.size < 16) break;
    const unsigned char *bad = (const unsigned char *)in->coded.data + in->coded.at;
    if (why == EINVAL && !in->ended) break;
    mark_undecoded(in, why == EINVAL ? left : sequence_length(bad, left));
  }
}

static long decoded_read(input *in, char *out, size_t room) {
  while (in->text.at == in->text.size) {
    in->text.at = in->text.size = 0;
    size_t left = in->coded.size - in->coded.at;
    memmove(in->coded.data, in->coded.data + in->coded.at, left);
    in->coded.at = 0;
    in->coded.size = left;
    if (!in->ended) {
      long n = bytes_read(in, in->coded.data + left, RAW_BYTES - left);
      if (n < 0) return n;
      in->ended = n == 0;
      in->coded.size += (size_t)n;
    } else if (left == 0) {
      return 0;
    }
    decode(in);
  }
  return buffer_take(&in->text, out, room);
}

/* ---- */

long input_read(input *in, char *out, size_t room) {
  return in->gb18030 ? decoded_read(in, out, room) : bytes_read(in, out, room);
}

const char *input_error(const input *in) {
  return in->message;
}

void input_progress(const input *in, uint64_t *done, uint64_t *total) {
  *done = in->done;
  *total = in->regular ? (uint64_t)in->opened.st_size : 0;
}

/* What only looks like a table to people. No mark may be the beginning of a header line. */
static const struct {
  const char *bytes;
  size_t size;
  const char *what;
} no_tables[] = {
    {"PK\3\4", 4, "a zip file or a workbook (.xlsx), not CSV: save it as CSV UTF-8"},
    {"\xD0\xCF\x11\xE0", 4, "a workbook (.xls), not CSV: save it as CSV UTF-8"},
    {"\xFF\xFE", 2, "UTF-16: save it as CSV UTF-8"},
    {"\xFE\xFF", 2, "UTF-16: save it as CSV UTF-8"},
    {"\x1F\x8B", 2, "gzip in gzip: unpack it once"},
    {"BZh91AY&SY", 10, "bzip2: unpack it, or pack it with gzip"},
    {"\xFD"
     "7zXZ",
     5, "xz: unpack it, or pack it with gzip"},
    {"\x28\xB5\x2F\xFD", 4, "zstd: unpack it, or pack it with gzip"},
    {"%PDF-", 5, "a PDF document, not CSV: ask for the table itself"},
    {"PAR1\x15", 5, "Parquet, not CSV: export it as CSV UTF-8"},
    {"SQLite format 3", 16, "a SQLite database: read it with the plugin sqlite"},
};

static bool looks_like_text(input *in) {
  const char *first = in->head_bytes;
  size_t size = 0;
  for (long n = 1; n && size < sizeof in->head_bytes; size += (size_t)n) {
    n = bytes_read(in, in->head_bytes + size, sizeof in->head_bytes - size);
    if (n < 0) return false;
  }
  in->head = (span_buffer){in->head_bytes, 0, size};
  for (size_t i = 0; i < sizeof no_tables / sizeof no_tables[0]; i++) {
    if (size < no_tables[i].size || memcmp(first, no_tables[i].bytes, no_tables[i].size) != 0) {
      continue;
    }
    fail(in, "%s: this is %s", in->path, no_tables[i].what);
    return false;
  }
  if (in->gb18030 && size >= 3 && !memcmp(first, "\xEF\xBB\xBF", 3)) {
    fail(in, "%s: it begins with the mark of UTF-8: set encoding=utf-8", in->path);
    return false;
  }
  return true;
}

/* The first bytes say whether it is gzip. */
static bool look_at_head(input *in) {
  while (in->raw.size < 2) {
    long n = descriptor_read(in, in->raw.data + in->raw.size, RAW_BYTES - in->raw.size);
    if (n < 0) return false;
    if (n == 0) break;
    in->raw.size += (size_t)n;
  }
  in->gzip = in->raw.size >= 2 && !memcmp(in->raw.data, "\x1f\x8b", 2);
  if (in->gzip && inflateInit2(&in->inflater, 16 + MAX_WBITS) != Z_OK) {
    in->gzip = false;
    fail(in, "%s: zlib cannot start: out of memory", in->path);
    return false;
  }
  in->member_open = in->gzip;
  return true;
}

static bool start_decoder(input *in) {
  in->decoder = iconv_open("UTF-8", "GB18030");
  if (in->decoder == (iconv_t)-1) { /* NOLINT(performance-no-int-to-ptr): as iconv says it */
    fail(in,
         "%s: this system's C library has no GB18030 converter (gconv module): convert the file "
         "to UTF-8",
         in->path);
    return false;
  }
  in->gb18030 = true;
  in->coded.data = malloc(RAW_BYTES);
  in->text.data = malloc(TEXT_BYTES);
  if (!in->coded.data || !in->text.data) fail(in, "%s: out of memory", in->path);
  return in->coded.data && in->text.data;
}

static bool open_file(input *in, const char *path) {
  bool standard = !strcmp(path, "-");
  in->path = strdup(standard ? "standard input" : path);
  in->raw.data = malloc(RAW_BYTES);
  if (!in->path || !in->raw.data) {
    fail(in, "%s: out of memory", path);
    return false;
  }
  in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (in->fd < 0 || fstat(in->fd, &in->opened)) {
    fail(in, "%s: cannot be opened: %s", in->path, strerror(errno));
    return false;
  }
  if (S_ISDIR(in->opened.st_mode)) {
    fail(in, "%s: this is a folder, not a file", in->path);
    return false;
  }
  off_t here = lseek(in->fd, 0, SEEK_CUR); /* standard input may begin in the middle of a file */
  in->regular = S_ISREG(in->opened.st_mode) && here == 0;
  if (in->regular) posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return true;
}

input *input_open(const char *path, bool gb18030, char *message, size_t room) {
  input *in = calloc(1, sizeof *in);
  if (!in) {
    snprintf(message, room, "%s: out of memory", path);
    return NULL;
  }
  in->fd = -1;
  if (open_file(in, path) && look_at_head(in) && (!gb18030 || start_decoder(in)) &&
      looks_like_text(in)) {
    return in;
  }
  snprintf(message, room, "%s", in->message);
  input_close(in);
  return NULL;
}

void input_close(input *in) {
  if (!in) return;
  if (in->fd > STDIN_FILENO) close(in->fd);
  if (in->gzip) inflateEnd(&in->inflater);
  if (in->gb18030) iconv_close(in->decoder);
  free(in->coded.data);
  free(in->text.data);
  free(in->raw.data);
  free(in->path);
  free(in);
}
