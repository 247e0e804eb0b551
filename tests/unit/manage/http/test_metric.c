/* Prometheus' text format, to the letter. */
#include <stdlib.h>

#include "manage/http/metric.h"
#include "tests/unit/unit.h"

static char *text;
static size_t len;

static FILE *begin(void)
{
	return open_memstream(&text, &len);
}

static void check(FILE *file, const char *expected)
{
	fclose(file);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(labels_are_escaped)
{
	FILE *file = begin();

	metric_sample(file, "x", 1, NULL);
	metric_sample(file, "x", 1, LABELS("a", "b\\c\"d\ne", "f", "\xc3\xa4"));
	check(file, "crosspoint_x 1\ncrosspoint_x{a=\"b\\\\c\\\"d\\ne\",f=\"?"
		    "?\"} 1\n");
}
END_TEST

START_TEST(numbers_are_whole_or_short)
{
	FILE *file = begin();

	metric_sample(file, "x", 123456789012.0, NULL);
	metric_sample(file, "x", 0.025, NULL);
	metric_sample(file, "x", -1, NULL);
	check(file, "crosspoint_x 123456789012\ncrosspoint_x 0.025\ncrosspoint_x -1\n");
}
END_TEST

struct thing {
	const char *name;
	unsigned small;
	uint64_t in, out;
};

static const struct metric table[] = {
	METRIC_OF("s", "gauge", "Small.", thing, small, NULL, NULL),
	METRIC_OF("w_total", "counter", "Ways.", thing, in, "way", "in"),
	METRIC_OF("w_total", "counter", "Ways.", thing, out, "way", "out"),
};

START_TEST(a_family_is_told_once_and_holds_together)
{
	static const struct thing things[] = { { "a", 1, 2, 3 }, { "b", 4, UINT64_C(1) << 40, 6 } };
	FILE *file = begin();

	metric_table(file, table, 3, "thing", things, 2, sizeof(things[0]));
	check(file, "# HELP crosspoint_s Small.\n# TYPE crosspoint_s gauge\n"
		    "crosspoint_s{thing=\"a\"} 1\ncrosspoint_s{thing=\"b\"} 4\n"
		    "# HELP crosspoint_w_total Ways.\n# TYPE crosspoint_w_total counter\n"
		    "crosspoint_w_total{thing=\"a\",way=\"in\"} 2\n"
		    "crosspoint_w_total{thing=\"b\",way=\"in\"} 1099511627776\n"
		    "crosspoint_w_total{thing=\"a\",way=\"out\"} 3\n"
		    "crosspoint_w_total{thing=\"b\",way=\"out\"} 6\n");
	file = begin();
	metric_record(file, table, 2, &things[0]);
	check(file, "# HELP crosspoint_s Small.\n# TYPE crosspoint_s gauge\ncrosspoint_s 1\n"
		    "# HELP crosspoint_w_total Ways.\n# TYPE crosspoint_w_total counter\n"
		    "crosspoint_w_total{way=\"in\"} 2\n");
}
END_TEST

UNIT_MAIN("metric", labels_are_escaped, numbers_are_whole_or_short,
	  a_family_is_told_once_and_holds_together)
