/* What tests of maintenance share: a table with two trunks of a protocol of the test's own, whose channels are
 * in whatever state the test says, on a virtual clock. Trunk "a" has e1-1/1 to 3, trunk "b" e1-2/1 to 3. */
#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/call.h"
#include "call/cause.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "mg/mg.h"
#include "mg/mg_config.h"
#include "pstn/trunk_protocol.h"
#include "tests/unit/unit.h"

enum { S = 1000000, CHANNELS = 3 };

struct fake_channel {
	enum channel_state state;
	uint32_t call;
	bool remote_blocked;
	char told[64]; /* "-" out of service, "+" back, "c" cleared: in that order */
	unsigned cause;
};

struct fake {
	struct trunk trunk;
	struct fake_channel channels[CHANNELS + 1]; /* by timeslot */
	unsigned audits, to_repair;
	unsigned refusal; /* that probe says */
};

static const struct tdm_listener listener;

static struct trunk *fake_open(void *talloc_ctx, const struct trunk_env *env,
			       const struct trunk_config *config, struct tdm_span *const spans[])
{
	struct fake *fake = talloc_zero(talloc_ctx, struct fake);

	fake->trunk.env = env;
	fake->trunk.config = *config;
	fake->trunk.spans[0] = spans[0];
	tdm_listen(spans[0], &listener, fake);
	ck_assert_int_eq(mg_attach(env->mg, spans[0]), 0);
	return &fake->trunk;
}

static void fake_close(struct trunk *trunk)
{
	mg_detach(trunk->env->mg, trunk->spans[0]);
	tdm_listen(trunk->spans[0], NULL, NULL);
	talloc_free(trunk);
}

static void fake_retune(struct trunk *trunk, const struct trunk_config *config)
{
	trunk->config = *config;
}

static unsigned fake_seize(struct trunk *trunk, const struct leg_setup *setup, struct leg **leg,
			   const char **why)
{
	(void)setup;
	(void)leg;
	*why = trunk->config.name;
	return CAUSE_NO_CIRCUIT;
}

/* Without a refusal as if there were a channel. */
static unsigned fake_probe(struct trunk *trunk, const struct leg_setup *setup,
			   char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	(void)setup, (void)channel, (void)why;
	return ((const struct fake *)trunk)->refusal;
}

static void fake_load(const struct trunk *trunk, struct trunk_load *out)
{
	const struct fake *fake = (const struct fake *)trunk;

	*out = (struct trunk_load){ .channels = CHANNELS };
	for (unsigned t = 1; t <= CHANNELS; t++) {
		const enum channel_state state = fake->channels[t].state;

		out->out += state != CHANNEL_IDLE && state != CHANNEL_DOWN;
		out->free += state == CHANNEL_IDLE && trunk_allows(trunk, t);
	}
}

static void fake_status(const struct trunk *trunk, struct trunk_status *out)
{
	(void)trunk;
	out->variant = "fake";
}

static enum channel_state fake_channel(const struct trunk *trunk, unsigned channel,
				       struct channel_status *out)
{
	const struct fake_channel *it = &((const struct fake *)trunk)->channels[channel];

	out->call = it->call;
	out->remote_blocked = it->remote_blocked;
	return it->state;
}

static void fake_service(struct trunk *trunk, unsigned channel, bool in_service)
{
	strcat(((struct fake *)trunk)->channels[channel].told, in_service ? "+" : "-");
}

static void fake_clear(struct trunk *trunk, unsigned channel, unsigned cause)
{
	struct fake_channel *it = &((struct fake *)trunk)->channels[channel];

	strcat(it->told, "c");
	it->cause = cause;
	it->state = CHANNEL_CLEARING;
}

static unsigned fake_audit(struct trunk *trunk)
{
	struct fake *fake = (struct fake *)trunk;
	unsigned repaired = fake->to_repair;

	fake->audits++;
	fake->to_repair = 0;
	return repaired;
}

static const struct trunk_protocol fake_protocol = {
	.name = "fake",
	.open = fake_open,
	.close = fake_close,
	.retune = fake_retune,
	.seize = fake_seize,
	.probe = fake_probe,
	.load = fake_load,
	.status = fake_status,
	.channel = fake_channel,
	.service = fake_service,
	.clear = fake_clear,
	.audit = fake_audit,
};

const struct trunk_protocol *const trunk_protocols[] = { &fake_protocol, NULL };

static void *root;
static struct mg *mg;
static struct call_hub *hub;
static struct trunks *trunks;
static struct trunk_config configs[2];

static struct fake *fake_of(const char *name)
{
	struct target *target = target_find(hub, TARGET_TRUNK, name);

	ck_assert_ptr_nonnull(target);
	return (struct fake *)target->data;
}

static struct fake_channel *channel_of(const char *trunk, unsigned timeslot)
{
	return &fake_of(trunk)->channels[timeslot];
}

static int apply(size_t n)
{
	const struct trunks_config config = { .trunks = configs, .n = n };

	return trunks_apply(trunks, &config);
}

static void trunks_up(const char *state_dir)
{
	trunks = trunks_new(root, hub, mg, state_dir);
	ck_assert_ptr_nonnull(trunks);
	ck_assert_int_eq(apply(2), 0);
}

static void rig_up(const char *state_dir)
{
	static const struct span_config spans[] = {
		{ .name = "e1-1", .driver = "virtual", .far_end = "e1-2" },
		{ .name = "e1-2", .driver = "virtual", .far_end = "e1-1" },
	};
	const struct mg_config media = { .port_first = 20000, .port_last = 20001 };

	root = talloc_named_const(NULL, 0, "test");
	log_setup(root);
	clock_use_virtual(1000 * S);
	mg = mg_new(root, &media);
	hub = call_hub_new(root, mg);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_ptr_nonnull(tdm_open(root, &spans[i]));
		configs[i] = (struct trunk_config){
			.name = { (char)('a' + i) },
			.protocol = "fake",
			.spans = { { .channels = 0xe, .d_timeslot = 16 } },
			.n_spans = 1,
		};
		strcpy(configs[i].spans[0].span, spans[i].name);
	}
	trunks_up(state_dir);
}

static void rig_down(void)
{
	trunks_free(trunks);
	call_hub_free(hub);
	mg_free(mg);
	tdm_close(tdm_find("e1-1"));
	tdm_close(tdm_find("e1-2"));
	alarms_reset();
	log_fini();
	talloc_free(root);
}

struct wanted_alarm {
	enum alarm_kind kind;
	const char *object;
	bool found;
};

static bool match_alarm(void *data, const struct alarm_status *alarm)
{
	struct wanted_alarm *wanted = data;

	wanted->found |= alarm->kind == wanted->kind && !strcmp(alarm->object, wanted->object);
	return true;
}

static bool alarm_stands(enum alarm_kind kind, const char *object)
{
	struct wanted_alarm wanted = { kind, object, false };

	alarms_each(true, match_alarm, &wanted);
	return wanted.found;
}
