/* See values.h. */
#include "values.h"

static error_code take_value(void *ctx, const store_value *v, error *e) {
  const population_value kept = {v->step, v->within, v->place, v->value, v->count};
  return population_read(ctx, &kept, e);
}

error_code values_of_run(store_reader *r, const plan *p, population **out, error *e) {
  *out = NULL;
  if (!plan_population(p)) return ERR_OK;
  population *x = population_new(p);
  const error_code code = store_values(r, take_value, x, e);
  if (code)
    population_free(x);
  else
    *out = x;
  return code;
}
