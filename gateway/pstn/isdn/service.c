/* T1.607 has four statuses; libpri carries two of them, and acknowledges by itself. */
#include "pstn/isdn/service.h"

#include "pstn/isdn/channel.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/instance.h"

/* The far end's SABME may follow ours, and what was sent in between is lost: T200 (Q.921 5.9.1) is 1 s. */
enum { SETTLE_S = 2 };

enum change_status { IN_SERVICE = 0, OUT_OF_SERVICE = 2 };

static bool has_service(const struct isdn *isdn)
{
	switch (dchannel_switch_type(isdn->dchannel)) {
	case PRI_SWITCH_NI2:
	case PRI_SWITCH_DMS100:
	case PRI_SWITCH_LUCENT5E:
	case PRI_SWITCH_ATT4ESS:
		return true;
	default:
		return false;
	}
}

static void say_all(void *data)
{
	struct isdn *isdn = data;

	for (unsigned channel = 1; channel < ISDN_CHANNELS; channel++) {
		bool in_service = trunk_allows(&isdn->trunk, channel);

		if (trunk_has_channel(&isdn->trunk.config, channel) &&
		    (!in_service || trunk_set_has(isdn->said_out, channel)))
			service_say(isdn, channel, in_service);
	}
}

void service_enable(struct isdn *isdn)
{
	osmo_timer_setup(&isdn->service_timer, say_all, isdn);
	for (size_t m = 0; m < isdn->trunk.config.n_spans; m++) {
		if (isdn->members[m].dchannel)
			pri_set_service_message_support(dchannel_pri(isdn->members[m].dchannel),
							has_service(isdn));
	}
}

void service_say(struct isdn *isdn, unsigned channel, bool in_service)
{
	size_t member = trunk_channel_member(channel);

	if (!has_service(isdn) || !dchannel_is_up(isdn->dchannel))
		return;
	if (!in_service)
		trunk_set_put(isdn->said_out, channel, true);
	pri_maintenance_service(
		dchannel_pri(isdn->dchannel), isdn->trunk.config.spans[member].interface,
		(int)trunk_channel_timeslot(channel), in_service ? IN_SERVICE : OUT_OF_SERVICE);
	dchannel_kick(isdn->dchannel);
}

void service_say_all(struct isdn *isdn)
{
	osmo_timer_schedule(&isdn->service_timer, SETTLE_S, 0);
}

void service_hear(struct isdn *isdn, const pri_event_service *event)
{
	int channel = channel_of_pri(isdn, event->channel);
	bool blocked = event->changestatus == OUT_OF_SERVICE;
	char name[TDM_NAME_MAX + 4];

	if (channel <= 0 || (!blocked && event->changestatus != IN_SERVICE))
		return;
	trunk_set_put(isdn->remote_blocked, (unsigned)channel, blocked);
	LOGISDN(isdn, LOGL_NOTICE, "%s: the far end takes it %s service\n",
		instance_channel_name(isdn, (unsigned)channel, name, sizeof(name)),
		blocked ? "out of" : "back into");
}

bool service_remote_blocked(const struct isdn *isdn, unsigned channel)
{
	return trunk_set_has(isdn->remote_blocked, channel);
}
