/* The table of trunks: carries a configuration over, offers each trunk to the routes as a target, and
 * describes trunks and channels. What a trunk does is its protocol's affair. */
#include "pstn/trunk.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/log.h"
#include "drivers/tdm.h"
#include "pstn/capture.h"
#include "pstn/trunk_protocol.h"

struct trunks {
	struct trunk_env env;
	struct llist_head list; /* of struct trunk, in the order of the configuration */
};

static const char *const channel_state_names[] = {
	[CHANNEL_IDLE] = "idle",         [CHANNEL_SETUP] = "setup",
	[CHANNEL_ALERTING] = "alerting", [CHANNEL_ACTIVE] = "active",
	[CHANNEL_CLEARING] = "clearing", [CHANNEL_DOWN] = "down",
};

struct trunks *trunks_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg)
{
	struct trunks *trunks = talloc_zero(talloc_ctx, struct trunks);

	if (!trunks)
		return NULL;
	trunks->env.hub = hub;
	trunks->env.mg = mg;
	INIT_LLIST_HEAD(&trunks->list);
	return trunks;
}

static void close_trunk(struct trunk *trunk)
{
	target_unregister(&trunk->target);
	llist_del(&trunk->entry);
	trunk->protocol->close(trunk);
}

void trunks_free(struct trunks *trunks)
{
	struct trunk *trunk, *next;

	llist_for_each_entry_safe (trunk, next, &trunks->list, entry)
		close_trunk(trunk);
	capture_close(trunks->env.capture);
	talloc_free(trunks);
}

/* Whether the trunk can stay as it stands; nothing behind the end of a string counts. */
static bool stands(const struct trunk_config *a, const struct trunk_config *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->protocol, b->protocol) &&
	       !strcmp(a->span, b->span) && a->d_timeslot == b->d_timeslot &&
	       a->channels == b->channels && a->side == b->side;
}

static struct trunk *find(const struct trunks *trunks, const char *name)
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

static unsigned seize(void *data, struct leg **leg, const char **why)
{
	struct trunk *trunk = data;

	return trunk->protocol->seize(trunk, leg, why);
}

static int open_trunk(struct trunks *trunks, const struct trunk_config *config)
{
	const struct trunk_protocol *protocol = find_protocol(config->protocol);
	struct tdm_span *span = tdm_find(config->span);
	struct trunk *trunk;

	if (!protocol || !span) {
		LOGP(DISDN, LOGL_ERROR, "trunk %s: no %s %s\n", config->name,
		     protocol ? "open span" : "protocol",
		     protocol ? config->span : config->protocol);
		return protocol ? -ENODEV : -EPROTONOSUPPORT;
	}
	if (span->listener) {
		LOGP(DISDN, LOGL_ERROR, "trunk %s: span %s is in use\n", config->name, span->name);
		return -EBUSY;
	}
	trunk = protocol->open(trunks, &trunks->env, config, span);
	if (!trunk)
		return -EIO;
	trunk->protocol = protocol;
	trunk->target.kind = TARGET_TRUNK;
	trunk->target.data = trunk;
	trunk->target.seize = seize;
	osmo_strlcpy(trunk->target.name, config->name, sizeof(trunk->target.name));
	target_register(trunks->env.hub, &trunk->target);
	llist_add_tail(&trunk->entry, &trunks->list);
	return 0;
}

static void close_changed(struct trunks *trunks, const struct trunks_config *config)
{
	struct trunk *trunk, *next;

	llist_for_each_entry_safe (trunk, next, &trunks->list, entry) {
		const struct trunk_config *now = find_config(config, trunk->config.name);
		if (!now || !stands(now, &trunk->config))
			close_trunk(trunk);
	}
}

int trunks_apply(struct trunks *trunks, const struct trunks_config *config)
{
	int first_error = 0;

	close_changed(trunks, config);
	for (size_t i = 0; i < config->n; i++) {
		struct trunk *trunk = find(trunks, config->trunks[i].name);
		if (trunk) { /* stays; into its new place */
			trunk->protocol->retune(trunk, &config->trunks[i]);
			llist_move_tail(&trunk->entry, &trunks->list);
			continue;
		}
		int err = open_trunk(trunks, &config->trunks[i]);
		if (err && !first_error)
			first_error = err;
	}
	return first_error;
}

int trunks_capture(struct trunks *trunks, const char *pcap_path)
{
	struct capture *capture = NULL;
	int err = pcap_path ? capture_open(trunks, pcap_path, &capture) : 0;

	if (err)
		return err;
	capture_close(trunks->env.capture);
	trunks->env.capture = capture;
	return 0;
}

static enum channel_state describe_channel(const struct trunk *trunk, unsigned timeslot,
					   struct channel_status *out)
{
	*out = (struct channel_status){ .trunk = trunk->config.name, .direction = "" };
	tdm_channel_name(trunk->span, timeslot, out->name, sizeof(out->name));
	enum channel_state state = trunk->protocol->channel(trunk, timeslot, out);
	out->state = channel_state_names[state];
	return state;
}

static bool is_channel(const struct trunk *trunk, unsigned timeslot)
{
	return timeslot && trunk->config.channels >> timeslot & 1;
}

static void describe(const struct trunk *trunk, struct trunk_status *out)
{
	struct channel_status channel;

	*out = (struct trunk_status){
		.name = trunk->config.name,
		.protocol = trunk->config.protocol,
		.side = trunk->config.side == TRUNK_NETWORK ? "network" : "user",
		.span = trunk->config.span,
	};
	tdm_channel_name(trunk->span, trunk->config.d_timeslot, out->d_channel,
			 sizeof(out->d_channel));
	for (unsigned t = 1; t <= TRUNK_CHANNELS_MAX; t++) {
		if (!is_channel(trunk, t))
			continue;
		enum channel_state state = describe_channel(trunk, t, &channel);
		out->channels++;
		out->idle += state == CHANNEL_IDLE;
		out->down += state == CHANNEL_DOWN;
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
		for (unsigned t = 1; t <= TRUNK_CHANNELS_MAX; t++) {
			if (!is_channel(trunk, t))
				continue;
			describe_channel(trunk, t, &status);
			if (!fn(data, &status))
				return;
		}
	}
}
