/* Call hold and retrieval by the line (EN 300 196-1 7): a held call is active without a channel. Control
 * thread. */
#pragma once

#include "pstn/isdn/isdn_leg.h"

void hold_hear_hold(struct isdn_leg *leg);
void hold_hear_retrieve(struct isdn_leg *leg, const struct isdn_line_msg *line);
/* The termination of a held call is gone: the channel is free. */
void hold_free_channel(struct isdn_leg *leg);
