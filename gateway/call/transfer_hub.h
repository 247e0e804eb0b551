/* Transfers as the state machine of calls sees them; for the files of this folder. A transfer is a talloc child of the
 * hub and frees itself. */
#pragma once

#include <stdbool.h>

#include "call/leg.h"
#include "call/transfer_note.h"

struct call_event;

/* Who asked for the transfer of this call hangs up: it is let go of, and the call goes on. False when it is not so. */
bool transfer_outlives(struct call *call, const struct call_event *event);
/* The call is being cleared, or forgotten: nobody is to be put through any more. */
void transfer_abandon(struct call *call);
/* Who was not called answers: tells it that it is connected. */
void transfer_taken(struct call *call, unsigned fresh);
/* How it goes with the number that a party was asked to call itself. */
void transfer_hears(struct call *call, const struct call_event *event);
/* A call has been put together of two that talk already, but for fresh (SLOT_GATEWAY: both do): tells them. */
void transfer_joined(struct call *call, unsigned fresh);
/* The side of who is not let go of in the one call is asked to be joined with who is not let go of in the other. False: it
 * cannot be. */
bool transfer_asks_to_join(struct call *from, unsigned by, struct call *with, unsigned with_by);
/* As call_join; operator: neither of the two wished it. */
int transfer_join(struct leg *by, struct leg *with, bool operator);
/* How it goes, to who asked for the transfer: one that has been told LEG_RELEASE hears it too, until it says that it is
 * done. from NULL: nobody asks any more. */
void transfer_report(struct call *from, unsigned by, enum leg_verb how, unsigned cause,
		     unsigned location);

/* What the record says of it (transfer_note.h), and who watches the call hears. */
/* A wish of that slot's, to the number or the other call. */
void transfer_note_wish(struct call *call, unsigned by, const char *to, uint32_t with);
void transfer_note_outcome(struct call *call, enum transfer_outcome outcome, unsigned cause);
