/* The page of a policy: its look, its contents, and the order of its sections. */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "policy_parts.h"

static const char style[] =
    "body{max-width:68em}h2{margin:2em 0 .4em;padding-top:.4em;border-top:2px solid var(--ink);"
    "font-size:1.3em}h3{margin:1.4em 0 .3em;font-size:1.08em}h3 small,th small,td small{"
    "font-weight:normal;font-size:.85em}h3 small{color:var(--faint);margin-left:.4em}"
    "th small,td small{display:block}.no{color:var(--faint);font-weight:normal;"
    "font-variant-numeric:tabular-nums}.at{float:right;color:var(--faint);font-size:12px;"
    "font-weight:normal}.lead,.off{color:var(--faint)}.remark{color:var(--faint);"
    "font-style:italic}:lang(zh) .remark{font-style:normal}.formula{margin:.4em 0;padding:.4em "
    ".8em;background:var(--shade);border-left:3px solid var(--link)}.f{font-variant-numeric:"
    "tabular-nums}.f a,.f i{text-decoration:none;font-style:normal}.f i{color:var(--good)}"
    ".f b{font-weight:600;color:var(--faint)}a{text-decoration:none}a:hover,a:focus{"
    "text-decoration:underline}a:focus-visible{outline:2px solid var(--link)}"
    "table{border-collapse:collapse;margin:.5em 0}table.wide{width:100%}th,td{text-align:left;"
    "vertical-align:top;padding:.25em .7em;border-bottom:1px solid var(--line)}thead th{"
    "background:var(--shade);border-bottom:2px solid var(--line)}th[scope=row],th[scope=rowgroup]"
    "{font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".score tbody{border-bottom:2px solid var(--line)}.gives{background:var(--shade)}"
    ".facts th{color:var(--faint);font-weight:normal;white-space:nowrap}.hash{word-break:"
    "break-all}.code{font:12px ui-monospace,Menlo,Consolas,monospace;background:"
    "var(--warn-shade);color:var(--ink);border-radius:4px;padding:.05em .4em;white-space:nowrap}"
    ".v{white-space:nowrap}td{overflow-wrap:break-word}.good{color:var(--good)}.bad{color:var(--"
    "bad)}"
    ".why{white-space:pre-wrap;color:var(--ink)}"
    ".void td{text-decoration:line-through;color:var(--faint)}.reads{font-size:.85em;"
    "color:var(--faint);margin-top:.3em}.reads b{color:var(--ink)}.clauses>li{margin:.45em 0}"
    ".clauses em{font-style:normal;color:var(--faint)}pre{background:var(--shade);padding:.6em;"
    "overflow-x:auto;line-height:1.4}nav ol{columns:16em;padding-left:1.4em;font-size:.95em}"
    "nav ol ol{columns:auto;padding-left:1.2em}nav>ol>li{break-inside:avoid}tr.group th{"
    "background:var(--shade)}.signatures td{height:3.2em}.flow{overflow-x:auto}.flow svg{"
    "display:block;margin:auto;max-width:100%;min-width:44em;height:auto}.band{fill:none;"
    "stroke:var(--line)}.band-title{font-size:13px;font-weight:600;fill:var(--faint)}"
    ".arrow{fill:none;stroke:var(--faint);stroke-width:1.1}.arrow.codes{stroke-dasharray:1.5 3}"
    ".tip{fill:var(--faint)}.box{fill:var(--paper);stroke:var(--faint)}.box.known{fill:"
    "var(--shade);stroke-dasharray:4 3}.box.out{stroke:var(--link);stroke-width:2.4}"
    ".flow text{text-anchor:middle;font-size:12px;fill:var(--ink)}.flow text.band-title{"
    "text-anchor:start;font-size:13px;fill:var(--faint)}.flow text.name{font-weight:600}"
    ".flow text.kind{fill:var(--faint);font-size:11px}.flow text.outs{fill:var(--link)}"
    "@media screen and (max-width:50em){body{margin:1em auto}section{overflow-x:auto}"
    "table.wide{display:block;overflow-x:auto}nav "
    "ol{columns:auto}.at{float:none;display:block}th,td{padding:.2em .45em}}"
    "@media print{h2,h3,h3+p,h3+.remark+p,h2+p{break-after:avoid}tr,.clauses>li,.score "
    "tbody,.formula{break-inside:"
    "avoid}thead{display:table-header-group}a{color:inherit}.flow{overflow:visible}.flow svg{"
    "min-width:0;width:100%;max-height:200mm}nav{break-after:page}.sign{break-inside:avoid}"
    "details::details-content{content-visibility:visible;block-size:auto}table{font-size:9pt}}"
    "@page{margin:16mm 14mm}";

/* ---- contents ---- */

static void put_entry(policy *p, const char *anchor, const char *fragment) {
  doc_putf(p, "<li><a href=\"#%s\">%s</a></li>\n", anchor, fragment);
}

/* A new script begins with the step. */
static bool begins_script(const policy *p, size_t number) {
  const step *steps = p->pack->steps;
  return !number || strcmp(steps[number].at.file, steps[number - 1].at.file) != 0;
}

static void put_script_entries(policy *p) {
  for (size_t i = 0; i < p->pack->step_count; i++) {
    if (begins_script(p, i))
      doc_putf(p, "%s<li><a href=\"#script-%zu\">%s</a><ol>\n", i ? "</ol></li>\n" : "", i + 1,
               doc_script(p, p->pack->steps[i].at.file));
    doc_putf(p, "<li value=\"%zu\">%s <span class=\"off\">%s</span></li>\n", i + 1,
             doc_step_link(p, i), doc_say(p, policy_kind(&p->pack->steps[i])));
  }
  if (p->pack->step_count) doc_put(p, "</ol></li>\n");
}

static void put_contents(policy *p) {
  doc_putf(p, "<nav aria-labelledby=\"contents\">\n");
  doc_heading(p, "contents", doc_say(p, P_CONTENTS));
  doc_put(p, "<ol>\n");
  put_entry(p, "flow", doc_say(p, P_FLOW));
  put_entry(p, "fields", doc_say(p, P_FIELDS));
  if (p->pack->param_count) put_entry(p, "params", doc_say(p, P_PARAMS));
  put_script_entries(p);
  put_entry(p, "outputs", doc_say(p, P_OUTPUTS));
  put_entry(p, "reasons", doc_say(p, P_REASONS));
  put_entry(p, "tests", doc_say(p, P_TESTS));
  if (p->o->coverage) put_entry(p, "coverage", doc_say(p, P_COVERAGE));
  put_entry(p, "findings", doc_say(p, P_FINDINGS));
  put_entry(p, "files", doc_say(p, P_FILES));
  put_entry(p, "approval", doc_say(p, P_SIGN));
  doc_put(p, "</ol>\n</nav>\n");
}

/* ---- steps, script by script ---- */

static void put_steps(policy *p) {
  for (size_t i = 0; i < p->pack->step_count; i++) {
    if (begins_script(p, i)) {
      const char *file = p->pack->steps[i].at.file;
      doc_heading(p, arena_format(p->arena, "script-%zu", i + 1), doc_script(p, file));
      doc_paragraph(p, "remark", doc_remark_of_script(p, file));
    }
    policy_step(p, i);
  }
}

static const char *title_of(const policy *p) {
  const pack *k = p->pack;
  return p->chinese && k->title_zh ? k->title_zh : k->title ? k->title : k->name;
}

void policy_html(buffer *out, const policy_options *o) {
  arena a = {0};
  policy p = {.out = out,
              .arena = &a,
              .o = o,
              .pack = o->pack,
              .plan = o->plan,
              .chinese = !strcmp(o->language, "zh"),
              .step = o->pack->step_count};
  policy_read_all(&p);
  html_begin(out, o->language, doc_sayf(&p, P_TITLE, title_of(&p)), style);
  policy_head(&p);
  put_contents(&p);
  doc_put(&p, "<main>\n");
  policy_picture(&p);
  policy_fields(&p);
  policy_params(&p);
  put_steps(&p);
  policy_outputs(&p);
  policy_reasons(&p);
  policy_tests(&p);
  policy_findings(&p);
  policy_approval(&p);
  doc_put(&p, "</main>\n");
  html_end(out);
  policy_reads_free(&p);
  arena_deinit(&a);
}
