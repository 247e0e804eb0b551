/* Types of numbers and prefixes. */
#include "sip/text/numbering.h"

#include <stdio.h>
#include <string.h>

enum { PLAN_E164 = 1 };
enum { SCREENING_PASSED = 1, SCREENING_FAILED = 2, SCREENING_NETWORK = 3 }; /* Q.931 4.5.10 */

/* prefix "" is no prefix of anything. */
static bool begins_with(const char *digits, const char *prefix)
{
	return *prefix && !strncmp(digits, prefix, strlen(prefix));
}

/* The first strip digits make way for another beginning. False, and unchanged, when it grows too long. */
static bool replace(struct leg_number *number, size_t strip, const char *head,
		    enum leg_number_type type)
{
	char digits[2 * LEG_DIGITS_MAX + 2];

	snprintf(digits, sizeof(digits), "%s%s", head, number->digits + strip);
	if (strlen(digits) > LEG_DIGITS_MAX)
		return false;
	memcpy(number->digits, digits, strlen(digits) + 1);
	number->type = (uint8_t)type;
	return true;
}

void numbering_hear(const struct number_policy *policy, struct leg_number *number)
{
	const char *international = policy->international_prefix;
	const char *national = policy->national_prefix;

	if (policy->format == NUMBER_AS_DIALLED || number->type != LEG_TON_UNKNOWN)
		return;
	if (begins_with(number->digits, international) && number->digits[strlen(international)])
		replace(number, strlen(international), "", LEG_TON_INTERNATIONAL);
	else if (begins_with(number->digits, national) && number->digits[strlen(national)])
		replace(number, strlen(national), "", LEG_TON_NATIONAL);
}

static void say_e164(const struct number_policy *policy, struct leg_number *number)
{
	numbering_hear(policy, number);
	if (number->type == LEG_TON_NATIONAL && *policy->country_code)
		replace(number, 0, policy->country_code, LEG_TON_INTERNATIONAL);
}

static void say_national(const struct number_policy *policy, struct leg_number *number)
{
	const char *country = policy->country_code;

	if (number->type == LEG_TON_INTERNATIONAL && begins_with(number->digits, country))
		replace(number, strlen(country), policy->national_prefix, LEG_TON_UNKNOWN);
	else if (number->type == LEG_TON_INTERNATIONAL && *policy->international_prefix)
		replace(number, 0, policy->international_prefix, LEG_TON_UNKNOWN);
	else if (number->type == LEG_TON_NATIONAL)
		replace(number, 0, policy->national_prefix, LEG_TON_UNKNOWN);
}

void numbering_say(const struct number_policy *policy, struct leg_number *number)
{
	if (!number->digits[0])
		return;
	if (policy->format == NUMBER_E164)
		say_e164(policy, number);
	else if (policy->format == NUMBER_NATIONAL)
		say_national(policy, number);
}

bool numbering_is_local(const struct number_policy *policy, const char *context)
{
	if (*context != '+' || !*policy->country_code)
		return true;
	return begins_with(context + 1, policy->country_code);
}

bool numbering_is_own(const struct number_policy *policy, const struct leg_number *number)
{
	for (size_t i = 0; i < policy->n_own; i++) {
		if (begins_with(number->digits, policy->own[i]))
			return true;
	}
	return false;
}

void numbering_screen(const struct number_policy *policy, struct leg_number *number)
{
	if (!policy->n_own)
		return;
	if (numbering_is_own(policy, number)) {
		number->screening = SCREENING_PASSED;
	} else if (*policy->default_number) {
		struct leg_number own = {
			.plan = PLAN_E164,
			.presentation = number->presentation == LEG_PRES_RESTRICTED
						? LEG_PRES_RESTRICTED
						: LEG_PRES_ALLOWED,
			.screening = SCREENING_NETWORK,
		};

		memcpy(own.digits, policy->default_number, sizeof(own.digits));
		*number = own;
	} else if (number->digits[0]) {
		number->screening = SCREENING_FAILED;
	}
}
