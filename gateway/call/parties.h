/* The two parties of a call that is answered, and how they change places; for the files of this folder. */
#pragma once

#include "call/hub.h"

unsigned party_other(const struct call *call, unsigned slot);
unsigned party_slot(const struct call *call, const struct leg *leg);
/* 0 when the call of this leg may be changed; -ENOTCONN, -EBUSY, -ESHUTDOWN as in transfer.h. */
int party_check(const struct leg *leg);
/* Who that is, as far as the set-up told. */
struct leg_party party_in(const struct call *call, unsigned slot);
/* It is to be the caller. */
void party_calls(struct leg_setup *setup, const struct leg_party *party);
void party_move(struct call *from, unsigned slot, struct call *to, unsigned to_slot);
/* The call is cleared, as this party wished. It may be gone when it returns. */
void party_ends(struct call *call, unsigned slot, unsigned cause, unsigned location);
