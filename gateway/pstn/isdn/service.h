/* SERVICE messages (ANSI T1.607 annex, T1.228; ATT TR 41459): a channel is taken out of service, and put back, in
 * words that the far end hears. National ISDN, DMS-100, 4ESS and 5ESS have them, EuroISDN and QSIG do not. Control
 * thread. */
#pragma once

#include <stdbool.h>

#include <libpri.h>

struct isdn;

/* libpri's switch type has them; it then answers them, and tells of them. */
void service_enable(struct isdn *isdn);
/* The far end is told, if the variant has the words and layer 2 is up. */
void service_say(struct isdn *isdn, unsigned channel, bool in_service);
/* The link is new: once it has settled, the far end hears which channels are out of service, and which are so no more. */
void service_say_all(struct isdn *isdn);
/* SERVICE from the line. */
void service_hear(struct isdn *isdn, const pri_event_service *event);
/* The far end has taken it out of service. */
bool service_remote_blocked(const struct isdn *isdn, unsigned channel);
