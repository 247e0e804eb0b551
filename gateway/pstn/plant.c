/* The plant: spans and the trunks on them. What a commit changes of a trunk that has calls waits until they are over: a
 * plan holds what is wanted, but for trunks in use that would have to be opened anew, their spans, and what needs
 * those. It is made again every second while something waits. */
#include "pstn/plant.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/config.h"
#include "base/log.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "pstn/trunk.h"
#include "pstn/trunk_config.h"

enum { RETRY_S = 10 };

/* A span as it is open now, and the configuration that it was opened with. */
struct open_span {
	struct span_config config;
	struct tdm_span *span;
};

struct plan {
	struct spans_config spans;
	struct trunks_config trunks;
};

struct plant {
	struct trunks *trunks;
	struct open_span *spans;
	size_t n_spans;
	struct plan *wanted, *present;
	struct osmo_timer_list second; /* pending: something waits */
	bool failed;                   /* what was possible could not be done: tried again */
	void (*before)(void);          /* NULL: nobody is told */
};

static void on_second(void *data);

struct plant *plant_new(void *talloc_ctx, struct trunks *trunks)
{
	struct plant *plant = talloc_zero(talloc_ctx, struct plant);

	if (!plant)
		return NULL;
	plant->trunks = trunks;
	plant->present = talloc_zero(plant, struct plan);
	osmo_timer_setup(&plant->second, on_second, plant);
	return plant->present ? plant : NULL;
}

void plant_free(struct plant *plant)
{
	osmo_timer_del(&plant->second);
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

/* Carrying over to a plan */

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

/* The trunks of the plan whose spans are open as they are to be. The copy is the caller's; NULL without
 * memory. */
static struct trunks_config *trunks_that_stand(struct plant *plant, const struct plan *to)
{
	struct trunks_config *standing = talloc_zero(plant, struct trunks_config);

	if (standing)
		standing->trunks =
			talloc_zero_array(standing, struct trunk_config, to->trunks.n + 1);
	if (!standing || !standing->trunks) {
		talloc_free(standing);
		return NULL;
	}
	for (size_t i = 0; i < to->trunks.n; i++) {
		if (spans_stand(plant, &to->trunks.trunks[i], &to->spans))
			standing->trunks[standing->n++] = to->trunks.trunks[i];
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

static int carry_over(struct plant *plant, const struct plan *to, struct config_report *report)
{
	struct trunks_config *standing = trunks_that_stand(plant, to);
	int rc = -ENOMEM;

	if (plant->before)
		plant->before();
	if (standing) {
		rc = trunks_apply(plant->trunks, standing); /* frees the spans that change */
		close_spans(plant, &to->spans);
	}
	talloc_free(standing);
	if (rc == 0)
		rc = open_spans(plant, &to->spans, report);
	if (rc == 0)
		rc = trunks_apply(plant->trunks, &to->trunks);
	if (rc < 0)
		config_fault(report, 0, "trunks cannot be set up: %s", strerror(-rc));
	return rc;
}

/* Plans */

/* Room for what two plans have together; NULL: no memory. */
static struct plan *plan_new(struct plant *plant, const struct plan *a, const struct plan *b)
{
	struct plan *plan = talloc_zero(plant, struct plan);

	if (!plan)
		return NULL;
	plan->spans.spans =
		talloc_zero_array(plan, struct span_config, a->spans.n + b->spans.n + 1);
	plan->trunks.trunks =
		talloc_zero_array(plan, struct trunk_config, a->trunks.n + b->trunks.n + 1);
	if (!plan->spans.spans || !plan->trunks.trunks)
		TALLOC_FREE(plan);
	return plan;
}

static void add_span(struct plan *plan, const struct span_config *span)
{
	if (!spans_config_find(&plan->spans, span->name))
		plan->spans.spans[plan->spans.n++] = *span;
}

static void add_trunk(struct plan *plan, const struct trunk_config *trunk)
{
	plan->trunks.trunks[plan->trunks.n++] = *trunk;
}

static const struct trunk_config *find_trunk(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->trunks.n; i++)
		if (!strcmp(plan->trunks.trunks[i].name, name))
			return &plan->trunks.trunks[i];
	return NULL;
}

/* Is a span of the trunk also one of a trunk in the plan? */
static bool meets(const struct plan *plan, const struct trunk_config *trunk)
{
	for (size_t t = 0; t < plan->trunks.n; t++)
		for (size_t i = 0; i < plan->trunks.trunks[t].n_spans; i++)
			for (size_t j = 0; j < trunk->n_spans; j++)
				if (!strcmp(plan->trunks.trunks[t].spans[i].span,
					    trunk->spans[j].span))
					return true;
	return false;
}

/* Would the trunk go on as it is with what is wanted? */
static bool stays(const struct plan *wanted, const struct plan *present,
		  const struct trunk_config *trunk)
{
	const struct trunk_config *to = find_trunk(wanted, trunk->name);

	if (!to || !trunk_stands(to, trunk))
		return false;
	for (size_t i = 0; i < trunk->n_spans; i++) {
		const char *name = trunk->spans[i].span;
		const struct span_config *a = spans_config_find(&present->spans, name);
		const struct span_config *b = spans_config_find(&wanted->spans, name);

		if (!a || !b || !span_config_same(a, b))
			return false;
	}
	return true;
}

/* First what must stay for its calls, then all that is wanted and does not need it. NULL: no memory. */
static struct plan *plan_for(struct plant *plant, bool now)
{
	const struct plan *wanted = plant->wanted, *present = plant->present;
	struct plan *plan = plan_new(plant, wanted, present);

	for (size_t i = 0; plan && i < present->trunks.n; i++) {
		const struct trunk_config *trunk = &present->trunks.trunks[i];

		if (now || !trunks_calls(plant->trunks, trunk->name) ||
		    stays(wanted, present, trunk))
			continue;
		add_trunk(plan, trunk);
		for (size_t j = 0; j < trunk->n_spans; j++)
			add_span(plan, spans_config_find(&present->spans, trunk->spans[j].span));
	}
	const size_t kept = plan ? plan->trunks.n : 0;
	for (size_t i = 0; plan && i < wanted->trunks.n; i++) {
		struct plan stay = { .trunks = { plan->trunks.trunks, kept } };
		const struct trunk_config *trunk = &wanted->trunks.trunks[i];

		if (!find_trunk(&stay, trunk->name) && !meets(&stay, trunk))
			add_trunk(plan, trunk);
	}
	for (size_t i = 0; plan && i < wanted->spans.n; i++)
		add_span(plan, &wanted->spans.spans[i]);
	return plan;
}

/* Does the plan have the trunk as it is wanted? */
static bool is_done(const struct plant *plant, const struct trunk_config *wanted)
{
	const struct trunk_config *trunk = find_trunk(plant->present, wanted->name);

	return trunk && stays(plant->wanted, plant->present, trunk);
}

void plant_each_waiting(const struct plant *plant,
			void (*fn)(void *data, const struct plant_waiting *waiting), void *data)
{
	const struct trunks_config *wanted = &plant->wanted->trunks;
	const struct trunks_config *present = &plant->present->trunks;

	for (size_t i = 0; i < wanted->n; i++) {
		const char *name = wanted->trunks[i].name;
		unsigned calls = trunks_calls(plant->trunks, name);

		if (!is_done(plant, &wanted->trunks[i]))
			fn(data,
			   &(struct plant_waiting){
				   name, find_trunk(plant->present, name) ? "changed" : "added",
				   calls });
	}
	for (size_t i = 0; i < present->n; i++) {
		const char *name = present->trunks[i].name;

		if (!find_trunk(plant->wanted, name))
			fn(data, &(struct plant_waiting){ name, "removed",
							  trunks_calls(plant->trunks, name) });
	}
}

static void count(void *data, const struct plant_waiting *waiting)
{
	(void)waiting;
	++*(unsigned *)data;
}

static unsigned count_waiting(const struct plant *plant)
{
	unsigned n = 0;

	plant_each_waiting(plant, count, &n);
	return n;
}

/* What could not be opened is not there. */
static void forget_absent(const struct plant *plant, struct plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->trunks.n; i++)
		if (trunks_has(plant->trunks, plan->trunks.trunks[i].name))
			plan->trunks.trunks[kept++] = plan->trunks.trunks[i];
	plan->trunks.n = kept;
}

/* As far as calls let; now: whatever becomes of them. */
static int settle(struct plant *plant, bool now, struct config_report *report)
{
	struct plan *plan = plan_for(plant, now);
	int rc;

	if (!plan) {
		config_fault(report, 0, "trunks cannot be set up: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	rc = carry_over(plant, plan, report);
	forget_absent(plant, plan);
	talloc_free(plant->present);
	plant->present = plan;
	plant->failed = rc < 0;
	for (size_t i = 0; i < plan->trunks.n; i++)
		trunks_leave(plant->trunks, plan->trunks.trunks[i].name,
			     !stays(plant->wanted, plan, &plan->trunks.trunks[i]));
	if (count_waiting(plant))
		osmo_timer_schedule(&plant->second, plant->failed ? RETRY_S : 1, 0);
	else
		osmo_timer_del(&plant->second);
	return rc;
}

/* Has a trunk that stood in the way lost its last call? */
static bool may_go_on(const struct plant *plant)
{
	for (size_t i = 0; i < plant->present->trunks.n; i++) {
		const struct trunk_config *trunk = &plant->present->trunks.trunks[i];

		if (!stays(plant->wanted, plant->present, trunk) &&
		    !trunks_calls(plant->trunks, trunk->name))
			return true;
	}
	return false;
}

static void on_second(void *data)
{
	struct plant *plant = data;
	struct config_report *report;

	osmo_timer_schedule(&plant->second, 1, 0);
	if (!plant->failed && !may_go_on(plant))
		return;
	report = config_report_new(plant, NULL);
	if (settle(plant, false, report) < 0)
		for (size_t i = 0; i < config_report_count(report); i++)
			LOGP(DISDN, LOGL_ERROR, "what the last commit left for now: %s\n",
			     config_report_get(report, i));
	else
		LOGP(DISDN, LOGL_NOTICE,
		     "calls are over: trunks are as the last commit has them"
		     "%s\n",
		     count_waiting(plant) ? ", but for some" : "");
	talloc_free(report);
}

int plant_apply(struct plant *plant, const struct config *to, struct config_report *report)
{
	const struct plan wanted = { *(const struct spans_config *)config_get(to, &spans_section),
				     *(const struct trunks_config *)config_get(to,
									       &trunks_section) };
	struct plan *copy = plan_new(plant, &wanted, &(struct plan){ 0 });

	if (!copy) {
		config_fault(report, 0, "trunks cannot be set up: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (size_t i = 0; i < wanted.spans.n; i++)
		add_span(copy, &wanted.spans.spans[i]);
	for (size_t i = 0; i < wanted.trunks.n; i++)
		add_trunk(copy, &wanted.trunks.trunks[i]);
	talloc_free(plant->wanted);
	plant->wanted = copy;
	return settle(plant, false, report);
}

int plant_now(struct plant *plant, struct config_report *report)
{
	return settle(plant, true, report);
}

void plant_before_change(struct plant *plant, void (*before)(void))
{
	plant->before = before;
}
