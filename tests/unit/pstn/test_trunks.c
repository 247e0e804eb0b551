/* The table of trunks, with a protocol of the test's own in place of protocols.c. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/log.h"
#include "call/call.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "mg/mg.h"
#include "mg/mg_config.h"
#include "pstn/trunk_protocol.h"

static unsigned n_opened, n_closed;
static const struct tdm_listener listener;

static unsigned t301; /* as last retuned */

static struct trunk *fake_open(void *talloc_ctx, const struct trunk_env *env,
			       const struct trunk_config *config, struct tdm_span *const spans[])
{
	struct trunk *trunk = talloc_zero(talloc_ctx, struct trunk);

	trunk->env = env;
	trunk->config = *config;
	trunk->spans[0] = spans[0];
	tdm_listen(spans[0], &listener, trunk);
	n_opened++;
	return trunk;
}

static void fake_close(struct trunk *trunk)
{
	tdm_listen(trunk->spans[0], NULL, NULL);
	talloc_free(trunk);
	n_closed++;
}

static void fake_retune(struct trunk *trunk, const struct trunk_config *config)
{
	trunk->config = *config;
	t301 = config->timers.t301;
}

static unsigned fake_seize(struct trunk *trunk, const struct leg_setup *setup, struct leg **leg,
			   const char **why)
{
	(void)setup;
	(void)leg;
	*why = trunk->config.name;
	return 34;
}

/* As if there were a channel. */
static unsigned fake_probe(struct trunk *trunk, const struct leg_setup *setup,
			   char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	(void)trunk, (void)setup, (void)channel, (void)why;
	return 0;
}

static void fake_load(const struct trunk *trunk, struct trunk_load *out)
{
	(void)trunk;
	*out = (struct trunk_load){ .channels = 30, .free = 28, .out = 1 };
}

static void fake_status(const struct trunk *trunk, struct trunk_status *out)
{
	(void)trunk;
	out->variant = "fake";
}

/* Timeslot 1 busy, 2 down, the rest idle */
static enum channel_state fake_channel(const struct trunk *trunk, unsigned channel,
				       struct channel_status *out)
{
	(void)trunk, (void)out;
	return channel == 1 ? CHANNEL_ACTIVE : channel == 2 ? CHANNEL_DOWN : CHANNEL_IDLE;
}

static void fake_service(struct trunk *trunk, unsigned channel, bool in_service)
{
	(void)trunk, (void)channel, (void)in_service;
}

static void fake_clear(struct trunk *trunk, unsigned channel, unsigned cause)
{
	(void)trunk, (void)channel, (void)cause;
}

static unsigned fake_audit(struct trunk *trunk)
{
	(void)trunk;
	return 0;
}

static const struct trunk_protocol fake = {
	.name = "fake",
	.open = fake_open,
	.retune = fake_retune,
	.close = fake_close,
	.seize = fake_seize,
	.probe = fake_probe,
	.load = fake_load,
	.status = fake_status,
	.channel = fake_channel,
	.service = fake_service,
	.clear = fake_clear,
	.audit = fake_audit,
};

const struct trunk_protocol *const trunk_protocols[] = { &fake, NULL };

static void *root;
static struct call_hub *hub;
static struct trunks *trunks;
static struct mg *mg;

static void setup(void)
{
	static const struct span_config spans[] = {
		{ .name = "e1-1", .driver = "virtual", .far_end = "e1-2" },
		{ .name = "e1-2", .driver = "virtual", .far_end = "e1-1" },
	};
	const struct mg_config media = { .port_first = 20000, .port_last = 20001 };

	root = talloc_named_const(NULL, 0, "test");
	log_setup(root);
	n_opened = n_closed = 0;
	mg = mg_new(root, &media);
	hub = call_hub_new(root, mg);
	trunks = trunks_new(root, hub, mg, NULL);
	for (size_t i = 0; i < 2; i++)
		ck_assert_ptr_nonnull(tdm_open(root, &spans[i]));
}

static void teardown(void)
{
	trunks_free(trunks);
	call_hub_free(hub);
	mg_free(mg);
	tdm_close(tdm_find("e1-1"));
	tdm_close(tdm_find("e1-2"));
	log_fini();
	talloc_free(root);
}

static struct trunk_config config_of(const char *name, const char *span)
{
	struct trunk_config config = { .protocol = "fake",
				       .spans = { { .channels = 0xe, .d_timeslot = 16 } },
				       .n_spans = 1 };

	strcpy(config.name, name);
	strcpy(config.spans[0].span, span);
	return config;
}

static int apply(const struct trunk_config *configs, size_t n)
{
	const struct trunks_config config = { .trunks = (struct trunk_config *)configs, .n = n };

	return trunks_apply(trunks, &config);
}

START_TEST(unchanged_trunk_stays)
{
	struct trunk_config config = config_of("a", "e1-1");

	setup();
	ck_assert_int_eq(apply(&config, 1), 0);
	config.line = 77;                /* moved in the file */
	memset(config.name + 2, 'x', 5); /* what is behind the end of a string */
	ck_assert_int_eq(apply(&config, 1), 0);
	ck_assert_uint_eq(n_opened, 1);
	ck_assert_uint_eq(n_closed, 0);
	teardown();
}
END_TEST

START_TEST(changed_trunk_is_rebuilt)
{
	struct trunk_config config = config_of("a", "e1-1");

	setup();
	ck_assert_int_eq(apply(&config, 1), 0);
	config.side = TRUNK_NETWORK;
	ck_assert_int_eq(apply(&config, 1), 0);
	ck_assert_uint_eq(n_opened, 2);
	ck_assert_uint_eq(n_closed, 1);
	teardown();
}
END_TEST

START_TEST(hunt_inband_and_timers_change_in_service)
{
	struct trunk_config config = config_of("a", "e1-1");

	setup();
	ck_assert_int_eq(apply(&config, 1), 0);
	config.timers.t301 = 20;
	config.hunt = HUNT_DESCENDING;
	config.inband = INBAND_NEVER;
	ck_assert_int_eq(apply(&config, 1), 0);
	ck_assert_uint_eq(n_closed, 0);
	ck_assert_uint_eq(t301, 20);
	teardown();
}
END_TEST

START_TEST(removed_trunk_is_no_target_any_more)
{
	struct trunk_config config = config_of("a", "e1-1");
	struct leg *leg;
	const char *why;

	setup();
	ck_assert_int_eq(apply(&config, 1), 0);
	struct target *target = target_find(hub, TARGET_TRUNK, "a");
	ck_assert_ptr_nonnull(target);
	ck_assert_uint_eq(target->seize(target->data, &(struct leg_setup){ 0 }, &leg, &why), 34);
	ck_assert_str_eq(why, "a");
	ck_assert_int_eq(apply(NULL, 0), 0);
	ck_assert_ptr_null(target_find(hub, TARGET_TRUNK, "a"));
	ck_assert_uint_eq(n_closed, 1);
	teardown();
}
END_TEST

START_TEST(spans_may_be_exchanged_in_one_step)
{
	struct trunk_config config[] = { config_of("a", "e1-1"), config_of("b", "e1-2") };

	setup();
	ck_assert_int_eq(apply(config, 2), 0);
	strcpy(config[0].spans[0].span, "e1-2");
	strcpy(config[1].spans[0].span, "e1-1");
	ck_assert_int_eq(apply(config, 2), 0);
	ck_assert_uint_eq(n_opened, 4);
	teardown();
}
END_TEST

START_TEST(a_trunk_that_cannot_be_leaves_the_others)
{
	struct trunk_config config[] = { config_of("a", "e1-1"), config_of("b", "e1-1"),
					 config_of("c", "e1-2") };

	setup();
	ck_assert_int_eq(apply(config, 3), -EBUSY); /* one trunk to a span */
	ck_assert_ptr_nonnull(target_find(hub, TARGET_TRUNK, "a"));
	ck_assert_ptr_null(target_find(hub, TARGET_TRUNK, "b"));
	ck_assert_ptr_nonnull(target_find(hub, TARGET_TRUNK, "c"));
	strcpy(config[1].spans[0].span, "e1-9");
	ck_assert_int_eq(apply(config, 2), -ENODEV);
	strcpy(config[1].protocol, "r2");
	ck_assert_int_eq(apply(config, 2), -EPROTONOSUPPORT);
	teardown();
}
END_TEST

static char seen[64];

static bool on_trunk(void *data, const struct trunk_status *status)
{
	(void)data;
	ck_assert_uint_eq(status->channels, 3);
	ck_assert_uint_eq(status->idle, 1);
	ck_assert_uint_eq(status->busy, 1);
	ck_assert_uint_eq(status->down, 1);
	ck_assert_str_eq(status->variant, "fake");
	ck_assert_str_eq(status->side, "user");
	strcat(seen, status->name);
	strcat(seen, status->d_channel);
	return true;
}

static bool on_channel(void *data, const struct channel_status *status)
{
	unsigned *left = data;

	strcat(seen, status->name);
	strcat(seen, status->state);
	return --*left;
}

START_TEST(status_counts_channels_in_order_of_the_file)
{
	struct trunk_config config[] = { config_of("a", "e1-1"), config_of("b", "e1-2") };
	unsigned left = 2;

	setup();
	ck_assert_int_eq(apply(&config[0], 1), 0);
	struct trunk_config turned[] = { config[1], config[0] };
	ck_assert_int_eq(apply(turned, 2), 0);
	seen[0] = '\0';
	trunks_each(trunks, on_trunk, NULL);
	ck_assert_str_eq(seen, "be1-2/16ae1-1/16");
	seen[0] = '\0';
	channels_each(trunks, on_channel, &left);
	ck_assert_str_eq(seen, "e1-2/1activee1-2/2down");
	teardown();
}
END_TEST

START_TEST(capture_that_cannot_be_written_is_refused)
{
	setup();
	const struct trunks_capture nowhere = { .path = "/nowhere/x.pcap" };
	const struct trunks_capture null = { .path = "/dev/null" };
	const struct trunks_capture of_none = { .path = "/dev/null", .trunk = "nobody" };

	ck_assert_int_eq(trunks_capture(trunks, &nowhere), -ENOENT);
	ck_assert_int_eq(trunks_capture(trunks, &of_none), -ENOENT);
	ck_assert_int_eq(trunks_capture(trunks, &null), 0);
	ck_assert_int_eq(trunks_capture(trunks, NULL), 0);
	teardown();
}
END_TEST

UNIT_MAIN("trunks", unchanged_trunk_stays, changed_trunk_is_rebuilt,
	  hunt_inband_and_timers_change_in_service, removed_trunk_is_no_target_any_more,
	  spans_may_be_exchanged_in_one_step, a_trunk_that_cannot_be_leaves_the_others,
	  status_counts_channels_in_order_of_the_file, capture_that_cannot_be_written_is_refused)
