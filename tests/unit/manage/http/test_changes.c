/* What is told of lists that change: rows that come, go, move and are others. */
#define view_see_channels fake_channels
#define view_spans fake_spans
#include "manage/http/changes.c"

#include "tests/unit/unit.h"

enum { MANY = 300 };

static struct {
	unsigned n, name[MANY], print[MANY];
} list;
static json_t *spans;
static char told[4096];

static json_t *row_of(const void *status)
{
	return json_pack("{s:i}", "name", *(const int *)status);
}

void fake_channels(struct gateway *gateway, view_sight_cb fn, void *data)
{
	(void)gateway;
	for (unsigned i = 0; i < list.n; i++) {
		struct view_sight sight = { .print = list.print[i],
					    .status = &list.name[i],
					    .row = row_of };

		snprintf(sight.key, sizeof(sight.key), "%u", list.name[i]);
		if (!fn(data, &sight))
			return;
	}
}

json_t *fake_spans(struct gateway *gateway)
{
	(void)gateway;
	return json_deep_copy(spans);
}

static void on_change(void *data, enum change_kind kind, const char *event, const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);

	(void)data, (void)kind;
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s%s;", event, text);
	free(text);
}

static const char *seen(struct changes *changes)
{
	*told = '\0';
	look_long(changes, CHANGE_CHANNEL, NULL, on_change, NULL);
	return told;
}

static const char *looked(struct changes *changes)
{
	*told = '\0';
	look(changes, CHANGE_SPAN, NULL, on_change, NULL);
	return told;
}

static void put(unsigned n, const unsigned *names)
{
	list.n = n;
	for (unsigned i = 0; i < n; i++) {
		list.name[i] = names[i];
		list.print[i] = 0;
	}
}
#define PUT(...)                                                                                   \
	do {                                                                                       \
		const unsigned names_[] = { __VA_ARGS__ };                                         \
		put(sizeof(names_) / sizeof(names_[0]), names_);                                   \
	} while (0)

START_TEST(long_lists_tell_what_changed)
{
	struct changes changes = { 0 };

	PUT(1, 2, 3);
	ck_assert_str_eq(seen(&changes), ""); /* the first look */
	ck_assert_str_eq(seen(&changes), "");
	list.print[1] = 7;
	ck_assert_str_eq(seen(&changes), "channel{\"name\":2};");
	PUT(2, 3, 4);
	list.print[0] = 7;
	ck_assert_str_eq(seen(&changes), "channel{\"name\":4};channel-gone{\"name\":\"1\"};");
	PUT(4, 3, 2);
	list.print[2] = 7;
	ck_assert_str_eq(seen(&changes), "");
	list.n = 0;
	seen(&changes);
	ck_assert_ptr_nonnull(strstr(told, "channel-gone{\"name\":\"4\"}"));
	ck_assert_str_eq(seen(&changes), "");
	PUT(9);
	ck_assert_str_eq(seen(&changes), "channel{\"name\":9};");
	changes_fini(&changes);
}
END_TEST

START_TEST(many_rows_are_remembered)
{
	struct changes changes = { 0 };

	list.n = MANY;
	for (unsigned i = 0; i < MANY; i++) {
		list.name[i] = i;
		list.print[i] = i;
	}
	ck_assert_str_eq(seen(&changes), "");
	list.print[MANY - 1]++;
	ck_assert_str_eq(seen(&changes), "channel{\"name\":299};");
	changes_fini(&changes);
}
END_TEST

START_TEST(short_lists_tell_what_changed_but_not_what_moves)
{
	struct changes changes = { 0 };

	spans = json_pack("[{s:s, s:s, s:i}, {s:s, s:s, s:i}]", "name", "a", "alarms", "ok",
			  "ticks", 1, "name", "b", "alarms", "ok", "ticks", 1);
	ck_assert_str_eq(looked(&changes), "");
	json_object_set_new(json_array_get(spans, 0), "ticks", json_integer(2));
	ck_assert_str_eq(looked(&changes), "");
	json_object_set_new(json_array_get(spans, 0), "alarms", json_string("red"));
	ck_assert_str_eq(looked(&changes), "span{\"name\":\"a\",\"alarms\":\"red\",\"ticks\":2};");
	json_array_remove(spans, 1);
	ck_assert_str_eq(looked(&changes), "span-gone{\"name\":\"b\"};");
	json_decref(spans);
	changes_fini(&changes);
}
END_TEST

UNIT_MAIN("changes", long_lists_tell_what_changed, many_rows_are_remembered,
	  short_lists_tell_what_changed_but_not_what_moves)
