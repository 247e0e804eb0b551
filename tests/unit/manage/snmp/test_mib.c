/* What SNMP is told of spans: the walk over all tables, and values by RFC 2863 and RFC 4805. */
#include "manage/snmp/mib.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/tdm.h"
#include "tests/unit/unit.h"

enum { E1 = 10001, T1 = 10003, BRI = 10004, UPTIME_CS = 50000 };

/* An E1 that was measured for two hours and is cut now, a T1 that is new, a BRI. */
static struct mib_snapshot *three_spans(void)
{
	struct mib_snapshot *all = calloc(1, sizeof(*all) + 3 * sizeof(all->spans[0]));
	struct mib_span *e1 = &all->spans[0], *t1 = &all->spans[1], *bri = &all->spans[2];

	all->n = 3;
	all->now_cs = 100 * 7250;
	*e1 = (struct mib_span){ .name = "e1-1",
				 .if_index = E1,
				 .type = SPAN_E1,
				 .crc = true,
				 .alarms = TDM_ALARM_RED,
				 .changed_cs = all->now_cs - 300,
				 .measured = true };
	g826_init(&e1->g826, G826_E1_CRC4, 0);
	for (unsigned s = 0; s < 7250; s++) {
		const struct g826_second second = { .path = s % 900 == 5 ? 3 : 0,
						    .slips = s == 7210,
						    .defect = s >= 7247 };

		g826_feed(&e1->g826, s, &second);
	}
	*t1 = (struct mib_span){ .name = "t1-1",
				 .if_index = T1,
				 .type = SPAN_T1,
				 .coding = DAHDI_CODING_AMI,
				 .connector = true,
				 .loop_timed = true,
				 .measured = true };
	g826_init(&t1->g826, G826_T1_D4, 7249);
	g826_feed(&t1->g826, 7249, &(struct g826_second){ .path = 0 });
	*bri = (struct mib_span){ .name = "bri-1", .if_index = BRI, .type = SPAN_BRI };
	return all;
}

static int compare(const struct mib_place *a, const struct mib_place *b)
{
	for (size_t i = 0; i < a->len && i < b->len; i++)
		if (a->oid[i] != b->oid[i])
			return a->oid[i] < b->oid[i] ? -1 : 1;
	return a->len < b->len ? -1 : a->len > b->len;
}

/* Instances from below a place on; each is behind the one before, and is had by itself, too. */
static unsigned walk(const struct mib_snapshot *all)
{
	struct mib_place at = { .oid = { 1 }, .len = 1 }, next;
	struct mib_value value, same;
	unsigned n = 0;

	for (; mib_next(all, UPTIME_CS, at.oid, at.len, &next, &value); n++) {
		ck_assert_int_lt(compare(&at, &next), 0);
		memset(&same, 0, sizeof(same));
		ck_assert(mib_get(all, UPTIME_CS, &next, &same));
		ck_assert_int_eq(same.type, value.type);
		ck_assert_uint_eq(same.number, value.number);
		ck_assert_str_eq(same.text, value.text);
		at = next;
	}
	return n;
}

START_TEST(walk_meets_every_instance_once)
{
	struct mib_snapshot *all = three_spans();

	/* three rows of the interfaces; two of 16 + 10 + 10 columns; 12 columns of eight intervals */
	ck_assert_uint_eq(walk(all), 3 * MIB_SHARED_COLUMNS + 2 * 36 + 12 * 8);
	all->n = 0;
	ck_assert_uint_eq(walk(all), 0);
	free(all);
}
END_TEST

#define MIB_2 1, 3, 6, 1, 2, 1
#define DS1 MIB_2, 10, 18

static uint32_t number(const struct mib_snapshot *all, struct mib_place at)
{
	struct mib_value value;

	while (at.len < MIB_OID_MAX && at.oid[at.len])
		at.len++;
	ck_assert(mib_get(all, UPTIME_CS, &at, &value));
	ck_assert_int_ne(value.type, MIB_TEXT);
	return value.number;
}

#define NUMBER(...) number(all, (struct mib_place){ .oid = { __VA_ARGS__ } })

START_TEST(interfaces_are_those_of_rfc_2863)
{
	struct mib_snapshot *all = three_spans();

	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 3, E1), 18);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 3, BRI), 75);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 5, E1), 2048000);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 5, T1), 1544000);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 8, E1), MIB_DOWN);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 8, T1), MIB_UP);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 9, E1), UPTIME_CS - 300);
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 9, T1), 0);
	ck_assert_uint_eq(NUMBER(MIB_2, 31, 1, 1, 1, 15, T1), 2);
	ck_assert_uint_eq(NUMBER(MIB_2, 31, 1, 1, 1, 17, E1), 2);
	ck_assert_uint_eq(NUMBER(MIB_2, 31, 1, 1, 1, 17, T1), 1);
	all->spans[1].alarms = TDM_ALARM_ABSENT;
	ck_assert_uint_eq(NUMBER(MIB_2, 2, 2, 1, 8, T1), MIB_NOT_PRESENT);
	free(all);
}
END_TEST

START_TEST(lines_are_those_of_rfc_4805)
{
	struct mib_snapshot *all = three_spans();
	const struct mib_place of_bri = { .oid = { DS1, 6, 1, 1, BRI }, .len = 12 };
	struct mib_value value;

	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 3, E1), 7250 % 900);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 4, E1), 8);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 5, E1), 5);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 5, T1), 3);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 6, E1), 3);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 6, T1), 5);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 10, E1), 32);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 10, T1), 1);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 12, E1), 2);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 12, T1), 1);
	ck_assert_uint_eq(NUMBER(DS1, 6, 1, 16, E1), UPTIME_CS - 300);
	ck_assert(!mib_get(all, UPTIME_CS, &of_bri, &value));
	free(all);
}
END_TEST

START_TEST(line_status_is_the_sum_of_what_is_wrong)
{
	struct mib_span span = { .measured = true, .g826.unavailable = true };

	ck_assert_uint_eq(mib_line_status(&span), 8192);
	span.alarms = TDM_ALARM_YELLOW | TDM_ALARM_BLUE | TDM_ALARM_LOOPBACK;
	ck_assert_uint_eq(mib_line_status(&span), 8192 + 2 + 8 + 128);
	span = (struct mib_span){ .alarms = TDM_ALARM_ABSENT };
	ck_assert_uint_eq(mib_line_status(&span), 16384);
}
END_TEST

START_TEST(counts_are_those_of_the_intervals)
{
	struct mib_snapshot *all = three_spans();
	const struct mib_place ninth = { .oid = { DS1, 8, 1, 3, E1, 9 }, .len = 13 };
	const struct mib_place zeroth = { .oid = { DS1, 8, 1, 3, E1, 0 }, .len = 13 };
	struct mib_value value;

	/* now: the errored second, the one with a slip, and three defects */
	ck_assert_uint_eq(NUMBER(DS1, 7, 1, 2, E1), g826_interval(&all->spans[0].g826, 0)->es);
	ck_assert_uint_eq(NUMBER(DS1, 7, 1, 4, E1), 3);
	ck_assert_uint_eq(NUMBER(DS1, 7, 1, 6, E1), 1);
	ck_assert_uint_eq(NUMBER(DS1, 7, 1, 7, E1), 3);
	ck_assert_uint_eq(NUMBER(DS1, 8, 1, 2, E1, 8), 8);
	ck_assert_uint_eq(NUMBER(DS1, 8, 1, 3, E1, 8), 1);
	ck_assert_uint_eq(NUMBER(DS1, 8, 1, 8, E1, 8), 3);
	ck_assert_uint_eq(NUMBER(DS1, 8, 1, 13, E1, 8), 1);
	ck_assert_uint_eq(NUMBER(DS1, 9, 1, 2, E1), 8);
	ck_assert_uint_eq(NUMBER(DS1, 9, 1, 7, E1), 24);
	ck_assert(!mib_get(all, UPTIME_CS, &ninth, &value));
	ck_assert(!mib_get(all, UPTIME_CS, &zeroth, &value));
	free(all);
}
END_TEST

START_TEST(places_that_are_none_lead_to_the_next)
{
	struct mib_snapshot *all = three_spans();
	struct mib_place at;
	struct mib_value value;
	const mib_oid before_all[] = { 0 }, in_a_gap[] = { DS1, 6, 1, 2 };
	const mib_oid long_one[] = { DS1, 8, 1, 3, E1, 8, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	const mib_oid huge[] = { DS1, 8, 1, 3, E1, ~0ul },
		      behind_all[] = { MIB_2, 31, 1, 1, 1, 20 };

	ck_assert(mib_next(all, UPTIME_CS, before_all, 1, &at, &value) && at.oid[6] == 2);
	ck_assert(mib_next(all, UPTIME_CS, in_a_gap, 11, &at, &value) && at.oid[10] == 3);
	ck_assert(mib_next(all, UPTIME_CS, long_one, 22, &at, &value) && at.oid[10] == 4);
	ck_assert(mib_next(all, UPTIME_CS, huge, 13, &at, &value) && at.oid[10] == 4);
	ck_assert(!mib_next(all, UPTIME_CS, behind_all, 11, &at, &value));
	ck_assert(mib_next(all, UPTIME_CS, NULL, 0, &at, &value) && at.oid[6] == 2);
	free(all);
}
END_TEST

UNIT_MAIN("mib", walk_meets_every_instance_once, interfaces_are_those_of_rfc_2863,
	  lines_are_those_of_rfc_4805, line_status_is_the_sum_of_what_is_wrong,
	  counts_are_those_of_the_intervals, places_that_are_none_lead_to_the_next)
