#include "call/numbers.h"

#include <string.h>

#include "call/explain.h"
#include "call/leg.h"
#include "call/number_words.h"
#include "call/route_config.h"

static bool same(const struct leg_number *a, const struct leg_number *b)
{
	return !strcmp(a->digits, b->digits) && a->type == b->type && a->plan == b->plan &&
	       a->presentation == b->presentation && a->screening == b->screening;
}

static const char *digits_or_none(const struct leg_number *number)
{
	return *number->digits ? number->digits : "(none)";
}

static void tell(const struct explain *explain, const char *who, const char *which,
		 const struct leg_number *before, const struct leg_number *after)
{
	if (!explain || same(before, after))
		return;
	explain_step(explain, "%s: %s number %s (%s, %s) becomes %s (%s, %s, %s)", who, which,
		     digits_or_none(before), get_value_string(number_type_words, before->type),
		     get_value_string(number_presentation_words, before->presentation),
		     digits_or_none(after), get_value_string(number_type_words, after->type),
		     get_value_string(number_plan_words, after->plan),
		     get_value_string(number_presentation_words, after->presentation));
}

static enum translated translate_by(const struct translations *translations, const char *name,
				    struct leg_number *number, bool incomplete, bool *replaced)
{
	const struct translation_config *translation =
		*name ? translations_find(translations, name) : NULL;
	const struct number_rule *rule;
	enum translated got;

	*replaced = false;
	if (!translation)
		return TRANSLATED;
	got = translate(translation, number, incomplete, &rule);
	*replaced = rule && rule->replaces;
	return got;
}

static enum translated translate_calling(const struct translations *translations, const char *name,
					 struct leg_setup *setup)
{
	bool replaced;
	enum translated got = translate_by(translations, name, &setup->calling, false, &replaced);

	if (replaced)
		setup->calling_subaddress = (struct leg_subaddress){ 0 };
	return got;
}

/* Nobody has diverted the call: nobody will be said to have. */
static enum translated translate_diverter(const struct translations *translations, const char *name,
					  struct leg_number *number)
{
	bool replaced;

	return *number->digits ? translate_by(translations, name, number, false, &replaced)
			       : TRANSLATED;
}

static enum translated translate_all(const struct translations *translations,
				     const struct number_names *names, const char *who,
				     struct leg_setup *setup, const struct explain *explain)
{
	struct leg_setup now = *setup;
	struct leg_redirecting *redirecting = &now.redirecting;
	enum translated got = TRANSLATED;
	bool replaced;

	if (setup->precedence == LEG_ROUTINE)
		got = translate_by(translations, names->called, &now.called, setup->incomplete,
				   &replaced);
	if (got == TRANSLATED)
		got = translate_calling(translations, names->calling, &now);
	if (got == TRANSLATED)
		got = translate_diverter(translations, names->redirecting,
					 &redirecting->from.number);
	if (got == TRANSLATED)
		got = translate_diverter(translations, names->redirecting, &redirecting->original);
	if (got != TRANSLATED)
		return got;
	tell(explain, who, "called", &setup->called, &now.called);
	tell(explain, who, "calling", &setup->calling, &now.calling);
	tell(explain, who, "redirecting", &setup->redirecting.from.number,
	     &redirecting->from.number);
	*setup = now;
	return TRANSLATED;
}

static bool has_names(const struct number_names *names)
{
	return *names->called || *names->calling || *names->redirecting;
}

enum translated numbers_in(const struct translations *translations, const struct target *from,
			   struct leg_setup *setup, const struct explain *explain)
{
	if (!from || !has_names(&from->translations.in))
		return TRANSLATED;
	return translate_all(translations, &from->translations.in,
			     "translations of where it comes from", setup, explain);
}

enum translated numbers_out(const struct translations *translations, const struct target *to,
			    struct leg_setup *setup, const struct explain *explain)
{
	if (!to || !has_names(&to->translations.out))
		return TRANSLATED;
	return translate_all(translations, &to->translations.out, "translations of where it goes",
			     setup, explain);
}

/* The route's own rules, which need no name. */
static bool apply_own(const struct route_config *route, struct leg_setup *setup)
{
	struct number_rule called = {
		.strip = (uint8_t)route->strip,
		.type = route->called_type,
		.plan = route->called_plan,
	};
	struct number_rule calling = {
		.replaces = *route->calling,
		.type = route->calling_type,
		.plan = route->calling_plan,
		.presentation = route->calling_presentation,
		.screening = route->calling_screening,
	};

	memcpy(called.prepend, route->prepend, sizeof(called.prepend));
	memcpy(calling.prepend, route->calling, sizeof(calling.prepend));
	return number_rule_apply(&called, &setup->called) &&
	       number_rule_apply(&calling, &setup->calling);
}

enum translated numbers_by_route(const struct translations *translations,
				 const struct route_config *route, struct leg_setup *setup,
				 const struct explain *explain)
{
	struct leg_setup now = *setup;
	enum translated got =
		translate_all(translations, &route->translate, "the route", &now, explain);
	const struct leg_setup between = now;

	if (got != TRANSLATED)
		return got;
	if (!apply_own(route, &now))
		return TRANSLATE_TOO_LONG;
	if (*route->calling)
		now.calling_subaddress = (struct leg_subaddress){ 0 };
	tell(explain, "the route", "called", &between.called, &now.called);
	tell(explain, "the route", "calling", &between.calling, &now.calling);
	*setup = now;
	return TRANSLATED;
}
