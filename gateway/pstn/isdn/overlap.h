/* Digits that come one by one: overlap sending and receiving (Q.931 5.1.3, 5.2.4), and keys that are pressed
 * later. Control thread. */
#pragma once

#include "pstn/isdn/isdn_leg.h"

/* More digits from the hub, after SETUP ACKNOWLEDGE. */
void overlap_send(struct isdn_leg *leg, const struct leg_msg *msg);

/* The hub wants more digits of who calls; here they are; they do not come (T302). */
void overlap_ask(struct isdn_leg *leg, const struct leg_msg *msg);
void overlap_hear(struct isdn_leg *leg, const struct isdn_line_msg *line);
void overlap_expire(struct isdn_leg *leg);

void overlap_hear_keys(struct isdn_leg *leg, const struct isdn_line_msg *line);
void overlap_say_keys(struct isdn_leg *leg, const char *digits);
