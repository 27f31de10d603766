--- The words of a rule pack for the editor (LuaLS annotations). Nothing runs this file; it says what can be
--- written where. The names of the pack itself follow at its end.

---@alias assay.value string|number|boolean
--- A test of one value, as in a table's cell: "<= 7", "[50..200)", "A, B", "not(C)", "-"
---@alias assay.test assay.formula
---@alias assay.roll "back"|"forward"|"none"

-- ---- types of fields, parameters and outputs ----

---@class assay.type

---@class assay.constraints
---@field required? boolean An empty value rejects the record
---@field column? string What the source calls it, if not by the field's own name
---@field default? assay.value Of a parameter: its value if none is given for the run

---@class assay.constraints.bounded : assay.constraints
---@field min? string|number The least value that is accepted
---@field max? string|number The greatest value that is accepted

---@class assay.constraints.choice : assay.constraints
---@field best? string Which end of the list is the good one: its first word (if not said) or its last
---@field [integer] string The words, in order

---@class assay.type.plain : assay.type
---@overload fun(constraints: assay.constraints): assay.type

---@class assay.type.bounded : assay.type
---@overload fun(constraints: assay.constraints.bounded): assay.type

--- The customer's identity: exactly one field, never empty, each value once.
---@type assay.type.plain
key = nil

--- Any text.
---@type assay.type.plain
text = nil

--- true or false.
---@type assay.type.plain
boolean = nil

--- A whole number.
---@type assay.type.bounded
integer = nil

--- A measured value in binary floating point: not exact, so not for money.
---@type assay.type.bounded
number = nil

--- An amount in the company's currency, exact.
---@type assay.type.bounded
money = nil

--- A day: 2025-10-01.
---@type assay.type.bounded
date = nil

--- A moment: 2025-10-01T15:00:00+08:00.
---@type assay.type.bounded
timestamp = nil

--- One of the words: choice { "cash", "credit" }. The first is the best, unless best says otherwise.
---@param words assay.constraints.choice
---@return assay.type
function choice(words) end

--- A number with at most so many decimals, exact: decimal(2).
---@param digits integer 0 to 12
---@return assay.type.bounded
function decimal(digits) end

--- Records of the customer's own within the record: list { due_date = date, amount = money }.
---@param fields table<string, assay.type>
---@return assay.type
function list(fields) end

-- ---- company.lua ----

---@class assay.period
---@field from? string The first day, "2025-01-01"
---@field to? string The last day, "2025-12-31"

---@class assay.company
---@field name string What people call the company
---@field name_zh? string The same in Chinese
---@field currency string ISO 4217, such as "CNY"; decides how many decimals money has
---@field timezone string Hours east of UTC, all year: "+08:00"
---@field opens? string "09:00" if not said
---@field closes? string Contact is due by closing time; "18:00" if not said
---@field workdays? ("mon"|"tue"|"wed"|"thu"|"fri"|"sat"|"sun")[]|"calendar" Monday to Friday if not said; "calendar": every day of the year
---@field holidays? string[] Days, "2025-01-01", and ranges, "2025-01-28..2025-02-04"
---@field makeup? string[] Working days that would be none (调休)
---@field calendar? string A CSV file with more of both: date,kind,note
---@field calendar_until? string The last day that the calendar knows
---@field effective? assay.period The days for which the pack may grade
---@field scripts string[] The scripts in the order in which they run, without .lua

--- Who the company is. Comes first in company.lua.
---@param company assay.company
function company(company) end

---@class assay.source
---@field plugin "csv"|"sqlite"|string Which plugin reads it; `assay plugins` lists them and their options
---@field path? string The file; a relative path starts at the pack's folder, or at --data DIR
---@field missing? string[] Texts that mean "no value", beside the empty one
---@field [string] any The plugin's other options

--- Where the customers' records come from: source { plugin = "csv", path = "customers.csv" }.
---@param source assay.source
function source(source) end

--- What a record holds, each field with its type: fields { customer_id = key, amount = money { min = 0 } }.
---@param fields table<string, assay.type>
function fields(fields) end

---@class assay.related
---@field source assay.source Where its records come from
---@field key string The column that says whose record it is
---@field fields table<string, assay.type> What a record holds
---@field where? assay.formula The rows that count; the others are as if absent

--- Records of a source of their own, joined to their customer as a list: related "orders" { ... }.
---@param name string
---@return fun(related: assay.related)
function related(name) end

--- Values that are set for a run, read like fields: params { total_ar = money { default = total("ar") } }.
---@param params table<string, assay.type>
function params(params) end

--- What a decision shows, in this order.
---@param names assay.output[]
function outputs(names) end

---@class assay.report
---@field name? assay.formula The field that people call the customer by
---@field class? assay.output The class
---@field limit? assay.output The limit
---@field follow_up? assay.output When the next contact is due
---@field channel? assay.output How
---@field attention? assay.code[] Reason codes that a person should look at

--- Which output plays which part in the report.
---@param parts assay.report
function report(parts) end

---@class assay.budget
---@field instructions? integer Instructions of Lua; 10 million if not said
---@field memory? integer Bytes beyond what the scripts hold; 8388608 if not said

--- What each call of a Lua rule may use.
---@param budget assay.budget
function budget(budget) end

---@class assay.notify.webhook
---@field webhook string The address, https://..., or where it stands: "env:NAME"
---@field secret? string Where the secret stands that signs: "credential:NAME", "env:NAME", "file:PATH"
---@field name? string In messages and in the log; webhook-1 if not said
---@field on? string[] run_failed, run_late, alerts, rejects, pack_broken; all of them if not said
---@field alerts? "info"|"warning"|"critical" The least urgent alert that is told; warning if not said
---@field rejects? integer|string More refused records than this are told: 20, "0.5%"; "1%" if not said
---@field again? string The same is not told again within this time; "4h" if not said
---@field timeout? string Of one attempt: "30s"
---@field give_up? string What nobody takes for so long is given up; "1d" if not said
---@field recovered? boolean Whether it is told that all is well again; true if not said
---@field language? "en"|"zh" Of subject and text; en if not said

---@class assay.notify.mail
---@field mail string|string[] Whom to write to
---@field from string Who writes
---@field server string "smtp://mail.example.com:587" (with STARTTLS), or "smtps://mail.example.com:465"
---@field user? string At the server
---@field password? string Where the password stands: "credential:NAME", "env:NAME", "file:PATH"
---@field name? string In messages and in the log; webhook-1 if not said
---@field on? string[] run_failed, run_late, alerts, rejects, pack_broken; all of them if not said
---@field alerts? "info"|"warning"|"critical" The least urgent alert that is told; warning if not said
---@field rejects? integer|string More refused records than this are told: 20, "0.5%"; "1%" if not said
---@field again? string The same is not told again within this time; "4h" if not said
---@field timeout? string Of one attempt: "30s"
---@field give_up? string What nobody takes for so long is given up; "1d" if not said
---@field recovered? boolean Whether it is told that all is well again; true if not said
---@field language? "en"|"zh" Of subject and text; en if not said

---@class assay.notify.command
---@field command string[] A program that the service may start, and its arguments
---@field name? string In messages and in the log; webhook-1 if not said
---@field on? string[] run_failed, run_late, alerts, rejects, pack_broken; all of them if not said
---@field alerts? "info"|"warning"|"critical" The least urgent alert that is told; warning if not said
---@field rejects? integer|string More refused records than this are told: 20, "0.5%"; "1%" if not said
---@field again? string The same is not told again within this time; "4h" if not said
---@field timeout? string Of one attempt: "30s"
---@field give_up? string What nobody takes for so long is given up; "1d" if not said
---@field recovered? boolean Whether it is told that all is well again; true if not said
---@field language? "en"|"zh" Of subject and text; en if not said

--- Whom to tell when a run fails or is late, of alerts, of rejects: notify { webhook = "https://..." }.
---@param channel assay.notify.webhook|assay.notify.mail|assay.notify.command
function notify(channel) end

---@class assay.schedule.run
---@field max_rejects? string|integer Stop, with nothing published, when more records are refused: 20, or "1%"
---@field allow_shrink? boolean Publish even if the source has fewer than half of the last run's records
---@field keep? integer Published runs to keep
---@field threads? integer Threads that evaluate; by the CPUs if not said
---@field data? string Where relative source paths start; the pack's folder if not said
---@field params? table<string, assay.value> Parameters of the run
---@field source? table<string, assay.value> Options of the source, over those of the pack
---@field related? table<string, table<string, assay.value>> The same of related lists: { orders = { path = "late.csv" } }

---@class assay.schedule
---@field cron? string minute hour day-of-month month day-of-week: "30 2 * * *"; with seconds six fields; or "@daily"
---@field workday? integer The n-th working day of each month by the company's calendar; -1 is its last
---@field at? string Of workday: the time of day, "02:30"
---@field every? string An interval of elapsed time: "1h", "90m"
---@field timezone? string "Asia/Shanghai"; the company's if not said
---@field missed? "once"|"skip"|"all" Due times while nobody was there: the newest is run, none, or each
---@field overlap? "skip"|"queue"|"cancel" While the last run goes on: the new one is dropped, waits, or stops it
---@field jitter? string A delay of up to so much, the same each time for the same due time: "5m"
---@field retries? integer Further tries after a failed run
---@field retry_after? string Before the first of them, doubled each time; "1m" if not said
---@field retry_most? string At most so long between two; "30m" if not said
---@field deadline? string A run that takes longer, retries included, is stopped, and has failed: "2h"
---@field run? assay.schedule.run How its runs differ from `assay run`

--- When runs are due, for the service: schedule "nightly" { cron = "30 2 * * *" }. As many as you like.
---@param name string
---@return fun(schedule: assay.schedule)
function schedule(name) end

--- Shared Lua of rules/lib: local credit_code = use "credit_code".
---@param name string
---@return any
function use(name) end

-- ---- formulas and aggregates ----

---@class assay.derive
---@field [1]? assay.formula The formula
---@field type? assay.type As the formula gives, if not said

---@class assay.aggregate
---@field count? assay.formula How many; count = "orders", or a condition with of
---@field sum? assay.formula|table The sum; or of points by the first test that matches: { "type", { "demo", 60 }, { "-", 2 } }
---@field min? assay.formula The least number, date or timestamp
---@field max? assay.formula The greatest number, date or timestamp
---@field latest? assay.formula The latest date or moment; with by any value, that of the latest record
---@field earliest? assay.formula The earliest date or moment; with by any value, that of the earliest record
---@field median? assay.formula The one in the middle; of an even number the mean of the middle two
---@field mean? assay.formula The mean, by weight if given
---@field share? assay.formula The records for which the condition is true ÷ those that count
---@field distinct? assay.formula How many different values
---@field of? assay.list The list of records
---@field where? assay.formula The records that count: those for which the condition is true
---@field within? integer|string|(integer|string)[] 365: those that are 0 to 364 days old; { 90, 179 }: 90 to 179 days
---@field at? assay.formula When a record happened; its field at, if not said
---@field half_life? integer|string Days after which a record counts half, falling smoothly
---@field halve_every? integer|string Days after which it counts half, all at once and exactly
---@field weight? assay.formula Of mean and share
---@field by? assay.formula Of latest and earliest: by what, if not by the value itself
---@field ties? "least"|"greatest" Which value counts when several records are the latest
---@field none? assay.value The value if no record counts
---@field missing? "skip" Records without a value do not count; else they make the result missing
---@field at_least? assay.value The result is at least this
---@field at_most? assay.value The result is at most this
---@field type? assay.type As it comes, if not said

--- A formula, derive "days_silent" { "today - date(last_contact_at)" }, or one value out of the records of a
--- list, derive "spend" { sum = "amount", of = "orders", within = 365 }.
---@param name string
---@return fun(what: assay.derive|assay.aggregate)
function derive(name) end

---@class assay.ageing
---@field of assay.list The list of open items
---@field amount assay.formula What is added up
---@field due assay.formula The due date
---@field where? assay.formula The records that count
---@field missing? "skip" Items without amount or due date do not count; else they make all missing
---@field undated? string The bucket of items without a due date
---@field [integer] table { "ar_1_30", 30 }: name and most days overdue; the last { "ar_over_90" } takes the rest

--- Sums by days overdue (账龄), and their total under the step's own name.
---@param name string
---@return fun(buckets: assay.ageing)
function ageing(name) end

-- ---- points and classes ----

---@class assay.characteristic
---@field [1] string Its name; reads the field of that name unless input says otherwise
---@field weight? string|number 1 if not said
---@field input? assay.formula What the rows test
---@field points? assay.formula|fun(record: assay.record): number? A formula or a function that gives the points, in place of rows
---@field type? assay.type Of what the function returns: decimal(2)
---@field reason? assay.code|string The code when points are lost; a row's own comes first
---@field missing? string|number The points of a missing input; else the lowest of the rows
---@field missing_reason? assay.code|string The code of a missing input
---@field baseline? string|number Points to compare with, for reasons by points below or above
---@field [integer] table { "test", points } or { "test", points, "REASON" }; the first that matches gives the points

--- A characteristic of a scorecard: characteristic { "visits", weight = 25, { ">= 3", 100 }, { "-", 10 } }.
---@param characteristic assay.characteristic
---@return assay.characteristic
function characteristic(characteristic) end

---@class assay.scorecard
---@field divide? string|number The sum is divided by this
---@field baseline? string|number Added to the sum
---@field decimals? integer Of the score, when written
---@field min? string|number The least score
---@field max? string|number The greatest score
---@field [integer] assay.characteristic

--- The sum of weight × points over the characteristics, plus baseline, divided by divide.
---@param name string
---@return fun(card: assay.scorecard)
function scorecard(name) end

---@class assay.table
---@field hit? "first"|"unique"|"any"|"priority"|"rule_order"|"output_order"|"collect"|"sum"|"min"|"max"|"count"|string Which of the rows that match count; "first" if not said
---@field inputs? assay.formula[] What the columns of tests look at
---@field outputs? table[] { { "hold_units", integer }, { "hold_hours", integer } }
---@field type? assay.type Of the one output that is named as the table
---@field file? string A CSV file that holds the table
---@field default? assay.value|assay.table.default What it gives if no row matches
---@field effective? assay.period The days on which this version of the table decides
---@field [integer] assay.table.row

---@class assay.table.row
---@field code? assay.code|string Given when the row decides
---@field note? string A remark
---@field from? string Its first day
---@field to? string Its last day
---@field [integer] assay.test A test for each input, then a value for each output

---@class assay.table.default
---@field code? assay.code|string Given when no row matches
---@field note? string A remark
---@field [integer] assay.value A value for each output

--- A row is one test for each input, then one value for each output.
---@param name string
---@return fun(rows: assay.table)
function decision_table(name) end

---@class assay.steady
---@field hold? integer Days that a class is held before it changes
---@field hold_up? integer The same, for the better alone
---@field hold_down? integer The same, for the worse alone
---@field max_up? integer So many classes better at a time
---@field max_down? integer So many classes worse at a time
---@field held? assay.code|string Given when the class is not what it would be

---@class assay.bands : assay.steady
---@field of assay.formula What is cut into classes
---@field missing? string The class of a missing value
---@field best? string Which end is the good one: the first band (if not said) or the last
---@field [integer] assay.band The highest first; the last takes the rest

---@class assay.band
---@field [1] string The class
---@field [2]? string|number At least this; not in the last band
---@field code? assay.code|string Given with the class

--- A class by thresholds: bands "grade" { of = "score", { "A", 75 }, { "B", 50 }, { "C" } }.
---@param name string
---@return fun(bands: assay.bands)
function bands(name) end

--- Holds a class that stands above against the one last published: steady "grade" { max_up = 1 }.
---@param class assay.formula
---@return fun(bounds: assay.steady)
function steady(class) end

---@class assay.adjust
---@field codes? "changed"|"always" "always": codes are given whenever a row applies
---@field missing? string What a missing class counts as
---@field [integer] assay.adjust.row

---@class assay.adjust.row
---@field [1] assay.formula The condition
---@field up? integer So many classes better
---@field down? integer So many classes worse
---@field to? string Or this class, whatever it was
---@field only? assay.test Only from these classes: "B, C"
---@field code? assay.code|string Given if the class changed

--- Raises or lowers a class that stands above, row after row.
---@param class assay.formula
---@return fun(rows: assay.adjust)
function adjust(class) end

---@class assay.bound
---@field [1] assay.formula A class, or the name of one
---@field when? assay.formula|table[] A condition, or several with their codes: { { "overdue_90 > 0", "CODE" } }
---@field codes? "changed"|"always" "always": codes are given whenever their condition holds
---@field missing? string What a missing class counts as

--- Nobody's class is better than this one: worst "risk_class" { "R4", when = "legal_dispute" }.
---@param class assay.formula
---@return fun(bound: assay.bound)
function worst(class) end

--- Nobody's class is worse than this one: best "grade" { "B", when = "key_account" }.
---@param class assay.formula
---@return fun(bound: assay.bound)
function best(class) end

-- ---- all customers together ----

---@class assay.total
---@field of? assay.formula What is added up; a count needs none
---@field within? assay.formula The group: a total for each
---@field where? assay.formula The customers that count
---@field as? "sum"|"count"|"mean"|"least"|"greatest" "sum" if not said

--- A sum over all customers of the run, total "group_ar" { of = "ar", within = "region" }; as the default of a
--- parameter, total("ar").
---@param name assay.formula
---@return fun(total: assay.total)
function total(name) end

---@class assay.quantiles
---@field of assay.formula By what the customers are ordered
---@field into? integer Parts of equal size; the highest number is the highest part
---@field within? assay.formula The group: parts for each
---@field where? assay.formula The customers that count
---@field missing? string|number The part of a missing value
---@field ties? "down"|"up" Where customers with the value of a cut belong; "down" if not said
---@field [integer] assay.quantile

---@class assay.quantile
---@field [1] string The class
---@field [2]? string Its share, "20%"; not in the last
---@field code? assay.code|string Given with the class

--- Parts of all customers: quantiles "m" { of = "spend", into = 5 }, or { "top", "20%" }, { "rest" }.
---@param name string
---@return fun(parts: assay.quantiles)
function quantiles(name) end

-- ---- cadence ----

---@class assay.clause

---@class assay.clause.never : assay.clause
---@field [1] assay.formula The condition
---@field [2]? assay.code|string
---@field code? assay.code|string Given where it holds

--- Nobody is to be contacted for whom the condition is true.
---@param clause assay.clause.never
---@return assay.clause
function never(clause) end

---@class assay.clause.first_touch : assay.clause
---@field from assay.formula The event
---@field within string "24h", "90 min", "2 days", or "8 working hours"
---@field touched? assay.formula The latest touch; what every counts from, if not said
---@field roll? assay.roll Where the moment goes outside of opening hours
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given when it says when

--- Due within a time of an event, as long as no touch is later.
---@param clause assay.clause.first_touch
---@return assay.clause
function first_touch(clause) end

---@class assay.clause.none_yet : assay.clause
---@field [1]? assay.code|string
---@field from? assay.formula What every counts from, if not said
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given when it says when

--- There is nothing to count from: the next closing time.
---@param clause assay.clause.none_yet
---@return assay.clause
function none_yet(clause) end

---@class assay.clause.sequence : assay.clause
---@field anchor assay.formula From when
---@field days integer[] So many days after the anchor, with 0, 1, 2 … touches since then
---@field of assay.list The records that count as touches
---@field at? assay.formula When a touch was; its field at, if not said
---@field where? assay.formula Which of them count
---@field done? assay.code|string Given when all days have had their touch
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given when it says when

--- A series of dates: day 1, 7 and 21 after an anchor.
---@param clause assay.clause.sequence
---@return assay.clause
function sequence(clause) end

---@class assay.clause.every : assay.clause
---@field [1] assay.formula How many
---@field unit? "days"|"workdays" "days" if not said
---@field from assay.formula Counted from the day after
---@field as? string Makes the interval an output of its own
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given when it says when

--- So many days or working days after the last contact.
---@param clause assay.clause.every
---@return assay.clause
function every(clause) end

---@class assay.clause.sooner : assay.clause
---@field [1]? assay.formula At most so many days: changes the interval
---@field on? assay.formula No later than this date or moment
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given if it changed something

--- At most so many days, or no later than a date.
---@param clause assay.clause.sooner
---@return assay.clause
function sooner(clause) end

---@class assay.clause.later : assay.clause
---@field [1]? assay.formula At least so many days: changes the interval
---@field on? assay.formula No earlier than this date or moment
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given if it changed something

--- At least so many days, or no earlier than a date.
---@param clause assay.clause.later
---@return assay.clause
function later(clause) end

---@class assay.clause.overdue : assay.clause
---@field [1]? assay.code|string
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given if it moved

--- A moment before as_of becomes the next closing time.
---@param clause assay.clause.overdue
---@return assay.clause
function overdue(clause) end

---@class assay.clause.cap : assay.clause
---@field [1] string|number So many touches are too many
---@field per integer On so many days
---@field of assay.list The records that count as touches
---@field at? assay.formula When a touch was; its field at, if not said
---@field where? assay.formula Which of them count
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given if it moved

--- While so many touches lie on the days before, the due date moves to the next working day.
---@param clause assay.clause.cap
---@return assay.clause
function cap(clause) end

---@class assay.clause.opening : assay.clause
---@field roll assay.roll To the closing before, or to the next opening
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given if it moved

--- A moment outside the opening hours is rolled into them.
---@param clause assay.clause.opening
---@return assay.clause
function opening(clause) end

---@class assay.clause.quiet : assay.clause
---@field [1] string The hours: "21:00..09:00"
---@field roll assay.roll To where they begin, or to where they end
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given if it moved

--- A moment inside these hours is rolled out of them.
---@param clause assay.clause.quiet
---@return assay.clause
function quiet(clause) end

---@class assay.clause.channel : assay.clause
---@field as? string The name of the output; "channel" if not said
---@field [integer] assay.formula|assay.clause.channel.row A choice above, or rows

---@class assay.clause.channel.row
---@field [1] assay.formula The condition; "-" always holds
---@field [2] string The word
---@field code? assay.code|string Given with the word

--- How: the word of the first row whose condition holds, or a choice above.
---@param clause assay.clause.channel
---@return assay.clause
function channel(clause) end

---@class assay.clause.smooth : assay.clause
---@field [1] integer So many follow-ups a day at most
---@field per? assay.formula Whose day; without it all customers share one
---@field by? assay.formula The lowest keep their day
---@field code? assay.code|string Given to whoever moves

--- The last clause: lets each owner have at most so many follow-ups a day.
---@param clause assay.clause.smooth
---@return assay.clause
function smooth(clause) end

--- When the next contact is due: clauses that work in the order written.
---@param name string
---@return fun(clauses: assay.clause[])
function cadence(name) end

-- ---- limit ----

---@class assay.operation

---@class assay.term
---@field [1] assay.formula The amount, or the condition
---@field [2]? assay.code|string
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given when this one counts
---@field value? boolean true: the code is given with the amount

---@class assay.operation.start : assay.operation
---@field least? (assay.formula|assay.term)[] The least of several
---@field greatest? (assay.formula|assay.term)[] The greatest of several
---@field median? (assay.formula|assay.term)[] The one in the middle
---@field mean? (assay.formula|assay.term)[] Their mean
---@field when? assay.formula Only where this holds
---@field missing? string|number What a missing candidate means: "skip", "unknown", or a number
---@field negative? string|number What a pick below 0 counts as; "skip": such candidates are none
---@field none? assay.value|assay.start.none What it begins with if no candidate is known
---@field value? boolean true: the code is given with the amount
---@field code? assay.code|string Given with the one formula
---@field [integer] assay.formula|assay.term

---@class assay.start.none
---@field [1] assay.formula The amount
---@field [2]? assay.code|string
---@field code? assay.code|string Given with it
---@field value? boolean true: the code is given with the amount

--- What the limit begins with: a formula, or the least, greatest, median or mean of several.
---@param operation assay.operation.start
---@return assay.operation
function start(operation) end

---@class assay.operation.amounts : assay.operation
---@field when? assay.formula Only where this holds
---@field missing? string|number What a missing amount means: "skip", "unknown", or a number
---@field code? assay.code|string Given when the one amount counts
---@field value? boolean true: the code is given with the amount
---@field [integer] assay.formula|assay.term

--- Multiplies.
---@param operation assay.operation.amounts
---@return assay.operation
function times(operation) end

--- Adds.
---@param operation assay.operation.amounts
---@return assay.operation
function plus(operation) end

--- No more than; of several bounds the one that binds is named.
---@param operation assay.operation.amounts
---@return assay.operation
function at_most(operation) end

--- No less than; of several bounds the one that binds is named.
---@param operation assay.operation.amounts
---@return assay.operation
function at_least(operation) end

---@class assay.operation.step : assay.operation
---@field [1] assay.formula "25%", or an amount
---@field [2]? assay.code|string
---@field of assay.formula The value before
---@field when? assay.formula Only where this holds
---@field missing? "skip"|"unknown" What a missing value before means
---@field code? assay.code|string Given when it binds
---@field value? boolean true: the code is given with the amount

--- At most so much above the value before.
---@param operation assay.operation.step
---@return assay.operation
function step_up(operation) end

--- At most so much below the value before.
---@param operation assay.operation.step
---@return assay.operation
function step_down(operation) end

---@class assay.operation.zero : assay.operation
---@field silences? assay.code[] Codes that are taken away then
---@field when? assay.formula Only where this holds
---@field code? assay.code|string Given when the one condition is true
---@field [integer] assay.formula|assay.term

--- The limit is 0 if a condition is true.
---@param operation assay.operation.zero
---@return assay.operation
function zero(operation) end

--- Rounds down to a multiple of the step, once, at the end.
---@param size string|number|(string|number)[]
---@return assay.operation
function round_down(size) end

--- Rounds to the nearest multiple of the step, halves up, once, at the end.
---@param size string|number|(string|number)[]
---@return assay.operation
function round_half_up(size) end

--- Rounds up to a multiple of the step, once, at the end.
---@param size string|number|(string|number)[]
---@return assay.operation
function round_up(size) end

---@class assay.limit
---@field missing? assay.value|table The limit if a needed value is missing; { 0, "CODE" } with a code
---@field [integer] assay.operation

--- How much, computed in the order written.
---@param name string
---@return fun(operations: assay.limit)
function limit(name) end

-- ---- codes and alerts ----

---@class assay.codes
---@field by? "points_lost"|"points_below"|"points_above" The reasons of a scorecard, the most points first
---@field of? assay.output The scorecard
---@field most? integer So many at most; 3 if not said
---@field ties? "first"|"last" Of equal ones that of the first characteristic (if not said), or of the last
---@field [integer] assay.code|assay.codes.entry|assay.data_missing

---@class assay.codes.entry
---@field [1] assay.code|string The code
---@field [2]? assay.formula Given when this is true
---@field when? assay.formula Given when this is true
---@field missing? assay.formula Given when this is missing
---@field value? assay.formula Written behind the code
---@field decimals? integer Of the value
---@field as? "percent"|"money"|"date" How the value is written
---@field silences? assay.code[] Codes of the list that are not shown where this one is

---@class assay.data_missing
---@field [integer] assay.formula A field or an output above
---@field [string] assay.formula A name, and the formula that is missing

--- DATA_MISSING:name for each that is missing: data_missing { budget = "budget / unit_price", "financing" }.
---@param names assay.data_missing
---@return assay.data_missing
function data_missing(names) end

--- A list of reason codes, in the order in which they are shown.
---@param name string
---@return fun(codes: assay.codes)
function codes(name) end

---@class assay.alert
---@field [1] string The code
---@field [2]? assay.formula The condition
---@field when? assay.formula The condition
---@field downgrade? assay.output A class that got worse
---@field upgrade? assay.output A class that got better
---@field changes? assay.output It is another than before
---@field becomes? assay.output true now, false before
---@field cut? assay.output|table Less than before; { "credit_limit", "20%" }: by more than that
---@field rise? assay.output|table More than before; { "credit_limit", 100000 }: by more than that
---@field over? table { "utilisation", 90 }: above now, not before
---@field under? table { "score", 40 }: below now, not before
---@field severity? "info"|"warning"|"critical" "warning" if not said
---@field text? string What it means; {value} is what stands behind the code
---@field text_zh? string The same in Chinese
---@field value? assay.formula Written behind the code; what the output was, if not said
---@field decimals? integer Of the value
---@field as? "percent"|"money"|"date" How the value is written

--- Alerts, when an output changes against the customer's last decision.
---@param name string
---@return fun(alerts: assay.alert[])
function watch(name) end

-- ---- Lua rules, and what they can use ----

---@class assay.rule
---@field [1] fun(record: assay.record): any, any, any, any
---@field type? assay.type Of what the function returns
---@field outputs? table[] Of a function that returns several: { { "level", choice { "high", "low" } }, { "days", integer } }

--- A Lua function of the record, for what nothing else can say:
--- rule "seasonal" { type = boolean, function(c) return c.industry == "retail" end }.
---@param name string
---@return fun(rule: assay.rule)
function rule(name) end

--- Gives a reason code, with values behind it if there are any. Inside the function of a rule.
---@param code assay.code|string
---@param ... assay.value
function reason(code, ...) end

--- Dates are texts, "2025-10-01"; moments are seconds since 1970 in UTC. A missing argument makes a missing result.
dates = {}
---@param day string
---@param days integer
---@return string
function dates.add_days(day, days) end
--- Keeps the day of the month, or the month's last.
---@param day string
---@param months integer
---@return string
function dates.add_months(day, months) end
--- The company's working days.
---@param day string
---@param days integer
---@return string
function dates.add_workdays(day, days) end
--- Whole days from one to the other.
---@param from string
---@param to string
---@return integer
function dates.days_between(from, to) end
--- Full months from one to the other.
---@param from string
---@param to string
---@return integer
function dates.months_between(from, to) end
--- Working days after the one, up to and with the other.
---@param from string
---@param to string
---@return integer
function dates.workdays_between(from, to) end
--- 1 Monday … 7 Sunday.
---@param day string
---@return integer
function dates.weekday(day) end
---@param day string
---@return boolean
function dates.is_workday(day) end
---@param day string
---@return integer year
---@return integer month
---@return integer day
function dates.parts(day) end
--- dates.parse("01.10.2025", "DD.MM.YYYY"); nil if there is none such.
---@param written string
---@param form? string "YYYY-MM-DD" if not said
---@return string?
function dates.parse(written, form) end
--- nil if there is none such.
---@param year integer
---@param month integer
---@param day integer
---@return string?
function dates.make(year, month, day) end
--- The date of a moment in the company's zone.
---@param moment integer
---@return string
function dates.of(moment) end
--- The seconds of a moment: dates.moment("2025-10-01T15:00:00+08:00").
---@param written string
---@return integer
function dates.moment(written) end

--- Rounding by the decimals of a number, not by its binary fraction.
rounding = {}
---@param x number
---@param digits? integer 0 if not said
---@return number
function rounding.half_up(x, digits) end
--- A multiple of the step.
---@param x number
---@param step number
---@return number
function rounding.down(x, step) end
--- A multiple of the step.
---@param x number
---@param step number
---@return number
function rounding.up(x, step) end

--- Texts, by characters and not by bytes.
texts = {}
--- Without blanks around it, also Chinese ones.
---@param s string
---@return string
function texts.trim(s) end
---@param s string
---@param separator string
---@return string[]
function texts.split(s, separator) end
--- Characters, not bytes.
---@param s string
---@return integer
function texts.length(s) end
---@param s string
---@param part string
---@return boolean
function texts.starts(s, part) end
---@param s string
---@param part string
---@return boolean
function texts.ends(s, part) end
---@param s string
---@param part string
---@return boolean
function texts.contains(s, part) end

--- Of a list of numbers, or of a field of a list of records. Missing values do not count.
stats = {}
---@param list table
---@param field? string
---@return integer
function stats.count(list, field) end
---@param list table
---@param field? string
---@return number
function stats.sum(list, field) end
---@param list table
---@param field? string
---@return number?
function stats.mean(list, field) end
---@param list table
---@param field? string
---@return number?
function stats.median(list, field) end
---@param list table
---@param field? string
---@return number?
function stats.least(list, field) end
---@param list table
---@param field? string
---@return number?
function stats.greatest(list, field) end
---@param list table
---@param percent number
---@param field? string
---@return number?
function stats.percentile(list, percent, field) end

-- ---- tests.lua ----

---@class assay.expectation
---@class assay.outcome

--- The moment of grading, for all that follows: as_of "2025-09-26T15:00:00+08:00".
---@param moment string
function as_of(moment) end

---@class assay.example
---@field given assay.given The record; what it leaves out is missing
---@field as_of? string The moment of grading
---@field params? assay.params Parameters, where they matter
---@field previous? assay.previous What was decided before, where it matters
---@field expect assay.expected|assay.outcome What must come of it

--- example "pays on the day" { given = { rating = "A" }, expect = { grade = "A" } }
---@param name string
---@return fun(example: assay.example)
function example(name) end

---@class assay.examples
---@field given? assay.given Shared by all rows
---@field as_of? string The moment of grading
---@field params? assay.params Parameters, where they matter
---@field previous? assay.previous What was decided before, where it matters
---@field inputs? assay.formula[] Fields: the first columns of the rows
---@field outputs? assay.output[] Outputs: the other columns
---@field file? string A CSV file of examples
---@field customers? string The customers of a whole sample
---@field expected? string What must come of them
---@field params_file? string The parameters of the sample
---@field [integer] table One example a row

--- Examples read like a decision table, from a CSV file, or a whole sample.
---@param name string
---@return fun(examples: assay.examples)
function examples(name) end

---@class assay.never
---@field better? assay.output|assay.output[] This class does not get better
---@field worse? assay.output|assay.output[] This class does not get worse
---@field more? assay.output|assay.output[] This amount does not rise
---@field less? assay.output|assay.output[] This amount does not fall
---@field different? assay.output|assay.output[] This stays as it is

---@class assay.property
---@field [1]? assay.formula A condition that holds for every record
---@field when? assay.formula Only of records for which this holds
---@field raise? string A field that rises, or one of a list's records: "orders.amount"
---@field lower? string A field that falls
---@field set? assay.given Fields that are set
---@field never? assay.never What the change never does
---@field given? assay.given Fields that are fixed
---@field as_of? string The moment of grading
---@field params? assay.params Parameters, where they matter
---@field cases? integer So many records; 1000 if not said

--- What must hold for any record: property "more overdue never helps" { raise = "overdue", never = { better = "grade" } }.
---@param name string
---@return fun(property: assay.property)
function property(name) end

--- The list of codes has these among others.
---@param ... assay.code|string
---@return assay.expectation
function has(...) end

--- The list of codes has none of these.
---@param ... assay.code|string
---@return assay.expectation
function lacks(...) end

--- A test as in a table's cell: is("> 50").
---@param test string
---@return assay.expectation
function is(test) end

--- The record is rejected: rejected("REQUIRED:terms_days").
---@param code string
---@return assay.outcome
function rejected(code) end

--- A rule fails on the record: fails("RULE_ERROR").
---@param code string
---@return assay.outcome
function fails(code) end

--- No value, an empty list of codes.
---@type assay.expectation
none = nil
