/* ISDN trunks: Q.931 by libpri, user or network side, one D channel on the span of its B channels
 * (EuroISDN on an E1, National ISDN 2 on a T1). Control thread. */
#pragma once

struct trunk_protocol;

extern const struct trunk_protocol isdn_protocol;
