/* Customers with orders, for tests of what is made of the records of a list. */
#ifndef SUPPORT_ORDERS_H
#define SUPPORT_ORDERS_H

#include "bench.h"

BUILT pack *orders_pack(void) {
  pack *p = built_pack();
  const field order[] = {{.name = "at", .type = built_type(TYPE_TIMESTAMP)},
                         {.name = "amount", .type = built_money()},
                         {.name = "quantity", .type = built_type(TYPE_INTEGER)},
                         {.name = "kind", .type = built_choice(p, "web|shop|phone")},
                         {.name = "returned", .type = built_type(TYPE_BOOLEAN)},
                         {.name = "due", .type = built_type(TYPE_DATE)},
                         {.name = "paid", .type = built_type(TYPE_DATE)},
                         {.name = "rate", .type = built_decimal(3)},
                         {.name = "size", .type = built_type(TYPE_NUMBER)},
                         {.name = "item", .type = built_type(TYPE_TEXT)}};
  built_field(p, "id", built_type(TYPE_KEY));
  built_list(p, "orders", order, COUNT(order));
  built_field(p, "floor", built_money());
  built_field(p, "since", built_type(TYPE_DATE));
  built_field(p, "likes", built_choice(p, "web|shop|phone"));
  return p;
}

BUILT step *built_ageing(pack *p, const char *undated, bool skip) {
  static const struct {
    const char *name, *days;
  } buckets[] = {{"now", "0"}, {"d30", "30"}, {"d60", "60"}, {"d90", "90"}, {"over", NULL}};
  step *s = built_step(p, STEP_AGEING, "ar");
  ageing_step *d = &s->ageing;
  d->of = "orders";
  d->amount = built_text(p, "amount");
  d->due = built_text(p, "due");
  d->undated = undated;
  d->skip_missing = skip;
  d->bucket_count = COUNT(buckets);
  d->buckets = arena_array(&p->arena, COUNT(buckets), sizeof *d->buckets);
  for (size_t i = 0; i < COUNT(buckets); i++) {
    d->buckets[i] = (ageing_bucket){.name = buckets[i].name, .at = built_place(p)};
    if (buckets[i].days) d->buckets[i].days = built_text(p, buckets[i].days);
  }
  return s;
}

#endif
