/* Classes of change. */
#include "manage/cli/change_class.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

enum { ITEMS_MAX = 12 /* of a class, in a summary */ };

/* The table. A name that ends with a bar stands for the section's being there. */
static const struct row {
	const char *section;
	enum change_class class;
	const char *options; /* the words that they begin with, each with a bar behind it */
} rows[] = {
	{ "cli", CHANGE_RESTART, "|listen|socket|" },
	{ "media", CHANGE_NEW, "|ports|address|dscp|jitter|" },
	{ "span", CHANGE_IDLE,
	  "|driver|far-end|type|law|dahdi|framing|coding|crc4|line-build-out|clock-priority|"
	  "tone-zone|block|echo-canceller|hardhdlc|rx-gain|tx-gain|bri-side|termination|" },
	{ "trunk", CHANGE_IDLE,
	  "|protocol|span|d-channel|interface|channels|side|variant|multipoint|" },
	{ "trunk", CHANGE_NEW,
	  "inband|channel|overlap|echo|translate|limit|reserve|hunt|transfer|" },
	{ "trunk", CHANGE_LIVE, "restart|busy-out|busy-alarm|timer|cause-map|" },
	{ "trunk-group", CHANGE_NEW, "|member|hunt|limit|reserve|" },
	{ "trunk-group", CHANGE_LIVE, "|busy-alarm|" },
	{ "sip", CHANGE_NEW, "|listen|tls|limit|deny|strangers|no-answer|" },
	{ "sip", CHANGE_LIVE, "dns-server|timer-b|ban|cause-map|" },
	{ "peer", CHANGE_NEW,
	  "|address|port|transport|proxy|failover|local|certificate-name|known-by|source-port|"
	  "codecs|telephone-event|ptime|rtcp-mux|srtp|100rel|overlap|translate|limit|number|"
	  "allow|deny|tls|numbers|default-number|contacts|display-name|dtmf|" },
	{ "peer", CHANGE_LIVE,
	  "trust|trusted|send|diversion|uui|trunk-context|cause-map|number-format|country-code|"
	  "international-prefix|national-prefix|phone-context|session-timer|transfer|redirect|"
	  "keepalive|large-by-tcp|options|auth|authenticate|register|password|" },
	{ "registrar", CHANGE_NEW, "|expires|contacts|standby-for|" },
	{ "registrar", CHANGE_LIVE, "realm|algorithms|" },
	{ "line", CHANGE_NEW, "|echo|tone|quiet|reject|ring|clear|readback|answer-after|" },
	{ "translation", CHANGE_NEW, "|match|" },
	{ "time-range", CHANGE_NEW, "|periodic|except|" },
	{ "lookup", CHANGE_NEW,
	  "|http|token|timeout|cache|cache-negative|on-failure|enum|dns-server|domain|" },
	{ "route", CHANGE_NEW,
	  "|from|called|strip|prepend|calling|when|translate|called-type|called-plan|calling-type|"
	  "calling-plan|calling-presentation|calling-screening|to|reroute|lookup|" },
	{ "emergency", CHANGE_NEW, "|number|service|to|except|calling|call-back|notify|" },
	{ "fraud", CHANGE_LIVE,
	  "|from|called|each|hours|days|calls|calls-per-hour|minutes-per-day|alarm-at|act|"
	  "block-for|cause|" },
	{ "records", CHANGE_LIVE, "|file|rotate|interim|store|postgresql|radius|keep|" },
	{ "http", CHANGE_LIVE, "|listen|tls|host|user|token|anonymous|connections|timeout|" },
	{ "snmp", CHANGE_LIVE, "|agentx|interfaces|" },
	{ "webhook", CHANGE_LIVE, "|url|signature|token|severity|events|timeout|retries|queue|" },
	{ "history", CHANGE_LIVE, "|calls|messages|hep|" },
};

const char *change_class_words(enum change_class class)
{
	static const char *const words[CHANGE_CLASSES] = {
		[CHANGE_LIVE] = "at once",
		[CHANGE_NEW] = "for new calls and connections",
		[CHANGE_IDLE] = "once the trunk has no calls",
		[CHANGE_RESTART] = "from the next start",
	};

	return words[class];
}

static bool has_word(const char *options, const char *word, size_t len)
{
	for (const char *at = options; *at; at = strchr(at, '|') + 1)
		if (strcspn(at, "|") == len && !memcmp(at, word, len))
			return true;
	return false;
}

/* A user is a peer in all that it has in common with one. */
int change_class_of(const char *section, const char *option)
{
	const size_t section_len = strcspn(section, " \n");
	const bool user = section_len == 4 && !memcmp(section, "user", 4);

	if (!strncmp(option, "no ", 3))
		option += 3;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *name = rows[i].section;

		if ((user ? !strcmp(name, "peer")
			  : strlen(name) == section_len && !memcmp(name, section, section_len)) &&
		    has_word(rows[i].options, option, strcspn(option, " \n")))
			return (int)rows[i].class;
	}
	return -ENOENT;
}

/* Configurations as text: sections begin at the left edge, their options are indented. */

struct part {
	const char *head, *body; /* each ends where the other begins, or at the next part */
	size_t head_len, body_len;
};

struct parts {
	struct part *all;
	size_t n;
};

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static bool is_head(const char *line)
{
	return isalpha((unsigned char)*line);
}

static int compare_parts(const void *a, const void *b)
{
	const struct part *one = a, *other = b;
	int order = memcmp(one->head, other->head, OSMO_MIN(one->head_len, other->head_len));

	return order ? order : (int)one->head_len - (int)other->head_len;
}

static bool read_parts(void *ctx, const char *text, struct parts *out)
{
	size_t n = 0;

	for (const char *line = text; *line; line = next_line(line))
		n += is_head(line);
	*out = (struct parts){ .all = talloc_zero_array(ctx, struct part, n + 1) };
	for (const char *line = text; out->all && *line; line = next_line(line)) {
		if (is_head(line))
			out->all[out->n++] = (struct part){
				.head = line,
				.head_len = strcspn(line, "\n"),
				.body = next_line(line),
			};
		else if (out->n)
			out->all[out->n - 1].body_len =
				(size_t)(next_line(line) - out->all[out->n - 1].body);
	}
	if (out->all)
		qsort(out->all, out->n, sizeof(*out->all), compare_parts);
	return out->all;
}

/* What is said */

struct summary {
	char *items[CHANGE_CLASSES]; /* "peer a options, trunk b hunt" */
	unsigned n[CHANGE_CLASSES];
	void *ctx;
	bool failed;
};

/* Whole, not as the beginning of another: trust is not trusted. */
static bool has_item(const char *items, const char *item)
{
	const size_t len = strlen(item);

	for (const char *at = items; at && (at = strstr(at, item)); at += len)
		if (at[len] == ',' || !at[len])
			return true;
	return false;
}

static void add_item(struct summary *summary, int class, const char *item)
{
	char **items = &summary->items[class];

	if (has_item(*items, item))
		return;
	if (++summary->n[class] == ITEMS_MAX + 1)
		*items = talloc_asprintf_append(*items, " and more");
	if (summary->n[class] > ITEMS_MAX)
		return;
	*items = *items ? talloc_asprintf_append(*items, ", %s", item)
			: talloc_strdup(summary->ctx, item);
	summary->failed = summary->failed || !*items;
}

static void say_option(struct summary *summary, const struct part *part, const char *line)
{
	const char *option = line + strspn(line, " ");
	int class = change_class_of(part->head, option);
	char *item;

	if (!strncmp(option, "no ", 3))
		option += 3;
	if (class < 0 || summary->failed)
		return;
	item = talloc_asprintf(summary->ctx, "%.*s %.*s", (int)part->head_len, part->head,
			       (int)strcspn(option, " \n"), option);
	summary->failed = !item;
	if (item)
		add_item(summary, class, item);
}

static void say_part(struct summary *summary, const struct part *part)
{
	int class = change_class_of(part->head, "");
	char *item = talloc_strndup(summary->ctx, part->head, part->head_len);

	summary->failed = summary->failed || !item;
	if (item && class >= 0 && !summary->failed)
		add_item(summary, class, item);
}

static bool has_line(const struct part *part, const char *line)
{
	const size_t len = strcspn(line, "\n");

	for (const char *at = part->body; at < part->body + part->body_len; at = next_line(at))
		if (strcspn(at, "\n") == len && !memcmp(at, line, len))
			return true;
	return false;
}

static bool same_body(const struct part *a, const struct part *b)
{
	return a->body_len == b->body_len && memcmp(a->body, b->body, a->body_len) == 0;
}

/* Lines of one that the other has not. */
static void say_missing(struct summary *summary, const struct part *of, const struct part *in)
{
	for (const char *at = of->body; at < of->body + of->body_len; at = next_line(at))
		if (*at == ' ' && !has_line(in, at))
			say_option(summary, of, at);
}

static void compare(struct summary *summary, const struct parts *from, const struct parts *to)
{
	size_t i = 0, j = 0;

	while (i < from->n || j < to->n) {
		const struct part *a = &from->all[i],
				  *b = &to->all[j]; /* there is one more, empty */
		int order = i == from->n ? 1 : j == to->n ? -1 : compare_parts(a, b);

		if (order)
			say_part(summary, order < 0 ? a : b);
		if (!order && !same_body(a, b)) {
			say_missing(summary, a, b);
			say_missing(summary, b, a);
		}
		i += order <= 0;
		j += order >= 0;
	}
}

char *change_summary(void *talloc_ctx, const char *from, const char *to)
{
	struct summary summary = { .ctx = talloc_new(NULL) };
	struct parts before, after;
	char *text = NULL;

	if (read_parts(summary.ctx, from, &before) && read_parts(summary.ctx, to, &after)) {
		compare(&summary, &before, &after);
		text = summary.failed ? NULL : talloc_strdup(talloc_ctx, "");
	}
	for (int class = 0; text && class < CHANGE_CLASSES; class ++)
		if (summary.items[class])
			text = talloc_asprintf_append(
				text, "%c%s: %s.\n", toupper(*change_class_words(class)),
				change_class_words(class) + 1, summary.items[class]);
	talloc_free(summary.ctx);
	return text;
}
