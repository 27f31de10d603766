/* The words of explanations in their languages. */
#include <string.h>

#include "explain_parts.h"

static const char *const words[WORDS][2] = {
    [WORD_MISSING] = {"missing", "缺失"},
    [WORD_ROW] = {"row %s of %zu", "第 %s 行，共 %zu 行"},
    [WORD_NO_ROW] = {"no row matches", "没有匹配的行"},
    [WORD_DEFAULT] = {"the default: no row matches", "默认值：没有匹配的行"},
    [WORD_ELSE] = {"everything else", "其余情形"},
    [WORD_LOWEST] = {"the lowest points", "最低分"},
    [WORD_SUM] = {"sum", "合计"},
    [WORD_BASELINE] = {"baseline", "基础分"},
    [WORD_OVERDUE] = {"due before the moment of grading", "到期早于评级时刻"},
    [WORD_NOT_OVERDUE] = {"not due before the moment of grading", "到期不早于评级时刻"},
    [WORD_NOTHING_YET] = {"no contact yet", "尚无联系"},
    [WORD_LAST] = {"the last one: %s", "上一次：%s"},
    [WORD_AFTER] = {"%s %s after %s", "%s %s，自 %s 起"},
    [WORD_DAYS] = {"days", "天"},
    [WORD_WORKDAYS] = {"working days", "个工作日"},
    [WORD_GIVEN_BY] = {"given by %s", "来自 %s"},
    [WORD_IS_MISSING] = {"%s is missing", "%s 缺失"},
    [WORD_LUA] = {"a Lua function decides; it was given", "由 Lua 函数决定；它读取了"},
    [WORD_KEPT] = {"kept with the decision", "随决定一起保存"},
    [WORD_NO_CHANGE] = {"which changes nothing", "没有改变结果"},
    [WORD_WITHIN] = {"within %s of %s", "%s 之内，自 %s 起"},
    [WORD_DAY] = {"%s after %s", "%s，自 %s 起"},
    [WORD_AT_MOST] = {"at most %s", "最多 %s"},
    [WORD_AT_LEAST] = {"at least %s", "至少 %s"},
    [WORD_NO_LATER] = {"no later than %s", "不晚于 %s"},
    [WORD_NO_SOONER] = {"not before %s", "不早于 %s"},
    [WORD_CAP] = {"at most %lld on %lld days of %s", "每 %2$lld 天最多 %1$lld 次（%3$s）"},
    [WORD_ROLLED] = {"moved into the opening hours", "移入营业时间"},
    [WORD_QUIET] = {"moved out of the quiet hours", "移出免打扰时段"},
    [WORD_OF] = {"%s of %s", "%s，以 %s 为准"},
    [WORD_PICK_LEAST] = {"the least of %zu", "%zu 项中最小的"},
    [WORD_PICK_GREATEST] = {"the greatest of %zu", "%zu 项中最大的"},
    [WORD_PICK_MEDIAN] = {"the median of those known", "已知各项的中位数"},
    [WORD_PICK_MEAN] = {"the mean of those known", "已知各项的平均数"},
    [WORD_NOT_BINDING] = {"does not bind", "未起限制作用"},
    [WORD_CHANGES_NOTHING] = {"changes nothing", "没有改变"},
    [WORD_NOT_APPLIED] = {"does not apply", "不适用"},
    [WORD_LOST] = {"%s: %s of at most %s", "%s：得 %s，最高 %s"},
    [WORD_RULE_FAILED] = {"a rule failed, so there is no decision", "一条规则出错，因此没有决定"},
    [WORD_AS_OF] = {"as of", "截至"},
    [WORD_RUN] = {"run", "运行"},
    [WORD_BY_HAND] = {"made by hand, not stored", "手工录入，未保存"},
    [WORD_NONE] = {"none", "无"},
    [WORD_POINTS] = {"points × weight", "分数 × 权重"},
    [WORD_TOTAL_SUM] = {"the sum of %s", "%s 的合计"},
    [WORD_TOTAL_COUNT] = {"the number of %s", "%s 的个数"},
    [WORD_TOTAL_MEAN] = {"the mean of %s", "%s 的平均数"},
    [WORD_TOTAL_LEAST] = {"the least %s", "%s 的最小值"},
    [WORD_TOTAL_GREATEST] = {"the greatest %s", "%s 的最大值"},
    [WORD_RANKED] = {"by %s", "按 %s 排列"},
    [WORD_RECORDS] = {"records", "记录"},
    [WORD_AMONG] = {"%s customers of the run", "本次运行的 %s 个客户"},
    [WORD_PART] = {"part %zu of %zu from the lowest", "自低而高第 %zu 份，共 %zu 份"},
    [WORD_PART_ABOVE] = {"%s, above %s", "%s，高于 %s"},
    [WORD_PART_UP_TO] = {"%s, up to %s", "%s，至 %s"},
};

const char *explain_say(const char *language, explain_word w) {
  return words[w][language && !strcmp(language, "zh")];
}

static const char *const kinds[EXPLAINED_KINDS] = {
    [EXPLAINED_DECISION] = "decision",
    [EXPLAINED_OUTPUT] = "output",
    [EXPLAINED_FORMULA] = "formula",
    [EXPLAINED_CHARACTERISTIC] = "characteristic",
    [EXPLAINED_SUM] = "sum",
    [EXPLAINED_ROW] = "row",
    [EXPLAINED_TEST] = "test",
    [EXPLAINED_BAND] = "band",
    [EXPLAINED_LINE] = "line",
    [EXPLAINED_CLAUSE] = "clause",
    [EXPLAINED_OPERATION] = "operation",
    [EXPLAINED_TERM] = "term",
    [EXPLAINED_CODE] = "code",
    [EXPLAINED_RULE] = "rule",
    [EXPLAINED_READ] = "read",
    [EXPLAINED_FAULT] = "fault",
    [EXPLAINED_NOTE] = "note",
};

const char *explained_kind_name(explained_kind kind) {
  return kinds[kind];
}
