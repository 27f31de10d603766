/* notify { webhook = "https://...", secret = "env:NAME", on = { "run_failed" } }: whom to tell of what. Any
 * number of them, each by one way: webhook, mail or command.
 *
 * Nothing is resolved or reached here, for a pack is checked on machines that have neither the secrets nor the
 * servers. What looks like a secret written out is refused: the files of a pack are archived. */
#include "declare.h"

#include <ctype.h>
#include <string.h>
#include "../base/duration.h"
#include "notify.h"
#include "reject_limit.h"

#define DAY ((int64_t)86400)

const char *const notify_event_names[NOTIFY_EVENTS] = {"run_failed", "run_late", "alerts",
                                                       "rejects", "pack_broken"};

/* ---- references ---- */

static bool starts(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static bool is_reference(const char *text) {
  return (starts(text, "env:") && text[4]) || (starts(text, "file:") && text[5]) ||
         (starts(text, "credential:") && text[11] && !strchr(text, '/'));
}

/* A secret, by where it stands; the text is not shown, in case it is the secret itself. */
static const char *read_secret(const body *b, const char *key) {
  const char *text = body_string(b, key);
  if (!text || is_reference(text)) return text;
  declare_error(b->l, body_key_at(b, key),
                "%s of %s must not stand here, for packs are archived and read by many: name where "
                "it stands, \"env:ACME_%s\", \"file:/etc/assay/%s\" or \"credential:%s\"",
                key, b->what, strcmp(key, "secret") == 0 ? "SECRET" : "PASSWORD", key, key);
  return NULL;
}

/* ---- webhook ---- */

static bool is_this_machine(const char *host) {
  static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
  for (size_t i = 0; i < 3; i++) {
    const size_t n = strlen(names[i]);
    if (!strncmp(host, names[i], n) && strchr(":/?", host[n])) return true;
  }
  return false;
}

static void read_webhook(const body *b, pack_notify *n) {
  const place at = body_key_at(b, "webhook");
  n->url = body_string(b, "webhook");
  n->secret = read_secret(b, "secret");
  if (!n->url || is_reference(n->url)) return;
  const bool plain = starts(n->url, "http://"), tls = starts(n->url, "https://");
  const char *host = n->url + (tls ? 8 : 7);
  if (!plain && !tls)
    declare_error(
        b->l, at,
        "webhook is \"%s\", which must be an address (\"https://hooks.example.com/assay\") "
        "or name where one stands (\"env:ACME_HOOK\")",
        n->url);
  else if (memchr(host, '@', strcspn(host, "/?")))
    declare_error(
        b->l, at,
        "webhook has a name or password in its address; packs are archived: name where the "
        "whole address stands, \"env:ACME_HOOK\"");
  else if (!host[strspn(host, ":/?")] || *host == '/' || *host == ':')
    declare_error(b->l, at, "webhook is \"%s\", which names no host", n->url);
  else if (plain && !is_this_machine(host))
    declare_error(b->l, at,
                  "webhook is \"%s\": customers' data goes over a network only with TLS: write "
                  "https://; http:// is for this machine (127.0.0.1)",
                  n->url);
}

/* ---- mail ---- */

static bool is_address(const char *text) {
  const char *at = strchr(text, '@');
  if (!at || at == text || !at[1] || strchr(at + 1, '@')) return false;
  for (const char *c = text; *c; c++)
    if ((unsigned char)*c <= ' ' || strchr("<>(),;:\\\"", *c)) return false;
  return true;
}

static void check_address(const body *b, const char *key, const char *text) {
  if (text && !is_address(text))
    declare_error(b->l, body_key_at(b, key),
                  "%s of %s is \"%s\", which must be an address such as \"credit@example.com\"",
                  key, b->what, text);
}

static void read_server(const body *b, pack_notify *n) {
  n->server = body_string(b, "server");
  if (!body_has(b, "server")) {
    declare_error(b->l, b->at,
                  "%s does not say which server sends it: server = \"smtp://mail.example.com:587\"",
                  b->what);
    return;
  }
  if (!n->server) return;
  const bool tls = starts(n->server, "smtps://"), plain = starts(n->server, "smtp://");
  const char *host = n->server + (tls ? 8 : 7);
  if ((!tls && !plain) || !*host || *host == '/' || *host == ':' || strchr(host, '@'))
    declare_error(b->l, body_key_at(b, "server"),
                  "server of %s is \"%s\", which must be \"smtp://mail.example.com:587\" (with "
                  "STARTTLS) or \"smtps://mail.example.com:465\"; user and password stand apart",
                  b->what, n->server);
}

static void read_mail(const body *b, pack_notify *n) {
  const bool one = body_push_key(b, "mail") == LUA_TSTRING;
  lua_pop(b->L, 1);
  if (one)
    *ARENA_PUSH(&b->l->pack->arena, n->to, n->to_count) = body_string(b, "mail");
  else
    body_strings(b, "mail", &n->to_count, &n->to);
  if (!n->to_count)
    declare_error(b->l, body_key_at(b, "mail"),
                  "mail says nobody to write to: mail = \"credit@example.com\"");
  for (size_t i = 0; i < n->to_count; i++) check_address(b, "mail", n->to[i]);
  n->from = body_string(b, "from");
  if (!body_has(b, "from"))
    declare_error(b->l, b->at, "%s does not say who it is from: from = \"assay@example.com\"",
                  b->what);
  check_address(b, "from", n->from);
  read_server(b, n);
  n->user = body_string(b, "user");
  n->password = read_secret(b, "password");
  if (body_has(b, "user") != body_has(b, "password"))
    declare_error(b->l, body_key_at(b, body_has(b, "user") ? "user" : "password"),
                  "user and password of %s belong together", b->what);
}

/* ---- command ---- */

static void read_command(const body *b, pack_notify *n) {
  const place at = body_key_at(b, "command");
  const bool text = body_push_key(b, "command") != LUA_TTABLE;
  lua_pop(b->L, 1);
  if (text) {
    declare_error(
        b->l, at,
        "command is a list, the program and its arguments, for no shell reads it: command "
        "= { \"page-someone\", \"credit\" }");
    return;
  }
  body_strings(b, "command", &n->argument_count, &n->arguments);
  if (!n->argument_count)
    declare_error(b->l, at, "command names no program: command = { \"page-someone\", \"credit\" }");
  else if (!*n->arguments[0] || strchr(n->arguments[0], '/') || n->arguments[0][0] == '.')
    declare_error(b->l, at,
                  "the program of command is \"%s\"; it must be the name of one of those that the "
                  "service is allowed to start (assay serve --commands DIR), without a path",
                  n->arguments[0]);
}

/* ---- what they share ---- */

static void read_events(const body *b, pack_notify *n) {
  const char **names = NULL;
  size_t count = 0;
  if (!body_has(b, "on")) {
    for (size_t i = 0; i < NOTIFY_EVENTS; i++) n->on[i] = true;
    return;
  }
  const bool list = body_strings(b, "on", &count, &names);
  if (list && !count)
    declare_error(b->l, body_key_at(b, "on"), "on of %s names nothing to tell of: %s", b->what,
                  declare_choices(b->l, COUNTED(notify_event_names)));
  for (size_t i = 0; i < count; i++) {
    size_t k = 0;
    while (k < NOTIFY_EVENTS && strcmp(notify_event_names[k], names[i]) != 0) k++;
    if (k == NOTIFY_EVENTS)
      declare_error(b->l, body_key_at(b, "on"), "on of %s names \"%s\", which must be %s%s",
                    b->what, names[i], declare_choices(b->l, COUNTED(notify_event_names)),
                    declare_meant(b->l, names[i], COUNTED(notify_event_names)));
    else if (n->on[k])
      declare_error(b->l, body_key_at(b, "on"), "on of %s names \"%s\" twice", b->what, names[i]);
    else
      n->on[k] = true;
  }
}

static void read_span(const body *b, const char *key, int64_t most, int64_t *out) {
  const char *text = body_string(b, key);
  int64_t seconds = 0;
  char bound[40] = "";
  if (!text) return;
  if (span_parse(text, &seconds) && seconds <= most) {
    *out = seconds;
    return;
  }
  span_write(bound, most);
  declare_error(
      b->l, body_key_at(b, key),
      "%s of %s is \"%s\", which must be a time such as \"30s\", \"10m\" or \"4h\", of at "
      "most %s",
      key, b->what, text, bound);
}

static void read_rejects(const body *b, pack_notify *n) {
  rule_text t = {0};
  if (!body_text(b, "rejects", &t)) return;
  if (!reject_limit_parse(t.text, &n->rejects, &n->rejects_percent))
    declare_error(
        b->l, t.at,
        "rejects of %s is \"%s\", which must be a number of records (20) or a share of them "
        "(\"0.5%%\"); more of them are told",
        b->what, t.text);
}

static void read_shared(const body *b, pack_notify *n) {
  static const char *const severities[] = {"info", "warning", "critical"};
  static const char *const languages[] = {"en", "zh"};
  n->least = ALERT_WARNING;
  n->rejects = 1;
  n->rejects_percent = true;
  n->recovered = true;
  n->again = 4 * 3600;
  n->timeout = n->kind == NOTIFY_WEBHOOK ? 10 : 30;
  n->give_up = DAY;
  read_events(b, n);
  read_rejects(b, n);
  read_span(b, "again", 30 * DAY, &n->again);
  read_span(b, "timeout", 600, &n->timeout);
  read_span(b, "give_up", 30 * DAY, &n->give_up);
  body_flag(b, "recovered", &n->recovered);
  const int least = body_word(b, "alerts", COUNTED(severities));
  if (least >= 0) n->least = (alert_severity)least;
  const int language = body_word(b, "language", COUNTED(languages));
  n->language = languages[language < 0 ? 0 : language];
}

/* The name in messages, metrics and the outbox: given, or the way and its number. */
static void read_name(const body *b, const char *way, pack_notify *n) {
  pack *p = b->l->pack;
  size_t number = 1;
  for (size_t i = 0; i < p->notify_count; i++) number += p->notifies[i].kind == n->kind;
  n->name = body_string(b, "name");
  if (!n->name) n->name = arena_format(&p->arena, "%s-%zu", way, number);
  size_t length = 0;
  while (isalnum((unsigned char)n->name[length]) || strchr("-_", n->name[length])) {
    if (!n->name[length]) break;
    length++;
  }
  if (!length || n->name[length] || length > 64)
    declare_error(b->l, body_key_at(b, "name"),
                  "name of %s is \"%s\", which must be letters, digits, - and _, at most 64",
                  b->what, n->name);
  for (size_t i = 0; i < p->notify_count; i++)
    if (strcmp(p->notifies[i].name, n->name) == 0)
      declare_error(b->l, b->at,
                    "two notify { ... } have the name \"%s\"; give one another: name = "
                    "\"night-shift\"",
                    n->name);
}

#define SHARED_KEYS                                                                                \
  "name", "on", "alerts", "rejects", "again", "timeout", "give_up", "recovered", "language"
static const char *const webhook_keys[] = {"webhook", "secret", SHARED_KEYS};
static const char *const mail_keys[] = {"mail", "from", "server", "user", "password", SHARED_KEYS};
static const char *const command_keys[] = {"command", SHARED_KEYS};

static const struct {
  const char *name;
  const char *const *keys;
  size_t key_count;
  void (*read)(const body *b, pack_notify *n);
} ways[] = {[NOTIFY_WEBHOOK] = {"webhook", COUNTED(webhook_keys), read_webhook},
            [NOTIFY_MAIL] = {"mail", COUNTED(mail_keys), read_mail},
            [NOTIFY_COMMAND] = {"command", COUNTED(command_keys), read_command}};
enum { WAYS = sizeof ways / sizeof *ways };

static int word_notify(lua_State *L) {
  body b;
  int way = -1, given = 0;
  if (!declare_plain(L, "notify", &b)) return 0;
  for (int i = 0; i < WAYS; i++) {
    if (!body_has(&b, ways[i].name)) continue;
    if (way < 0) way = i;
    given++;
  }
  if (given != 1) {
    declare_error(b.l, b.at,
                  "notify tells by one way, and this one %s: webhook = \"https://...\", "
                  "mail = \"credit@example.com\" or command = { \"page-someone\" }",
                  given ? "names several; make one for each" : "names none");
    return 0;
  }
  pack_notify n = {.kind = (notify_kind)way, .at = b.at};
  b.what = arena_format(&b.l->pack->arena, "notify by %s", ways[way].name);
  body_check(&b, ways[way].keys, ways[way].key_count, false);
  ways[way].read(&b, &n);
  read_shared(&b, &n);
  read_name(&b, ways[way].name, &n);
  *ARENA_PUSH(&b.l->pack->arena, b.l->pack->notifies, b.l->pack->notify_count) = n;
  return 0;
}

const declaration declare_notify_words[] = {{"notify", word_notify}, {NULL, NULL}};
