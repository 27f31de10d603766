/* Generates the customers of workload grade-1: generate N SEED FOLDER writes customers.csv and
 * customers.sqlite. The seed and the order of the draws are the definition of the data, so that
 * nothing here may be reordered. */
#include <math.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t draw(void) { /* splitmix64 */
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static double unit(void) {
  return (double)(draw() >> 11) * (1.0 / 9007199254740992.0);
}
static int below(int n) {
  return (int)(draw() % (uint64_t)n);
}

static const char *const industries[] = {"machinery", "electronics",  "chemicals", "textile",
                                         "food",      "construction", "logistics", "retail",
                                         "software",  "medical",      "energy",    "finance"};
static const char *const regions[] = {"north",   "northeast", "east",      "south",
                                      "central", "southwest", "northwest", "overseas"};
static const char *const ratings[] = {"AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C"};
static const char *const stages[] = {"lead", "new", "active", "lapsed"};
static const char *const cities[] = {"北京", "上海", "深圳",   "杭州", "苏州", "成都",
                                     "武汉", "西安", "青岛",   "沈阳", "广州", "重庆",
                                     "南京", "宁波", "Harbor", "Delta"};
static const char *const first_words[] = {"华", "恒", "鑫", "盛", "瑞", "中",
                                          "远", "金", "宏", "泰", "嘉", "安"};
static const char *const second_words[] = {"达", "通", "源", "创", "联", "科",
                                           "丰", "业", "信", "洋", "辉", "力"};
static const char *const trades[] = {"机械", "电子", "化工", "纺织", "食品", "建设",
                                     "物流", "商贸", "软件", "医疗", "能源", "金融"};
static const char *const suffixes[] = {"有限公司", "股份有限公司", "集团", "（中国）有限公司",
                                       " Co Ltd"};

typedef struct customer {
  char name[256];
  int comma, industry, region, employees, rating, years, orders, last_order, late10, returns;
  int complaints, current_limit, close_days, contact_days, quote_hours, stage;
  int64_t annual, revenue, overdue, overdue_90, exposure;
} customer;

static void generate(customer *c) {
  double quality = (unit() + unit() + unit()) / 3;
  c->industry = below(12);
  c->region = below(8);
  c->comma = below(100) == 0;
  int n1 = below(16), n2 = below(12), n3 = below(12), n4 = below(5);
  snprintf(c->name, sizeof c->name, "%s%s%s%s%s%s", cities[n1], first_words[n2], second_words[n3],
           trades[c->industry], suffixes[n4], c->comma ? ", Branch" : "");
  double x = unit();
  c->stage = x < 0.15 ? 0 : x < 0.30 ? 1 : x < 0.85 ? 2 : 3;
  c->employees = (int)(5 * exp(unit() * 7));
  c->annual = (int64_t)(300000 * exp(unit() * 6.5 + quality)) * 100 + below(100);
  if (below(10) == 0) c->annual = c->annual / 1000000 * 1000000;
  x = 1 - quality + 0.25 * (unit() - 0.5);
  c->rating = (int)(x * 9.5);
  if (c->rating < 0) c->rating = 0;
  if (c->rating > 8) c->rating = 8;
  if (below(100) < 12) c->rating = -1;
  if (c->stage == 0) {
    c->years = 0;
  } else if (c->stage == 1) {
    c->years = below(2);
  } else {
    double a = unit(), b = unit();
    c->years = 1 + (int)(a * b * 24);
  }
  if (c->stage == 0) {
    c->orders = 0;
  } else if (c->stage == 3) {
    c->orders = below(3);
  } else {
    int count = (int)exp(quality * 5.2 * unit() + (c->stage == 2 ? 0.7 : 0));
    c->orders = count - (below(8) == 0);
  }
  if (c->orders < 0) c->orders = 0;
  c->revenue = 0;
  if (c->orders != 0) {
    int64_t whole = (int64_t)(c->orders * (3000 + exp(7 + unit() * 5 * (0.5 + quality))));
    c->revenue = whole * 100 + below(100);
  }
  if (c->revenue > c->annual) c->revenue = c->annual;
  if (below(20) == 0) c->revenue = c->revenue / 60000000 * 60000000;
  if (c->stage == 0) {
    c->last_order = 9999;
  } else if (c->stage == 3) {
    c->last_order = 180 + below(900);
  } else {
    c->last_order = (int)(-log(1 - unit() * 0.999) * (20 + 120 * (1 - quality)));
  }
  c->late10 = 0;
  if (!(c->orders == 0 && c->stage < 2)) {
    c->late10 = (int)(-log(1 - unit() * 0.9999) * pow(1 - quality, 2) * 280) - 20;
  }
  if (c->late10 < 0) c->late10 = 0;
  c->overdue = 0;
  if (c->late10 != 0 && !(unit() < quality)) {
    int64_t part = (int64_t)((double)c->revenue * 0.25 * unit());
    c->overdue = part + (c->revenue ? below(10000) : 0);
  }
  c->overdue_90 = 0;
  if (c->overdue && unit() < 0.35) c->overdue_90 = (int64_t)((double)c->overdue * unit());
  if (c->overdue_90 && below(10) == 0) c->overdue_90 = c->overdue_90 / 1000000 * 1000000;
  c->returns = (int)(-log(1 - unit() * 0.9999) * (50 + 500 * (1 - quality) * (1 - quality)));
  if (c->returns > 10000) c->returns = 10000;
  c->complaints = (int)(-log(1 - unit() * 0.9999) * (0.3 + 2.2 * (1 - quality)));
  c->current_limit = (int)(unit() * 3000) * 1000;
  c->exposure = c->overdue + (int64_t)(unit() * c->current_limit * 100);
  c->close_days = -1;
  if (!(unit() < 0.45)) {
    double a = unit(), b = unit();
    c->close_days = (int)(a * b * 200);
  }
  if (c->stage == 3 && below(3)) c->close_days = -1;
  double a = unit(), b = unit();
  c->contact_days = (int)(a * b * 150);
  c->quote_hours = -1;
  if (!(unit() < 0.5)) {
    a = unit();
    b = unit();
    c->quote_hours = (int)(a * b * 400);
  }
}

/* value / 10^digits */
static const char *fixed(char *out, size_t size, int64_t value, int digits) {
  int64_t scale = 1;
  for (int i = 0; i < digits; i++) scale *= 10;
  snprintf(out, size, "%lld.%0*lld", (long long)(value / scale), digits,
           (long long)(value % scale));
  return out;
}

static const char header[] =
    "id,name,industry,region,employees,annual_revenue,credit_rating,years_as_customer,orders_12m,"
    "revenue_12m,last_order_days,avg_days_late,overdue_amount,overdue_90_amount,returns_rate,"
    "complaints_12m,current_limit,exposure,expected_close_days,last_contact_days,quote_age_hours,"
    "stage\n";

static const char create[] =
    "PRAGMA journal_mode=OFF;PRAGMA synchronous=OFF;CREATE TABLE customers(id INTEGER PRIMARY KEY,"
    "name TEXT NOT NULL,industry TEXT NOT NULL,region TEXT NOT NULL,employees INTEGER,"
    "annual_revenue REAL,credit_rating TEXT,years_as_customer INTEGER,orders_12m INTEGER,"
    "revenue_12m REAL,last_order_days INTEGER,avg_days_late REAL,overdue_amount REAL,"
    "overdue_90_amount REAL,returns_rate REAL,complaints_12m INTEGER,current_limit INTEGER,"
    "exposure REAL,expected_close_days INTEGER,last_contact_days INTEGER,quote_age_hours INTEGER,"
    "stage TEXT);BEGIN";

static void bind_text(sqlite3_stmt *s, int at, const char *text) {
  if (text)
    sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
  else
    sqlite3_bind_null(s, at);
}

static void bind_count(sqlite3_stmt *s, int at, int value) {
  if (value >= 0)
    sqlite3_bind_int(s, at, value);
  else
    sqlite3_bind_null(s, at);
}

static int write_row(sqlite3_stmt *s, FILE *csv, long id, const customer *c) {
  char f[7][32], close_days[16] = "", quote_hours[16] = "";
  const int64_t values[7] = {c->annual,     c->revenue, c->late10,  c->overdue,
                             c->overdue_90, c->returns, c->exposure};
  static const int digits[7] = {2, 2, 1, 2, 2, 4, 2};
  for (int i = 0; i < 7; i++) fixed(f[i], sizeof f[i], values[i], digits[i]);
  if (c->close_days >= 0) snprintf(close_days, sizeof close_days, "%d", c->close_days);
  if (c->quote_hours >= 0) snprintf(quote_hours, sizeof quote_hours, "%d", c->quote_hours);
  const char *rating = c->rating < 0 ? NULL : ratings[c->rating], *quote = c->comma ? "\"" : "";
  fprintf(csv, "%ld,%s%s%s,%s,%s,%d,%s,%s,%d,%d,%s,%d,%s,%s,%s,%s,%d,%d,%s,%s,%d,%s,%s\n", id,
          quote, c->name, quote, industries[c->industry], regions[c->region], c->employees, f[0],
          rating ? rating : "", c->years, c->orders, f[1], c->last_order, f[2], f[3], f[4], f[5],
          c->complaints, c->current_limit, f[6], close_days, c->contact_days, quote_hours,
          stages[c->stage]);
  int at = 1;
  sqlite3_bind_int64(s, at++, id);
  bind_text(s, at++, c->name);
  bind_text(s, at++, industries[c->industry]);
  bind_text(s, at++, regions[c->region]);
  sqlite3_bind_int(s, at++, c->employees);
  sqlite3_bind_double(s, at++, strtod(f[0], NULL));
  bind_text(s, at++, rating);
  sqlite3_bind_int(s, at++, c->years);
  sqlite3_bind_int(s, at++, c->orders);
  sqlite3_bind_double(s, at++, strtod(f[1], NULL));
  sqlite3_bind_int(s, at++, c->last_order);
  for (int i = 2; i < 6; i++) sqlite3_bind_double(s, at++, strtod(f[i], NULL));
  sqlite3_bind_int(s, at++, c->complaints);
  sqlite3_bind_int(s, at++, c->current_limit);
  sqlite3_bind_double(s, at++, strtod(f[6], NULL));
  bind_count(s, at++, c->close_days);
  sqlite3_bind_int(s, at++, c->contact_days);
  bind_count(s, at++, c->quote_hours);
  bind_text(s, at++, stages[c->stage]);
  int rc = sqlite3_step(s);
  sqlite3_reset(s);
  return rc == SQLITE_DONE ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: generate N SEED FOLDER\n");
    return 2;
  }
  long n = atol(argv[1]);
  state = strtoull(argv[2], NULL, 10);
  char path[4096];
  snprintf(path, sizeof path, "%s/customers.csv", argv[3]);
  FILE *csv = fopen(path, "w");
  snprintf(path, sizeof path, "%s/customers.sqlite", argv[3]);
  remove(path);
  sqlite3 *db = NULL;
  sqlite3_stmt *s = NULL;
  if (!csv || sqlite3_open(path, &db) || sqlite3_exec(db, create, NULL, NULL, NULL) ||
      sqlite3_prepare_v2(
          db, "INSERT INTO customers VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &s,
          NULL)) {
    fprintf(stderr, "generate: cannot write into %s\n", argv[3]);
    return 1;
  }
  setvbuf(csv, NULL, _IOFBF, 1 << 20);
  fputs(header, csv);
  int bad = 0;
  for (long i = 1; i <= n && !bad; i++) {
    customer c;
    generate(&c);
    bad = write_row(s, csv, i, &c);
  }
  sqlite3_finalize(s);
  bad |= sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK;
  bad |= sqlite3_close(db) != SQLITE_OK;
  bad |= fclose(csv) != 0;
  if (bad) fprintf(stderr, "generate: writing failed\n");
  return bad;
}
