// One decision from Node, by koffi.   node example.js RULES   (rules/distributor-credit)
// LIBASSAY is the path of libassay.so.0 if the loader does not find it by itself.
'use strict';
const koffi = require('koffi');

const lib = koffi.load(process.env.LIBASSAY || 'libassay.so.0');
const Rules = koffi.pointer('assay_rules', koffi.opaque());
const AssayError = koffi.struct('assay_error', {
  struct_size: 'size_t', code: 'int32_t', message: koffi.array('char', 1536, 'String'),
});
const Options = koffi.struct('assay_options', {
  struct_size: 'size_t', flags: 'uint32_t', as_of: 'const char *', language: 'const char *',
  params: 'const char **', param_count: 'size_t',
});
const Text = koffi.disposable('text', 'char *', lib.func('void assay_text_free(void *text)'));
const load = lib.func('int assay_load(const char *folder, const char *database, _Out_ assay_rules *out, _Inout_ assay_error *e)');
const evaluate = lib.func('int assay_evaluate(assay_rules rules, const char *record, size_t size, const assay_options *o, ' +
  '_Out_ text *answer, void *answer_size, _Inout_ assay_error *e)');
const free = lib.func('void assay_rules_free(assay_rules rules)');

const call = (f, given) => {
  const error = { struct_size: koffi.sizeof(AssayError), code: 0, message: '' };
  const out = [null];
  if (f(...given(out), error)) throw new Error(error.message);
  return out[0];
};

const rules = call(load, (out) => [process.argv[2], null, out]);
const options = {
  struct_size: koffi.sizeof(Options), flags: 0, as_of: '2025-09-26T15:00:00+08:00', language: 'en',
  params: ['total_ar', '40000000.00'], param_count: 1,
};
// Money goes as text: a JavaScript number would round what is large.
const record = JSON.stringify({
  customer_id: 'N1', terms_days: 30, rating: 'B', net_worth: '12000000.00', open_orders: '120000.00',
  unbilled: '30000', requested_limit: '1000000', legal_dispute: false, do_not_contact: false,
  open_items: [{ due_date: '2025-08-01', amount: '150000.00' }],
});
const ask = (text) => JSON.parse(call(evaluate, (out) =>
  [rules, text, Buffer.byteLength(text), options, out, null]));

const decision = ask(record);
console.log('credit limit', decision.outputs.credit_limit.toFixed(2));
for (const reason of decision.reasons) console.log(`${reason.list}: ${reason.code}: ${reason.text}`);
try {
  ask('{"net_wroth": 1}');
} catch (wrong) {
  console.log(wrong.message);
}
free(rules);
