#include "call/translation.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/leg.h"

struct translations {
	struct translation_config *items; /* sorted by name */
	size_t n;
};

static void set(uint8_t rule, uint8_t *value)
{
	if (rule)
		*value = rule - 1;
}

/* Who is put in the place of somebody is not known to be that one; who wants to be nobody stays it. */
static void become_nobodys_word(struct leg_number *number)
{
	number->type = LEG_TON_UNKNOWN;
	number->plan = 1;
	number->screening = 0;
	if (number->presentation != LEG_PRES_RESTRICTED)
		number->presentation = LEG_PRES_ALLOWED;
}

static bool change_digits(const struct number_rule *rule, char digits[static LEG_DIGITS_MAX + 1])
{
	size_t strip = rule->replaces ? strlen(digits) : strnlen(digits, rule->strip);
	size_t head = strlen(rule->prepend), tail = strlen(digits + strip);

	if (head + tail > LEG_DIGITS_MAX)
		return false;
	memmove(digits + head, digits + strip, tail + 1);
	memcpy(digits, rule->prepend, head);
	return true;
}

bool number_rule_apply(const struct number_rule *rule, struct leg_number *number)
{
	if (!change_digits(rule, number->digits))
		return false;
	if (rule->replaces)
		become_nobodys_word(number);
	else if (rule->strip || *rule->prepend)
		number->type = LEG_TON_UNKNOWN;
	set(rule->type, &number->type);
	set(rule->plan, &number->plan);
	set(rule->presentation, &number->presentation);
	set(rule->screening, &number->screening);
	return true;
}

/* Could the rule's match become another one as the number grows? */
static bool is_open(const struct number_rule *rule, const char *digits)
{
	size_t len = strlen(digits);

	if (strncmp(rule->match.digits, digits, len) != 0)
		return false;
	return rule->match.exact || strlen(rule->match.digits) > len;
}

enum translated translate(const struct translation_config *translation, struct leg_number *number,
			  bool incomplete, const struct number_rule **rule)
{
	*rule = NULL;
	for (size_t i = 0; i < translation->n_rules; i++) {
		const struct number_rule *next = &translation->rules[i];

		if (next->from_type && next->from_type != number->type + 1)
			continue;
		if (incomplete && is_open(next, number->digits))
			return TRANSLATE_WAIT;
		if (!number_matches(&next->match, number->digits))
			continue;
		if (incomplete && next->replaces)
			return TRANSLATE_WAIT;
		*rule = next;
		return number_rule_apply(next, number) ? TRANSLATED : TRANSLATE_TOO_LONG;
	}
	return TRANSLATED;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct translation_config *)a)->name,
		      ((const struct translation_config *)b)->name);
}

static int compare_to(const void *name, const void *item)
{
	return strcmp(name, ((const struct translation_config *)item)->name);
}

struct translations *translations_new(void *talloc_ctx, const struct translation_config *items,
				      size_t n)
{
	struct translations *translations = talloc_zero(talloc_ctx, struct translations);

	if (!translations || !n)
		return translations;
	translations->items = talloc_memdup(translations, items, n * sizeof(*items));
	if (!translations->items) {
		talloc_free(translations);
		return NULL;
	}
	translations->n = n;
	qsort(translations->items, n, sizeof(*items), compare_names);
	return translations;
}

const struct translation_config *translations_find(const struct translations *translations,
						   const char *name)
{
	if (!translations || !translations->n)
		return NULL;
	return bsearch(name, translations->items, translations->n, sizeof(*translations->items),
		       compare_to);
}
