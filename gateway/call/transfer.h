/* Transfer: the parties of calls are put together anew (explicit call transfer of EN 300 369-1; RFC 5589 and RFC 3891
 * in SIP). Every call keeps its two parties to its end: those that talk on do so in a new call, which says which one
 * it continues, and the old ones are cleared with cause 16. Control thread. */
#pragma once

#include "call/leg.h"

struct call_hub;

/* The other party of by's answered call is put through to to->called, by the routes that are open to by and on the
 * other party's behalf; it stays where it is meanwhile and hears how it goes. by is told LEG_TRANSFER with
 * LEG_PROCEEDING, LEG_ALERTING and then LEG_CONNECT, LEG_RELEASE coming next; or LEG_RELEASE and the cause, and its
 * call goes on as it was. It may hang up before that: the other party goes on waiting, and by hears the outcome for as
 * long as it has not said LEG_RELEASE_COMPLETE. Nothing is told from inside.
 * 0; -ENOTCONN: not in an answered call; -EBUSY: a transfer of this call is under way; -EACCES: by may not call that
 * number itself; -ESHUTDOWN, -ENOMEM. */
int call_transfer(struct leg *by, const struct leg_setup *to);

/* An operator's wish: a party of the answered call with that id is put through to the number, by its own side where that
 * can be, and the other one let go of, whatever that one may call. What becomes of it is told to who watches the call. 0;
 * -ENOENT: there is no such call; as above. */
int call_put_through(struct call_hub *hub, uint32_t id, bool caller, const char *number);

/* The other parties of two answered calls are put together, by is told LEG_TRANSFER with
 * LEG_CONNECT, and both are told LEG_RELEASE. 0; as above, but -EINVAL
 * when it is one call. The legs may be gone when it returns 0. */
int call_join(struct leg *by, struct leg *with);

/* A party of the call with that id: who called, or who was called. */
struct call_party {
	uint32_t id;
	bool caller;
};

/* An operator's wish: these two talk to each other from now on, and their other parties are let go of. 0: it is so; 1: the
 * side of the first is asked to do that itself, and who watches its call hears the outcome; -ENOENT: there is no such call;
 * as call_join. */
int call_put_together(struct call_hub *hub, const struct call_party *one,
		      const struct call_party *other);
/* The parties of two answered calls that are left when who is in both of them is let go of, in that order: somebody of one
 * trunk, peer or user, with one number. 0; -ENOENT, -ENOTCONN as above; -ESRCH: nobody is, or it is not one alone. */
int call_far_ends(struct call_hub *hub, uint32_t one, uint32_t other,
		  struct call_party ends[static 2]);

/* fresh, that has no call yet, takes the place of old: in an answered call, or in one that old is still to answer, and
 * then that counts as the answer. fresh is told LEG_CONNECT, old LEG_RELEASE. law: fresh's. 0; -ENOTCONN: old is not in
 * such a call; -EBUSY, -ESHUTDOWN, -ENOMEM as above. */
int call_replace(struct leg *old, struct leg *fresh, enum leg_law law);
