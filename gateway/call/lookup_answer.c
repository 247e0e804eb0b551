/* Octets of a server that may be anybody's: what does not fit is an error, and nothing of it counts. */
#include "call/lookup_answer.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "call/leg.h"

enum { CAUSE_LAST = 127 };

/* Members; each is 0 or -EINVAL. */

static int take_number(const char *text, struct lookup_answer *out)
{
	const bool international = *text == '+';
	const char *digits = text + international;

	if (!*digits || strlen(digits) > LEG_DIGITS_MAX || !leg_is_number(digits))
		return -EINVAL;
	out->number = (struct leg_number){
		.type = international ? LEG_TON_INTERNATIONAL : LEG_TON_UNKNOWN,
		.plan = 1,
	};
	osmo_strlcpy(out->number.digits, digits, sizeof(out->number.digits));
	return 0;
}

static int take_name(const char *text, struct lookup_answer *out)
{
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return -EINVAL;
	if (strlen(text) >= sizeof(out->name))
		return -EINVAL;
	osmo_strlcpy(out->name, text, sizeof(out->name));
	return 0;
}

static int take_route(const char *text, struct lookup_answer *out)
{
	if (strlen(text) >= sizeof(out->route))
		return -EINVAL;
	osmo_strlcpy(out->route, text, sizeof(out->route));
	return 0;
}

/* "trunk pstn", or "registrar". */
static int take_to(const char *text, struct lookup_answer *out)
{
	if (strcmp(text, "registrar") == 0) {
		out->to = (struct route_target){ .kind = TARGET_USER };
		out->has_to = true;
		return 0;
	}
	for (enum target_kind kind = 0; kind < TARGET_KINDS; kind++) {
		const char *word = target_kind_name(kind);
		const size_t len = strlen(word);

		if (strncmp(text, word, len) != 0 || text[len] != ' ')
			continue;
		text += len + 1;
		if (!*text || strlen(text) >= sizeof(out->to.name))
			return -EINVAL;
		out->to = (struct route_target){ .kind = kind };
		osmo_strlcpy(out->to.name, text, sizeof(out->to.name));
		out->has_to = true;
		return 0;
	}
	return -EINVAL;
}

static const struct {
	const char *key;
	int (*take)(const char *text, struct lookup_answer *out);
} texts[] = {
	{ "number", take_number },
	{ "name", take_name },
	{ "route", take_route },
	{ "to", take_to },
};

/* null, or no text. */
static bool says_nothing(const json_t *value)
{
	return json_is_null(value) || (json_is_string(value) && !*json_string_value(value));
}

/* The key of what is wrong, NULL: nothing. */
static const char *take_members(const json_t *tree, struct lookup_answer *out)
{
	const json_t *cause = json_object_get(tree, "cause");

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const json_t *value = json_object_get(tree, texts[i].key);

		if (!value || says_nothing(value))
			continue;
		if (!json_is_string(value) || texts[i].take(json_string_value(value), out) < 0)
			return texts[i].key;
		out->result = LOOKUP_FOUND;
	}
	if (!cause || json_is_null(cause))
		return NULL;
	if (!json_is_integer(cause) || json_integer_value(cause) < 1 ||
	    json_integer_value(cause) > CAUSE_LAST)
		return "cause";
	out->result = LOOKUP_REFUSED;
	out->cause = (uint8_t)json_integer_value(cause);
	return NULL;
}

static void fail(struct lookup_answer *out, const char *what, const char *which)
{
	*out = (struct lookup_answer){ .result = LOOKUP_FAILED };
	snprintf(out->why, sizeof(out->why), "%s%s", what, which);
}

void lookup_answer_parse(const char *text, size_t len, struct lookup_answer *out)
{
	json_error_t error;
	json_t *tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	const char *wrong;

	*out = (struct lookup_answer){ .result = LOOKUP_NOTHING };
	if (!json_is_object(tree)) {
		fail(out, "it answers what is no JSON object", "");
	} else {
		wrong = take_members(tree, out);
		if (wrong)
			fail(out, "it answers what is no ", wrong);
	}
	json_decref(tree);
}

void lookup_answer_numbers(const struct lookup_answer *answer, struct leg_setup *setup)
{
	if (*answer->number.digits) {
		setup->called = answer->number;
		setup->called_subaddress = (struct leg_subaddress){ 0 };
	}
	if (*answer->name)
		osmo_strlcpy(setup->calling_name, answer->name, sizeof(setup->calling_name));
}

void lookup_answer_target(const struct lookup_answer *answer, enum target_kind kind,
			  const char *name, struct leg_setup *setup)
{
	if (!answer->has_to || !*answer->to_number.digits || answer->to.kind != kind ||
	    strcmp(answer->to.name, name) != 0)
		return;
	setup->called = answer->to_number;
	setup->called_subaddress = (struct leg_subaddress){ 0 };
}

/* In words */

struct text {
	char *out;
	size_t size, len;
};

static void add(struct text *text, const char *what, const char *plus, const char *value)
{
	int n = snprintf(text->out + text->len, text->size - text->len, "%s%s %s%s",
			 text->len ? ", " : "", what, plus, value);

	if (n > 0)
		text->len = OSMO_MIN(text->len + (size_t)n, text->size - 1);
}

void lookup_answer_text(const struct lookup_answer *answer, char *out, size_t size)
{
	struct text text = { out, size, 0 };
	char target[TARGET_TEXT_MAX];

	*out = '\0';
	if (answer->result == LOOKUP_NOTHING)
		snprintf(out, size, "nothing is known");
	else if (answer->result == LOOKUP_FAILED)
		snprintf(out, size, "no answer: %s", answer->why);
	else if (answer->result == LOOKUP_REFUSED)
		snprintf(out, size, "refused with cause %u %s", answer->cause,
			 cause_name(answer->cause));
	if (answer->result != LOOKUP_FOUND)
		return;
	if (*answer->number.digits)
		add(&text, "number", answer->number.type == LEG_TON_INTERNATIONAL ? "+" : "",
		    answer->number.digits);
	if (*answer->name)
		add(&text, "name", "", answer->name);
	if (*answer->route)
		add(&text, "route", "", answer->route);
	if (*answer->to_number.digits)
		add(&text, "number", answer->to_number.type == LEG_TON_INTERNATIONAL ? "+" : "",
		    answer->to_number.digits);
	if (answer->has_to)
		add(&text, "to", "", target_text(answer->to.kind, answer->to.name, target));
}
