/* Customers and the lines of their accounts, for the proof that joining them takes bounded memory:
 *   generate_related CUSTOMERS LINES_PER_CUSTOMER sorted|shuffled FOLDER
 * writes FOLDER/customers.csv and FOLDER/lines.csv. The same customers have the same lines in both orders.
 * Shuffled means that each line stands far from the others of its customer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *create(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  if (!f) {
    perror(path);
    exit(1);
  }
  return f;
}

static void close_file(FILE *f) {
  if (fclose(f)) {
    perror("writing");
    exit(1);
  }
}

static uint64_t mix(uint64_t x) {
  x ^= x >> 31;
  x *= UINT64_C(0x7FB5D329728EA185);
  x ^= x >> 27;
  return x;
}

/* A walk over all customers in an order that jumps: the step is prime to every power of ten. */
static uint64_t customer_at(uint64_t i, uint64_t customers, int shuffled) {
  return shuffled ? i * UINT64_C(7368787) % customers : i;
}

static void write_line(FILE *f, uint64_t customer, uint64_t number) {
  const uint64_t r = mix(customer * 1000 + number);
  fprintf(f, "C%08u,2025-%02u-%02u,%u.%02u,%s\n", (unsigned)customer, (unsigned)(1 + r % 9),
          (unsigned)(1 + r / 16 % 28), (unsigned)(r / 4096 % 9000), (unsigned)(r / 64 % 100),
          r & 1 ? "invoice" : "credit");
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr,
            "usage: generate_related CUSTOMERS LINES_PER_CUSTOMER sorted|shuffled FOLDER\n");
    return 2;
  }
  const uint64_t customers = strtoull(argv[1], NULL, 10), each = strtoull(argv[2], NULL, 10);
  const int shuffled = strcmp(argv[3], "shuffled") == 0;
  FILE *f = create(argv[4], "customers.csv");
  fprintf(f, "id,terms\n");
  for (uint64_t i = 0; i < customers; i++) {
    const uint64_t c = customer_at(i, customers, shuffled);
    fprintf(f, "C%08u,%u\n", (unsigned)c, (unsigned)(c % 60));
  }
  close_file(f);
  f = create(argv[4], "lines.csv");
  fprintf(f, "id,due,amount,kind\n");
  for (uint64_t i = 0; i < customers * each; i++) {
    const uint64_t c = shuffled ? customer_at(i, customers, 1) : i / each;
    write_line(f, c, shuffled ? i / customers : i % each);
  }
  close_file(f);
  return 0;
}
