/* Channels of a trunk as libpri writes them: timeslot in bits 0 to 7, interface identifier in bits 8 to 15, bit
 * 16 when the identifier is said (Q.931 4.5.13). Control thread. */
#pragma once

struct isdn;

/* With the interface identifier in a group of several spans (NFAS). */
int channel_to_pri(const struct isdn *isdn, unsigned channel);

enum { CHANNEL_ANY = 0, CHANNEL_UNKNOWN = -1 };
/* The number as trunk_channel() has it, CHANNEL_ANY, or CHANNEL_UNKNOWN when the trunk has none such. */
int channel_of_pri(const struct isdn *isdn, int channel);
