/* Where the server listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http.h"

#define BACKLOG 1024

typedef union address {
  struct sockaddr any;
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  struct sockaddr_un local;
} address;

static bool read_port(const char *text, in_port_t *out) {
  char *end;
  long port = *text ? strtol(text, &end, 10) : -1;
  if (port < 0 || port > 65535 || *end) return false;
  *out = htons((uint16_t)port);
  return true;
}

/* "127.0.0.1:8088" or "[::1]:8088". */
static bool read_address(const char *text, address *out, socklen_t *size) {
  char host[INET6_ADDRSTRLEN] = "";
  bool six = *text == '[';
  const char *from = text + six, *end = six ? strchr(from, ']') : strrchr(from, ':');
  size_t n = end ? (size_t)(end - from) : sizeof host;
  const char *port = end && six ? end + 1 : end;
  if (n >= sizeof host || !port || *port != ':') return false;
  memcpy(host, from, n);
  *size = six ? sizeof out->six : sizeof out->four;
  if (six) {
    out->six.sin6_family = AF_INET6;
    return inet_pton(AF_INET6, host, &out->six.sin6_addr) == 1 &&
           read_port(port + 1, &out->six.sin6_port);
  }
  out->four.sin_family = AF_INET;
  return inet_pton(AF_INET, strcmp(host, "localhost") != 0 ? host : "127.0.0.1",
                   &out->four.sin_addr) == 1 &&
         read_port(port + 1, &out->four.sin_port);
}

static error_code fail(const char *text, int why, error *e) {
  if (why == EADDRINUSE)
    return error_set(e, ERR_BUSY,
                     "%s: something else listens there already: name another address with "
                     "--listen, or port 0 for any free one",
                     text);
  if (why == EACCES)
    return error_set(e, ERR_USAGE,
                     "%s: not allowed (%s): ports below 1024 need a privilege; 8088 does not", text,
                     strerror(why));
  return error_set(e, ERR_USAGE, "%s: cannot listen there: %s", text, strerror(why));
}

static error_code open_socket(const char *text, const address *at, socklen_t size, int *out,
                              error *e) {
  int on = 1, s = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (s < 0) return fail(text, errno, e);
  if (at->any.sa_family != AF_UNIX) setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at->any.sa_family == AF_INET6) setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  mode_t before = umask(0177); /* of a UNIX socket: for its owner alone */
  int bad = bind(s, &at->any, size) ? errno : 0;
  umask(before);
  if (!bad && listen(s, BACKLOG)) bad = errno;
  if (bad) {
    close(s);
    return fail(text, bad, e);
  }
  *out = s;
  return ERR_OK;
}

/* A socket that nobody listens at is left by somebody who ended; whatever else is there stays. */
static error_code clear_path(const char *path, const address *at, error *e) {
  struct stat st;
  if (lstat(path, &st)) return ERR_OK;
  if (!S_ISSOCK(st.st_mode))
    return error_set(e, ERR_USAGE,
                     "%s: there is something else of this name, which stays: name "
                     "another socket",
                     path);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool taken = s >= 0 && connect(s, &at->any, sizeof at->local) == 0;
  if (s >= 0) close(s);
  if (taken) return fail(path, EADDRINUSE, e);
  unlink(path);
  return ERR_OK;
}

error_code http_listen(const char *text, int *out, error *e) {
  address at;
  socklen_t size = sizeof at.local;
  memset(&at, 0, sizeof at);
  if (strncmp(text, "unix:", 5) == 0) {
    const char *path = text + 5;
    at.local.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof at.local.sun_path)
      return error_set(e, ERR_USAGE, "%s: the path of a socket has at most %zu bytes", path,
                       sizeof at.local.sun_path - 1);
    memcpy(at.local.sun_path, path, strlen(path));
    if (clear_path(path, &at, e)) return e->code;
    return open_socket(text, &at, size, out, e);
  }
  if (!read_address(text, &at, &size))
    return error_set(e, ERR_USAGE,
                     "--listen: expected an address and a port, as 127.0.0.1:8088 or [::1]:8088, "
                     "got %s",
                     text);
  return open_socket(text, &at, size, out, e);
}

static bool name_of(int s, address *out) {
  memset(out, 0, sizeof *out);
  socklen_t size = sizeof *out;
  return getsockname(s, &out->any, &size) == 0;
}

bool http_is_loopback(int s) {
  address at;
  if (!name_of(s, &at)) return false;
  if (at.any.sa_family == AF_INET) return ntohl(at.four.sin_addr.s_addr) >> 24 == 127;
  if (at.any.sa_family == AF_INET6) return IN6_IS_ADDR_LOOPBACK(&at.six.sin6_addr);
  return true;
}

const char *http_address(arena *a, int s, bool tls) {
  address at;
  char host[INET6_ADDRSTRLEN] = "";
  const char *scheme = tls ? "https" : "http";
  if (!name_of(s, &at)) return "";
  if (at.any.sa_family == AF_UNIX) return arena_format(a, "unix:%s", at.local.sun_path);
  if (at.any.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &at.six.sin6_addr, host, sizeof host);
    return arena_format(a, "%s://[%s]:%u", scheme, host, ntohs(at.six.sin6_port));
  }
  inet_ntop(AF_INET, &at.four.sin_addr, host, sizeof host);
  return arena_format(a, "%s://%s:%u", scheme, host, ntohs(at.four.sin_port));
}
