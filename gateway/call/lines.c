/* The table of lines. A leg has a copy of its line, so that the table may be replaced in mid-call. */
#include "call/lines.h"

#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/hub.h"
#include "call/line.h"

struct line {
	struct target target;
	struct line_config config;
	struct call_hub *hub;
};

struct lines {
	struct line *line;
	size_t n;
};

static unsigned seize(void *data, const struct leg_setup *setup, struct leg **leg, const char **why)
{
	const struct line *line = data;

	(void)setup;
	return line_seize(line->hub, &line->config, leg, why);
}

static unsigned probe(void *data, const struct leg_setup *setup,
		      char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	(void)data, (void)setup, (void)channel, (void)why;
	return 0;
}

struct lines *lines_new(struct call_hub *hub, const struct routes_config *config)
{
	struct lines *lines = talloc_zero(hub, struct lines);

	if (!lines)
		return NULL;
	lines->line = talloc_zero_array(lines, struct line, config->n_lines);
	if (!lines->line) {
		talloc_free(lines);
		return NULL;
	}
	lines->n = config->n_lines;
	for (size_t i = 0; i < lines->n; i++) {
		struct line *line = &lines->line[i];

		line->config = config->lines[i];
		line->hub = hub;
		line->target.kind = TARGET_LINE;
		memcpy(line->target.name, line->config.name, sizeof(line->target.name));
		line->target.data = line;
		line->target.seize = seize;
		line->target.probe = probe;
		INIT_LLIST_HEAD(&line->target.entry);
	}
	return lines;
}

void lines_register(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		target_register(lines->line[i].hub, &lines->line[i].target);
}

void lines_free(struct lines *lines)
{
	if (!lines)
		return;
	for (size_t i = 0; i < lines->n; i++)
		target_unregister(&lines->line[i].target);
	talloc_free(lines);
}

const struct line_config *lines_find(const struct lines *lines, const char *name)
{
	for (size_t i = 0; lines && i < lines->n; i++) {
		if (strcmp(lines->line[i].config.name, name) == 0)
			return &lines->line[i].config;
	}
	return NULL;
}
