/* The spans of an ISDN trunk and their D channels: which one is in use, what a lost one does to calls (Q.931
 * 5.8.8, 5.8.9), alarms. Control thread. */
#pragma once

#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/instance.h"
#include "pstn/isdn/isdn_leg.h"

/* Frames of a member's D channel are heard by user, with the member as data. 0, or -errno with the reason logged:
 * nothing is open then. */
int members_open(struct isdn *isdn, const struct dchannel_user *user);
/* Calls are over before. */
void members_close(struct isdn *isdn);

/* Data link and span of the D channel in use are well: calls can be signalled. */
bool members_link_up(const struct isdn *isdn);
/* Whose D channel is in use. */
const struct isdn_member *members_in_use(const struct isdn *isdn);
/* Of all spans together, enum tdm_alarm. */
unsigned members_alarms(const struct isdn *isdn);
/* The data link of that member's D channel has come or gone. */
void members_on_link(struct isdn_member *member, bool up);

/* Each call hears that event. */
void members_end_all(struct isdn *isdn, enum isdn_event verb, uint8_t cause);
