/* Offer and answer as a state, and the texts of our side. */
#include "sip/session/exchange.h"

#include <string.h>

enum { DYNAMIC_PT = 96 /* RFC 3551 6 */, REQUEST_PENDING = 491, SERVER_ERROR = 500 };

int exchange_refusal(const struct exchange *x)
{
	if (x->open == EXCHANGE_OURS)
		return REQUEST_PENDING;
	return x->open == EXCHANGE_THEIRS || !x->agreed ? SERVER_ERROR : 0;
}

void exchange_close(struct exchange *x)
{
	x->open = EXCHANGE_NONE;
	x->agreed = true;
}

void description_new_round(struct description *d)
{
	d->fresh = false;
}

/* text was written with the version of the last one: is it that? */
static bool is_last(struct description *d, const char *text)
{
	if (!d->text[0] || !strcmp(d->text, text)) {
		memcpy(d->text, text, sizeof(d->text));
		return true;
	}
	d->origin.version++;
	return false;
}

const char *description_offer(struct description *d, const struct offer *before,
			      const struct offer_policy *ours, enum leg_law law, bool hold)
{
	char text[OFFER_TEXT_MAX] = "";

	if (d->fresh)
		return d->text;
	d->fresh = true;
	d->origin.hold = hold;
	offer_write(&d->origin, before, ours, law, text, sizeof(text));
	if (!is_last(d, text))
		offer_write(&d->origin, before, ours, law, d->text, sizeof(d->text));
	return d->text;
}

const char *description_answer(struct description *d, const struct offer *theirs,
			       const struct mg_rtp *agreed)
{
	char text[OFFER_TEXT_MAX] = "";

	if (d->fresh)
		return d->text;
	d->fresh = true;
	offer_answer(&d->origin, theirs, agreed, text, sizeof(text));
	if (!is_last(d, text))
		offer_answer(&d->origin, theirs, agreed, d->text, sizeof(d->text));
	if (agreed->tevent_pt >= DYNAMIC_PT)
		d->origin.tevent_pt = agreed->tevent_pt;
	return d->text;
}
