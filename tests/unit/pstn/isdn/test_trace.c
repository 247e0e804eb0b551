/* What a trace hides of libpri's lines. */
#include "tests/unit/unit.h"

#include <osmocom/core/utils.h>
#include <string.h>

#include "pstn/isdn/trace.h"

#define TYPE_INFORMATION "> Message Type: INFORMATION (123)"
#define TYPE_SETUP "> Message Type: SETUP (5)"

static const struct {
	const char *type, *line, *shown;
} lines[] = {
	{ TYPE_INFORMATION, "> Keypad Facility (len= 4) [ 42 ]",
	  "> Keypad Facility (len= 4) [ ** *" },
	{ TYPE_INFORMATION, "> [2c 02 34 32]", "> [** ** ** ***" },
	{ TYPE_INFORMATION, "< Called Party Number (len= 5) [ Ext: 1  TON: Unknown  '42' ]",
	  "< Called Party Number (len= 5) [ Ext: 1  TON: Unknown  '*** *" },
	{ TYPE_INFORMATION, "> [70 02 80 34]", "> [** ** ** ***" },
	/* a bracket among the keys does not end what is hidden */
	{ TYPE_INFORMATION, "> Keypad Facility (len= 4) [ ]42 ]",
	  "> Keypad Facility (len= 4) [ *** *" },
	{ TYPE_INFORMATION, "> Display (len= 4) [ 42 ]", "> Display (len= 4) [ 42 ]" },
	{ TYPE_SETUP, "> Keypad Facility (len= 4) [ 42 ]", "> Keypad Facility (len= 4) [ 42 ]" },
	{ TYPE_SETUP, "> Called Party Number (len= 5) [ '42' ]",
	  "> Called Party Number (len= 5) [ '42' ]" },
};

static void show(bool digits, size_t i, char out[80])
{
	struct trace trace = { .on = true, .digits = digits };
	char type[80];

	strcpy(type, lines[i].type);
	trace_line(&trace, type);
	ck_assert_str_eq(type, lines[i].type);
	strcpy(out, lines[i].line);
	trace_line(&trace, out);
}

START_TEST(digits_of_information_are_hidden)
{
	char line[80];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		show(false, i, line);
		ck_assert_str_eq(line, lines[i].shown);
	}
}
END_TEST

START_TEST(digits_are_shown_to_who_asks)
{
	char line[80];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		show(true, i, line);
		ck_assert_str_eq(line, lines[i].line);
	}
}
END_TEST

UNIT_MAIN("trace", digits_of_information_are_hidden, digits_are_shown_to_who_asks)
