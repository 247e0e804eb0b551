/* Q.850: every cause of table 1 has a name; what it does not define falls to its class. */
#include "call/cause.h"

#include <stdbool.h>
#include <string.h>

#include "tests/unit/unit.h"

/* Q.850 (05/2018) table 1, by number. */
static const unsigned char defined[] = {
	1,  2,  3,  4,  5,  6,  7,  8,  9,  14, 16,  17,  18,  19,  20,  21,  22,  23,
	24, 25, 26, 27, 28, 29, 30, 31, 34, 38, 39,  40,  41,  42,  43,  44,  46,  47,
	49, 50, 53, 55, 57, 58, 62, 63, 65, 66, 69,  70,  79,  81,  82,  83,  84,  85,
	86, 87, 88, 90, 91, 95, 96, 97, 98, 99, 100, 101, 102, 103, 110, 111, 127,
};

START_TEST(defined_causes_have_names_and_no_other_has)
{
	for (unsigned cause = 0; cause < 300; cause++) {
		bool is_defined = cause < 128 && memchr(defined, (int)cause, sizeof(defined));

		ck_assert_msg((strcmp(cause_name(cause), "unknown") != 0) == is_defined, "cause %u",
			      cause);
	}
	ck_assert_str_eq(cause_name(CAUSE_USER_BUSY), "user busy");
	ck_assert_str_eq(cause_name(CAUSE_NO_CIRCUIT), "no circuit/channel available");
	ck_assert_str_eq(cause_name(127), "interworking, unspecified");
}
END_TEST

START_TEST(names_are_all_different)
{
	for (size_t i = 0; i < sizeof(defined); i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(cause_name(defined[i]), cause_name(defined[j]));
	}
}
END_TEST

START_TEST(locations_have_names)
{
	ck_assert_str_eq(cause_location_name(LOC_USER), "user");
	ck_assert_str_eq(cause_location_name(LOC_TRANSIT), "transit network");
	ck_assert_str_eq(cause_location_name(LOC_BEYOND_INTERWORKING),
			 "network beyond interworking point");
	ck_assert_str_eq(cause_location_name(6), "unknown location");
	ck_assert_str_eq(cause_location_name(16), "unknown location");
}
END_TEST

UNIT_MAIN("cause", defined_causes_have_names_and_no_other_has, names_are_all_different,
	  locations_have_names)
