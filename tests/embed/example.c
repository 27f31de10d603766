/* One decision from C.   example RULES   (rules/distributor-credit) */
#include <assay/assay.h>
#include <stdio.h>
#include <string.h>

static const char record[] =
    "{\"customer_id\": \"N1\", \"terms_days\": 30, \"rating\": \"B\", \"net_worth\": 12000000.00,"
    " \"open_orders\": 120000.00, \"unbilled\": 30000, \"requested_limit\": 1000000,"
    " \"legal_dispute\": false, \"do_not_contact\": false,"
    " \"open_items\": [{\"due_date\": \"2025-08-01\", \"amount\": 150000.00}]}";

int main(int argc, char **argv) {
  const char *params[] = {"total_ar", "40000000.00"};
  const assay_options options = {.struct_size = sizeof options,
                                 .as_of = "2025-09-26T15:00:00+08:00",
                                 .params = params,
                                 .param_count = 1};
  assay_error error = {.struct_size = sizeof error};
  assay_rules *rules;
  char *text;
  if (argc < 2) return 2;
  if (assay_load(argv[1], NULL, &rules, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  printf("assay %s, %s, %.12s\n", assay_version(), assay_rules_title(rules),
         assay_rules_hash(rules));
  int code = assay_evaluate(rules, record, strlen(record), &options, &text, NULL, &error);
  if (!code) printf("%s\n", text);
  assay_text_free(text);
  if (!code)
    code = assay_explain(rules, record, strlen(record), &options, "text", &text, NULL, &error);
  if (!code) printf("%s", text);
  assay_text_free(text);
  if (code) fprintf(stderr, "%s\n", error.message);
  assay_rules_free(rules);
  return code != 0;
}
