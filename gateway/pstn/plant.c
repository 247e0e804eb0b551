/* The plant: spans and the trunks on them. */
#include "pstn/plant.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "pstn/trunk.h"
#include "pstn/trunk_config.h"

/* A span as it is open now, and the configuration that it was opened with. */
struct open_span {
	struct span_config config;
	struct tdm_span *span;
};

struct plant {
	struct trunks *trunks;
	struct open_span *spans;
	size_t n_spans;
};

struct plant *plant_new(void *talloc_ctx, struct trunks *trunks)
{
	struct plant *plant = talloc_zero(talloc_ctx, struct plant);

	if (plant)
		plant->trunks = trunks;
	return plant;
}

void plant_free(struct plant *plant)
{
	for (size_t i = 0; i < plant->n_spans; i++)
		tdm_close(plant->spans[i].span);
	talloc_free(plant);
}

static bool is_open(const struct plant *plant, const struct span_config *config)
{
	for (size_t i = 0; i < plant->n_spans; i++)
		if (span_config_same(&plant->spans[i].config, config))
			return true;
	return false;
}

static bool spans_stand(const struct plant *plant, const struct trunk_config *trunk,
			const struct spans_config *spans)
{
	for (size_t i = 0; i < trunk->n_spans; i++) {
		const struct span_config *span = spans_config_find(spans, trunk->spans[i].span);

		if (!span || !is_open(plant, span))
			return false;
	}
	return true;
}

/* The trunks of the configuration whose spans are open as they are to be. The copy is the caller's; NULL without
 * memory. */
static struct trunks_config *trunks_that_stand(struct plant *plant, const struct config *to)
{
	const struct trunks_config *trunks = config_get(to, &trunks_section);
	const struct spans_config *spans = config_get(to, &spans_section);
	struct trunks_config *standing = talloc_zero(plant, struct trunks_config);

	if (standing)
		standing->trunks = talloc_zero_array(standing, struct trunk_config, trunks->n + 1);
	if (!standing || !standing->trunks) {
		talloc_free(standing);
		return NULL;
	}
	for (size_t i = 0; i < trunks->n; i++) {
		if (spans_stand(plant, &trunks->trunks[i], spans))
			standing->trunks[standing->n++] = trunks->trunks[i];
	}
	return standing;
}

/* Closes what is not in the configuration as it is open. */
static void close_spans(struct plant *plant, const struct spans_config *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < plant->n_spans; i++) {
		const struct span_config *config =
			spans_config_find(to, plant->spans[i].config.name);

		if (config && span_config_same(config, &plant->spans[i].config))
			plant->spans[kept++] = plant->spans[i];
		else
			tdm_close(plant->spans[i].span);
	}
	plant->n_spans = kept;
}

static int open_spans(struct plant *plant, const struct spans_config *to,
		      struct config_report *report)
{
	struct open_span *spans =
		talloc_realloc(plant, plant->spans, struct open_span, plant->n_spans + to->n + 1);

	if (!spans)
		return -ENOMEM;
	plant->spans = spans;
	for (size_t i = 0; i < to->n; i++) {
		struct open_span *open = &plant->spans[plant->n_spans];

		if (is_open(plant, &to->spans[i]))
			continue;
		open->config = to->spans[i];
		open->span = tdm_open(plant, &open->config);
		if (!open->span) {
			config_fault(report, 0, "span %s cannot be opened; the log says why",
				     to->spans[i].name);
			return -EIO;
		}
		plant->n_spans++;
	}
	return 0;
}

int plant_apply(struct plant *plant, const struct config *to, struct config_report *report)
{
	const struct spans_config *spans = config_get(to, &spans_section);
	struct trunks_config *standing = trunks_that_stand(plant, to);
	int rc = -ENOMEM;

	if (standing) {
		rc = trunks_apply(plant->trunks, standing); /* frees the spans that change */
		close_spans(plant, spans);
	}
	talloc_free(standing);
	if (rc == 0)
		rc = open_spans(plant, spans, report);
	if (rc == 0)
		rc = trunks_apply(plant->trunks, config_get(to, &trunks_section));
	if (rc < 0)
		config_fault(report, 0, "trunks cannot be set up: %s", strerror(-rc));
	return rc;
}
