/* What is asked of `route test`, in words. */
#include "manage/show/route_ask.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call.h"
#include "call/cause.h"
#include "call/explain.h"
#include "call/number_words.h"
#include "call/route.h"
#include "call/route_test.h"
#include "call/trunk_groups.h"

static __attribute__((format(printf, 3, 4))) const char *
wrong(struct route_ask_fault *fault, const char *word, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->what, sizeof(fault->what), format, args);
	va_end(args);
	return word;
}

static const char *set_number(const char *word, const char *value, char *out,
			      struct route_ask_fault *fault)
{
	if (leg_is_number(value) && strlen(value) <= LEG_DIGITS_MAX) {
		osmo_strlcpy(out, value, LEG_DIGITS_MAX + 1);
		return NULL;
	}
	snprintf(fault->right, sizeof(fault->right), "up to %d digits " LEG_DIGITS " are right",
		 LEG_DIGITS_MAX);
	return wrong(fault, word, "%s \"%.60s\" is no number", word, value);
}

static const struct {
	const char *word;
	size_t at; /* in struct leg_setup */
} numbers[] = {
	{ "calling", offsetof(struct leg_setup, calling.digits) },
	{ "redirecting", offsetof(struct leg_setup, redirecting.from.number.digits) },
};

static const struct {
	const char *word;
	const struct value_string *words;
	const char *choice;
	size_t at;
} values[] = {
	{ "bearer", bearer_words, BEARER_CHOICE, offsetof(struct leg_setup, bearer) },
	{ "called-type", number_type_words, NUMBER_TYPE_CHOICE,
	  offsetof(struct leg_setup, called.type) },
	{ "calling-type", number_type_words, NUMBER_TYPE_CHOICE,
	  offsetof(struct leg_setup, calling.type) },
	{ "presentation", number_presentation_words, NUMBER_PRESENTATION_CHOICE,
	  offsetof(struct leg_setup, calling.presentation) },
};

/* HH:MM of today, or of a date: YYYY-MM-DDTHH:MM. */
static const char *set_time(const char *value, struct tm *at, struct route_ask_fault *fault)
{
	const char *end = strptime(value, "%Y-%m-%dT%H:%M", at);

	if (!end || *end)
		end = strptime(value, "%H:%M", at);
	if (!end || *end) {
		osmo_strlcpy(fault->right, "HH:MM, or YYYY-MM-DDTHH:MM is right",
			     sizeof(fault->right));
		return wrong(fault, "at", "at \"%.60s\" is no time", value);
	}
	at->tm_isdst = -1;
	mktime(at); /* the day of the week */
	return NULL;
}

const char *route_ask_set(struct route_ask *ask, const char *word, const char *value,
			  struct route_ask_fault *fault)
{
	if (!strcmp(word, "at"))
		return set_time(value, &ask->at, fault);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(word, numbers[i].word))
			return set_number(numbers[i].word, value,
					  (char *)&ask->setup + numbers[i].at, fault);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		int got;

		if (strcmp(word, values[i].word) != 0)
			continue;
		got = get_string_value(values[i].words, value);
		if (got < 0) {
			snprintf(fault->right, sizeof(fault->right), "right would be: %s",
				 values[i].choice);
			return wrong(fault, values[i].word, "%s \"%.60s\" is unknown", word, value);
		}
		*((uint8_t *)&ask->setup + values[i].at) = (uint8_t)got;
		return NULL;
	}
	osmo_strlcpy(fault->right,
		     "calling, redirecting, bearer, called-type, calling-type, presentation and at "
		     "are right",
		     sizeof(fault->right));
	return wrong(fault, word, "\"%.60s\" is unknown here", word);
}

/* The first trunk of the group that there is, as a call comes from one; false: there is none. */
static bool take_trunk(struct route_ask *ask, struct call_hub *hub, const char *name)
{
	const struct trunk_group *group = trunk_group_find(hub, name);
	const struct trunk_group_config *config = group ? trunk_group_config(group) : NULL;

	for (size_t i = 0; config && i < config->n_members; i++) {
		if (!target_find(hub, TARGET_TRUNK, config->members[i]))
			continue;
		ask->kind = TARGET_TRUNK;
		osmo_strlcpy(ask->name, config->members[i], sizeof(ask->name));
		osmo_strlcpy(ask->group, name, sizeof(ask->group));
		return true;
	}
	return false;
}

static bool take_origin(struct route_ask *ask, struct call_hub *hub, enum target_kind kind,
			const char *name)
{
	if (kind == TARGET_TRUNK_GROUP)
		return take_trunk(ask, hub, name);
	ask->kind = kind;
	osmo_strlcpy(ask->name, name, sizeof(ask->name));
	return strlen(name) < sizeof(ask->name) && target_find(hub, kind, name);
}

const char *route_ask_begin(struct route_ask *ask, struct call_hub *hub, const char *number,
			    const char *kind, const char *name, struct route_ask_fault *fault)
{
	static const struct value_string kinds[] = { { TARGET_TRUNK, "trunk" },
						     { TARGET_PEER, "peer" },
						     { TARGET_USER, "user" },
						     { TARGET_TRUNK_GROUP, "trunk-group" },
						     { 0, NULL } };
	const time_t now = clock_wall().tv_sec;
	const int got = get_string_value(kinds, kind);

	*ask = (struct route_ask){ .setup.called.plan = 1, .setup.calling.plan = 1 };
	localtime_r(&now, &ask->at);
	osmo_strlcpy(fault->right, "trunk, trunk-group, peer or user is right",
		     sizeof(fault->right));
	if (got < 0)
		return wrong(fault, "from", "from \"%.60s\" is unknown", kind);
	if (!take_origin(ask, hub, (enum target_kind)got, name)) {
		const bool is_empty = got == TARGET_TRUNK_GROUP && trunk_group_find(hub, name);

		osmo_strlcpy(fault->right,
			     is_empty ? "one with a trunk that runs is right"
				      : "the name of one that is configured is right",
			     sizeof(fault->right));
		return wrong(fault, "name",
			     is_empty ? "no trunk of %s %.60s runs" : "there is no %s %.60s", kind,
			     name);
	}
	if (!*number) {
		osmo_strlcpy(fault->right, "the whole number is right", sizeof(fault->right));
		return wrong(fault, "number", "number is missing");
	}
	return set_number("number", number, ask->setup.called.digits, fault);
}

static void on_step(void *data, const char *text)
{
	json_array_append_new(data, json_string(text));
}

static bool is_alike(const struct route_test *a, const struct route_test *b)
{
	return a->cause == b->cause && !strcmp(a->route, b->route) && a->to.kind == b->to.kind &&
	       !strcmp(a->to.name, b->to.name) &&
	       !strcmp(a->setup.called.digits, b->setup.called.digits) &&
	       !strcmp(a->setup.calling.digits, b->setup.calling.digits);
}

static void tell_other(const struct explain *explain, const char *trunk,
		       const struct route_test *first, const struct route_test *other)
{
	char to[TARGET_TEXT_MAX];

	if (is_alike(first, other))
		explain_step(explain, "from trunk %s it would go the same way", trunk);
	else if (other->cause)
		explain_step(explain, "from trunk %s it would be refused: cause %u %s%s%s", trunk,
			     other->cause, cause_name(other->cause), *other->why ? ", " : "",
			     other->why);
	else
		explain_step(
			explain, "from trunk %s it would go another way: %s%s%sto %s: %s calls %s",
			trunk, *other->route ? "route " : "", other->route,
			*other->route ? " " : "", target_text(other->to.kind, other->to.name, to),
			*other->setup.calling.digits ? other->setup.calling.digits : "(no number)",
			other->setup.called.digits);
}

/* The other trunks of the group, as each may have routes, limits and translations of its own. */
static void ask_others(const struct route_ask *ask, struct call_hub *hub,
		       const struct route_question *question, const struct route_test *first)
{
	const struct trunk_group *group = trunk_group_find(hub, ask->group);
	const struct trunk_group_config *config = group ? trunk_group_config(group) : NULL;
	struct route_question other = *question;
	struct route_test test;

	other.explain = NULL;
	for (size_t i = 0; config && i < config->n_members; i++) {
		other.from_name = config->members[i];
		if (!strcmp(other.from_name, ask->name) ||
		    !target_find(hub, TARGET_TRUNK, other.from_name))
			continue;
		call_route_test(hub, &other, &test);
		tell_other(question->explain, other.from_name, first, &test);
	}
}

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *tree_of(const struct route_test *test, json_t *steps)
{
	json_t *tree = json_pack("{s:o, s:o}", "steps", steps, "route", text_or_null(test->route));

	if (test->cause) {
		json_object_set_new(tree, "cause", json_integer(test->cause));
		json_object_set_new(tree, "cause_name", json_string(cause_name(test->cause)));
		json_object_set_new(tree, "why", text_or_null(test->why));
		return tree;
	}
	json_object_set_new(tree, "to",
			    json_sprintf("%s%s%s", target_kind_name(test->to.kind),
					 *test->to.name ? " " : "", test->to.name));
	json_object_set_new(tree, "channel", text_or_null(test->channel));
	json_object_set_new(tree, "called", json_string(test->setup.called.digits));
	json_object_set_new(tree, "calling", json_string(test->setup.calling.digits));
	return tree;
}

json_t *route_ask_answer(const struct route_ask *ask, struct call_hub *hub, struct route_test *test)
{
	json_t *steps = json_array();
	const struct explain explain = { .step = on_step, .data = steps };
	const struct route_question question = {
		.from_kind = ask->kind,
		.from_name = ask->name,
		.setup = &ask->setup,
		.at = &ask->at,
		.explain = &explain,
	};

	if (*ask->group)
		explain_step(&explain, "trunk-group %s: as from its trunk %s", ask->group,
			     ask->name);
	call_route_test(hub, &question, test);
	if (*ask->group)
		ask_others(ask, hub, &question, test);
	return tree_of(test, steps);
}
