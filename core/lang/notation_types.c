/* Which types an operation takes and gives. The denominators of exact numbers are worked out here:
 * a division by a constant makes a larger one, a division by a column makes a RATIO. */
#include "notation_types.h"

#include <string.h>

#include "notation_value.h"

node *types_complain(checker *k, const node *n, const char *hint, const char *what) {
  notation_complain(k->source, SEVERITY_ERROR, n->offset, n->length, hint, "%s", what);
  return NULL;
}

/* The node as written. A tested value stands in another text, if anywhere. */
static const char *text_of(checker *k, const node *n) {
  if (n->offset < 0) return n->symbol != NULL ? n->symbol->name : "the input";
  const char *text = k->source->text + n->offset;
  int length = n->length > 60 ? 60 : n->length;
  while (length < n->length && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
  return arena_string_n(k->source->context->arena, text, (size_t)length);
}

const char *types_hint(checker *k, const char *format, const node *n) {
  return arena_format(k->source->context->arena, format, text_of(k, n));
}

bool types_is_null(const node *n) {
  return n->kind == NODE_CONSTANT && n->type.kind == TYPE_NONE;
}

bool types_is_whole(value_type t) {
  return t.kind == TYPE_INTEGER || (t.kind == TYPE_DECIMAL && t.denominator == 1);
}

bool types_is_text(type_kind kind) {
  return kind == TYPE_TEXT || kind == TYPE_KEY;
}

node *notation_node(checker *k, node_kind kind, value_type type, const syntax *at,
                    size_t children) {
  arena *a = k->source->context->arena;
  node *n = arena_alloc(a, sizeof *n);
  *n = (node){.kind = kind, .type = type, .child_count = children};
  if (children > 0) n->children = arena_array(a, children, sizeof(node *));
  n->offset = at->offset;
  n->length = at->length;
  return n;
}

/* ---- exact types ---- */

enum { DIGITS_USUAL = 2 };

/* Decimals when written: as many as the denominator needs, at most two or what an operand has. */
static int digits_of(int128 denominator, int most) {
  int limit = most > DIGITS_USUAL ? most : DIGITS_USUAL;
  for (int d = 0; d < limit && d < 18; d++)
    if (pow10_i64(d) % denominator == 0) return d;
  return limit;
}

static value_type exact_type(type_kind kind, int128 denominator, int digits) {
  if (kind == TYPE_RATIO || denominator > DENOMINATOR_MOST)
    return (value_type){.kind = TYPE_RATIO,
                        .digits = digits > DIGITS_USUAL ? digits : DIGITS_USUAL,
                        .denominator = 1};
  if (kind == TYPE_INTEGER) return type_plain(TYPE_INTEGER);
  return (value_type){.kind = kind,
                      .digits = kind == TYPE_MONEY ? digits : digits_of(denominator, digits),
                      .denominator = (int64_t)denominator};
}

/* The type of a constant that came out of folding: the smallest denominator that holds it. */
static void settle(node *n) {
  type_kind kind = n->type.kind;
  if (!type_is_numeric(kind) || kind == TYPE_NUMBER || n->constant.missing) return;
  if (kind == TYPE_RATIO) kind = TYPE_DECIMAL;
  n->type = exact_type(kind, n->constant.exact.den, n->type.digits);
  n->constant.type = n->type;
}

static void make_constant(node *n, value v) {
  n->kind = NODE_CONSTANT;
  n->child_count = 0;
  n->children = NULL;
  v.type = n->type;
  n->constant = v;
  settle(n);
}

node *types_constant(checker *k, const syntax *at, value v) {
  node *n = notation_node(k, NODE_CONSTANT, v.type, at, 0);
  n->constant = v;
  return n;
}

/* ---- folding ---- */

bool node_is_comparison(node_kind kind) {
  return kind >= NODE_EQUAL && kind <= NODE_GREATER_EQUAL;
}

node_kind node_mirrored(node_kind kind) {
  switch (kind) {
  case NODE_LESS:
    return NODE_GREATER;
  case NODE_LESS_EQUAL:
    return NODE_GREATER_EQUAL;
  case NODE_GREATER:
    return NODE_LESS;
  case NODE_GREATER_EQUAL:
    return NODE_LESS_EQUAL;
  default:
    return kind;
  }
}

/* Is the result missing whenever this operand is? */
static bool is_strict(const node *n) {
  if (n->kind == NODE_CALL) return n->function != FUNCTION_COALESCE;
  return n->kind == NODE_NEGATE || n->kind == NODE_NOT || node_is_comparison(n->kind) ||
         (n->kind >= NODE_ADD && n->kind <= NODE_DIVIDE);
}

node *notation_fold(checker *k, node *n) {
  bool constant = true, missing = false;
  for (size_t i = 0; i < n->child_count; i++) {
    const node *child = n->children[i];
    constant = constant && child->kind == NODE_CONSTANT;
    missing = missing || (child->kind == NODE_CONSTANT && child->constant.missing);
    if (node_is_comparison(n->kind) && types_is_null(child))
      return n; /* asks whether it is missing */
  }
  if (missing && is_strict(n)) {
    make_constant(n, value_missing(n->type));
    return n;
  }
  if (!constant) return n;
  arena *a = k->source->context->arena;
  value *arguments = arena_array(a, n->child_count, sizeof *arguments), result;
  for (size_t i = 0; i < n->child_count; i++) arguments[i] = n->children[i]->constant;
  const value_room room = {k->source->context->zone, a};
  if (!value_apply(n, room, arguments, &result))
    return types_complain(k, n, NULL, "the result does not fit");
  make_constant(n, result);
  return n;
}

/* ---- arithmetic ---- */

static const char *sign_of(node_kind kind) {
  static const char *const signs[] = {"+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">="};
  if (kind <= NODE_DIVIDE) return signs[kind - NODE_ADD];
  return signs[kind - NODE_EQUAL + 4];
}

node *types_cannot(checker *k, node_kind kind, const syntax *at, const node *a, const node *b,
                   const char *hint) {
  notation_complain(k->source, SEVERITY_ERROR, at->mark, at->mark_length, hint,
                    "`%s` between %s and %s", sign_of(kind), type_name(a->type.kind),
                    type_name(b->type.kind));
  return NULL;
}

static type_kind common_kind(type_kind a, type_kind b) {
  static const type_kind order[] = {TYPE_NUMBER, TYPE_RATIO, TYPE_MONEY, TYPE_DECIMAL};
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    if (a == order[i] || b == order[i]) return order[i];
  return TYPE_INTEGER;
}

static int common_digits(type_kind kind, value_type a, value_type b) {
  if (kind == TYPE_MONEY) return a.kind == TYPE_MONEY ? a.digits : b.digits;
  return a.digits > b.digits ? a.digits : b.digits;
}

static int128 least_multiple(int128 a, int128 b) {
  return a / int128_gcd(a, b) * b;
}

/* The denominator of x times a constant. */
static int128 scaled_denominator(int128 of_x, rational by) {
  int128 rest = of_x / int128_gcd(of_x, by.num), product;
  return __builtin_mul_overflow(rest, by.den, &product) ? DENOMINATOR_MOST + 1 : product;
}

static int128 product_denominator(const node *a, const node *b) {
  if (b->kind == NODE_CONSTANT) return scaled_denominator(a->type.denominator, b->constant.exact);
  if (a->kind == NODE_CONSTANT) return scaled_denominator(b->type.denominator, a->constant.exact);
  return (int128)a->type.denominator * b->type.denominator;
}

static value_type quotient_type(const node *a, const node *b) {
  type_kind kind =
      a->type.kind == TYPE_MONEY && b->type.kind != TYPE_MONEY ? TYPE_MONEY : TYPE_DECIMAL;
  int digits = common_digits(kind, a->type, b->type);
  if (a->type.kind == TYPE_RATIO || b->type.kind == TYPE_RATIO || b->kind != NODE_CONSTANT)
    kind = TYPE_RATIO;
  rational by = b->constant.exact;
  if (kind == TYPE_RATIO || by.num == 0) return exact_type(kind, 1, digits);
  rational inverse = {by.num < 0 ? -by.den : by.den, by.num < 0 ? -by.num : by.num};
  return exact_type(kind, scaled_denominator(a->type.denominator, inverse), digits);
}

static node *number_arithmetic(checker *k, node *n, const syntax *at) {
  const node *a = n->children[0], *b = n->children[1];
  type_kind kind = common_kind(a->type.kind, b->type.kind);
  int digits = common_digits(kind, a->type, b->type);
  if (n->kind == NODE_MULTIPLY && a->type.kind == TYPE_MONEY && b->type.kind == TYPE_MONEY)
    return types_cannot(k, n->kind, at, a, b,
                        "money is multiplied by a number; a share is money / money");
  if (n->kind == NODE_DIVIDE && b->kind == NODE_CONSTANT && !b->constant.missing &&
      value_double(&b->constant) == 0)
    notation_warn(k->source, "division-by-zero", b->offset, b->length, NULL,
                  "a division by zero is always missing");
  if (kind == TYPE_NUMBER)
    n->type = type_plain(TYPE_NUMBER);
  else if (n->kind == NODE_DIVIDE)
    n->type = quotient_type(a, b);
  else if (kind == TYPE_RATIO)
    n->type = exact_type(kind, 1, digits);
  else
    n->type = exact_type(kind,
                         n->kind == NODE_MULTIPLY
                             ? product_denominator(a, b)
                             : least_multiple(a->type.denominator, b->type.denominator),
                         digits);
  return notation_fold(k, n);
}

node *types_arithmetic(checker *k, node_kind kind, const syntax *at, node *a, node *b) {
  node *n = notation_node(k, kind, type_plain(TYPE_NONE), at, 2);
  n->children[0] = a;
  n->children[1] = b;
  if (types_is_null(a) || types_is_null(b))
    return types_complain(k, types_is_null(a) ? a : b, NULL, "null is no number");
  if (type_is_numeric(a->type.kind) && type_is_numeric(b->type.kind))
    return number_arithmetic(k, n, at);
  type_kind left = a->type.kind, right = b->type.kind;
  if (kind == NODE_DIVIDE && left == right && (left == TYPE_DURATION || left == TYPE_MONTHS))
    return number_arithmetic(k, n, at);
  if (calendar_type(left) || calendar_type(right)) return calendar_arithmetic(k, kind, at, a, b);
  return types_cannot(k, kind, at, a, b, NULL);
}

node *types_negate(checker *k, const syntax *at, node *a) {
  if (!type_is_numeric(a->type.kind) && a->type.kind != TYPE_DURATION &&
      a->type.kind != TYPE_MONTHS)
    return types_complain(k, a, NULL, "`-` stands before a number");
  node *n = notation_node(k, NODE_NEGATE, a->type, at, 1);
  n->children[0] = a;
  return notation_fold(k, n);
}

/* ---- conditions ---- */

/* What the constant may have been meant as beside a value of type `kind`. */
static const char *hint_constant(checker *k, const node *n, type_kind kind) {
  const value *v = &n->constant;
  arena *a = k->source->context->arena;
  double ignored;
  if (n->kind != NODE_CONSTANT || v->missing) return NULL;
  bool text = types_is_text(n->type.kind) && v->text != NULL;
  if (text && (kind == TYPE_DATE || kind == TYPE_TIMESTAMP))
    return "a date stands without quotes: 2025-10-01";
  if (text && type_is_numeric(kind) && number_parse(v->text, strlen(v->text), &ignored) == PARSE_OK)
    return arena_format(a, "write %s without quotes", v->text);
  if (kind == TYPE_BOOLEAN && text &&
      (strcmp(v->text, "true") == 0 || strcmp(v->text, "false") == 0))
    return arena_format(a, "write %s without quotes", v->text);
  if (kind == TYPE_BOOLEAN && n->type.kind == TYPE_INTEGER) return "write true or false";
  if (kind == TYPE_DATE && n->type.kind == TYPE_INTEGER && v->exact.num > 10000000 &&
      v->exact.num < 100000000)
    return arena_format(a, "write %04d-%02d-%02d", (int)(v->exact.num / 10000),
                        (int)(v->exact.num / 100 % 100), (int)(v->exact.num % 100));
  if (kind == TYPE_INTEGER && n->type.kind == TYPE_MONTHS)
    return "months have no fixed number of days: write a + 1 month < b, or months_between(a, b)";
  if (kind == TYPE_INTEGER && calendar_type(n->type.kind))
    return "only a difference of dates or timestamps is compared with a duration";
  return NULL;
}

static bool complain_incomparable(checker *k, const node *a, const node *b) {
  buffer left = {0}, right = {0};
  type_describe(&left, a->type);
  type_describe(&right, b->type);
  buffer_text(&left, "");
  buffer_text(&right, "");
  const char *hint = hint_constant(k, b, a->type.kind);
  if (hint == NULL) hint = hint_constant(k, a, b->type.kind);
  if (a->type.kind == TYPE_CODES || b->type.kind == TYPE_CODES)
    hint = "write CODE in reasons, or count(reasons) > 0";
  notation_complain(k->source, SEVERITY_ERROR, b->offset, b->length, hint,
                    "`%s` is %s, `%s` is %s: they cannot be compared", text_of(k, a), left.data,
                    text_of(k, b), right.data);
  buffer_deinit(&left);
  buffer_deinit(&right);
  return false;
}

bool types_comparable(checker *k, node_kind kind, const node *a, const node *b) {
  type_kind left = a->type.kind, right = b->type.kind;
  bool equality = kind == NODE_EQUAL || kind == NODE_NOT_EQUAL;
  const node *unordered = left == TYPE_NONE ? a : b;
  if (left == TYPE_NONE || right == TYPE_NONE) {
    const node *other = left == TYPE_NONE ? b : a;
    if (other->type.kind == TYPE_CODES) {
      types_complain(k, other, types_hint(k, "write count(%s) = 0", other),
                     "a list of codes is never missing");
      return false;
    }
    if (equality) return true;
    types_complain(k, unordered, "x = null asks whether it is missing", "null has no order");
    return false;
  }
  if (left == TYPE_LIST || left == TYPE_CODES || right == TYPE_LIST || right == TYPE_CODES)
    return complain_incomparable(k, a, b);
  if (type_is_numeric(left) && type_is_numeric(right)) return true;
  if (calendar_mixed(k, a, b)) return false;
  if (!(types_is_text(left) && types_is_text(right)) &&
      !(left == right && type_equal(a->type, b->type)))
    return complain_incomparable(k, a, b);
  if (!equality && left == TYPE_CHOICE && a->type.rank == RANK_NONE) {
    types_complain(k, a, "list them, the best first: type = choice { \"A\", \"B\" }",
                   "a table that says its words only in its rows gives them no order");
    return false;
  }
  if (equality || (left != TYPE_BOOLEAN && !types_is_text(left))) return true;
  notation_complain(k->source, SEVERITY_ERROR, b->offset, b->length, NULL,
                    "`%s`: values of type %s have no order", sign_of(kind), type_name(left));
  return false;
}

node *types_compare(checker *k, node_kind kind, const syntax *at, node *a, node *b) {
  if (!types_comparable(k, kind, a, b)) return NULL;
  node *n = notation_node(k, kind, type_plain(TYPE_BOOLEAN), at, 2);
  bool swap = types_is_null(a); /* null stands on the right */
  n->children[0] = swap ? b : a;
  n->children[1] = swap ? a : b;
  if (types_is_null(n->children[1]) && n->children[0]->kind == NODE_CONSTANT) {
    bool missing = n->children[0]->constant.missing;
    make_constant(n, value_boolean(missing == (kind == NODE_EQUAL)));
    return n;
  }
  return notation_fold(k, n);
}

node *types_join(checker *k, node_kind kind, const syntax *at, node *a, node *b) {
  node *n = notation_node(k, kind, type_plain(TYPE_BOOLEAN), at, 2);
  n->children[0] = a;
  n->children[1] = b;
  return notation_fold(k, n);
}

/* ---- one type for several ---- */

static bool unite(value_type a, value_type b, value_type *out) {
  *out = a.kind == TYPE_NONE ? b : a;
  if (a.kind == TYPE_NONE || b.kind == TYPE_NONE) return true;
  if (types_is_text(a.kind) && types_is_text(b.kind)) {
    *out = type_plain(TYPE_TEXT);
    return true;
  }
  if (!type_is_numeric(a.kind) || !type_is_numeric(b.kind))
    return type_equal(a, b) && a.kind != TYPE_LIST && a.kind != TYPE_CODES;
  type_kind kind = common_kind(a.kind, b.kind);
  *out =
      kind == TYPE_NUMBER
          ? type_plain(TYPE_NUMBER)
          : exact_type(kind, kind == TYPE_RATIO ? 1 : least_multiple(a.denominator, b.denominator),
                       common_digits(kind, a, b));
  return true;
}

static bool has_order(type_kind kind) {
  return type_is_numeric(kind) || calendar_type(kind);
}

node *types_unite(checker *k, node *n, size_t first) {
  bool ordered = n->kind == NODE_CALL && n->function != FUNCTION_COALESCE;
  value_type common = n->children[first]->type;
  for (size_t i = first; i < n->child_count; i++) {
    node *child = n->children[i];
    if (ordered && (!has_order(child->type.kind) || types_is_null(child)))
      return types_complain(k, child, NULL,
                            "min and max take numbers, dates, timestamps or durations");
    if (calendar_mixed(k, n->children[first], child)) return NULL;
    if (!unite(common, child->type, &common))
      return types_complain(k, child, NULL,
                            arena_format(k->source->context->arena, "%s where %s is expected",
                                         type_name(child->type.kind), type_name(common.kind)));
  }
  for (size_t i = first; i < n->child_count; i++) {
    if (!types_is_null(n->children[i])) continue;
    n->children[i]->type = common;
    n->children[i]->constant = value_missing(common);
  }
  n->type = common;
  return notation_fold(k, n);
}

/* ---- functions ---- */

static node *rounding_type(checker *k, node *n, value_type x) {
  int64_t digits = 0;
  if (n->child_count > 1) {
    const node *d = n->children[1];
    if (d->kind != NODE_CONSTANT ||
        !value_stored(&d->constant, type_plain(TYPE_INTEGER), &digits) || digits < -15 ||
        digits > 15)
      return types_complain(k, d, NULL, "the digits of rounding are a constant from -15 to 15");
  }
  type_kind kind = x.kind;
  n->type = x;
  if (kind == TYPE_NUMBER) return notation_fold(k, n);
  digits = digits < 0 || kind == TYPE_INTEGER ? 0 : digits;
  if (kind == TYPE_RATIO || kind == TYPE_DECIMAL) kind = digits == 0 ? TYPE_INTEGER : TYPE_DECIMAL;
  n->type = exact_type(kind, pow10_i64((int)digits), kind == TYPE_MONEY ? x.digits : (int)digits);
  return notation_fold(k, n);
}

static bool unite(value_type a, value_type b, value_type *out);

static node *number_function(checker *k, node *n) {
  value_type x = n->children[0]->type;
  n->type = x;
  if (n->function == FUNCTION_ABS && (x.kind == TYPE_DURATION || x.kind == TYPE_MONTHS))
    return notation_fold(k, n);
  for (size_t i = 0; i < n->child_count; i++)
    if (!type_is_numeric(n->children[i]->type.kind))
      return types_complain(k, n->children[i], NULL, "a number is expected");
  switch (n->function) {
  case FUNCTION_ABS:
    return notation_fold(k, n);
  case FUNCTION_SIGN:
    n->type = type_plain(TYPE_INTEGER);
    return notation_fold(k, n);
  case FUNCTION_SQRT:
    if (x.kind == TYPE_NUMBER) return notation_fold(k, n);
    return types_complain(k, n->children[0], "it leaves the exact numbers",
                          "sqrt takes a measured number");
  case FUNCTION_MODULO:
    unite(x, n->children[1]->type, &n->type);
    return notation_fold(k, n);
  default:
    return rounding_type(k, n, x);
  }
}

static node *text_function(checker *k, node *n) {
  if (n->function == FUNCTION_COUNT) {
    n->type = type_plain(TYPE_INTEGER);
    if (n->children[0]->type.kind == TYPE_CODES) return n;
    return types_complain(k, n->children[0], NULL, "count takes a list of codes");
  }
  for (size_t i = 0; i < n->child_count; i++) {
    const node *a = n->children[i];
    bool wants_number = n->function == FUNCTION_SUBSTRING && i > 0;
    if (wants_number && !types_is_whole(a->type))
      return types_complain(k, a, NULL, "a whole number of characters is expected");
    if (!wants_number && !types_is_text(a->type.kind))
      return types_complain(
          k, a, a->type.kind == TYPE_CODES ? types_hint(k, "write CODE in %s", a) : NULL,
          arena_format(k->source->context->arena, "a text is expected, this is %s",
                       type_name(a->type.kind)));
  }
  bool asks = n->function >= FUNCTION_STARTS_WITH && n->function <= FUNCTION_CONTAINS;
  n->type = type_plain(asks                                    ? TYPE_BOOLEAN
                       : n->function == FUNCTION_STRING_LENGTH ? TYPE_INTEGER
                                                               : TYPE_TEXT);
  return notation_fold(k, n);
}

node *types_function(checker *k, node *n) {
  return n->function < FUNCTION_DATE ? number_function(k, n) : text_function(k, n);
}

/* ---- what a place expects ---- */

static node *unexpected(checker *k, const node *n, value_type expected, const char *hint) {
  buffer wanted = {0};
  type_describe(&wanted, expected);
  buffer_text(&wanted, "");
  notation_complain(
      k->source, SEVERITY_ERROR, n->offset, n->length, hint, "%s is expected, this is %s",
      expected.kind == TYPE_BOOLEAN ? "a condition" : wanted.data, type_name(n->type.kind));
  buffer_deinit(&wanted);
  return NULL;
}

/* The same number in another denominator, or as a double. */
static node *convert(checker *k, node *n, value_type type) {
  if (n->kind == NODE_CONSTANT) {
    n->type = n->constant.type = type;
    n->constant.number = type.kind == TYPE_NUMBER && !n->constant.missing
                             ? (double)n->constant.exact.num / (double)n->constant.exact.den
                             : n->constant.number;
    return n;
  }
  const syntax at = {.offset = n->offset, .length = n->length};
  node *times = notation_node(k, NODE_MULTIPLY, type, &at, 2);
  times->children[0] = n;
  times->children[1] = types_constant(
      k, &at, (value){.type = type_plain(TYPE_INTEGER), .exact = {1, 1}, .number = 1});
  return times;
}

static node *conform_number(checker *k, node *n, value_type expected) {
  value_type t = n->type;
  if (!type_is_numeric(t.kind)) return unexpected(k, n, expected, NULL);
  if (expected.kind == TYPE_NUMBER && t.kind != TYPE_NUMBER) return convert(k, n, expected);
  if (t.kind == TYPE_NUMBER && expected.kind != TYPE_NUMBER)
    return unexpected(k, n, expected, "a measured number is not exact");
  if (expected.kind == TYPE_INTEGER && (t.kind == TYPE_RATIO || t.denominator != 1))
    return unexpected(k, n, expected, "use floor, ceiling or round");
  bool fits = type_storage(expected.kind) == STORE_I64 && type_storage(t.kind) == STORE_I64 &&
              expected.denominator > 0 && expected.denominator % t.denominator == 0;
  if (!fits || (t.kind == expected.kind && t.denominator == expected.denominator &&
                t.digits == expected.digits))
    return n;
  return convert(k, n, expected);
}

node *types_conform(checker *k, node *n, value_type expected) {
  if (expected.kind == TYPE_NONE) return n;
  if (types_is_null(n)) {
    n->type = expected;
    n->constant = value_missing(expected);
    return n;
  }
  if (type_is_numeric(expected.kind)) return conform_number(k, n, expected);
  if (types_is_text(expected.kind) && types_is_text(n->type.kind)) return n;
  if (n->type.kind == expected.kind && type_equal(n->type, expected)) return n;
  const char *hint = expected.kind == TYPE_BOOLEAN ? "compare it with something" : NULL;
  if (expected.kind == TYPE_DATE && n->type.kind == TYPE_TIMESTAMP)
    hint = types_hint(k, "write date(%s)", n);
  return unexpected(k, n, expected, hint);
}
