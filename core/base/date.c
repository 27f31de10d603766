/* Dates and moments. Pure integer arithmetic: no clock, no locale and no zone file is ever asked.
 */
#include "date.h"
#include <string.h>

/* Both conversions count from 1 March, which puts the leap day at the end of the year: the method
 * of the proleptic Gregorian calendar in eras of 400 years (146,097 days). */
enum { ERA_DAYS = 146097, EPOCH_FROM_MARCH_0 = 719468, DAY_SECONDS = 86400 };

int64_t date_from_civil(int year, int month, int day) {
  int64_t y = month <= 2 ? (int64_t)year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * ERA_DAYS + day_of_era - EPOCH_FROM_MARCH_0;
}

void date_to_civil(int64_t days, int *year, int *month, int *day) {
  int64_t z = days + EPOCH_FROM_MARCH_0;
  int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
  int64_t day_of_era = z - era * ERA_DAYS;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static int month_days(int year, int month) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[month - 1];
}

bool date_valid(int year, int month, int day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= month_days(year, month);
}

int64_t date_add_months(int64_t days, int64_t months) {
  int year, month, day;
  date_to_civil(days, &year, &month, &day);
  /* More than the whole calendar in either direction stays outside of it, without overflowing. */
  enum { CALENDAR_MONTHS = 20000 * 12 };
  if (months > CALENDAR_MONTHS) months = CALENDAR_MONTHS;
  if (months < -CALENDAR_MONTHS) months = -CALENDAR_MONTHS;
  int64_t total = (int64_t)year * 12 + (month - 1) + months;
  int64_t to_year = total >= 0 ? total / 12 : (total - 11) / 12;
  int to_month = (int)(total - to_year * 12) + 1;
  int last = month_days((int)to_year, to_month);
  return date_from_civil((int)to_year, to_month, day < last ? day : last);
}

int date_weekday(int64_t days) {
  int64_t w = (days + 3) % 7; /* 1970-01-01 was a Thursday */
  return (int)(w < 0 ? w + 7 : w) + 1;
}

int date_day_of_year(int64_t days) {
  int year, month, day;
  date_to_civil(days, &year, &month, &day);
  return (int)(days - date_from_civil(year, 1, 1)) + 1;
}

int date_week_of_year(int64_t days) {
  return (date_day_of_year(days - date_weekday(days) + 4) - 1) / 7 + 1;
}

int date_days_in_month(int64_t days) {
  int year, month, day;
  date_to_civil(days, &year, &month, &day);
  return month_days(year, month);
}

int64_t date_months_between(int64_t from, int64_t to) {
  if (to < from) return -date_months_between(to, from);
  int year, month, day, to_year, to_month, to_day;
  date_to_civil(from, &year, &month, &day);
  date_to_civil(to, &to_year, &to_month, &to_day);
  int64_t months = ((int64_t)to_year - year) * 12 + to_month - month;
  return months - (date_add_months(from, months) > to);
}

/* `count` digits as a number; -1 if one of them is none. */
static int digits_parse(const char *text, int count) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    unsigned digit = (unsigned char)text[i] - (unsigned)'0';
    if (digit > 9) return -1;
    value = value * 10 + (int)digit;
  }
  return value;
}

bool date_parse(const char *text, size_t n, int64_t *days) {
  if (n != 10 || text[4] != '-' || text[7] != '-') return false;
  int year = digits_parse(text, 4), month = digits_parse(text + 5, 2);
  int day = digits_parse(text + 8, 2);
  if (!date_valid(year, month, day)) return false;
  *days = date_from_civil(year, month, day);
  return true;
}

/* ±HH:MM, at most 18 hours. */
static bool offset_parse(const char *text, size_t n, int32_t *offset) {
  if (n != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  int hours = digits_parse(text + 1, 2), minutes = digits_parse(text + 4, 2);
  if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 18 * 60) return false;
  int32_t seconds = hours * 3600 + minutes * 60;
  *offset = text[0] == '-' ? -seconds : seconds;
  return true;
}

bool moment_parse(const char *text, size_t n, int64_t *seconds) {
  int64_t days;
  int32_t offset = 0;
  if (n < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;
  if (!date_parse(text, 10, &days)) return false;
  int hour = digits_parse(text + 11, 2), minute = digits_parse(text + 14, 2);
  int second = digits_parse(text + 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  if (!(n == 20 && text[19] == 'Z') && !offset_parse(text + 19, n - 19, &offset)) return false;
  *seconds = days * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
  return true;
}

bool time_of_day_parse(const char *text, size_t n, int32_t *seconds) {
  if ((n != 5 && n != 8) || text[2] != ':' || (n == 8 && text[5] != ':')) return false;
  int hour = digits_parse(text, 2), minute = digits_parse(text + 3, 2);
  int second = n == 8 ? digits_parse(text + 6, 2) : 0;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  *seconds = hour * 3600 + minute * 60 + second;
  return true;
}

bool zone_parse(const char *text, zone *out) {
  int32_t offset = 0;
  bool utc = strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0;
  if (!utc && !offset_parse(text, strlen(text), &offset)) return false;
  out->offset = offset;
  return true;
}

int64_t moment_date(int64_t seconds, zone z) {
  int64_t local = seconds + z.offset;
  return local / DAY_SECONDS - (local % DAY_SECONDS < 0);
}

int32_t moment_second_of_day(int64_t seconds, zone z) {
  return (int32_t)(seconds + z.offset - moment_date(seconds, z) * DAY_SECONDS);
}

int64_t moment_at(int64_t date, int32_t second_of_day, zone z) {
  return date * DAY_SECONDS + second_of_day - z.offset;
}

static char *digits_write(char *out, unsigned value, int count) {
  for (int i = count - 1; i >= 0; i--) {
    out[i] = (char)('0' + value % 10);
    value /= 10;
  }
  return out + count;
}

size_t date_write(char *out, int64_t days) {
  int year, month, day;
  date_to_civil(days, &year, &month, &day);
  char *p = digits_write(out, (unsigned)year, 4);
  *p++ = '-';
  p = digits_write(p, (unsigned)month, 2);
  *p++ = '-';
  digits_write(p, (unsigned)day, 2);
  return 10;
}

size_t moment_write(char *out, int64_t seconds, zone z) {
  date_write(out, moment_date(seconds, z));
  unsigned second = (unsigned)moment_second_of_day(seconds, z);
  char *p = out + 10;
  *p++ = 'T';
  p = digits_write(p, second / 3600, 2);
  *p++ = ':';
  p = digits_write(p, second / 60 % 60, 2);
  *p++ = ':';
  p = digits_write(p, second % 60, 2);
  unsigned offset = (unsigned)(z.offset < 0 ? -z.offset : z.offset);
  *p++ = z.offset < 0 ? '-' : '+';
  p = digits_write(p, offset / 3600, 2);
  *p++ = ':';
  digits_write(p, offset / 60 % 60, 2);
  return 25;
}
