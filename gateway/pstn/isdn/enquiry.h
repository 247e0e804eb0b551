/* STATUS ENQUIRY (Q.931 5.8.10): does the far end still have a call? libpri does not send it. Each active call is
 * asked about when messages may have been lost: the data link of its D channel is new, or its D channel is another.
 * T322 waits for STATUS; after a second one without an answer, or with one that tells of another state, the call
 * is cleared. A null state libpri clears itself. Control thread. */
#pragma once

#include <stdint.h>

struct isdn;
struct isdn_leg;

void enquiry_setup(struct isdn *isdn);
/* Every active call, one after the other. */
void enquiry_ask_all(struct isdn *isdn);
/* The data link is lost: T309 is in charge of the calls now. */
void enquiry_stop(struct isdn *isdn);
/* Once, for whoever has a timer of his own. */
void enquiry_send(struct isdn_leg *leg);

/* STATUS with a state that is not null. Without T322 it is no answer, and told of what libpri has seen too. */
void enquiry_hear(struct isdn_leg *leg, uint8_t call_state);
/* T322 */
void enquiry_expire(struct isdn_leg *leg);
