/* Loading tests.lua: the context of its words. A loader of its own, so that what the tests declare
 * lands in their arena and never in the pack. */
#ifndef LANG_DECLARE_TESTS_H
#define LANG_DECLARE_TESTS_H

#include "declare.h"
#include "rule_tests.h"

typedef struct tests_loader {
  loader loader;      /* first: the context of every word; its pack holds the arena alone */
  const pack *tested; /* the pack whose rules are tested */
  rule_tests *tests;
  const char *as_of; /* the last that was said */
} tests_loader;

extern const declaration declare_test_words[];

#endif
