/* The words of the policy's page in both languages, and nothing else: X(NAME, English, Chinese). What
 * stands in for %s is HTML already; a word has none of the characters that HTML would read. */
#ifndef RUN_POLICY_WORDS_H
#define RUN_POLICY_WORDS_H

#include <stdbool.h>

/* clang-format off */
#define POLICY_WORDS(X) \
  /* the head */ \
  X(TITLE, "%s: grading and credit policy", "%s：客户评级与授信政策") \
  X(LEAD, "Every field, rule, limit, reason and test of the policy as it is run, written from " \
    "the rule pack itself. What is signed at the end is exactly the version named here.", \
    "本文由规则包直接生成，载明实际运行的全部字段、规则、额度、原因与测试。文末签署的即是此处所" \
    "列版本。") \
  X(PACK, "Rule pack", "规则包") \
  X(VERSION, "Version (SHA-256)", "版本（SHA-256）") \
  X(AS_OF, "As of", "截至") \
  X(IN_FORCE, "In force", "生效期") \
  X(CURRENCY, "Currency", "币种") \
  X(ZONE, "Time zone", "时区") \
  X(WORKDAYS, "Working days", "工作日") \
  X(HOURS, "Opening hours", "营业时间") \
  X(HOLIDAYS, "Holidays", "节假日") \
  X(MAKEUPS, "Make-up working days", "调休上班日") \
  X(CALENDAR_ENDS, "Calendar known until", "日历已知至") \
  X(RUNS, "Runs by itself", "自动运行") \
  X(RUNS_DAILY, "each day at %s", "每天 %s") \
  X(RUNS_CRON, "by cron <code>%s</code>", "按 cron <code>%s</code>") \
  X(RUNS_WORKDAY, "on working day %lld of each month at %s", "每月第 %lld 个工作日 %s") \
  X(RUNS_LAST_WORKDAY, "on the last working day of each month at %s", "每月最后一个工作日 %s") \
  X(RUNS_WORKDAY_BACK, "on working day %lld from the end of each month at %s", \
    "每月倒数第 %lld 个工作日 %s") \
  X(RUNS_EVERY, "every %s", "每隔 %s") \
  X(SOURCE, "Source of records", "数据来源") \
  X(SIZE, "Extent", "规模") \
  X(SIZE_TEXT, "%zu fields, %zu related lists, %zu steps, %zu outputs", \
    "%zu 个字段，%zu 个关联列表，%zu 个步骤，%zu 项输出") \
  X(STATE, "State", "状态") \
  X(STATE_TESTS, "%zu of %zu tests hold", "%2$zu 项测试中 %1$zu 项通过") \
  X(STATE_NO_TESTS, "no tests", "没有测试") \
  X(STATE_COVERAGE, "coverage %.1f %%", "覆盖率 %.1f%%") \
  X(STATE_FINDINGS, "open findings: %zu", "未决问题：%zu") \
  X(ALWAYS, "without limit of time", "无期限") \
  X(FROM_TO, "from %s to %s", "%s 至 %s") \
  X(FROM, "from %s on", "自 %s 起") \
  X(UNTIL, "until %s", "至 %s 止") \
  X(NOT_IN_FORCE, "not in force on %s", "%s 不生效") \
  X(EVERY_DAY, "every day of the year", "全年每天") \
  X(CONTENTS, "Contents", "目录") \
  X(MON, "Mon", "周一") \
  X(TUE, "Tue", "周二") \
  X(WED, "Wed", "周三") \
  X(THU, "Thu", "周四") \
  X(FRI, "Fri", "周五") \
  X(SAT, "Sat", "周六") \
  X(SUN, "Sun", "周日") \
  /* sections */ \
  X(FLOW, "How a decision is made", "决策流程") \
  X(FLOW_TEXT, "From top to bottom: what is known of a customer (dashed), the steps, and what " \
    "a decision shows (thick border). An arrow leads to what reads it; one that other arrows " \
    "imply is left out: each step below names all that it reads. Dotted arrows are reason " \
    "codes.", \
    "自上而下：客户的已知信息（虚线框）、各步骤、以及决定所显示的输出（粗框）。箭头指向读取者；" \
    "可由其他箭头推知的箭头不再画出，各步骤一节列出其全部读取项。点线箭头为原因代码。") \
  X(FIELDS, "What is known of a customer", "客户信息") \
  X(FIELD, "Field", "字段") \
  X(TYPE, "Type", "类型") \
  X(ALLOWED, "Allowed", "允许值") \
  X(REQUIRED, "Required", "必填") \
  X(READ_BY, "Read by", "读取者") \
  X(REMARK, "Remark", "备注") \
  X(YES, "yes", "是") \
  X(NO, "no", "否") \
  X(BETTER_FIRST, "best first", "最优在前") \
  X(BETTER_LAST, "best last", "最优在后") \
  X(IN_SOURCE, "“%s” in the source", "来源中为“%s”") \
  X(AT_LEAST, "at least %s", "不小于 %s") \
  X(AT_MOST, "at most %s", "不大于 %s") \
  X(BETWEEN, "%s to %s", "%s 至 %s") \
  X(REJECTED, "A record with a value that is not allowed, or without a required one, is " \
    "refused and told; it is never guessed.", \
    "含不允许的值或缺少必填值的记录将被拒绝并报告，绝不猜测。") \
  X(RELATED, "Related records: %s", "关联记录：%s") \
  X(RELATED_TEXT, "A customer has any number of them, found by %s. Source: %s.", \
    "每个客户可有任意多条，按 %s 关联。来源：%s。") \
  X(RELATED_WHERE, "Only those count for which %s.", "仅计入满足 %s 的记录。") \
  X(PARAMS, "Parameters of a run", "运行参数") \
  X(PARAM, "Parameter", "参数") \
  X(DEFAULT, "Default", "默认值") \
  X(HERE, "In this page", "本文取值") \
  X(TOTAL_OF, "the sum of %s over all customers of the run", "本次运行全部客户的 %s 之和") \
  X(NO_DEFAULT, "none: to be given for each run", "无，每次运行须给定") \
  X(OUTPUTS, "What a decision shows", "决定的输出") \
  X(OUTPUT, "Output", "输出") \
  X(MADE_BY, "Made by", "得出步骤") \
  X(REASONS, "Reason codes and what they mean", "原因代码及含义") \
  X(CODE, "Code", "代码") \
  X(TEXT_EN, "English", "英文") \
  X(TEXT_ZH, "Chinese", "中文") \
  X(LISTS, "Shown in", "所在列表") \
  X(GIVEN_BY, "Given by", "给出者") \
  X(ATTENTION, "for a person to look at", "需人工关注") \
  X(TESTS, "Tests", "测试") \
  X(COVERAGE, "Coverage", "覆盖率") \
  X(FINDINGS, "Open findings", "未决问题") \
  X(NO_FINDINGS, "The check of the pack finds nothing.", "规则包检查未发现问题。") \
  X(WAIVED, "Looked at, and left as they are for the reason given:", "已审阅，按所述理由保留：") \
  X(BECAUSE, "Because", "理由") \
  X(PLACE, "Place", "位置") \
  X(MESSAGE, "Finding", "问题") \
  X(FILES, "Files of this version", "本版本的文件") \
  X(FILE, "File", "文件") \
  X(BYTES, "Bytes", "字节") \
  X(SIGN, "Approval", "审批签署") \
  X(SIGN_TEXT, "The undersigned approve the policy in this version:", \
    "以下签署人批准本版本政策：") \
  X(SIGN_NAME, "Name", "姓名") \
  X(SIGN_ROLE, "Role", "职务") \
  X(SIGN_DATE, "Date", "日期") \
  X(SIGNATURE, "Signature", "签名") \
  X(SCRIPT_classification, "Classification", "分类") \
  X(SCRIPT_cadence, "Follow-up", "跟进") \
  X(SCRIPT_credit, "Credit", "授信") \
  X(SCRIPT_LISTS, "Reasons", "原因") \
  /* kinds of steps */ \
  X(KIND_DERIVE, "formula", "公式") \
  X(KIND_SCORECARD, "scorecard", "评分卡") \
  X(KIND_TABLE, "decision table", "决策表") \
  X(KIND_BANDS, "bands", "分档") \
  X(KIND_CODES, "reason codes", "原因代码") \
  X(KIND_WATCH, "alerts", "预警") \
  X(KIND_CADENCE, "follow-up", "跟进节奏") \
  X(KIND_LIMIT, "limit", "额度") \
  X(KIND_LUA, "function", "函数") \
  X(KIND_ADJUST, "adjustment", "调整") \
  X(KIND_WORST, "at best", "封顶等级") \
  X(KIND_BEST, "at worst", "保底等级") \
  X(KIND_AGGREGATE, "from records", "记录汇总") \
  X(KIND_AGEING, "ageing", "账龄") \
  X(KIND_TOTAL, "over all customers", "全体客户汇总") \
  X(KIND_QUANTILES, "shares of all", "分位") \
  X(KIND_STEADY, "held steady", "等级稳定") \
  X(KIND_SMOOTH, "load smoothing", "负荷均衡") \
  X(READS, "Reads", "读取") \
  X(MAKES, "Makes", "得出") \
  X(GIVES, "Gives", "给出") \
  X(IS_OUTPUT, "output", "输出") \
  X(PREVIOUS, "last decision", "上次决定") \
  X(PREVIOUS_OF, "the last %s", "上次的 %s") \
  /* values and tests */ \
  X(ANY, "any", "任意") \
  X(MISSING, "missing", "缺失") \
  X(OTHERWISE, "otherwise", "其余情形") \
  X(ALSO_MISSING, "any, also missing", "任意（含缺失）") \
  X(NO_VALUE, "no value", "无值") \
  X(LIST_OF, "list of %s", "%s 列表") \
  X(IF_MISSING, "If missing", "缺失时") \
  X(ONLY_IF, "only if %s", "仅当 %s") \
  X(CONDITION, "Condition", "条件") \
  X(VALUE, "Value", "值") \
  X(ALWAYS_SO, "always", "始终") \
  X(DAYS, "days", "天") \
  X(WORKING_DAYS, "working days", "个工作日") \
  X(MONTHS, "months", "个月") \
  X(HOURS_OF, "%lld hours", "%lld 小时") \
  X(MINUTES_OF, "%lld minutes", "%lld 分钟") \
  X(DAYS_OF, "%lld days", "%lld 天") \
  X(OPEN_FOR, "%s of opening hours", "%s（营业时间）") \
  X(TYPE_KEY, "key", "标识") \
  X(TYPE_TEXT, "text", "文本") \
  X(TYPE_CHOICE, "choice", "选项") \
  X(TYPE_INTEGER, "whole number", "整数") \
  X(TYPE_MONEY, "money, %s", "金额（%s）") \
  X(TYPE_DECIMAL, "number, %d decimals", "数值（%d 位小数）") \
  X(TYPE_DECIMAL_1, "number, 1 decimal", "数值（1 位小数）") \
  X(TYPE_NUMBER, "measured number", "测量值") \
  X(TYPE_BOOLEAN, "yes or no", "是或否") \
  X(TYPE_DATE, "date", "日期") \
  X(TYPE_TIMESTAMP, "moment", "时刻") \
  X(TYPE_LIST, "list of records", "记录列表") \
  X(TYPE_RATIO, "number", "数值") \
  X(TYPE_CODES, "list of codes", "代码列表") \
  X(TYPE_DURATION, "duration", "时长") \
  /* formulas and records */ \
  X(AGG_SUM, "the sum of %s over %s", "%2$s 的 %1$s 之和") \
  X(AGG_SUM_POINTS, "the sum of points over %s, by %s", "%1$s 按 %2$s 计分之和") \
  X(AGG_COUNT, "the number of %s", "%s 的条数") \
  X(AGG_COUNT_IF, "the number of %2$s for which %1$s", "满足 %s 的 %s 条数") \
  X(AGG_MIN, "the least %s of %s", "%2$s 中 %1$s 的最小值") \
  X(AGG_MAX, "the greatest %s of %s", "%2$s 中 %1$s 的最大值") \
  X(AGG_LATEST, "%s of the latest of %s", "%2$s 中最近一条的 %1$s") \
  X(AGG_EARLIEST, "%s of the earliest of %s", "%2$s 中最早一条的 %1$s") \
  X(AGG_MEDIAN, "the median of %s over %s", "%2$s 的 %1$s 中位数") \
  X(AGG_MEAN, "the mean of %s over %s", "%2$s 的 %1$s 平均数") \
  X(AGG_SHARE, "the share of %2$s for which %1$s", "%2$s 中满足 %1$s 的占比") \
  X(AGG_DISTINCT, "the number of different %s of %s", "%2$s 中不同 %1$s 的个数") \
  X(AGG_WEIGHT, "weighted by %s", "以 %s 加权") \
  X(AGG_WHERE, "only those for which %s", "仅计入满足 %s 的记录") \
  X(AGG_WITHIN, "only those of the last %s days, by %s", "仅计入最近 %s 天的记录（按 %s）") \
  X(AGG_AGE, "only those %s to %s days old, by %s", "仅计入 %s 至 %s 天前的记录（按 %s）") \
  X(AGG_HALVE, "a record counts half after %s days, a quarter after twice as many, and so on, " \
    "by %s", \
    "记录满 %s 天后按一半计，再满同样天数按四分之一计，以此类推（按 %s）") \
  X(AGG_DECAY, "a record counts less and less with its age, half after %s days, by %s", \
    "记录随时间递减，满 %s 天按一半计（按 %s）") \
  X(AGG_BY, "the order is that of %s", "按 %s 排序") \
  X(AGG_TIE_LEAST, "of several the least value counts", "并列时取最小值") \
  X(AGG_TIE_GREATEST, "of several the greatest value counts", "并列时取最大值") \
  X(AGG_NONE, "%s if no record counts", "没有可计入的记录时为 %s") \
  X(AGG_NONE_USUAL, "missing if no record counts", "没有可计入的记录时缺失") \
  X(AGG_SKIP, "records without the value do not count", "无该值的记录不计入") \
  X(AGG_LEAST, "at least %s", "不小于 %s") \
  X(AGG_MOST, "at most %s", "不大于 %s") \
  X(POINTS, "Points", "分数") \
  X(AGEING_TEXT, "The sum of %s over %s, by the days since %s; %s is the sum of all.", \
    "按距 %3$s 的天数，对 %2$s 的 %1$s 分段求和；%4$s 为总和。") \
  X(BUCKET, "Bucket", "账龄段") \
  X(DAYS_OVERDUE, "Days overdue", "逾期天数") \
  X(NOT_DUE, "not overdue", "未逾期") \
  X(DAYS_RANGE, "%s to %s", "%s 至 %s") \
  X(DAYS_OVER, "more than %s", "超过 %s") \
  X(DAYS_UPTO, "up to %s", "不超过 %s") \
  X(UNDATED, "Records without a due date belong to %s.", "无到期日的记录归入 %s。") \
  /* scores and classes */ \
  X(SCORE_TEXT, "The sum of weight × points over all characteristics%s%s.", \
    "各项指标的权重 × 分数之和%s%s。") \
  X(SCORE_BASELINE, ", plus %s", "，加 %s") \
  X(SCORE_DIVIDE, ", divided by %s", "，除以 %s") \
  X(SCORE_RANGE, "Possible: %s to %s.", "可能的取值：%s 至 %s。") \
  X(SCORE_MIN, "Never below %s.", "不低于 %s。") \
  X(SCORE_MAX, "Never above %s.", "不高于 %s。") \
  X(CHARACTERISTIC, "Characteristic", "指标") \
  X(WEIGHT, "Weight", "权重") \
  X(ATTRIBUTE, "Attribute", "取值") \
  X(COUNTS, "In the score", "计入得分") \
  X(LOWEST_POINTS, "lowest", "最低分") \
  X(SCORE_MISSING, "score missing", "得分缺失") \
  X(BASELINE_OF, "compared with %s for reasons", "原因比较基准 %s") \
  X(FIRST_MATCH, "The first attribute that matches counts.", "按首个匹配的取值计分。") \
  X(CLASS, "Class", "等级") \
  X(RANGE, "Range", "区间") \
  X(BELOW, "below %s", "低于 %s") \
  X(FROM_BELOW, "%s to below %s", "%s 至低于 %s") \
  X(FROM_UP, "%s and above", "%s 及以上") \
  X(EVERYTHING, "everything", "全部") \
  X(BANDS_TEXT, "The class of %s.", "按 %s 划分等级。") \
  X(BANDS_MISSING, "A missing value is %s.", "缺失值归为 %s。") \
  X(BANDS_NO_CLASS, "A missing value has no class.", "缺失值没有等级。") \
  X(ADJUST_TEXT, "Changes %s, row after row, each on what the rows above have left.", \
    "逐行调整 %s，每行作用于上一行之后的结果。") \
  X(CHANGE, "Change", "变化") \
  X(ONLY, "Only from", "仅限") \
  X(BETTER_BY, "%d better", "上调 %d 级") \
  X(WORSE_BY, "%d worse", "下调 %d 级") \
  X(BECOMES, "becomes %s", "改为 %s") \
  X(WORST_TEXT, "%s is at best %s, where:", "%s 最高为 %s，条件：") \
  X(BEST_TEXT, "%s is at worst %s, where:", "%s 最低为 %s，条件：") \
  X(WORST_ALWAYS, "%s is at best %s.", "%s 最高为 %s。") \
  X(BEST_ALWAYS, "%s is at worst %s.", "%s 最低为 %s。") \
  X(CODES_ALWAYS, "The codes are given whenever the condition holds.", "条件成立即给出代码。") \
  X(CODES_CHANGED, "The codes are given only if the class changed.", "仅在等级改变时给出代码。") \
  X(STEADY_TEXT, "%s changes only so fast against the class last published:", \
    "%s 相对上次发布的等级，变化受限：") \
  X(HOLD_UP, "A class is held for %lld days before it gets better.", \
    "等级保持 %lld 天后方可上调。") \
  X(HOLD_DOWN, "A class is held for %lld days before it gets worse.", \
    "等级保持 %lld 天后方可下调。") \
  X(MAX_UP, "At most %lld better at a time.", "每次最多上调 %lld 级。") \
  X(MAX_DOWN, "At most %lld worse at a time.", "每次最多下调 %lld 级。") \
  X(HELD, "If that holds it back: %s.", "因此未变时给出：%s。") \
  X(SINCE, "Since when it is held: %s.", "起始日期：%s。") \
  X(TOTAL_SUM, "The sum of %s over all customers%s.", "全体客户的 %s 之和%s。") \
  X(TOTAL_COUNT, "The number of customers%2$s%1$s.", "客户数%2$s%1$s。") \
  X(TOTAL_MEAN, "The mean of %s over all customers%s.", "全体客户的 %s 平均数%s。") \
  X(TOTAL_LEAST, "The least %s of all customers%s.", "全体客户 %s 的最小值%s。") \
  X(TOTAL_GREATEST, "The greatest %s of all customers%s.", "全体客户 %s 的最大值%s。") \
  X(TOTAL_WITHIN, " of the same %s", "（同一 %s 内）") \
  X(TOTAL_WHERE, "Only customers count for which %s.", "仅计入满足 %s 的客户。") \
  X(QUANTILES_PARTS, "All customers%2$s by %1$s, cut into %3$lld parts of equal size: %3$lld " \
    "is the highest.", \
    "全体客户%2$s按 %1$s 等分为 %3$lld 份，%3$lld 为最高。") \
  X(QUANTILES_CLASSES, "All customers%2$s by %1$s, the highest first:", \
    "全体客户%2$s按 %1$s 由高到低：") \
  X(SHARE, "Share", "占比") \
  X(THE_REST, "the rest", "其余") \
  X(TIES_UP, "Equal values at a cut belong above it.", "与分界相等的值归入上一档。") \
  X(TIES_DOWN, "Equal values at a cut belong below it.", "与分界相等的值归入下一档。") \
  /* tables */ \
  X(HIT_FIRST, "The first row that matches counts.", "按首个匹配的行。") \
  X(HIT_UNIQUE, "At most one row may match.", "至多一行可匹配。") \
  X(HIT_ANY, "All rows that match must say the same.", "所有匹配的行结果必须一致。") \
  X(HIT_PRIORITY, "Of the rows that match the one counts whose word stands first in its list.", \
    "在匹配的行中取选项排序最前者。") \
  X(HIT_RULE_ORDER, "All rows that match count, in their order.", "所有匹配的行均计入，按行序。") \
  X(HIT_OUTPUT_ORDER, "All rows that match count, in the order of their words.", \
    "所有匹配的行均计入，按选项排序。") \
  X(HIT_COLLECT, "All rows that match count.", "所有匹配的行均计入。") \
  X(HIT_SUM, "The values of all rows that match are added up.", "所有匹配行的值相加。") \
  X(HIT_MIN, "The least value of all rows that match counts.", "取所有匹配行的最小值。") \
  X(HIT_MAX, "The greatest value of all rows that match counts.", "取所有匹配行的最大值。") \
  X(HIT_COUNT, "The number of rows that match.", "匹配的行数。") \
  X(HIT_POLICY, "hit policy %s", "命中策略 %s") \
  X(NO_ROW_MISSING, "If no row matches: no value.", "无匹配行时：无值。") \
  X(NO_ROW_EMPTY, "If no row matches: nothing.", "无匹配行时：为空。") \
  X(NO_ROW_DEFAULT, "no row matches", "无匹配行") \
  X(ROW, "Row", "行") \
  X(ROWS, "%zu rows", "共 %zu 行") \
  X(EFFECTIVE, "In force", "生效期") \
  X(FROM_FILE, "kept in %s", "见 %s") \
  X(MORE_ROWS, "%zu further rows", "其余 %zu 行") \
  /* cadence */ \
  X(CADENCE_TEXT, "The clauses apply in this order. The first that says when decides the date; " \
    "those behind it move it.", \
    "各条款按顺序适用。首个给出时间的条款决定日期，其后的条款对其进行调整。") \
  X(CAD_NEVER, "Never contact%s: no date, no channel, and no clause below applies.", \
    "不联系%s：无日期、无渠道，以下条款均不适用。") \
  X(CAD_WHERE, " where %s", "（若 %s）") \
  X(CAD_FIRST, "First touch: within %s of %s, as long as no contact is later than it%s. %s", \
    "首次联系：自 %2$s 起 %1$s 之内，且其后尚无联系%3$s。%4$s") \
  X(CAD_FIRST_TOUCHED, " (by %s)", "（按 %s）") \
  X(ROLL_BACK, "Outside of opening hours: the closing before.", "非营业时间则提前至上一次下班。") \
  X(ROLL_FORWARD, "Outside of opening hours: the next opening.", \
    "非营业时间则顺延至下一次上班。") \
  X(ROLL_NONE, "At any hour.", "不限时间。") \
  X(CAD_NONE_YET, "No contact yet: by the next closing time.", "尚无联系：最近一次下班前。") \
  X(CAD_SEQUENCE, "A series: day %s after %s, one contact after the other (counting %s%s).", \
    "系列联系：%2$s 后第 %1$s 天，依次进行（计 %3$s%4$s）。") \
  X(CAD_DONE, "Once all have been made: %s.", "全部完成后：%s。") \
  X(CAD_EVERY, "Every %s %s after %s, due when the company closes.", \
    "%3$s 之后每 %1$s %2$s，下班前到期。") \
  X(CAD_AS, "Shown as %s.", "显示为 %s。") \
  X(CAD_SOONER, "Sooner: the interval is at most %s %s.", "提前：间隔最多 %s %s。") \
  X(CAD_LATER, "Later: the interval is at least %s %s.", "延后：间隔至少 %s %s。") \
  X(CAD_SOONER_ON, "Sooner: no later than %s.", "提前：不晚于 %s。") \
  X(CAD_LATER_ON, "Later: not before %s.", "延后：不早于 %s。") \
  X(CAD_OVERDUE, "Overdue: what was due before the moment of grading is due by the next " \
    "closing time.", \
    "逾期：到期早于评级时刻的，改为最近一次下班前。") \
  X(CAD_CAP, "Contact cap: once %lld contacts (%s%s) lie on the %lld days that end with the " \
    "date, it moves to the next working day.", \
    "联系上限：截至该日的 %4$lld 天内已有 %1$lld 次联系（%2$s%3$s）时，移至下一个工作日。") \
  X(CAD_COUNTING, " where %s", "，且 %s") \
  X(CAD_AT, ", by %s", "，按 %s") \
  X(CAD_OPENING_BACK, "Outside of opening hours: moved back to the closing before.", \
    "非营业时间：提前至上一次下班。") \
  X(CAD_OPENING_FORWARD, "Outside of opening hours: moved on to the next opening.", \
    "非营业时间：顺延至下一次上班。") \
  X(CAD_QUIET_BACK, "Quiet hours %s to %s: moved back to where they begin.", \
    "免打扰时段 %s 至 %s：提前至其开始。") \
  X(CAD_QUIET_FORWARD, "Quiet hours %s to %s: moved on to where they end.", \
    "免打扰时段 %s 至 %s：顺延至其结束。") \
  X(CAD_CHANNEL, "Channel, shown as %s:", "渠道，显示为 %s：") \
  X(CAD_CHANNEL_IS, "Channel, shown as %s: that of %s.", "渠道，显示为 %s：取 %s。") \
  X(SMOOTH_TEXT, "At most %lld follow-ups a day%s. %s keep their day; the others move to the " \
    "next working day that has room.", \
    "每天最多 %lld 个跟进%s。%s保留原日；其余移至下一个有余量的工作日。") \
  X(SMOOTH_PER, " for each %s", "（按每个 %s）") \
  X(SMOOTH_BY, "Those lowest in %s", "%s 最低者") \
  /* limits */ \
  X(LIMIT_TEXT, "Worked out in this order; a limit is never below 0.", \
    "按以下顺序计算；额度不低于 0。") \
  X(LIM_START, "Start with %s.", "起始值：%s。") \
  X(LIM_LEAST, "Start with the least of:", "起始值取下列最小者：") \
  X(LIM_GREATEST, "Start with the greatest of:", "起始值取下列最大者：") \
  X(LIM_MEDIAN, "Start with the median of:", "起始值取下列中位数：") \
  X(LIM_MEAN, "Start with the mean of:", "起始值取下列平均数：") \
  X(LIM_TIMES, "Times %s.", "乘以 %s。") \
  X(LIM_PLUS, "Plus %s.", "加上 %s。") \
  X(LIM_AT_MOST, "At most %s.", "最多 %s。") \
  X(LIM_AT_LEAST, "At least %s.", "至少 %s。") \
  X(LIM_AT_MOST_OF, "At most the least of (the one that binds is named):", \
    "不超过下列最小者（注明起作用者）：") \
  X(LIM_AT_LEAST_OF, "At least the greatest of (the one that binds is named):", \
    "不低于下列最大者（注明起作用者）：") \
  X(LIM_STEP_UP, "At most %s above %s; no bound where that is missing or 0.", \
    "较 %2$s 最多上调 %1$s；其缺失或为 0 时不限。") \
  X(LIM_STEP_DOWN, "At most %s below %s; no bound where that is missing or 0.", \
    "较 %2$s 最多下调 %1$s；其缺失或为 0 时不限。") \
  X(LIM_ZERO, "0 where any of these holds:", "满足任一条件时为 0：") \
  X(LIM_ZERO_ONE, "0 where %s.", "若 %s，则为 0。") \
  X(LIM_DOWN, "Rounded down to a multiple of %s.", "向下取整至 %s 的倍数。") \
  X(LIM_HALF_UP, "Rounded half up to a multiple of %s.", "四舍五入至 %s 的倍数。") \
  X(LIM_UP, "Rounded up to a multiple of %s.", "向上取整至 %s 的倍数。") \
  X(LIM_MISSING, "If a value that it needs is missing: %s.", "所需的值缺失时：%s。") \
  X(LIM_MISSING_NONE, "If a value that it needs is missing, there is no limit to show.", \
    "所需的值缺失时，没有额度。") \
  X(LIM_SKIP, "What is missing is left out.", "缺失项略去。") \
  X(LIM_SKIP_LINE, "Left out if the amount is missing.", "金额缺失时略去此步。") \
  X(LIM_UNKNOWN, "If it is missing, the limit is not known.", "缺失时额度未知。") \
  X(LIM_COUNTS, "What is missing counts as %s.", "缺失项按 %s 计。") \
  X(LIM_NEGATIVE_SKIP, "What is below 0 is left out.", "负值略去。") \
  X(LIM_NEGATIVE, "Below 0 it counts as %s.", "为负时按 %s 计。") \
  X(LIM_NONE, "If none is known: %s.", "均未知时：%s。") \
  X(SILENCES, "Then these are not shown: %s.", "此时不显示：%s。") \
  X(WITH_AMOUNT, "with the amount", "附金额") \
  X(OPERATION, "Operation", "步骤") \
  /* codes */ \
  X(CODES_TEXT, "Shown in this order, each where its condition holds.", \
    "按此顺序显示，条件成立时给出。") \
  X(CODES_LOST, "The characteristics of %s that cost the most points, at most %d.", \
    "%s 中失分最多的指标，最多 %d 项。") \
  X(CODES_BELOW, "The characteristics of %s that lie the most below their baseline, at most %d.", \
    "%s 中低于基准最多的指标，最多 %d 项。") \
  X(CODES_ABOVE, "The characteristics of %s that lie the most above their baseline, at most %d.", \
    "%s 中高于基准最多的指标，最多 %d 项。") \
  X(CODES_TIE_FIRST, "Of equal ones the first characteristic comes first.", \
    "并列时指标在前者优先。") \
  X(CODES_TIE_LAST, "Of equal ones the last characteristic comes first.", \
    "并列时指标在后者优先。") \
  X(WHEN, "When", "条件") \
  X(SHOWN_VALUE, "With the value", "附值") \
  X(MEANING, "Meaning", "含义") \
  X(IS_MISSING, "%s is missing", "%s 缺失") \
  X(GIVEN_ABOVE, "given by %s", "由 %s 给出") \
  X(NOBODY, "no step gives it", "无步骤给出") \
  X(PERCENT, "%s in percent", "%s（百分数）") \
  X(DECIMALS, "%s, %d decimals", "%s（%d 位小数）") \
  X(DATE_OF, "date of %s", "%s 的日期") \
  X(WATCH_TEXT, "An alert is given when an output changes against the last published decision.", \
    "与上次发布的决定相比发生下列变化时预警。") \
  X(SEVERITY, "Severity", "级别") \
  X(INFO, "for information", "提示") \
  X(WARNING, "warning", "警告") \
  X(CRITICAL, "critical", "严重") \
  X(LUA_TEXT, "A function computes it; these are its lines:", "由函数计算，源代码如下：") \
  X(NO_TEXT, "no text", "无文本") \
  /* tests */ \
  X(TESTS_TEXT, "What the policy promises, tried on the rules of this version.", \
    "政策所承诺的结果，已用本版本规则验证。") \
  X(NO_TESTS, "There are no tests: nothing shows that the rules do what they should.", \
    "没有测试：无法证明规则符合预期。") \
  X(EXAMPLES, "Examples", "示例") \
  X(SAMPLES, "Samples", "样本") \
  X(PROPERTIES, "Properties", "性质") \
  X(EXAMPLE, "Example", "示例") \
  X(GIVEN, "Given", "给定") \
  X(EXPECTED, "Expected", "预期") \
  X(RESULT, "Result", "结果") \
  X(HOLDS, "holds", "通过") \
  X(FAILS, "fails", "未通过") \
  X(EXPECT_HAS, "has %s", "含 %s") \
  X(EXPECT_LACKS, "lacks %s", "不含 %s") \
  X(EXPECT_NONE, "none", "无") \
  X(EXPECT_REJECTED, "refused: %s", "拒绝：%s") \
  X(EXPECT_FAILS, "the rule fails: %s", "规则出错：%s") \
  X(PREVIOUSLY, "last decision", "上次决定") \
  X(RECORDS_OF, "%zu records", "%zu 条记录") \
  X(SAMPLE_TEXT, "%s, graded whole, gives %s value by value.", \
    "对 %s 整体评级，结果与 %s 逐值一致。") \
  X(OWN_SOURCE, "the source", "数据来源") \
  X(PROPERTY, "Property", "性质") \
  X(PROP_HOLDS, "always: %s", "恒成立：%s") \
  X(PROP_RAISE, "whenever %s is raised, never %s", "提高 %s 时，绝不 %s") \
  X(PROP_LOWER, "whenever %s is lowered, never %s", "降低 %s 时，绝不 %s") \
  X(PROP_SET, "whenever %s, never %s", "当 %s 时，绝不 %s") \
  X(NEVER_BETTER, "a better %s", "使 %s 更好") \
  X(NEVER_WORSE, "a worse %s", "使 %s 更差") \
  X(NEVER_MORE, "more %s", "使 %s 增加") \
  X(NEVER_LESS, "less %s", "使 %s 减少") \
  X(NEVER_DIFFERENT, "another %s", "使 %s 改变") \
  X(OR, " or ", "或") \
  X(CASES, "tried on %lld records", "已用 %lld 条记录验证") \
  X(COVERAGE_TEXT, "The examples and samples go through %zu of %zu ways of the policy (rows, " \
    "attributes, bands, clauses, caps, codes), %.1f %%; on %zu of %zu bounds a value lay " \
    "exactly.", \
    "示例和样本经过政策 %2$zu 条路径（行、取值、档位、条款、上限、代码）中的 %1$zu 条，占 " \
    "%3$.1f%%；%5$zu 个界限中有 %4$zu 个恰有取值。") \
  X(STEP, "Step", "步骤") \
  X(WAYS, "Ways taken", "已走路径") \
  X(BOUNDS, "Bounds tried", "已试界限") \
  X(NEVER_TAKEN, "Never taken", "从未经过") \
  X(ALL_TAKEN, "Every way is taken.", "所有路径均已经过。") \
  /* formulas: words of the notation */ \
  X(N_and, "and", "且") \
  X(N_or, "or", "或") \
  X(N_not, "not", "非") \
  X(N_if, "if", "若") \
  X(N_then, "then", "则") \
  X(N_else, "else", "否则") \
  X(N_in, "is one of", "属于") \
  X(N_between, "between", "介于") \
  X(N_better, "better", "优于") \
  X(N_worse, "worse", "劣于") \
  X(N_than, "than", "") \
  X(N_true, "yes", "是") \
  X(N_false, "no", "否") \
  X(N_null, "missing", "缺失") \
  X(N_today, "the day of grading", "评级日") \
  X(N_as_of, "the moment of grading", "评级时刻") \
  X(IN_RANGE, "lies in", "介于") \
  X(F_coalesce, "first known of", "首个已知值") \
  X(F_min, "least of", "最小值") \
  X(F_max, "greatest of", "最大值") \
  X(F_date, "date of", "日期") \
  X(F_count, "number of", "个数") \
  X(F_previous, "last", "上次的") \
  X(F_abs, "size of", "绝对值") \
  X(F_floor, "rounded down", "向下取整") \
  X(F_ceiling, "rounded up", "向上取整") \
  X(F_round, "rounded", "四舍五入") \
  X(F_months_between, "months between", "相隔月数") \
  X(F_workdays_between, "working days between", "相隔工作日") \
  X(F_add_workdays, "working days after", "工作日后")
/* clang-format on */

typedef enum policy_word {
#define X(name, en, zh) P_##name,
  POLICY_WORDS(X)
#undef X
      POLICY_WORD_COUNT
} policy_word;

/* `chinese` false: in English. */
const char *policy_say(bool chinese, policy_word w);

#endif
