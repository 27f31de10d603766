/* Cadences: each clause at its edges, and the follow-ups that the four packs give for their examples.
 * as_of is Friday 2025-09-26T15:00:00+08:00 everywhere. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "support/pack_text.h"

#define WORKDAYS_2025                                                                              \
  "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' },\n"       \
  "  opens = '09:00', closes = '18:00',\n"                                                         \
  "  holidays = { '2025-10-01..2025-10-08' }, makeup = { '2025-09-28', '2025-10-11' } }\n"         \
  "source { plugin = 'csv', path = 'c.csv' }\n"
#define EVERY_DAY(opens, closes)                                                                   \
  "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' },\n"       \
  "  opens = '" opens "', closes = '" closes "', workdays = 'calendar' }\n"                        \
  "source { plugin = 'csv', path = 'c.csv' }\n"

/* A pack with a company of its own, and perhaps a calendar.csv. */
static pack *load(const char *company, const char *steps, const char *csv, findings *found) {
  char folder[] = "/tmp/assay-cadence-XXXXXX", path[256];
  const text_file files[] = {{"company.lua", company}, {"steps.lua", steps}, {"calendar.csv", csv}};
  const size_t count = csv ? 3 : 2;
  assert_non_null(mkdtemp(folder));
  for (size_t i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(files[i].text, f);
    fclose(f);
  }
  pack *p = pack_load(folder, found);
  for (size_t i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
    unlink(path);
  }
  rmdir(folder);
  return p;
}

static pack *pack_of(const char *company, const char *steps) {
  findings found = {0};
  pack *p = load(company, steps, NULL, &found);
  for (size_t i = 0; i < found.count && !p; i++)
    print_error("%d: %s\n", found.items[i].line, found.items[i].message);
  assert_non_null(p);
  findings_deinit(&found);
  return p;
}

static void check(const char *company, const char *steps, const case_ *cases, size_t count) {
  pack *p = pack_of(company, steps);
  check_cases(p, cases, count);
  pack_free(p);
}

#define NEXT(moment) "next=2025-" moment "+08:00"

/* ---- (a) b2b-software ---- */

#define B2B                                                                                        \
  WORKDAYS_2025                                                                                    \
  "fields { id = key, stop = boolean, grade = choice { 'A', 'B', 'C', 'D' },\n"                    \
  "  quote = timestamp, last = timestamp, touches = list { at = timestamp, by = text } }\n"        \
  "outputs { 'next', 'channel', 'why' }\n"
#define B2B_STEPS                                                                                  \
  "decision_table 'days' { type = integer, inputs = { 'grade' },\n"                                \
  "  { 'A', 2 }, { 'B', 5 }, { 'C', 10 }, { 'D', 30 } }\n"                                         \
  "cadence 'next' {\n"                                                                             \
  "  never { 'stop', 'DO_NOT_CONTACT' },\n"                                                        \
  "  first_touch { from = 'quote', within = '24h', roll = 'back', code = 'FIRST_QUOTE_24H' },\n"   \
  "  none_yet { 'NO_CONTACT_YET' },\n"                                                             \
  "  every { 'days', unit = 'workdays', from = 'last' },\n"                                        \
  "  overdue { 'CAD_OVERDUE' },\n"                                                                 \
  "  cap { 3, per = 7, of = 'touches', code = 'CONTACT_CAP' },\n"                                  \
  "  channel { { 'grade = A', 'call/visit' }, { 'grade = B', 'call' }, { 'grade = C', 'email' "    \
  "},\n"                                                                                           \
  "    { '-', 'campaign' } },\n"                                                                   \
  "}\n"                                                                                            \
  "codes 'why' { 'DO_NOT_CONTACT', 'FIRST_QUOTE_24H', 'NO_CONTACT_YET', 'CAD_OVERDUE',\n"          \
  "  'CONTACT_CAP' }\n"

static void the_examples_of_b2b_software(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"grade=A|last=2025-09-24T14:20:00+08:00", /* A1 */
       NEXT("09-26T18:00:00") ";channel=call/visit;why="},
      {"grade=B|quote=2025-09-26T10:00:00+08:00|last=2025-09-16T15:30:00+08:00", /* A2 */
       NEXT("09-26T18:00:00") ";channel=call;why=FIRST_QUOTE_24H"},
      {"grade=D|last=2025-08-20T09:45:00+08:00", /* A3 */
       NEXT("09-30T18:00:00") ";channel=campaign;why="},
      {"grade=B|last=2025-09-19T17:10:00+08:00", /* A4 */
       NEXT("09-26T18:00:00") ";channel=call;why="},
      {"grade=C", NEXT("09-26T18:00:00") ";channel=email;why=NO_CONTACT_YET"},
      {"grade=A|stop=true|quote=2025-09-26T10:00:00+08:00", "next=;channel=;why=DO_NOT_CONTACT"}};
  check(B2B, B2B_STEPS, cases, COUNT(cases));
}

static void a_promise_after_an_event(void **state) {
  (void)state;
  static const case_ cases[] = {
      /* a Thursday's quote: Friday at the same hour, if that is open */
      {"quote=2025-09-25T16:00:00+08:00", NEXT("09-26T16:00:00") ";why=FIRST_QUOTE_24H"},
      {"quote=2025-09-25T18:00:00+08:00", NEXT("09-26T18:00:00")}, /* closing is included */
      {"quote=2025-09-25T18:00:01+08:00", NEXT("09-26T18:00:00")},
      {"quote=2025-09-25T23:59:00+08:00", NEXT("09-26T18:00:00")},
      /* Saturday is no working day, the make-up Sunday is: back to it from the night */
      {"quote=2025-09-26T15:00:00+08:00", NEXT("09-26T18:00:00")},
      /* before opening: back to the day before */
      {"quote=2025-09-25T08:59:59+08:00",
       NEXT("09-26T18:00:00") ";why=FIRST_QUOTE_24H|CAD_OVERDUE"}, /* 09-25T18:00 is past */
      {"quote=2025-09-25T09:00:00+08:00",
       NEXT("09-26T18:00:00") ";why=FIRST_QUOTE_24H|CAD_OVERDUE"}, /* 09-26T09:00 */
      {"quote=2025-09-25T15:00:00+08:00", NEXT("09-26T15:00:00") ";why=FIRST_QUOTE_24H"},
      /* a touch after the quote ends it, one at the same moment or before does not */
      {"grade=A|quote=2025-09-25T16:00:00+08:00|last=2025-09-25T16:00:01+08:00",
       NEXT("09-28T18:00:00") ";why="},
      {"grade=A|quote=2025-09-25T16:00:00+08:00|last=2025-09-25T16:00:00+08:00",
       NEXT("09-26T16:00:00") ";why=FIRST_QUOTE_24H"},
      /* what lies after as_of has not happened: neither the touch nor the quote */
      {"grade=A|quote=2025-09-25T16:00:00+08:00|last=2025-09-26T15:00:01+08:00",
       NEXT("09-26T16:00:00") ";why=FIRST_QUOTE_24H"},
      {"grade=A|quote=2025-09-26T15:00:01+08:00", NEXT("09-26T18:00:00") ";why=NO_CONTACT_YET"},
      /* it is not capped */
      {"grade=A|quote=2025-09-25T16:00:00+08:00|touches=at=2025-09-25T10:00:00+08:00;"
       "at=2025-09-25T11:00:00+08:00;at=2025-09-24T11:00:00+08:00",
       NEXT("09-26T16:00:00") ";why=FIRST_QUOTE_24H"}};
  check(B2B, B2B_STEPS, cases, COUNT(cases));
}

static void a_cap_on_contacts(void **state) {
  (void)state;
  static const case_ cases[] = {
      /* due 09-26; three touches on 09-20 .. 09-26: moves to the next working day that has room */
      {"grade=A|last=2025-09-24T10:00:00+08:00|touches=at=2025-09-24T10:00:00+08:00;"
       "at=2025-09-24T09:00:00+08:00;at=2025-09-20T09:00:00+08:00",
       NEXT("09-28T18:00:00") ";why=CONTACT_CAP"}, /* 09-22 .. 09-28 has two */
      {"grade=A|last=2025-09-24T10:00:00+08:00|touches=at=2025-09-24T10:00:00+08:00;"
       "at=2025-09-24T09:00:00+08:00;at=2025-09-19T23:59:59+08:00",
       NEXT("09-26T18:00:00") ";why="},
      /* a working day after the other: 09-28, 09-29, 09-30, and after the holidays 10-09 */
      {"grade=A|last=2025-09-26T10:00:00+08:00|touches=at=2025-09-26T10:00:00+08:00;"
       "at=2025-09-25T09:00:00+08:00;at=2025-09-24T09:00:00+08:00",
       NEXT("10-09T18:00:00") ";why=CONTACT_CAP"},
      /* touches after as_of, and those whose moment is in another zone's day */
      {"grade=A|last=2025-09-24T10:00:00+08:00|touches=at=2025-09-24T10:00:00+08:00;"
       "at=2025-09-24T09:00:00+08:00;at=2025-09-26T15:00:01+08:00",
       NEXT("09-26T18:00:00") ";why="},
      {"grade=A|last=2025-09-24T10:00:00+08:00|touches=at=2025-09-24T10:00:00+08:00;"
       "at=2025-09-24T09:00:00+08:00;at=2025-09-19T16:00:00Z",
       NEXT("09-28T18:00:00") ";why=CONTACT_CAP"}, /* 09-20T00:00+08:00 */
      /* overdue first: the cap looks at the date that it became */
      {"grade=A|last=2025-09-22T10:00:00+08:00|touches=at=2025-09-20T10:00:00+08:00;"
       "at=2025-09-22T09:00:00+08:00;at=2025-09-22T10:00:00+08:00",
       NEXT("09-28T18:00:00") ";why=CAD_OVERDUE|CONTACT_CAP"}};
  check(B2B, B2B_STEPS, cases, COUNT(cases));
}

/* ---- (b) distributor-credit ---- */

static void the_examples_of_distributor_credit(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"class=R1|last=2025-09-12", NEXT("10-16T18:00:00") ";bd=20;channel=call;why="},
      {"class=R4|overdue=80000|overdue_30=20000|last=2025-09-25",
       NEXT("09-28T18:00:00") ";bd=2;channel=visit;why="},
      {"class=R5|overdue=1|overdue_30=1|last=2025-09-24",
       NEXT("09-26T18:00:00") ";bd=2;channel=visit;why="},
      {"class=R1|overdue=1|overdue_30=0|last=2025-09-19", NEXT("09-26T18:00:00") ";bd=5;why="},
      {"class=R5|overdue=1|last=2025-09-25", NEXT("09-28T18:00:00") ";bd=2;why="},
      {"class=R2|overdue=5|last=2025-09-01",
       NEXT("09-26T18:00:00") ";bd=5;channel=call;why=CAD_OVERDUE"},
      /* the interval is shown whoever is contacted, and whether or not it is counted from something */
      {"class=R3", NEXT("09-26T18:00:00") ";bd=10;channel=call;why=NO_CONTACT_YET"},
      {"class=R3|last=2025-09-27", NEXT("09-26T18:00:00") ";bd=10;why=NO_CONTACT_YET"},
      {"class=R1|stop=true|overdue=7|last=2025-09-12", "next=;bd=5;channel=;why=DO_NOT_CONTACT"},
      {"class=R1|stop=true", "next=;bd=20;channel=;why=DO_NOT_CONTACT"},
      {"last=2025-09-12", "next=;bd=;channel=call;why="}}; /* no class, no interval, no date */
  check(WORKDAYS_2025
        "fields { id = key, stop = boolean, class = choice { 'R1', 'R2', 'R3', 'R4', 'R5' },\n"
        "  overdue = money, overdue_30 = money, last = date }\n"
        "outputs { 'next', 'bd', 'channel', 'why' }\n",
        "decision_table 'class_interval' { type = integer, inputs = { 'class' },\n"
        "  { 'R1', 20 }, { 'R2', 15 }, { 'R3', 10 }, { 'R4', 5 }, { 'R5', 2 } }\n"
        "cadence 'next' {\n"
        "  never { 'stop', 'DO_NOT_CONTACT' },\n"
        "  none_yet { 'NO_CONTACT_YET' },\n"
        "  every { 'class_interval', unit = 'workdays', from = 'last', as = 'bd' },\n"
        "  sooner { 5, when = 'overdue > 0' },\n"
        "  sooner { 2, when = 'overdue_30 > 0' },\n"
        "  overdue { 'CAD_OVERDUE' },\n"
        "  channel { { 'class in (R4, R5) or overdue_30 > 0', 'visit' }, { '-', 'call' } },\n"
        "}\n"
        "codes 'why' { 'DO_NOT_CONTACT', 'NO_CONTACT_YET', 'CAD_OVERDUE' }\n",
        cases, COUNT(cases));
}

/* ---- (c) ecommerce-rfm ---- */

static void the_examples_of_ecommerce_rfm(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"segment=champions|touch=2025-09-22T10:00:00+08:00|order=2025-09-18T20:15:00+08:00", /* C1 */
       NEXT("09-29T21:00:00") ";channel=call;why="},
      {"segment=at_risk|touch=2025-09-20T19:30:00+08:00|order=2025-05-10T13:00:00+08:00|" /* C2 */
       "touches=at=2025-09-20T19:30:00+08:00,kind=winback;at=2025-04-01T10:00:00+08:00,kind="
       "regular",
       NEXT("09-26T21:00:00") ";why=CAD_OVERDUE"},
      {"segment=new|touch=2025-09-21T10:00:00+08:00|order=2025-09-20T22:10:00+08:00|" /* C3 */
       "touches=at=2025-09-21T10:00:00+08:00,kind=welcome",
       NEXT("09-27T21:00:00") ";channel=wechat;why="},
      /* day 1, 7, 21; the first without any contact: no NO_CONTACT_YET */
      {"segment=new|order=2025-09-26T10:00:00+08:00", NEXT("09-27T21:00:00") ";why="},
      {"segment=new|touch=2025-09-25T10:00:00+08:00|order=2025-09-20T10:00:00+08:00|touches="
       "at=2025-09-21T10:00:00+08:00,kind=welcome;at=2025-09-25T10:00:00+08:00,kind=welcome",
       NEXT("10-11T21:00:00") ";why="},
      /* done: 21 days from the latest touch of any kind */
      {"segment=new|touch=2025-09-25T10:00:00+08:00|order=2025-09-20T10:00:00+08:00|touches="
       "at=2025-09-21T10:00:00+08:00,kind=welcome;at=2025-09-23T10:00:00+08:00,kind=welcome;"
       "at=2025-09-25T10:00:00+08:00,kind=welcome",
       NEXT("10-16T21:00:00") ";why=WELCOME_DONE"},
      /* others do not count: of another kind, before the order, at its very moment, after as_of */
      {"segment=new|touch=2025-09-25T10:00:00+08:00|order=2025-09-20T10:00:00+08:00|touches="
       "at=2025-09-21T10:00:00+08:00,kind=regular;at=2025-09-20T09:59:59+08:00,kind=welcome;"
       "at=2025-09-20T10:00:00+08:00,kind=welcome;at=2025-09-26T15:00:01+08:00,kind=welcome",
       NEXT("09-27T21:00:00") ";why=CAD_OVERDUE|CONTACT_CAP"}, /* day 1 was 09-21 */
      {"segment=at_risk|touch=2025-09-19T10:00:00+08:00|order=2025-05-10T13:00:00+08:00|winbacks=3",
       NEXT("10-19T21:00:00") ";why=WINBACK_DONE"},
      {"segment=at_risk|stop=true|touch=2025-09-19T10:00:00+08:00|winbacks=3",
       "next=;channel=;why=DO_NOT_CONTACT"},
      {"segment=regular", NEXT("09-26T21:00:00") ";channel=sms;why=NO_CONTACT_YET"},
      {"segment=champions|touch=2025-09-20T10:00:00+08:00|order=2025-09-18T20:15:00+08:00|touches="
       "at=2025-09-20T10:00:00+08:00,kind=regular;at=2025-09-24T10:00:00+08:00,kind=regular;"
       "at=2025-09-25T10:00:00+08:00,kind=regular",
       NEXT("10-01T21:00:00") ";why=CONTACT_CAP"}}; /* 09-27 has three, 10-01 one */
  check(EVERY_DAY("09:00",
                  "21:00") "fields { id = key, stop = boolean, winbacks = integer,\n"
                           "  segment = choice { 'champions', 'at_risk', 'new', 'regular' },\n"
                           "  touch = timestamp, order = timestamp,\n"
                           "  touches = list { at = timestamp, kind = choice { 'welcome', "
                           "'winback', 'regular' } } }\n"
                           "outputs { 'next', 'channel', 'why' }\n",
        "decision_table 'by_segment' { inputs = { 'segment' },\n"
        "  outputs = { { 'days', integer }, { 'way', choice { 'call', 'wechat', 'sms' } } },\n"
        "  { 'champions', 7, 'call' }, { 'at_risk', 5, 'call' }, { 'new', 21, 'wechat' },\n"
        "  { 'regular', 21, 'sms' } }\n"
        "cadence 'next' {\n"
        "  never { 'stop', 'DO_NOT_CONTACT' },\n"
        "  sequence { when = 'segment = new', anchor = 'order', days = { 1, 7, 21 },\n"
        "    of = 'touches', where = 'kind = welcome', done = 'WELCOME_DONE' },\n"
        "  none_yet { 'NO_CONTACT_YET' },\n"
        "  every { 'days', unit = 'days', from = 'touch' },\n"
        "  later { 30, when = 'segment = at_risk and winbacks >= 3', code = 'WINBACK_DONE' },\n"
        "  overdue { 'CAD_OVERDUE' },\n"
        "  cap { 2, per = 7, of = 'touches', code = 'CONTACT_CAP' },\n"
        "  channel { 'way' },\n"
        "}\n"
        "codes 'why' { 'DO_NOT_CONTACT', 'NO_CONTACT_YET', 'WINBACK_DONE', 'WELCOME_DONE',\n"
        "  'CAD_OVERDUE', 'CONTACT_CAP' }\n",
        cases, COUNT(cases));
}

/* ---- (d) real-estate-leads ---- */

static void the_examples_of_real_estate_leads(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"days=2|last=2025-09-25T11:00:00+08:00", NEXT("09-27T20:00:00") ";why="},
      {"days=5|last=2025-09-24T18:30:00+08:00", NEXT("09-29T20:00:00") ";why="},
      {"days=30|last=2025-09-10T09:05:00+08:00", NEXT("10-10T20:00:00") ";why="},
      /* overdue is a matter of moments: due today at 20:00 is not past at 15:00 */
      {"days=2|last=2025-09-24T23:59:59+08:00", NEXT("09-26T20:00:00") ";why="},
      {"days=2|last=2025-09-23T23:59:59+08:00", NEXT("09-26T20:00:00") ";why=CAD_OVERDUE"}};
  check(EVERY_DAY("09:00", "20:00") "fields { id = key, days = integer, last = timestamp }\n"
                                    "outputs { 'next', 'why' }\n",
        "cadence 'next' {\n"
        "  none_yet { 'NO_CONTACT_YET' },\n"
        "  every { 'days', unit = 'days', from = 'last' },\n"
        "  overdue { 'CAD_OVERDUE' },\n"
        "}\n"
        "codes 'why' { 'NO_CONTACT_YET', 'CAD_OVERDUE' }\n",
        cases, COUNT(cases));
}

/* ---- the other forms of the clauses ---- */

#define PLAIN_FIELDS                                                                               \
  "fields { id = key, days = integer, last = timestamp, made_on = date, quote = timestamp,\n"      \
  "  on = date, at = timestamp, urgent = boolean }\n"                                              \
  "outputs { 'next', 'why' }\n"

static void working_hours_after_an_event(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"quote=2025-09-26T10:00:00+08:00", NEXT("09-26T18:00:00") ";why=PROMISE"}, /* at closing */
      {"quote=2025-09-26T10:00:01+08:00", NEXT("09-28T09:00:01")},
      {"quote=2025-09-26T09:00:00+08:00", NEXT("09-26T17:00:00")},
      {"quote=2025-09-26T14:00:00+08:00", NEXT("09-28T13:00:00")},
      {"quote=2025-09-26T07:00:00+08:00", NEXT("09-26T17:00:00")}, /* from the opening on */
      {"quote=2025-09-25T20:00:00+08:00", NEXT("09-26T17:00:00")},
      {"quote=2025-09-25T17:30:00+08:00", NEXT("09-26T16:30:00")},
      {"quote=2025-09-20T12:00:00+08:00", NEXT("09-22T17:00:00")}};
  check(WORKDAYS_2025 PLAIN_FIELDS,
        "cadence 'next' {\n"
        "  first_touch { from = 'quote', within = '8 working hours', touched = 'last',\n"
        "    code = 'PROMISE' },\n"
        "}\n"
        "codes 'why' { 'PROMISE' }\n",
        cases, COUNT(cases));
  static const case_ forward[] = {
      {"quote=2025-09-26T10:00:00+08:00", NEXT("09-28T09:00:00")}, /* Saturday 10:00 -> Sunday */
      {"quote=2025-09-25T16:00:00+08:00", NEXT("09-26T16:00:00")},
      {"quote=2025-09-25T18:00:01+08:00", NEXT("09-28T09:00:00")},
      {"quote=2025-09-25T03:00:00+08:00", NEXT("09-26T09:00:00")}};
  check(WORKDAYS_2025 PLAIN_FIELDS,
        "cadence 'next' {\n"
        "  first_touch { from = 'quote', within = '1 day', touched = 'made_on',\n"
        "    roll = 'forward', code = 'PROMISE' },\n"
        "}\n"
        "codes 'why' { 'PROMISE' }\n",
        forward, COUNT(forward));
}

static void earlier_or_later_by_a_date(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"days=10|last=2025-09-22T10:00:00+08:00", NEXT("10-02T20:00:00") ";why="},
      {"days=10|last=2025-09-22T10:00:00+08:00|urgent=true|on=2025-09-27",
       NEXT("09-27T20:00:00") ";why=SOONER"},
      {"days=10|last=2025-09-22T10:00:00+08:00|urgent=true|on=2025-10-02",
       NEXT("10-02T20:00:00") ";why="}, /* it did not move */
      {"days=10|last=2025-09-22T10:00:00+08:00|on=2025-09-27", NEXT("10-02T20:00:00") ";why="},
      {"days=10|last=2025-09-22T10:00:00+08:00|at=2025-10-05T10:30:00+08:00",
       NEXT("10-05T10:30:00") ";why=LATER"},
      {"days=10|last=2025-09-22T10:00:00+08:00|at=2025-10-02T10:30:00+08:00",
       NEXT("10-02T20:00:00") ";why="},
      /* whoever said when: also who was never contacted asked not to be called before */
      {"days=10|at=2025-10-05T10:30:00+08:00", NEXT("10-05T10:30:00") ";why=LATER"},
      {"days=10|last=2025-09-22T10:00:00+08:00|at=9999-12-31T23:59:59+08:00",
       "next=9999-12-31T23:59:59+08:00;why=LATER"},
      {"days=10|last=2025-09-22T10:00:00+08:00|at=9999-12-31T23:59:59-08:00", "fault=OVERFLOW"},
      {"days=10|last=2025-09-22T10:00:00+08:00|urgent=true|on=2025-09-23",
       NEXT("09-26T20:00:00") ";why=SOONER|LATE"}};
  check(EVERY_DAY("09:00", "20:00") PLAIN_FIELDS,
        "cadence 'next' {\n"
        "  none_yet {},\n"
        "  every { 'days', unit = 'days', from = 'last' },\n"
        "  sooner { on = 'on', when = 'urgent', code = 'SOONER' },\n"
        "  later { on = 'at', code = 'LATER' },\n"
        "  overdue { 'LATE' },\n"
        "}\n"
        "codes 'why' { 'SOONER', 'LATER', 'LATE' }\n",
        cases, COUNT(cases));
}

static void several_intervals(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"urgent=true|last=2025-09-25T10:00:00+08:00", "interval=1;" NEXT("09-26T20:00:00")},
      {"urgent=false|days=4|last=2025-09-25T10:00:00+08:00", "interval=4;" NEXT("09-29T20:00:00")},
      /* the first whose number and date are known counts; a number alone is only shown */
      {"urgent=true|days=4|made_on=2025-09-24", "interval=90;" NEXT("12-23T20:00:00")},
      {"urgent=true", "interval=1;next="},
      {"days=4|made_on=2025-09-24", "interval=90;" NEXT("12-23T20:00:00")},
      {"made_on=2025-09-24", "interval=90;" NEXT("12-23T20:00:00")},
      {"", "interval=90;next="}};
  check(EVERY_DAY("09:00", "20:00") "fields { id = key, days = integer, last = timestamp, made_on "
                                    "= date, urgent = boolean }\n"
                                    "outputs { 'next', 'interval' }\n",
        "cadence 'next' {\n"
        "  every { 1, unit = 'days', from = 'last', as = 'interval', when = 'urgent' },\n"
        "  every { 'days', unit = 'days', from = 'last' },\n"
        "  every { 90, unit = 'days', from = 'made_on' },\n"
        "}\n",
        cases, COUNT(cases));
}

static void hours_that_are_quiet_or_closed(void **state) {
  (void)state;
  static const case_ quiet[] = {
      {"quote=2025-09-25T21:00:00+08:00", NEXT("09-27T21:00:00") ";why="}, /* where they begin */
      {"quote=2025-09-25T21:00:01+08:00", NEXT("09-27T21:00:00") ";why=QUIET"},
      {"quote=2025-09-26T00:00:00+08:00", NEXT("09-27T21:00:00") ";why=QUIET"},
      {"quote=2025-09-26T08:59:59+08:00", NEXT("09-27T21:00:00") ";why=QUIET"},
      {"quote=2025-09-26T09:00:00+08:00", NEXT("09-28T09:00:00") ";why="},
      {"quote=2025-09-26T12:00:00+08:00", NEXT("09-28T12:00:00") ";why="}};
  check(EVERY_DAY("09:00", "21:00") PLAIN_FIELDS,
        "cadence 'next' {\n"
        "  first_touch { from = 'quote', within = '2 days', roll = 'none', touched = 'last' },\n"
        "  quiet { '21:00..09:00', roll = 'back', code = 'QUIET' },\n"
        "}\n"
        "codes 'why' { 'QUIET' }\n",
        quiet, COUNT(quiet));
  static const case_ noon[] = {
      {"days=1|last=2025-09-26T10:00:00+08:00|at=2025-09-28T12:00:00+08:00",
       NEXT("09-28T12:00:00") ";why="},
      {"days=1|last=2025-09-26T10:00:00+08:00|at=2025-09-28T12:00:01+08:00",
       NEXT("09-28T14:00:00") ";why=QUIET"},
      {"days=1|last=2025-09-26T10:00:00+08:00|at=2025-09-28T14:00:00+08:00",
       NEXT("09-28T14:00:00") ";why="},
      {"days=1|last=2025-09-26T10:00:00+08:00|at=2025-09-28T23:00:00+08:00",
       NEXT("09-29T09:00:00") ";why=CLOSED"},
      /* Saturday 2025-09-27 is closed, the make-up Sunday is not */
      {"days=1|last=2025-09-26T10:00:00+08:00|at=2025-09-27T19:00:00+08:00",
       NEXT("09-28T09:00:00") ";why=CLOSED"},
      {"days=1|last=2025-09-26T10:00:00+08:00", NEXT("09-28T09:00:00") ";why=CLOSED"}};
  check(WORKDAYS_2025 PLAIN_FIELDS,
        "cadence 'next' {\n"
        "  every { 'days', unit = 'days', from = 'last' },\n"
        "  later { on = 'at' },\n"
        "  quiet { '12:00..14:00', roll = 'forward', code = 'QUIET' },\n"
        "  opening { roll = 'forward', code = 'CLOSED' },\n"
        "}\n"
        "codes 'why' { 'QUIET', 'CLOSED' }\n",
        noon, COUNT(noon));
}

/* ---- a calendar kept in a file ---- */

#define WITH_CALENDAR(more)                                                                        \
  "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' },\n"       \
  "  calendar = 'calendar.csv'" more " }\n"                                                        \
  "source { plugin = 'csv', path = 'c.csv' }\n"                                                    \
  "fields { id = key, last = date }\noutputs { 'next' }\n"
#define DAYS_OF_2025                                                                               \
  "\xEF\xBB\xBF"                                                                                   \
  "date,kind,note\r\n2025-10-01..2025-10-08,holiday,国庆节\r\n\r\n"                             \
  "2025-09-28,makeup,\r\n2025-10-11,makeup\r\n"

static void a_calendar_from_a_spreadsheet(void **state) {
  (void)state;
  static const case_ cases[] = {{"last=2025-09-26", NEXT("10-30T18:00:00")},
                                {"last=2025-09-12", NEXT("10-16T18:00:00")}};
  findings found = {0};
  pack *p = load(WITH_CALENDAR(", holidays = { '2025-01-01' }"),
                 "cadence 'next' { every { 20, unit = 'workdays', from = 'last' } }", DAYS_OF_2025,
                 &found);
  assert_int_equal(found.count, 0);
  assert_int_equal(p->calendar.holiday_count, 9);
  assert_int_equal(p->calendar.makeup_count, 2);
  assert_int_equal(p->calendar.until, date_from_civil(2025, 12, 31)); /* the year of its last day */
  assert_int_equal(p->file_count, 3);                                 /* it is part of the pack */
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
  findings_deinit(&found);
}

/* A warning if the follow-ups may reach beyond what the calendar knows, as seen from as_of. */
static void a_calendar_that_ends(void **state) {
  (void)state;
  static const struct {
    const char *company, *csv, *every, *as_of;
    bool warns;
  } cases[] = {
      {WITH_CALENDAR(""), DAYS_OF_2025, "20", "2025-09-26T15:00:00+08:00", false},
      {WITH_CALENDAR(""), DAYS_OF_2025, "20", "2025-12-03T15:00:00+08:00", false}, /* 12-31 */
      {WITH_CALENDAR(""), DAYS_OF_2025, "20", "2025-12-04T15:00:00+08:00", true},
      {WITH_CALENDAR(""), DAYS_OF_2025, "20", "2027-01-04T15:00:00+08:00", true},
      {WITH_CALENDAR(""), DAYS_OF_2025 "2025-10-15,end,", "20", "2025-09-26T15:00:00+08:00", true},
      {WITH_CALENDAR(", calendar_until = '2026-12-31'"), DAYS_OF_2025, "20",
       "2025-12-04T15:00:00+08:00", false},
      /* a formula may be anything: a month */
      {WITH_CALENDAR(""), DAYS_OF_2025, "weekday(last)", "2025-12-01T15:00:00+08:00", false},
      {WITH_CALENDAR(""), DAYS_OF_2025, "weekday(last)", "2025-12-02T15:00:00+08:00", true},
      {WORKDAYS_2025 "fields { id = key, last = date }\noutputs { 'next' }\n", NULL, "20",
       "2026-01-05T15:00:00+08:00", true}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    char steps[200];
    findings found = {0};
    plan_options o = {0};
    snprintf(steps, sizeof steps,
             "cadence 'next' { every { '%s', unit = 'workdays', from = 'last' } }", cases[i].every);
    assert_true(moment_parse(cases[i].as_of, strlen(cases[i].as_of), &o.as_of));
    pack *p = load(cases[i].company, steps, cases[i].csv, &found);
    plan *made = p ? plan_new(p, &o, &found) : NULL;
    assert_non_null(made);
    assert_int_equal(found.count, cases[i].warns);
    if (cases[i].warns) assert_non_null(strstr(found.items[0].message, "the calendar ends on"));
    plan_free(made);
    pack_free(p);
    findings_deinit(&found);
  }
}

/* ---- what the trace says ---- */

static void the_trace_names_the_clause(void **state) {
  (void)state;
  static const char *const record =
      "stop=false|segment=new|order=2025-09-20T10:00:00+08:00|last=2025-09-25T10:00:00+08:00|"
      "touches=at=2025-09-25T10:00:00+08:00,kind=welcome";
  pack *p = pack_of(EVERY_DAY("09:00", "20:00") "fields { id = key, stop = boolean, segment = "
                                                "choice { 'new', 'old' }, order = timestamp,\n"
                                                "  last = timestamp, touches = list { at = "
                                                "timestamp, kind = choice { 'welcome' } } }\n"
                                                "outputs { 'next', 'channel' }\n",
                    "cadence 'next' {\n"
                    "  never { 'stop' },\n"
                    "  sequence { when = 'segment = new', anchor = 'order', days = { 1, 7, 21 },\n"
                    "    of = 'touches', done = 'DONE' },\n"
                    "  every { 30, unit = 'days', from = 'last' },\n"
                    "  cap { 1, per = 5, of = 'touches' },\n"
                    "  channel { { 'segment = old', 'visit' }, { '-', 'call' } },\n"
                    "}\n"
                    "codes 'why' { 'DONE' }\n");
  static const struct {
    const char *point, *way, *after;
  } expected[] = {{"never", NULL, NULL},
                  {"sequence", "day 7", "2025-09-27T20:00:00+08:00"},
                  {"every", NULL, "2025-09-27T20:00:00+08:00"},
                  {"cap", "cap", "2025-09-30T20:00:00+08:00"},
                  {"channel", "call", NULL}};
  const trace_point *const *points;
  batch *in = batch_new(&p->schema, NULL);
  bench b = bench_open(p, NULL);
  put_record(p, in, record);
  evaluator_trace(b.evaluator);
  bench_run(&b, in);
  assert_true(trace_points(b.plan, &points) > COUNT(expected));
  for (size_t i = 0; i < COUNT(expected); i++) {
    rational due;
    int64_t after = MISSING_I64;
    int way = trace_way_of(b.evaluator, points[i], 0);
    assert_string_equal(points[i]->label, expected[i].point);
    if (expected[i].way)
      assert_string_equal(points[i]->ways[way].label, expected[i].way);
    else
      assert_int_equal(way, -1);
    if (expected[i].after)
      assert_true(moment_parse(expected[i].after, strlen(expected[i].after), &after));
    if (!points[i]->amounts) continue;
    assert_int_equal(trace_after(b.evaluator, points[i], 0, &due), after != MISSING_I64);
    if (after != MISSING_I64) assert_int_equal(due.num, after);
  }
  assert_string_equal(points[1]->ways[3].code, "DONE");
  assert_string_equal(points[4]->outcome, "channel");
  bench_close(&b);
  batch_free(in);
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_examples_of_b2b_software),
                                     cmocka_unit_test(a_promise_after_an_event),
                                     cmocka_unit_test(a_cap_on_contacts),
                                     cmocka_unit_test(the_examples_of_distributor_credit),
                                     cmocka_unit_test(the_examples_of_ecommerce_rfm),
                                     cmocka_unit_test(the_examples_of_real_estate_leads),
                                     cmocka_unit_test(working_hours_after_an_event),
                                     cmocka_unit_test(earlier_or_later_by_a_date),
                                     cmocka_unit_test(several_intervals),
                                     cmocka_unit_test(hours_that_are_quiet_or_closed),
                                     cmocka_unit_test(a_calendar_from_a_spreadsheet),
                                     cmocka_unit_test(a_calendar_that_ends),
                                     cmocka_unit_test(the_trace_names_the_clause)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
