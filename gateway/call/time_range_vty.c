/* The commands of a time range's node:
 *
 *   time-range office
 *    periodic mon-fri 08:00 to 17:30
 *    periodic sat 09:00 to 12:00
 *    except 12-25
 *    except 2027-03-26
 */
#include "call/time_range_vty.h"

#include <stdio.h>
#include <string.h>

#include "base/config_vty.h"
#include "call/time_range.h"

enum { DAYS = 7, MINUTES = 60, HOURS = 24 };

static const char *const day_names[DAYS] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

/* -1: none such */
static int day_of(const char *text, size_t len)
{
	for (int i = 0; i < DAYS; i++) {
		if (strlen(day_names[i]) == len && !strncmp(text, day_names[i], len))
			return i;
	}
	return -1;
}

/* "mon", "mon-fri": its bits; 0: neither. */
static uint8_t parse_span(const char *text, size_t len)
{
	const char *dash = memchr(text, '-', len);
	int first = day_of(text, dash ? (size_t)(dash - text) : len);
	int last = dash ? day_of(dash + 1, len - (size_t)(dash + 1 - text)) : first;
	uint8_t days = 0;

	if (first < 0 || last < 0)
		return 0;
	for (int day = first; day != last; day = (day + 1) % DAYS)
		days |= (uint8_t)(1 << day);
	return (uint8_t)(days | 1 << last);
}

/* "daily", or spans with commas between them; 0: neither. */
static uint8_t parse_days(const char *text)
{
	uint8_t days = 0;

	if (!strcmp(text, "daily"))
		return TIME_ALL_DAYS;
	for (;;) {
		size_t len = strcspn(text, ",");
		uint8_t some = parse_span(text, len);

		if (!some)
			return 0;
		days |= some;
		if (!text[len])
			return days;
		text += len + 1;
	}
}

/* Minutes, -1: no time. */
static int parse_time(const char *text)
{
	unsigned hour, minute;
	int end = 0;

	if (sscanf(text, "%2u:%2u%n", &hour, &minute, &end) != 2 || text[end] ||
	    minute >= MINUTES || hour * MINUTES + minute > HOURS * MINUTES)
		return -1;
	return (int)(hour * MINUTES + minute);
}

static int parse_period(struct vty *vty, const char **argv, struct time_period *out)
{
	int from = parse_time(argv[1]), to = parse_time(argv[2]);

	out->days = parse_days(argv[0]);
	if (!out->days)
		return config_reject(vty,
				     "periodic \"%s\" are no days; daily, or days as "
				     "mon-fri,sun are right",
				     argv[0]);
	if (from < 0 || to < 0)
		return config_reject(vty, "periodic \"%s\" is no time; 00:00 to 24:00 is right",
				     from < 0 ? argv[1] : argv[2]);
	out->from_min = (uint16_t)from;
	out->to_min = (uint16_t)to;
	return CMD_SUCCESS;
}

static size_t find_period(const struct time_range_config *item, const struct time_period *period)
{
	size_t i = 0;

	while (i < item->n_periods && (item->periods[i].days != period->days ||
				       item->periods[i].from_min != period->from_min ||
				       item->periods[i].to_min != period->to_min))
		i++;
	return i;
}

#define PERIODIC_STR                                                                               \
	"When it holds; several lines\n"                                                           \
	"daily, or days as mon-fri,sun\nHH:MM\nUntil before\nHH:MM, of the next day when no "      \
	"later\n"

DEFUN(range_periodic, range_periodic_cmd, "periodic DAYS FROM to UNTIL", PERIODIC_STR)
{
	struct time_range_config *item = vty->index;
	struct time_period period = { 0 };

	if (parse_period(vty, argv, &period) != CMD_SUCCESS)
		return CMD_WARNING;
	if (find_period(item, &period) < item->n_periods)
		return CMD_SUCCESS;
	if (item->n_periods == TIME_PERIODS)
		return config_reject(vty, "time-range %s has too many periods; at most %d",
				     item->name, TIME_PERIODS);
	item->periods[item->n_periods++] = period;
	return CMD_SUCCESS;
}

DEFUN(no_range_periodic, no_range_periodic_cmd, "no periodic DAYS FROM to UNTIL",
      NO_STR PERIODIC_STR)
{
	struct time_range_config *item = vty->index;
	struct time_period period = { 0 };
	size_t i;

	if (parse_period(vty, argv, &period) != CMD_SUCCESS)
		return CMD_WARNING;
	i = find_period(item, &period);
	if (i == item->n_periods)
		return config_reject(vty, "time-range %s has no such period", item->name);
	item->n_periods--;
	memmove(&item->periods[i], &item->periods[i + 1],
		(item->n_periods - i) * sizeof(item->periods[0]));
	return CMD_SUCCESS;
}

static int parse_date(struct vty *vty, const char *text, struct time_date *out)
{
	static const uint8_t lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year = 0, month = 0, day = 0;
	int end = 0;

	if (sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &end) != 3 || text[end]) {
		year = 0;
		end = 0;
		if (sscanf(text, "%2u-%2u%n", &month, &day, &end) != 2 || text[end])
			month = 0;
	}
	if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
		return config_reject(vty,
				     "except \"%s\" is no date; YYYY-MM-DD, or MM-DD for every "
				     "year, is right",
				     text);
	*out = (struct time_date){ (uint16_t)year, (uint8_t)month, (uint8_t)day };
	return CMD_SUCCESS;
}

static size_t find_date(const struct time_range_config *item, const struct time_date *date)
{
	size_t i = 0;

	while (i < item->n_except &&
	       (item->except[i].year != date->year || item->except[i].month != date->month ||
		item->except[i].day != date->day))
		i++;
	return i;
}

#define EXCEPT_STR                                                                                 \
	"Dates on which it does not hold, holidays say; several lines\n"                           \
	"YYYY-MM-DD, or MM-DD for every year\n"

DEFUN(range_except, range_except_cmd, "except DATE", EXCEPT_STR)
{
	struct time_range_config *item = vty->index;
	struct time_date date = { 0 };

	if (parse_date(vty, argv[0], &date) != CMD_SUCCESS)
		return CMD_WARNING;
	if (find_date(item, &date) < item->n_except)
		return CMD_SUCCESS;
	if (item->n_except == TIME_DATES)
		return config_reject(vty, "time-range %s has too many dates; at most %d",
				     item->name, TIME_DATES);
	item->except[item->n_except++] = date;
	return CMD_SUCCESS;
}

DEFUN(no_range_except, no_range_except_cmd, "no except DATE", NO_STR EXCEPT_STR)
{
	struct time_range_config *item = vty->index;
	struct time_date date = { 0 };
	size_t i;

	if (parse_date(vty, argv[0], &date) != CMD_SUCCESS)
		return CMD_WARNING;
	i = find_date(item, &date);
	if (i == item->n_except)
		return config_reject(vty, "time-range %s has no such date", item->name);
	item->n_except--;
	memmove(&item->except[i], &item->except[i + 1],
		(item->n_except - i) * sizeof(item->except[0]));
	return CMD_SUCCESS;
}

void time_range_vty_install(void)
{
	static struct cmd_node node = { NODE_TIME_RANGE, "%s(config-time-range)# ", 1,
					.name = "time-range" };

	install_node(&node, NULL);
	install_element(NODE_TIME_RANGE, &range_periodic_cmd);
	install_element(NODE_TIME_RANGE, &no_range_periodic_cmd);
	install_element(NODE_TIME_RANGE, &range_except_cmd);
	install_element(NODE_TIME_RANGE, &no_range_except_cmd);
}

void time_range_vty_validate(const struct time_range_config *range, struct config_report *report)
{
	if (!range->n_periods)
		config_fault_option(report, range->line, "periodic",
				    "time-range %s never holds; it needs `periodic` and days and "
				    "times",
				    range->name);
}

static void write_days(uint8_t days, struct vty *vty)
{
	const char *comma = "";

	if (days == TIME_ALL_DAYS) {
		vty_out(vty, "daily");
		return;
	}
	for (int day = 0; day < DAYS; day++) {
		if (!(days >> day & 1))
			continue;
		vty_out(vty, "%s%s", comma, day_names[day]);
		comma = ",";
	}
}

void time_range_vty_write(const struct time_range_config *range, struct vty *vty)
{
	vty_out(vty, "\ntime-range %s\n", range->name);
	for (size_t i = 0; i < range->n_periods; i++) {
		const struct time_period *period = &range->periods[i];

		vty_out(vty, " periodic ");
		write_days(period->days, vty);
		vty_out(vty, " %02u:%02u to %02u:%02u\n", period->from_min / MINUTES,
			period->from_min % MINUTES, period->to_min / MINUTES,
			period->to_min % MINUTES);
	}
	for (size_t i = 0; i < range->n_except; i++) {
		const struct time_date *date = &range->except[i];

		vty_out(vty, " except ");
		if (date->year)
			vty_out(vty, "%04u-", date->year);
		vty_out(vty, "%02u-%02u\n", date->month, date->day);
	}
}
