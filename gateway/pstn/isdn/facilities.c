/* What libpri is told of its variant's services. It does nothing of them unless it is asked to. */
#include "pstn/isdn/facilities.h"

#include "pstn/isdn/dchannel.h"

/* Names, diversions and transfer go in facilities. A DMS-100 is asked for the right to transfer in each SETUP
 * then, which is of use for nothing else. libpri cannot take this back. */
static bool wants_facilities(const struct isdn *isdn, const struct dchannel *dchannel)
{
	return dchannel_switch_type(dchannel) != PRI_SWITCH_DMS100 || isdn->trunk.config.transfer;
}

static void enable(const struct isdn *isdn, const struct dchannel *dchannel)
{
	struct pri *pri = dchannel_pri(dchannel);

	if (wants_facilities(isdn, dchannel))
		pri_facility_enable(pri);
	/* Sending complete goes out when the number is whole, and not by the variant's habit. */
	pri_set_overlapdial(pri, isdn->trunk.config.overlap_sending);
	pri_hold_enable(pri, 1);
	pri_aoc_events_enable(pri, 1);
}

void facilities_enable(const struct isdn *isdn)
{
	for (size_t i = 0; i < isdn->trunk.config.n_spans; i++) {
		if (isdn->members[i].dchannel)
			enable(isdn, isdn->members[i].dchannel);
	}
}
