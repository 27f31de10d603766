/* The kinds of findings that can be waived, each in one line, and what to do about it. The guide of the
 * rule admin lists the same; a test holds them together. */
#include "finding_kinds.h"

#include <string.h>

static const finding_kind kinds[] = {
    {"any-differs", "rows of an `any` table that meet and give different outputs",
     "Make the rows say the same, or make their tests exclude each other."},
    {"band-never-reached", "a band whose bound no value reaches",
     "Mend the bound, or leave the band out."},
    {"calendar-ends", "working days are counted beyond the end of the calendar",
     "Add the holidays and make-up days that were published since, or say calendar_until."},
    {"code-never-given", "a code of a list that no step gives and that has no condition",
     "Let a step give it, give it a condition, or leave it out."},
    {"code-not-listed", "a code that stands in no codes list, so that nobody sees it",
     "Add it to a codes list, or mend its spelling."},
    {"code-without-text", "a code that a reasons file has no text for",
     "Add a line to reasons.en.csv or reasons.zh.csv."},
    {"constant-condition", "a condition, or a part of one, that is the same for every record",
     "Mend the condition, or leave it out together with what depends on it."},
    {"division-by-zero", "a division by 0, which is always missing", "Mend the divisor."},
    {"either-day", "a cron that names days of the month and of the week, of which either is enough",
     "For the first Monday write MON#1 as the day of the week, and * as the day of the month."},
    {"gap", "values that no row or attribute takes",
     "Add a row for them, or say what counts otherwise."},
    {"hidden-name", "a field of a list's records that hides one of the customer",
     "Give one of them another name."},
    {"lua-arithmetic", "a number that looks computed by Lua, which rounds",
     "Write the arithmetic as a text: \"1 / 3\"."},
    {"masked-row", "a row from which those above it take everything",
     "Move the row up, or leave it out."},
    {"missing-in-list", "a field of a list's records whose absence makes the result missing",
     "Say missing = \"skip\", or required = true behind the field's type."},
    {"never-applies", "a clause of a cadence that never does anything",
     "Leave the clause out, or mend it."},
    {"never-binds", "a bound of a limit, or of an interval, that never changes it",
     "Leave the bound out, or mend it."},
    {"never-fires", "a cadence that never gives a date",
     "Mend the condition of never, or add a clause that says when."},
    {"never-matches", "a test that no value matches", "Mend the cell, or leave the row out."},
    {"never-missing", "a code for a missing value that is never missing",
     "Leave the entry out, or look at another value."},
    {"no-effect", "a line that never changes anything", "Mend the line, or leave it out."},
    {"not-analysed", "a table whose rows meet in too many ways to be looked at",
     "Split the table, or take out columns that few rows test."},
    {"not-in-force", "days on which no version or row of a table is in force",
     "Close the gap between the dates."},
    {"stray-file", "a file of the folder that nothing reads", "Name it, or take it away."},
    {"text-placeholder", "a {value} in the text of a code that has none",
     "Give the code a value, or mend the text."},
    {"text-twice", "a code with two texts", "Leave one of them out."},
    {"text-unused", "a text for a code that no step gives",
     "Mend the code, or leave the line out."},
    {"thousands", "a number that is written with a comma between the thousands",
     "Write it without the comma."},
    {"tiny-step", "a step of an amount so small that percent may be meant",
     "Write \"25%\" for percent."},
    {"unique-overlap", "rows of a `unique` table that a record can match together",
     "Make their tests exclude each other, or say hit = \"first\"."},
    {"unread-field", "a field or list that nothing reads", "Leave it out, or read it."},
    {"unused-output", "a result that nothing reads and no decision shows",
     "Leave it out, or list it in outputs."},
    {"waiver-unknown", "a waiver of a kind of finding that does not exist", "Mend its spelling."},
    {"waiver-unused", "a waiver beside which there is nothing to waive", "Take it away."},
    {"waiver-without-reason", "a waiver that does not say why",
     "Write the reason: -- check: allow gap because ..."},
    {"word-never-given", "a word of a class that no step ever gives",
     "Leave the word out, or add the row that gives it."},
};

const finding_kind *finding_kind_at(size_t number) {
  return number < sizeof kinds / sizeof *kinds ? &kinds[number] : NULL;
}

const finding_kind *finding_kind_find(const char *id) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (!strcmp(kinds[i].id, id)) return &kinds[i];
  return NULL;
}
