/* Number translations: named lists of rules, of which the first that matches a number says what becomes of it. Pure.
 *
 * A number that still grows is translated as soon as nothing that may follow could make another rule match. What it
 * becomes then only grows at its end with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/number_match.h"
#include "call/target.h"

struct explain;
struct leg_number;

enum { TRANSLATION_RULES = 64 };

/* What it does, in this order. Bytes are Q.931's value plus one; 0: as it was, but the type of a number whose digits
 * were changed is unknown. */
struct number_rule {
	struct number_match match;
	uint8_t from_type; /* matches only numbers of that type */
	bool replaces;     /* the whole number, by prepend: it is nobody's word then */
	uint8_t strip;     /* leading digits */
	char prepend[NUMBER_PATTERN_MAX];
	uint8_t type, plan, presentation, screening;
};

struct translation_config {
	char name[TARGET_NAME_MAX];
	struct number_rule rules[TRANSLATION_RULES];
	size_t n_rules;
	int line;
};

/* Applies one rule, whatever it matches. False: the number would grow too long; it is as it was then. */
bool number_rule_apply(const struct number_rule *rule, struct leg_number *number);

enum translated {
	TRANSLATED,         /* or no rule matches */
	TRANSLATE_WAIT,     /* what follows decides: nothing was changed */
	TRANSLATE_TOO_LONG, /* nothing was changed */
};
/* incomplete: more digits may come. *rule: the one that was applied, NULL: none. */
enum translated translate(const struct translation_config *translation, struct leg_number *number,
			  bool incomplete, const struct number_rule **rule);

/* A table of them by name, a copy. NULL without memory. */
struct translations;
struct translations *translations_new(void *talloc_ctx, const struct translation_config *items,
				      size_t n);
/* NULL when there is none of that name. */
const struct translation_config *translations_find(const struct translations *translations,
						   const char *name);
