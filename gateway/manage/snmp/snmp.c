/* From spans to snapshots. */
#include "manage/snmp/snmp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "drivers/performance.h"
#include "drivers/tdm.h"
#include "manage/manage.h"
#include "manage/snmp/agent.h"
#include "manage/snmp/mib.h"
#include "manage/snmp/snmp_config.h"

/* A span keeps its ifIndex while the program runs, also when it goes and comes back (RFC 2863 3.1.5). */
struct known {
	char name[TDM_NAME_MAX];
	uint32_t status; /* dsx1LineStatus */
	uint64_t changed_cs;
};

static struct {
	const struct gateway *gateway;
	struct snmp_config config; /* in force */
	struct osmo_timer_list second;
	struct known known[4 * TDM_MAX_SPANS];
	size_t n;
	bool connected;
} snmp;

static struct known *know(const char *name)
{
	for (size_t i = 0; i < snmp.n; i++)
		if (strcmp(snmp.known[i].name, name) == 0)
			return &snmp.known[i];
	if (snmp.n == ARRAY_SIZE(snmp.known))
		return NULL;
	snmp.known[snmp.n] = (struct known){ .status = 0 };
	memcpy(snmp.known[snmp.n].name, name, TDM_NAME_MAX);
	return &snmp.known[snmp.n++];
}

static void describe(struct mib_span *out, const struct tdm_span *span, struct known *known,
		     uint64_t now_cs)
{
	const struct span_config *config =
		spans_config_find(config_get(snmp.gateway->running, &spans_section), span->name);
	const struct g826 *g826 = performance_of(span->name);

	memcpy(out->name, span->name, sizeof(out->name));
	out->if_index = snmp.config.first_index + (unsigned)(known - snmp.known);
	out->type = span->type;
	out->crc = span->crc;
	out->connector = span->driver == &dahdi_driver;
	out->coding = config ? config->dahdi.coding : DAHDI_CODING_DEFAULT;
	out->loop_timed = config && config->dahdi.clock_priority > 0;
	out->alarms = span->alarms;
	out->measured = g826 != NULL;
	if (g826)
		out->g826 = *g826;
	if (known->status && known->status != mib_line_status(out))
		known->changed_cs = now_cs;
	known->status = mib_line_status(out);
	out->changed_cs = known->changed_cs;
}

static int by_index(const void *a, const void *b)
{
	const struct mib_span *one = a, *other = b;

	return one->if_index < other->if_index ? -1 : one->if_index > other->if_index;
}

/* NULL: memory is out. */
static struct mib_snapshot *look(void)
{
	const size_t most = tdm_count();
	struct mib_snapshot *all = calloc(1, sizeof(*all) + most * sizeof(all->spans[0]));

	if (!all)
		return NULL;
	all->now_cs = clock_now_us() / 10000;
	for (size_t i = 0; i < most; i++) {
		const struct tdm_span *span = tdm_by_index((unsigned)i);
		struct known *known = span ? know(span->name) : NULL;

		if (known)
			describe(&all->spans[all->n++], span, known, all->now_cs);
	}
	qsort(all->spans, all->n, sizeof(all->spans[0]), by_index);
	return all;
}

static void on_second(void *data)
{
	struct mib_snapshot *all = look();
	const bool connected = agent_is_connected();

	(void)data;
	osmo_timer_schedule(&snmp.second, 1, 0);
	if (all)
		agent_publish(all);
	if (connected != snmp.connected)
		LOGP(DMANAGE, LOGL_NOTICE, "SNMP: the master agent at %s %s\n", snmp.config.agentx,
		     connected ? "has taken us" : "is away; it is tried again every few seconds");
	snmp.connected = connected;
}

int snmp_apply(struct gateway *gateway, const struct snmp_config *config,
	       struct config_report *report)
{
	int rc = agent_serve(config->on ? config->agentx : NULL);

	if (rc == -ENOTSUP)
		config_fault(report, config->line,
			     "snmp cannot be served: this program has no SNMP in it; one made by "
			     "`make SNMP=1` is right");
	else if (rc < 0)
		config_fault(report, config->line, "snmp cannot be served: %s", strerror(-rc));
	if (rc < 0)
		return rc;
	if (rc > 0)
		LOGP(DMANAGE, LOGL_NOTICE,
		     "SNMP: `agentx %s` holds after a restart; until then it is as before\n",
		     config->agentx);
	snmp.gateway = gateway;
	snmp.config = *config;
	osmo_timer_del(&snmp.second);
	if (config->on) {
		osmo_timer_setup(&snmp.second, on_second, NULL);
		osmo_timer_schedule(&snmp.second, 0, 0);
	}
	return 0;
}

void snmp_stop(void)
{
	osmo_timer_del(&snmp.second);
	agent_end();
}
