/* The table of trunks: carries a configuration over, offers each trunk to the routes as a target, and
 * describes trunks and channels. What a trunk does is its protocol's affair. */
#include "pstn/trunk_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/log.h"
#include "drivers/tdm.h"
#include "pstn/capture.h"
#include "pstn/maintenance.h"

static const char *const channel_state_names[] = {
	[CHANNEL_IDLE] = "idle",         [CHANNEL_SETUP] = "setup",
	[CHANNEL_ALERTING] = "alerting", [CHANNEL_ACTIVE] = "active",
	[CHANNEL_CLEARING] = "clearing", [CHANNEL_DOWN] = "down",
};

static void on_second(void *data)
{
	struct trunks *trunks = data;

	osmo_timer_schedule(&trunks->second, 1, 0);
	trunks_lock_tick(trunks);
	busy_out_tick(trunks);
	busy_watch_tick(trunks);
}

struct trunks *trunks_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg,
			  const char *state_dir)
{
	struct trunks *trunks = talloc_zero(talloc_ctx, struct trunks);

	if (!trunks)
		return NULL;
	trunks->env.hub = hub;
	trunks->env.mg = mg;
	INIT_LLIST_HEAD(&trunks->list);
	INIT_LLIST_HEAD(&trunks->grace);
	trunks->env.maintenance = maintenance_new(trunks, state_dir);
	trunks->auditor = trunks->env.maintenance ? auditor_new(trunks) : NULL;
	if (!trunks->auditor) {
		talloc_free(trunks);
		return NULL;
	}
	osmo_timer_setup(&trunks->second, on_second, trunks);
	osmo_timer_schedule(&trunks->second, 1, 0);
	return trunks;
}

static void close_trunk(struct trunk *trunk)
{
	alarm_forget(ALARM_OF_TRUNK, trunk->config.name);
	target_unregister(&trunk->target);
	llist_del(&trunk->entry);
	trunk->protocol->close(trunk);
}

void trunks_free(struct trunks *trunks)
{
	struct trunk *trunk, *next;

	osmo_timer_del(&trunks->second);
	auditor_free(trunks->auditor);
	llist_for_each_entry_safe (trunk, next, &trunks->list, entry)
		close_trunk(trunk);
	capture_close(trunks->env.capture);
	talloc_free(trunks);
}

static bool same_spans(const struct trunk_config *a, const struct trunk_config *b)
{
	for (size_t i = 0; i < a->n_spans; i++) {
		const struct trunk_span *x = &a->spans[i], *y = &b->spans[i];

		if (strcmp(x->span, y->span) != 0 || x->interface != y->interface ||
		    x->d_timeslot != y->d_timeslot || x->channels != y->channels)
			return false;
	}
	return true;
}

bool trunk_stands(const struct trunk_config *a, const struct trunk_config *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->protocol, b->protocol) &&
	       a->n_spans == b->n_spans && same_spans(a, b) && a->side == b->side &&
	       a->variant == b->variant && a->multipoint == b->multipoint;
}

struct trunk *trunks_find(const struct trunks *trunks, const char *name)
{
	struct trunk *trunk;

	llist_for_each_entry (trunk, &trunks->list, entry) {
		if (!strcmp(trunk->config.name, name))
			return trunk;
	}
	return NULL;
}

static const struct trunk_config *find_config(const struct trunks_config *config, const char *name)
{
	for (size_t i = 0; i < config->n; i++) {
		if (!strcmp(config->trunks[i].name, name))
			return &config->trunks[i];
	}
	return NULL;
}

static const struct trunk_protocol *find_protocol(const char *name)
{
	for (size_t i = 0; trunk_protocols[i]; i++) {
		if (!strcmp(trunk_protocols[i]->name, name))
			return trunk_protocols[i];
	}
	return NULL;
}

static unsigned seize(void *data, const struct leg_setup *setup, struct leg **leg, const char **why)
{
	struct trunk *trunk = data;

	return trunk->protocol->seize(trunk, setup, leg, why);
}

static unsigned probe(void *data, const struct leg_setup *setup,
		      char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	struct trunk *trunk = data;

	return trunk->protocol->probe(trunk, setup, channel, why);
}

static void load(void *data, struct trunk_load *out)
{
	const struct trunk *trunk = data;

	trunk->protocol->load(trunk, out);
}

static unsigned in_use(const void *data)
{
	const struct trunk *trunk = data;
	unsigned busy = 0;

	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c))
		busy += trunk_channel_is_busy(trunk, c);
	return busy;
}

/* 0 or -errno, with the reason logged. */
static int find_spans(const struct trunk_config *config, struct tdm_span *spans[])
{
	for (size_t i = 0; i < config->n_spans; i++) {
		spans[i] = tdm_find(config->spans[i].span);
		if (!spans[i] || spans[i]->listener) {
			LOGABOUT(DISDN, LOGL_ERROR, LOG_ABOUT(.trunk = { config->name }),
				 "trunk %s: span %s is %s\n", config->name, config->spans[i].span,
				 spans[i] ? "in use" : "not open");
			return spans[i] ? -EBUSY : -ENODEV;
		}
	}
	return 0;
}

static int open_trunk(struct trunks *trunks, const struct trunk_config *config)
{
	const struct trunk_protocol *protocol = find_protocol(config->protocol);
	struct tdm_span *spans[TRUNK_SPANS_MAX];
	struct trunk *trunk;
	int err;

	if (!protocol) {
		/* cppcheck-suppress legacyUninitvar; it takes a member for the variable */
		LOGABOUT(DISDN, LOGL_ERROR, LOG_ABOUT(.trunk = { config->name }),
			 "trunk %s: no protocol %s\n", config->name, config->protocol);
		return -EPROTONOSUPPORT;
	}
	err = find_spans(config, spans);
	if (!err)
		err = auditor_make_room(trunks->auditor);
	if (err)
		return err;
	trunk = protocol->open(trunks, &trunks->env, config, spans);
	if (!trunk)
		return -EIO;
	trunk->protocol = protocol;
	trunk->target.kind = TARGET_TRUNK;
	trunk->target.data = trunk;
	trunk->target.seize = seize;
	trunk->target.probe = probe;
	trunk->target.load = load;
	trunk->target.in_use = in_use;
	trunk->target.preempt = trunk_preempt;
	trunk->target.overlap = config->overlap_sending;
	trunk->target.translations = config->translations;
	osmo_strlcpy(trunk->target.name, config->name, sizeof(trunk->target.name));
	target_register(trunks->env.hub, &trunk->target);
	llist_add_tail(&trunk->entry, &trunks->list);
	busy_out_open(trunk);
	trunk_enter_service(trunk);
	return 0;
}

static void close_changed(struct trunks *trunks, const struct trunks_config *config)
{
	struct trunk *trunk, *next;

	llist_for_each_entry_safe (trunk, next, &trunks->list, entry) {
		const struct trunk_config *now = find_config(config, trunk->config.name);
		if (!now || !trunk_stands(now, &trunk->config))
			close_trunk(trunk);
	}
}

int trunks_apply(struct trunks *trunks, const struct trunks_config *config)
{
	int first_error = 0;

	close_changed(trunks, config);
	for (size_t i = 0; i < config->n; i++) {
		struct trunk *trunk = trunks_find(trunks, config->trunks[i].name);
		if (trunk) { /* stays; into its new place */
			trunk->protocol->retune(trunk, &config->trunks[i]);
			trunk->target.overlap = config->trunks[i].overlap_sending;
			trunk->target.translations = config->trunks[i].translations;
			busy_out_retune(trunk);
			llist_move_tail(&trunk->entry, &trunks->list);
			continue;
		}
		int err = open_trunk(trunks, &config->trunks[i]);
		if (err && !first_error)
			first_error = err;
	}
	return first_error;
}

int trunks_debug(struct trunks *trunks, const char *name, const struct trunks_debug *what)
{
	struct trunk *trunk = trunks_find(trunks, name);

	if (!trunk)
		return -ENOENT;
	trunk->protocol->debug(trunk, what);
	return 0;
}

int trunks_capture(struct trunks *trunks, const struct trunks_capture *what)
{
	struct capture *capture = NULL;

	if (what && *what->trunk && !trunks_find(trunks, what->trunk))
		return -ENOENT;
	int err = what ? capture_open(trunks, what, &capture) : 0;
	if (err)
		return err;
	capture_close(trunks->env.capture);
	trunks->env.capture = capture;
	return 0;
}

/* Channels */

unsigned trunk_next_channel(const struct trunk *trunk, unsigned channel)
{
	do
		channel++;
	while (channel < trunk_channel(trunk->config.n_spans, 0) &&
	       !trunk_has_channel(&trunk->config, channel));
	return channel < trunk_channel(trunk->config.n_spans, 0) ? channel : 0;
}

const char *trunk_channel_name(const struct trunk *trunk, unsigned channel, char *out, size_t size)
{
	return tdm_channel_name(trunk->spans[trunk_channel_member(channel)],
				trunk_channel_timeslot(channel), out, size);
}

unsigned trunk_channel_named(const struct trunk *trunk, const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) : 0;
	unsigned long timeslot;
	char *end;

	if (!slash || slash[1] < '1' || slash[1] > '9')
		return 0;
	timeslot = strtoul(slash + 1, &end, 10);
	if (*end || timeslot >= TRUNK_TIMESLOTS)
		return 0;
	for (size_t i = 0; i < trunk->config.n_spans; i++) {
		const char *span = trunk->spans[i]->name;
		unsigned channel = trunk_channel(i, (unsigned)timeslot);

		if (strlen(span) == len && !memcmp(span, name, len))
			return trunk_has_channel(&trunk->config, channel) ? channel : 0;
	}
	return 0;
}

bool trunk_channel_is_busy(const struct trunk *trunk, unsigned channel)
{
	struct channel_status status;
	enum channel_state state = trunk->protocol->channel(trunk, channel, &status);

	return state != CHANNEL_IDLE && state != CHANNEL_DOWN;
}

void trunk_note_use(struct trunk *trunk)
{
	const unsigned busy = in_use(trunk);

	if (busy > trunk->upkeep.peak)
		trunk->upkeep.peak = busy;
}

static enum channel_state describe_channel(const struct trunk *trunk, unsigned channel,
					   struct channel_status *out)
{
	enum channel_state state;

	*out = (struct channel_status){ .trunk = trunk->config.name, .direction = "" };
	trunk_channel_name(trunk, channel, out->name, sizeof(out->name));
	state = trunk->protocol->channel(trunk, channel, out);
	out->state = channel_state_names[state];
	trunk_describe_service(trunk, state, out);
	return state;
}

static void describe(const struct trunk *trunk, struct trunk_status *out)
{
	struct channel_status channel;

	*out = (struct trunk_status){
		.name = trunk->config.name,
		.protocol = trunk->config.protocol,
		.side = trunk->config.side == TRUNK_NETWORK ? "network" : "user",
		.span = trunk->config.spans[0].span,
		.administrative = maintenance_state_name(
			maintenance_get(trunk->env->maintenance, trunk->config.name)),
		.peak = trunk->upkeep.peak,
		.limited = trunk->upkeep.limited,
		.repairs = trunk->upkeep.repairs,
	};
	tdm_channel_name(trunk->spans[0], trunk->config.spans[0].d_timeslot, out->d_channel,
			 sizeof(out->d_channel));
	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		enum channel_state state = describe_channel(trunk, c, &channel);
		out->channels++;
		out->idle += state == CHANNEL_IDLE;
		out->down += state == CHANNEL_DOWN;
		out->locked += channel.administrative != maintenance_state_name(UNLOCKED);
	}
	out->busy = out->channels - out->idle - out->down;
	trunk->protocol->status(trunk, out);
}

void trunks_each(const struct trunks *trunks, bool (*fn)(void *data, const struct trunk_status *),
		 void *data)
{
	struct trunk_status status;
	struct trunk *trunk;

	llist_for_each_entry (trunk, &trunks->list, entry) {
		describe(trunk, &status);
		if (!fn(data, &status))
			return;
	}
}

void channels_each(const struct trunks *trunks,
		   bool (*fn)(void *data, const struct channel_status *), void *data)
{
	struct channel_status status;
	struct trunk *trunk;

	llist_for_each_entry (trunk, &trunks->list, entry) {
		for (unsigned c = trunk_next_channel(trunk, 0); c;
		     c = trunk_next_channel(trunk, c)) {
			describe_channel(trunk, c, &status);
			if (!fn(data, &status))
				return;
		}
	}
}
