/* What becomes of numbers: by rules, by translations, by routes; of numbers that grow too. */
#include "call/numbers.h"

#include <osmocom/core/talloc.h>
#include <stdio.h>
#include <string.h>

#include "call/leg.h"
#include "call/route_config.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

START_TEST(rules_say_what_the_numbers_are)
{
	const struct leg_setup came = {
		.called = { .digits = "1", .type = LEG_TON_NATIONAL, .plan = 1 },
		.calling = { .digits = "2", .type = LEG_TON_SUBSCRIBER, .plan = 9, .screening = 1 },
		.calling_subaddress = { .len = 1 },
	};
	struct route_config route = { 0 };
	struct leg_setup setup = came;

	ck_assert_int_eq(numbers_by_route(NULL, &route, &setup, NULL), TRANSLATED);
	ck_assert_mem_eq(&setup, &came, sizeof(came));
	route = (struct route_config){
		.called_type = LEG_TON_UNKNOWN + 1,
		.called_plan = 8 + 1,
		.calling_type = LEG_TON_INTERNATIONAL + 1,
		.calling_plan = 1 + 1,
		.calling_presentation = LEG_PRES_RESTRICTED + 1,
		.calling_screening = 3 + 1,
	};
	ck_assert_int_eq(numbers_by_route(NULL, &route, &setup, NULL), TRANSLATED);
	ck_assert_uint_eq(setup.called.type, LEG_TON_UNKNOWN);
	ck_assert_uint_eq(setup.called.plan, 8);
	ck_assert_uint_eq(setup.calling.type, LEG_TON_INTERNATIONAL);
	ck_assert_uint_eq(setup.calling.plan, 1);
	ck_assert_uint_eq(setup.calling.presentation, LEG_PRES_RESTRICTED);
	ck_assert_uint_eq(setup.calling.screening, 3);
	ck_assert_str_eq(setup.called.digits, "1");
	ck_assert_str_eq(setup.calling.digits, "2");
	ck_assert_uint_eq(setup.calling_subaddress.len, 1);
}
END_TEST

START_TEST(calling_number_replaced_is_nobodys_word_and_stays_hidden)
{
	struct route_config route = { .calling = "030123" };
	struct leg_setup setup = {
		.calling = { .digits = "2", .type = LEG_TON_NATIONAL, .screening = 3 },
		.calling_subaddress = { .len = 1 },
	};

	ck_assert_int_eq(numbers_by_route(NULL, &route, &setup, NULL), TRANSLATED);
	ck_assert_str_eq(setup.calling.digits, "030123");
	ck_assert_uint_eq(setup.calling.type, LEG_TON_UNKNOWN);
	ck_assert_uint_eq(setup.calling.plan, 1);
	ck_assert_uint_eq(setup.calling.presentation, LEG_PRES_ALLOWED);
	ck_assert_uint_eq(setup.calling.screening, 0);
	ck_assert_uint_eq(setup.calling_subaddress.len, 0);
	setup.calling.presentation = LEG_PRES_RESTRICTED;
	ck_assert_int_eq(numbers_by_route(NULL, &route, &setup, NULL), TRANSLATED);
	ck_assert_uint_eq(setup.calling.presentation, LEG_PRES_RESTRICTED);
	setup.calling.presentation = LEG_PRES_UNAVAILABLE;
	route.calling_screening = 3 + 1;
	ck_assert_int_eq(numbers_by_route(NULL, &route, &setup, NULL), TRANSLATED);
	ck_assert_uint_eq(setup.calling.presentation, LEG_PRES_ALLOWED);
	ck_assert_uint_eq(setup.calling.screening, 3);
}
END_TEST

START_TEST(rewriting_strips_then_prepends)
{
	static const struct {
		unsigned strip;
		const char *prepend, *called, *out;
	} rows[] = {
		{ 0, "", "600", "600" },
		{ 1, "", "600", "00" },
		{ 3, "", "600", "" },
		{ 9, "", "600", "" },
		{ 0, "00", "600", "00600" },
		{ 2, "41", "0044", "4144" },
		{ 0, "", "", "" },
		{ 0, "1234567890123456789012", "12345678901", NULL },
		{ 0, "1234567890123456789012", "1234567890", "12345678901234567890121234567890" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct route_config route = { .strip = rows[i].strip };

		struct leg_setup setup = { .called.type = LEG_TON_NATIONAL };

		strcpy(route.prepend, rows[i].prepend);
		strcpy(setup.called.digits, rows[i].called);
		ck_assert_int_eq(numbers_by_route(NULL, &route, &setup, NULL),
				 rows[i].out ? TRANSLATED : TRANSLATE_TOO_LONG);
		ck_assert_str_eq(setup.called.digits, rows[i].out ? rows[i].out : rows[i].called);
		if (rows[i].out)
			ck_assert_uint_eq(setup.called.type, rows[i].strip || *rows[i].prepend
								     ? LEG_TON_UNKNOWN
								     : LEG_TON_NATIONAL);
	}
}
END_TEST

static struct translation_config some = {
	.name = "some",
	.rules = {
		{ .match.digits = "0049", .strip = 4, .prepend = "0", .type = LEG_TON_NATIONAL + 1 },
		{ .match.digits = "00", .strip = 2, .type = LEG_TON_INTERNATIONAL + 1 },
		{ .match = { "110", true }, .prepend = "9" },
		{ .match.digits = "2", .from_type = LEG_TON_SUBSCRIBER + 1, .prepend = "030" },
		{ .match = { "", true }, .replaces = true, .prepend = "0301234" },
		{ .match.digits = "7", .replaces = true, .prepend = "700" },
		{ .match.digits = "1" },
		{ .presentation = LEG_PRES_RESTRICTED + 1 },
	},
	.n_rules = 8,
};

static struct leg_number number_of(const char *digits, uint8_t type)
{
	struct leg_number number = { .type = type, .plan = 1, .screening = 3 };

	strcpy(number.digits, digits);
	return number;
}

START_TEST(first_rule_that_matches_is_applied)
{
	static const struct {
		const char *digits;
		uint8_t type;
		struct leg_number out;
	} rows[] = {
		{ "0049301", LEG_TON_UNKNOWN, { "0301", LEG_TON_NATIONAL, 1, 0, 3 } },
		{ "00441", LEG_TON_UNKNOWN, { "441", LEG_TON_INTERNATIONAL, 1, 0, 3 } },
		{ "110", LEG_TON_NATIONAL, { "9110", LEG_TON_UNKNOWN, 1, 0, 3 } },
		{ "1101", LEG_TON_NATIONAL, { "1101", LEG_TON_NATIONAL, 1, 0, 3 } },
		{ "23", LEG_TON_SUBSCRIBER, { "03023", LEG_TON_UNKNOWN, 1, 0, 3 } },
		{ "23", LEG_TON_UNKNOWN, { "23", LEG_TON_UNKNOWN, 1, LEG_PRES_RESTRICTED, 3 } },
		{ "", LEG_TON_UNKNOWN, { "0301234", LEG_TON_UNKNOWN, 1, 0, 0 } },
		{ "79", LEG_TON_NATIONAL, { "700", LEG_TON_UNKNOWN, 1, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct leg_number number = number_of(rows[i].digits, rows[i].type);
		const struct number_rule *rule;

		ck_assert_int_eq(translate(&some, &number, false, &rule), TRANSLATED);
		ck_assert_str_eq(number.digits, rows[i].out.digits);
		ck_assert_uint_eq(number.type, rows[i].out.type);
		ck_assert_uint_eq(number.presentation, rows[i].out.presentation);
		ck_assert_uint_eq(number.screening, rows[i].out.screening);
	}
}
END_TEST

/* Whatever is dialled: a number that is translated early is the beginning of what it becomes at the end. */
START_TEST(a_number_that_grows_is_translated_once_it_is_certain)
{
	static const char *const numbers[] = { "0049301", "00441", "110", "1101", "1", "23",
					       "79",      "0",     "00",  "0048", "5", "" };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct leg_number whole = number_of(numbers[i], 0);
		const struct number_rule *rule, *last;

		translate(&some, &whole, false, &last);
		for (size_t len = 0; len <= strlen(numbers[i]); len++) {
			struct leg_number part = number_of(numbers[i], 0);

			part.digits[len] = '\0';
			if (translate(&some, &part, true, &rule) == TRANSLATE_WAIT)
				continue;
			ck_assert_ptr_eq(rule, last);
			ck_assert_mem_eq(part.digits, whole.digits, strlen(part.digits));
		}
	}
}
END_TEST

START_TEST(waits_no_longer_than_it_must)
{
	static const struct {
		const char *digits;
		enum translated got;
	} rows[] = {
		{ "", TRANSLATE_WAIT },    { "0", TRANSLATE_WAIT }, { "00", TRANSLATE_WAIT },
		{ "004", TRANSLATE_WAIT }, { "0044", TRANSLATED },  { "0049", TRANSLATED },
		{ "5", TRANSLATED },       { "1", TRANSLATE_WAIT }, { "110", TRANSLATE_WAIT },
		{ "12", TRANSLATED },      { "7", TRANSLATE_WAIT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct leg_number number = number_of(rows[i].digits, 0);
		const struct number_rule *rule;

		ck_assert_msg(translate(&some, &number, true, &rule) == rows[i].got, "%s",
			      rows[i].digits);
	}
}
END_TEST

START_TEST(each_number_has_its_translation)
{
	struct translations *table = translations_new(NULL, &some, 1);
	const struct target target = { .translations = { .in = { "some", "", "" },
							 .out = { "", "some", "some" } } };
	struct leg_setup setup = { .called = { .digits = "0049301" },
				   .calling = { .digits = "00441" },
				   .calling_subaddress.len = 1,
				   .redirecting.from.number.digits = "110" };

	ck_assert_int_eq(numbers_in(table, &target, &setup, NULL), TRANSLATED);
	ck_assert_str_eq(setup.called.digits, "0301");
	ck_assert_str_eq(setup.calling.digits, "00441");
	ck_assert_int_eq(numbers_out(table, &target, &setup, NULL), TRANSLATED);
	ck_assert_str_eq(setup.called.digits, "0301");
	ck_assert_str_eq(setup.calling.digits, "441");
	ck_assert_uint_eq(setup.calling_subaddress.len, 1);
	ck_assert_str_eq(setup.redirecting.from.number.digits, "9110");
	ck_assert_str_eq(setup.redirecting.original.digits, "");
	strcpy(setup.calling.digits, "7");
	numbers_out(table, &target, &setup, NULL);
	ck_assert_str_eq(setup.calling.digits, "700");
	ck_assert_uint_eq(setup.calling_subaddress.len, 0);
	strcpy(setup.called.digits, "110");
	setup.precedence = LEG_EMERGENCY;
	numbers_in(table, &target, &setup, NULL);
	ck_assert_str_eq(setup.called.digits, "110");
	talloc_free(table);
}
END_TEST

START_TEST(lack_of_memory_gives_no_table)
{
	OOM_EACH(done)
	{
		struct translations *table = translations_new(NULL, &some, 1);

		oom_off();
		done = table != NULL;
		ck_assert(!done || translations_find(table, "some"));
		ck_assert(!done || !translations_find(table, "other"));
		talloc_free(table);
	}
}
END_TEST

UNIT_MAIN("numbers", rules_say_what_the_numbers_are,
	  calling_number_replaced_is_nobodys_word_and_stays_hidden, rewriting_strips_then_prepends,
	  first_rule_that_matches_is_applied, a_number_that_grows_is_translated_once_it_is_certain,
	  waits_no_longer_than_it_must, each_number_has_its_translation,
	  lack_of_memory_gives_no_table)
